"""How sure the numbers are: bootstrap intervals that resample whole groups, since members of a group are alike."""

import numpy as np

LEVEL = (2.5, 97.5)  # percentiles: a 95 % interval


def resample(groups: int, times: int, seed: int) -> np.ndarray:
    """(times, groups): how often each group is drawn when as many are drawn with replacement."""
    return np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), size=times)


def interval(values: np.ndarray) -> tuple[float, float]:
    """The 95 % percentile interval of resampled values."""
    low, high = np.percentile(values, LEVEL)
    return float(low), float(high)
