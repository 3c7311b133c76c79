"""How sure the numbers are: bootstrap intervals that resample whole groups, since members of a group are alike.

SciPy's bootstrap resamples single cases, which would make every interval too narrow here. What an experiment needs in
users, and whether its arms are as they were drawn, is here as well.
"""

import math
from statistics import NormalDist

import numpy as np

LEVEL = (2.5, 97.5)  # percentiles: a 95% interval
NORMAL = NormalDist()
Z = NORMAL.inv_cdf(0.975)  # standard errors on either side, of a 95% interval


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Random numbers for one purpose: by the seed alone, two purposes would draw the same ones."""
    return np.random.default_rng([seed, *purpose.encode()])


def resample(strata: np.ndarray, times: int, seed: int) -> np.ndarray:
    """(groups,) stratum of each → (times, groups): how often each is drawn, with replacement, within its stratum."""
    rng = stream(seed, "resample")
    drawn = np.zeros((times, len(strata)), dtype=np.uint16)  # a quarter of the memory, for a hundred thousand groups
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        shares = np.full(len(members), 1 / len(members))
        for row in drawn:
            row[members] = rng.multinomial(len(members), shares)
    return drawn


def wilson(share: float, number: int) -> tuple[float, float]:
    """The 95% interval of a share of so many cases (Wilson 1927): also where all of them agree, and resampling them
    would never vary."""
    if not number:
        return 0.0, 1.0
    z2 = 1.96**2 / number
    middle, half = (share + z2 / 2) / (1 + z2), np.sqrt(z2 * (share * (1 - share) + z2 / 4)) / (1 + z2)
    return float(min(share, max(0.0, middle - half))), float(max(share, min(1.0, middle + half)))


def interval(values: np.ndarray) -> tuple[float, float]:
    """The 95% percentile interval of resampled values."""
    low, high = np.percentile(values, LEVEL)
    return float(low), float(high)


def needed(baseline: float, effect: float, power: float, share: float, alpha: float) -> int:
    """Cases in the smaller arm, to see a share rise (or, with an effect below 0, fall) in a two-sided test (Fleiss)."""
    other = baseline + effect
    spread = baseline * (1 - baseline) / (1 - share) + other * (1 - other) / share
    total = (NORMAL.inv_cdf(1 - alpha / 2) + NORMAL.inv_cdf(power)) ** 2 * spread / effect**2
    return math.ceil(total * min(share, 1 - share))


def detectable(baseline: float, arms: tuple[int, int], power: float, alpha: float) -> float:
    """The smallest difference of shares that such (control, treated) arms show with that power."""
    spread = math.sqrt(baseline * (1 - baseline) * (1 / arms[0] + 1 / arms[1]))
    return (NORMAL.inv_cdf(1 - alpha / 2) + NORMAL.inv_cdf(power)) * spread


def ratio_p(control: int, treated: int, share: float) -> float:
    """How likely so unequal arms are if that share is treated by lot (chi-squared with one degree of freedom)."""
    total = control + treated
    gap = (treated - total * share) ** 2 / (total * share * (1 - share))
    return math.erfc(math.sqrt(gap / 2))
