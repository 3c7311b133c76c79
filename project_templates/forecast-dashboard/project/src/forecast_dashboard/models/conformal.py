"""Intervals around any forecast, from its own errors: as wide as it was wrong, and no wider.

Plain: one width for each area, the quantile of past errors (split conformal prediction; Vovk et al. 2005). It promises
its coverage on average over all hours, which is no promise for any of them.
Adaptive: around the quantiles of two more models (conformalized quantile regression; Romano et al. 2019), with a level
that moves after each day on which too much, or too little, was missed (adaptive conformal inference; Gibbs and Candes
2021).
"""

from dataclasses import dataclass

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.data.series import Series


@dataclass(frozen=True)
class Band:
    """Between two limits: (A, T) each, in the unit of the data; NaN where nothing was forecast."""

    low: np.ndarray
    high: np.ndarray

    def covers(self, demand: np.ndarray) -> np.ndarray:
        """(A, T) whether the actual value lies inside."""
        return (self.low <= demand) & (demand <= self.high)

    @property
    def width(self) -> np.ndarray:
        """(A, T)."""
        return self.high - self.low


@dataclass(frozen=True)
class State:
    """Where one area's adaptive interval has come to; the service goes on from it, day after day."""

    may_miss: float  # share that it may miss tomorrow
    scores: np.ndarray  # (days, intervals) of the newest days: how far outside the limits, NaN where nothing is known

    @property
    def margin(self) -> float:
        """By which the limits are moved apart, as a share of the yardstick."""
        return quantile(self.scores, 1 - self.may_miss) if not np.isnan(self.scores).all() else 0.0

    def after(self, today: np.ndarray, config: Config) -> "State":
        """Once the actual values of a day are known; `today` (N,) are its scores."""
        if np.isnan(today).all():
            return self
        missed = float((today[~np.isnan(today)] > self.margin).mean())
        may_miss = float(np.clip(self.may_miss + config.adaptive_step * (1 - config.level - missed), 0.0, 0.5))
        width = max(self.scores.shape[1], len(today))
        rows = [np.pad(row, (0, width - len(row)), constant_values=np.nan) for row in (*self.scores, today)]
        return State(may_miss, np.array(rows[-config.adaptive_days :]))


def quantile(scores: np.ndarray, level: float) -> float:
    """The score that a share `level` of them does not exceed, with the correction for their finite number."""
    scores = scores[~np.isnan(scores)]
    rank = np.ceil((len(scores) + 1) * level) / max(1, len(scores))
    return float(np.quantile(scores, min(1.0, rank), method="inverted_cdf"))


def plain(point: np.ndarray, past_errors: np.ndarray, level: float) -> Band:
    """One width for each area, from errors (A, T) of forecasts made the same way, NaN where there are none."""
    widths = np.array([quantile(np.abs(row), level) for row in past_errors])[:, None]
    return Band(point - widths, point + widths)


@dataclass(frozen=True)
class Limits:
    """What the models for both quantiles say, before anything is learned from their misses."""

    low: np.ndarray  # (A, T)
    high: np.ndarray
    scale: np.ndarray  # (A, T) the yardstick by which misses are measured, so that a winter's count in summer

    def scores(self, demand: np.ndarray) -> np.ndarray:
        """(A, T) how far outside the value is; below 0 inside."""
        return np.maximum(self.low - demand, demand - self.high) / self.scale

    def moved(self, margin: np.ndarray) -> Band:
        """By margins that fit (A, T)."""
        return Band(self.low - margin * self.scale, self.high + margin * self.scale)


def adaptive(series: Series, limits: Limits, first: int, config: Config) -> tuple[Band, list[State], list[State]]:
    """From day `first` on, day after day: the margin comes from the days before, the level from what was missed.

    The limits reach back before `first`, where their scores are what it starts from. Returns the band, and each area's
    state before the first day and after the last.
    """
    scores = limits.scores(series.demand)
    starts = np.searchsorted(series.day, np.arange(series.days + 1))
    margins = np.full(series.demand.shape, np.nan)
    begin, end = [], []
    for area, known in enumerate(scores):
        before = [known[starts[day] : starts[day + 1]] for day in range(max(0, first - config.adaptive_days), first)]
        state = State(1 - config.level, _rows(before))
        begin.append(state)
        for day in range(first, series.days):
            today = slice(starts[day], starts[day + 1])
            margins[area, today] = state.margin
            state = state.after(known[today], config)
        end.append(state)
    return limits.moved(margins), begin, end


def frozen(series: Series, limits: Limits, states: list[State], first: int) -> Band:
    """What would be served if no actual value ever came: the margin as it stood before day `first`."""
    margins = np.array([[state.margin] for state in states])
    return limits.moved(np.where(series.day >= first, margins, np.nan))


def _rows(days: list[np.ndarray]) -> np.ndarray:
    width = max((len(day) for day in days), default=1)
    padded = [np.pad(day, (0, width - len(day)), constant_values=np.nan) for day in days]
    return np.array(padded) if padded else np.full((1, width), np.nan)
