"""Forecasts that need no model: what every model has to beat."""

import numpy as np

from forecast_dashboard.data.features import View

DAY, WEEK, FOUR_WEEKS = "same time yesterday", "same time last week", "mean of four weeks"


def forecasts(view: View) -> dict[str, np.ndarray]:
    """(A, T) of each, from what was measured before the moment of the forecast."""
    values = view.series.filled
    weeks = [view.before(values, days) for days in (7, 14, 21, 28)]
    return {DAY: view.before(values, 1), WEEK: weeks[0], FOUR_WEEKS: np.mean(weeks, axis=0)}
