"""The tests of an experiment: differences with intervals, CUPED, ratios, and many tests at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

Z = norm.isf(0.025)  # of a 95% interval


@dataclass(frozen=True)
class Difference:
    """How much higher the treated arm is than the other."""

    control: float
    treated: float
    difference: float
    ci95: tuple[float, float]
    p: float
    n: int


def is_real(ci95: tuple[float, float]) -> bool:
    """Whether an interval leaves out zero."""
    return bool(ci95[0] > 0 or ci95[1] < 0)


def difference(values: np.ndarray, is_treated: np.ndarray) -> Difference:
    """Of the means of (N,) values, with unequal variances (Welch); n is large enough for the normal distribution."""
    arms = [values[~is_treated], values[is_treated]]
    control, treated = (float(each.mean()) for each in arms)
    error = float(np.sqrt(sum(each.var(ddof=1) / len(each) for each in arms)))
    return _normal(control, treated, treated - control, error, len(values))


def cuped(values: np.ndarray, before: np.ndarray, is_treated: np.ndarray) -> Difference:
    """The same, after taking off what (N,) values from before the experiment explain (Deng et al. 2013)."""
    centered = before - before.mean()
    slope = float(centered @ (values - values.mean()) / (centered @ centered)) if centered.any() else 0.0
    return difference(values - slope * centered, is_treated)


def ratio(numerator: np.ndarray, denominator: np.ndarray, is_treated: np.ndarray) -> Difference:
    """Of two ratios of sums, such as sessions per active day: the delta method, since customers are what is drawn."""
    means, errors = [], []
    for arm in (~is_treated, is_treated):
        top, bottom = numerator[arm], denominator[arm]
        value = float(top.sum() / bottom.sum())
        residuals = (top - value * bottom) / bottom.mean()
        means.append(value)
        errors.append(residuals.var(ddof=1) / len(residuals))
    return _normal(means[0], means[1], means[1] - means[0], float(np.sqrt(sum(errors))), len(numerator))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted so that the chance of any false alarm keeps its level (Holm 1979)."""
    order = np.argsort(p_values)
    steps = np.array(p_values)[order] * (len(p_values) - np.arange(len(p_values)))
    return _in_order(np.minimum(1, np.maximum.accumulate(steps)), order)


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted so that the share of false alarms among the alarms keeps its level (Benjamini and Hochberg 1995)."""
    order = np.argsort(p_values)
    steps = np.array(p_values)[order] * len(p_values) / (np.arange(len(p_values)) + 1)
    return _in_order(np.minimum(1, np.minimum.accumulate(steps[::-1])[::-1]), order)


def _normal(control: float, treated: float, gap: float, error: float, number: int) -> Difference:
    reach = Z * error
    p = float(2 * norm.sf(abs(gap) / error)) if error else float(gap == 0)
    return Difference(control, treated, gap, (float(gap - reach), float(gap + reach)), p, number)


def _in_order(adjusted: np.ndarray, order: np.ndarray) -> list[float]:
    back = np.empty_like(adjusted)
    back[order] = adjusted
    return [float(each) for each in back]
