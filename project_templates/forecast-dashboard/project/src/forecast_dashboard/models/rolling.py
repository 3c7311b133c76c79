"""Rolling origin: a forecast is made again and again, each time from what was known then.

The moment of every forecast is the beginning of a local day, and it reaches to that day's end. Features are cut off at
that moment one by one (`features.py`), so what is left to the loop is which days a model may learn from: only those
before the first one that it forecasts.
"""

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.data.features import FEATURES, View
from forecast_dashboard.data.series import Series
from forecast_dashboard.models import linear, trees
from forecast_dashboard.models.designs import Design, Inputs, Method, Model


def fit(
    view: View, design: Design, before: int, config: Config, quantile: float | None = None, newest: int | None = None
) -> Model:
    """A model of the days before day number `before`: all of them, or only so many of the newest."""
    series = view.series
    first = config.warm_up_days if newest is None else max(config.warm_up_days, before - newest)
    is_known = (series.day >= first) & (series.day < before) & ~np.isnan(series.demand)
    levels = np.array([row[known].mean() for row, known in zip(series.demand, is_known, strict=True)])
    inputs = Inputs.of(view, design, levels)
    columns, targets = inputs.columns[is_known], (series.demand / inputs.scale)[is_known]
    has_trees = quantile is not None or design.method is not Method.ridge
    forest = trees.fit(columns, targets, config, quantile) if has_trees else None
    has_ridge = quantile is None and design.method is not Method.boosting
    return Model(design, levels, forest, linear.fit(columns, targets, FEATURES[design.weather]) if has_ridge else None)


def roll(
    view: View,
    design: Design,
    origins: Sequence[int],
    config: Config,
    quantile: float | None = None,
    newest: int | None = None,
) -> np.ndarray:
    """(A, T) forecasts, NaN before the first origin and from the last on.

    `origins` are days; at each but the last, a model is fitted to the days before it and forecasts up to the next.
    """
    found = np.full(view.series.demand.shape, np.nan)

    def forecast(span: tuple[int, int]) -> np.ndarray:
        model = fit(view, design, span[0], config, quantile, newest)
        return model.predict(Inputs.of(view, design, model.levels), _within(view.series, *span))

    spans = list(itertools.pairwise(origins))
    with ThreadPoolExecutor(config.fits) as pool:  # fitting lets other threads go on
        for span, said in zip(spans, pool.map(forecast, spans), strict=True):
            rows = _within(view.series, *span)
            found[:, rows] = said[:, rows]
    return found


def _within(series: Series, first: int, end: int) -> np.ndarray:
    return (series.day >= first) & (series.day < end)


def test_origins(series: Series, first: int, config: Config) -> list[int]:
    """The days of the test on which the models are fitted again, and its end."""
    return [*range(first, series.days, config.refit_days), series.days]


def calibration_origins(series: Series, test_from: int, config: Config) -> list[int]:
    """The second half of the training days in two parts, each forecast from what lies before it."""
    known = test_from - config.warm_up_days
    first = test_from - round(config.calibration * known)
    return [first, (first + test_from) // 2, test_from]


def test_from(series: Series, config: Config) -> int:
    """The first day of the test: a year from the end, or half of the data where there is less than two years."""
    return series.days - min(config.test_days, series.days // 2)
