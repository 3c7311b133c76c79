"""The test year: every forecast that would have been made in it, by the naive ones, the models, and their intervals."""

from dataclasses import dataclass, replace

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.data.features import View, Weather
from forecast_dashboard.data.series import Series
from forecast_dashboard.evaluation import measures
from forecast_dashboard.evaluation.measures import Tested
from forecast_dashboard.models import conformal, naive, rolling, training
from forecast_dashboard.models.conformal import Band
from forecast_dashboard.models.designs import Inputs
from forecast_dashboard.models.saved import Trained

ROLES = {
    naive.DAY: "baseline",
    naive.WEEK: "baseline",
    naive.FOUR_WEEKS: "baseline",
    f"boosting {Weather.none.value}": "model",
    f"boosting {Weather.forecast.value}": "model",
    f"boosting {Weather.actual.value}": "naive",  # what somebody claims who lets tomorrow's weather in
}
PLAIN, ADAPTIVE = "plain conformal", "adaptive conformal"


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
    points: dict[str, np.ndarray]  # by model: (A, T) megawatts, NaN before the test
    intervals: list[Intervals]
    commit: np.ndarray  # (A, T) by the model that is served
    scale: np.ndarray  # (A,) of MASE
    served: str

    @property
    def series(self) -> Series:
        """The actual demand."""
        return self.view.series

    def errors(self, model: str) -> np.ndarray:
        """(A, T) megawatts."""
        found: np.ndarray = np.abs(self.points[model] - self.series.demand)
        return found

    def scaled(self, model: str) -> np.ndarray:
        """(A, T) as multiples of the daily naive forecast's error in training."""
        return self.errors(model) / self.scale[:, None]

    def band(self, method: str, model: str) -> Band:
        """One of the intervals."""
        return next(each.band for each in self.intervals if (each.method, each.model) == (method, model))


def forecast(view: View, model: Trained, config: Config) -> Year:
    """Make every forecast of the test year, each from what was known then."""
    series = view.series
    first = rolling.test_from(series, config)
    rows = series.day >= first
    points = naive.forecasts(view)
    is_training = (series.day >= config.warm_up_days) & (series.day < first)
    scale = measures.mase_scale(series.demand, points[naive.DAY], is_training)
    past = np.where(is_training, np.abs(points[naive.WEEK] - series.demand), np.nan)
    intervals = [Intervals(PLAIN, naive.WEEK, conformal.plain(points[naive.WEEK], past, config.level))]
    commit = np.empty(0)
    for weather, calibration in training.calibrations(series).items():
        team = model.teams[weather.name]
        found, name = team.forecast(view, rows), team.point.design.name
        points[name], commit = found["point"], found["commit"]
        past = calibration.point - series.demand
        intervals.append(Intervals(PLAIN, name, conformal.plain(found["point"], past, config.level)))
        inputs = Inputs.of(view, team.point.design, team.point.levels)
        limits = [
            np.where(rows, each.predict(inputs, rows), before)
            for each, before in ((team.low, calibration.low), (team.high, calibration.high))
        ]
        band, _ = conformal.adaptive(series, limits[0], limits[1], inputs.scale, first, config)
        intervals.append(Intervals(ADAPTIVE, name, band))
    served = list(points)[-1]
    if series.temperature is not None:
        design = replace(model.teams[Weather.forecast.name].point.design, weather=Weather.actual)
        points[design.name] = rolling.roll(view, design, [first, series.days], config)
    counted = Tested(rows & ~np.isnan(series.demand), series.week, "test year, each day at its midnight", config)
    return Year(view, first, counted, points, intervals, commit, scale, served)
