"""The test year: every forecast that would have been made in it, by the naive ones, the models, and their intervals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.data.features import View, Weather
from forecast_dashboard.data.series import Series
from forecast_dashboard.evaluation import measures
from forecast_dashboard.evaluation.measures import Tested
from forecast_dashboard.models import conformal, naive, rolling
from forecast_dashboard.models.conformal import Band
from forecast_dashboard.models.decision import Reserve
from forecast_dashboard.models.designs import Method
from forecast_dashboard.models.saved import Trained, around
from forecast_dashboard.models.training import Rolled

PLAIN, ADAPTIVE, FROZEN = "plain conformal", "adaptive conformal", "adaptive, without actual values"
ONCE = ", fitted once"


def role(model: str) -> str:
    """Baseline, model, or what somebody claims who lets tomorrow's weather in."""
    if Weather.actual.value in model:
        return "naive"
    simple = (naive.DAY, naive.WEEK, naive.FOUR_WEEKS)
    return "baseline" if model in simple or model.startswith(Method.ridge.value) else "model"


@dataclass(frozen=True)
class Intervals:
    """A band, and what it is around."""

    method: str
    model: str
    band: Band


@dataclass(frozen=True)
class Year:
    """All forecasts for the test days, and the actual demand."""

    view: View
    first: int  # day
    tested: Tested
    points: dict[str, np.ndarray]  # by model: (A, T), NaN before the test
    intervals: list[Intervals]
    past: dict[str, np.ndarray]  # (A, T) forecasts before the test, which a reserve is made of: last week's, the served
    commit: dict[str, np.ndarray]  # (A, T) what to commit, by the same names
    scale: np.ndarray  # (A,) of MASE
    served: str

    @property
    def series(self) -> Series:
        """The actual demand."""
        return self.view.series

    def errors(self, model: str) -> np.ndarray:
        """(A, T)."""
        found: np.ndarray = np.abs(self.points[model] - self.series.demand)
        return found

    def scaled(self, model: str) -> np.ndarray:
        """(A, T) as multiples of the daily naive forecast's error in training."""
        return self.errors(model) / self.scale[:, None]

    def band(self, method: str, model: str) -> Band:
        """One of the intervals."""
        return next(each.band for each in self.intervals if (each.method, each.model) == (method, model))


def forecast(view: View, forecasts: Mapping[Weather, Rolled], model: Trained, config: Config) -> Year:
    """The test year by every method, from forecasts that were made before each day was known."""
    series = view.series
    first = rolling.test_from(series, config)
    rows = series.day >= first
    points = {name: np.where(rows, each, np.nan) for name, each in naive.forecasts(view).items()}
    is_training = (series.day >= config.warm_up_days) & (series.day < first)
    last_week = naive.forecasts(view)[naive.WEEK]
    scale = measures.mase_scale(series.demand, naive.forecasts(view)[naive.DAY], is_training)
    missed = np.where(is_training, np.abs(last_week - series.demand), np.nan)
    intervals = [Intervals(PLAIN, naive.WEEK, conformal.plain(points[naive.WEEK], missed, config.level))]
    served = ""
    for weather, rolled in forecasts.items():
        served = model.teams[weather.name].point.design.name
        points[f"{Method.ridge.value} {weather.value}"] = rolled.ridge
        points[served] = np.where(rows, rolled.point, np.nan)
        intervals += _around(series, rolled, served, first, config)
    points[served + ONCE] = forecasts[weather].once
    if series.temperature is not None:
        design = replace(model.teams[Weather.forecast.name].point.design, weather=Weather.actual)
        points[design.name] = rolling.roll(view, design, rolling.test_origins(series, first, config), config)
    past = {
        naive.WEEK: np.where(is_training, last_week, np.nan),
        served: np.where(rows, np.nan, forecasts[weather].point),
    }
    commit = {name: Reserve.of(series, each, config).commit(points[name], series.hour) for name, each in past.items()}
    counted = Tested(rows & ~np.isnan(series.demand), series.week, "test year, each day at its midnight", config)
    return Year(view, first, counted, points, intervals, past, commit, scale, served)


def _around(series: Series, rolled: Rolled, name: str, first: int, config: Config) -> Iterator[Intervals]:
    """The intervals around one model's forecasts."""
    rows = series.day >= first
    point = np.where(rows, rolled.point, np.nan)
    past = np.where(rows, np.nan, rolled.point - series.demand)
    yield Intervals(PLAIN, name, around(conformal.plain(point, past, config.level), point))
    band, begin, _ = conformal.adaptive(series, rolled.limits, first, config)
    yield Intervals(ADAPTIVE, name, around(band, point))
    yield Intervals(FROZEN, name, around(conformal.frozen(series, rolled.limits, begin, first), point))
