"""A weather forecast as it would have been: the actual temperature, with the errors that forecasts have."""

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.data.series import Series
from forecast_dashboard.kit.intervals import stream


def emulated(series: Series, config: Config) -> np.ndarray:
    """(A, T) degrees: what a forecast made at the beginning of each local day would have said of that day.

    Real archives of forecasts are rare. Each day is wrong by one draw, as when a front comes late, and each interval by
    another; all areas share the day's, as they share the front.
    """
    if series.temperature is None:
        raise ValueError("there is no temperature to start from")
    rng = stream(config.seed, "weather forecast")
    days = rng.normal(0, config.forecast_day_error, series.days)
    intervals = rng.normal(0, config.forecast_hour_error, series.temperature.shape)
    return series.temperature + days[series.day] + intervals
