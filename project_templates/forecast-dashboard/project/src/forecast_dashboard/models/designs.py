"""A forecasting model: what it is told of the weather, what it measures demand by, and its trees."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from forecast_dashboard.data import features
from forecast_dashboard.data.features import FEATURES, View, Weather
from forecast_dashboard.models.linear import Ridge
from forecast_dashboard.models.trees import Forest


class Yardstick(StrEnum):
    """What demand is a share of, for the trees: they cannot go beyond what they saw, but a yardstick moves."""

    training = "mean of the training days"
    week = "mean of the newest week"
    day = "mean of the newest day"


class Method(StrEnum):
    """What makes the middle of the forecast; its limits are always of trees."""

    boosting = "boosting"
    ridge = "ridge"
    mean = "mean of boosting and ridge"


@dataclass(frozen=True)
class Design:
    """What is decided before anything is fitted."""

    weather: Weather
    yardstick: Yardstick
    method: Method = Method.boosting

    @property
    def name(self) -> str:
        """As tables call it."""
        return f"{self.method.value} {self.weather.value}"


@dataclass(frozen=True)
class Inputs:
    """What trees of one design see, for every interval of a series."""

    columns: np.ndarray  # (A, T, F) demand as a share of the yardstick
    scale: np.ndarray  # (A, T) the yardstick, in the unit of the data

    @classmethod
    def of(cls, view: View, design: Design, levels: np.ndarray) -> "Inputs":
        """`levels` (A,): the mean of the training days, for the yardstick that stands still."""
        series = view.series
        match design.yardstick:
            case Yardstick.training:
                scale = np.broadcast_to(levels[:, None], series.demand.shape)
            case Yardstick.week:
                scale = view.recent(series.filled, 7 * series.per_day)
            case Yardstick.day:
                scale = view.recent(series.filled, series.per_day)
        scale = np.where(scale > 0, scale, levels[:, None])  # at the very beginning, and where all is switched off
        chosen = FEATURES[design.weather]
        columns = features.matrix(view, chosen)
        demand = [number for number, each in enumerate(chosen) if each in features.DEMAND]
        columns[:, :, demand] /= scale[:, :, None]
        return cls(columns.astype(np.float32), scale)


@dataclass(frozen=True)
class Model:
    """Fitted."""

    design: Design
    levels: np.ndarray  # (A,) mean demand in training
    forest: Forest | None
    ridge: Ridge | None = None

    def predict(self, inputs: Inputs, rows: np.ndarray) -> np.ndarray:
        """For the intervals (T,) that are true in `rows`, never below zero; NaN elsewhere: (A, T)."""
        found = np.full(inputs.scale.shape, np.nan)
        for area in range(len(found)):
            found[area, rows] = np.maximum(self.shares(inputs.columns[area, rows]), 0) * inputs.scale[area, rows]
        return found

    def shares(self, columns: np.ndarray) -> np.ndarray:
        """(N, F) → (N,) of the yardstick: the mean of what there is."""
        said = [] if self.forest is None else [self.forest.predict(columns)]
        said += [] if self.ridge is None else [self.ridge.predict(columns, FEATURES[self.design.weather])]
        return np.mean(said, axis=0)

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """To be stored under a name."""
        words = np.array([self.design.weather.name, self.design.yardstick.name, self.design.method.name])
        found = {f"{name}.design": words, f"{name}.levels": self.levels}
        for part in (self.forest, self.ridge):
            found |= {} if part is None else part.arrays(name)
        return found

    @classmethod
    def from_arrays(cls, stored: Mapping[str, np.ndarray], name: str) -> "Model":
        """As stored."""
        weather, yardstick, method = stored[f"{name}.design"].tolist()
        design = Design(Weather[weather], Yardstick[yardstick], Method[method])
        forest = Forest.from_arrays(stored, name) if f"{name}.roots" in stored else None
        ridge = Ridge.from_arrays(stored, name) if f"{name}.weights" in stored else None
        return cls(design, stored[f"{name}.levels"], forest, ridge)
