"""How sure the numbers are: bootstrap intervals that resample whole groups, since members of a group are alike.

SciPy's bootstrap resamples single cases, which would make every interval too narrow here.
"""

import numpy as np

LEVEL = (2.5, 97.5)  # percentiles: a 95% interval


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
