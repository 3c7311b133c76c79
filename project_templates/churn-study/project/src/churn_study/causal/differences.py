"""Difference-in-differences: some units are treated from a moment on, the others say what would have happened.

One moment for all treated units, and every unit seen in every period: where treatment comes step by step, two-way fixed
effects would compare treated units with each other (Goodman-Bacon 2021).
"""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from churn_study.kit.intervals import stream
from churn_study.kit.project import ExplainedError

MOST_PLACEBOS = 1_000
CRITICAL = 1.96  # standard errors
POWER_95_80 = 2.80  # standard errors: what a two-sided 5% test sees four times out of five


@dataclass(frozen=True)
class Panel:
    """(units, periods) of an outcome, and which units are treated from which period on."""

    values: np.ndarray
    is_treated: np.ndarray  # (units,) bool
    first: int  # period from which they are

    @property
    def effect(self) -> float:
        """Two-way fixed effects; with one moment and all periods, the difference of the differences of means."""
        return effect(self.values, self.is_treated, self.first)

    @property
    def clustered_error(self) -> float:
        """The standard error by units (Liang and Zeger 1986), as software reports it; too small for few units."""
        units, periods = self.values.shape
        treated = np.zeros_like(self.values)
        treated[self.is_treated, self.first :] = 1
        regressor, outcome = _demeaned(treated), _demeaned(self.values)
        residuals = outcome - self.effect * regressor
        scores = (regressor * residuals).sum(axis=1)
        parameters = units + periods
        correction = units / (units - 1) * (units * periods - 1) / (units * periods - parameters)
        return float(np.sqrt(correction * (scores**2).sum()) / (regressor**2).sum())

    def placebos(self, seed: int) -> np.ndarray:
        """Effects, had other units been treated: all choices, or that many at random. The first is the real one."""
        units, treated = len(self.values), int(self.is_treated.sum())
        if comb(units, treated) <= MOST_PLACEBOS:
            choices = [np.array(each) for each in combinations(range(units), treated)]
        else:
            rng = stream(seed, "placebos")
            choices = [rng.choice(units, treated, replace=False) for _ in range(MOST_PLACEBOS)]
        real = set(np.flatnonzero(self.is_treated))
        others = [
            effect(self.values, np.isin(np.arange(units), each), self.first) for each in choices if set(each) != real
        ]
        return np.array([self.effect, *others])

    def event_study(self) -> tuple[np.ndarray, np.ndarray]:
        """((periods,), (periods,)): the gap of the treated units to the others in each period, against the last one
        before treatment, and its standard error over units."""
        change = self.values - self.values[:, [self.first - 1]]
        one, two = change[self.is_treated], change[~self.is_treated]
        return one.mean(axis=0) - two.mean(axis=0), _errors(one, two)

    @property
    def pre_trend(self) -> tuple[float, float]:
        """(slope, smallest slope that would have been seen): a test that passes shows no more than that."""
        before = np.arange(self.first) - (self.first - 1) / 2
        slopes = self.values[:, : self.first] @ before / (before**2).sum()
        one, two = slopes[self.is_treated], slopes[~self.is_treated]
        return float(one.mean() - two.mean()), float(POWER_95_80 * _errors(one[:, None], two[:, None])[0])


def effect(values: np.ndarray, is_treated: np.ndarray, first: int) -> float:
    """How much more the treated units changed than the others."""
    change = values[:, first:].mean(axis=1) - values[:, :first].mean(axis=1)
    return float(change[is_treated].mean() - change[~is_treated].mean())


def panel(rows: pd.DataFrame) -> Panel:
    """Rows of unit, period, value and treated (0 or 1); ExplainedError where the design does not fit."""
    values, treated = (
        rows.pivot(index="unit", columns="period", values=each).to_numpy(dtype=float) for each in ("value", "treated")
    )
    is_treated = treated.max(axis=1) > 0
    starts = treated[is_treated].argmax(axis=1)
    if np.isnan(values).any() or not 0 < is_treated.sum() < len(values) or len(set(starts)) != 1 or starts[0] < 2:
        raise ExplainedError(
            "difference-in-differences needs every unit in every period, some treated from one moment on, the "
            "others never, and two periods before"
        )
    return Panel(values, is_treated, int(starts[0]))


def _demeaned(values: np.ndarray) -> np.ndarray:
    return values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()


def _errors(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Of a difference of means over units; a single treated unit is taken to vary as the others do."""
    spread = two.var(axis=0, ddof=1)
    of_one = one.var(axis=0, ddof=1) if len(one) > 2 else spread
    return np.sqrt(of_one / len(one) + spread / len(two))
