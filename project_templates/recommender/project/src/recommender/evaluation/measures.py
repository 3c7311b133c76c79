"""Numbers over users, each with an interval from a bootstrap over users; differences are paired, user by user."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recommender.config import Config
from recommender.kit import intervals
from recommender.kit.results import Comparison, Result


@dataclass(frozen=True)
class Tested:
    """U users that something is measured on."""

    split: str  # as the tables call it
    users: int
    config: Config

    @cached_property
    def drawn(self) -> np.ndarray:
        """(resamples, U): how often each is drawn; the same for all that is measured here, so it is paired."""
        return intervals.resample(np.zeros(self.users), self.config.resamples, self.config.seed)

    def result(self, model: str, role: str, metric: str, label: str, values: np.ndarray) -> Result:
        """The mean of (U,) values, as a row of the results."""
        value, ci95 = self.mean(values)
        return Result(model, role, self.split, metric, label, value, ci95, self.users)

    def compare(self, metric: str, of: tuple[str, np.ndarray], against: tuple[str, np.ndarray]) -> Comparison:
        """How much higher one is than the other, for the same users."""
        difference, ci95 = self.mean(of[1] - against[1])
        return Comparison(metric, of[0], against[0], self.split, difference, ci95)

    def mean(self, values: np.ndarray) -> tuple[float, tuple[float, float]]:
        """(mean, 95 % interval) of (U,) values."""
        low, high = intervals.interval(self.drawn @ values / self.users)
        return round(float(values.mean()), 4), (round(low, 4), round(high, 4))
