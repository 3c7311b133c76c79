"""What an experiment can say: ratios, power, differences, and an interval that holds however often one looks.

CUPED: Deng, Xu, Kohavi and Walker 2013. The always-valid interval is the asymptotic confidence sequence of
Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (arXiv 2103.06476), after the mixture of Robbins.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 0.95
POWER = 0.8
TUNED_FOR = 0.5  # share of the planned visitors at which the always-valid interval is tightest


@dataclass(frozen=True)
class Ratio:
    """How many visitors each variant has, and how likely a split at least as uneven is by chance."""

    counts: tuple[int, ...]
    p: float


@dataclass(frozen=True)
class Difference:
    """Treatment minus control, each visitor counting once."""

    value: float
    error: float  # standard error
    n: int  # visitors

    def interval(self) -> tuple[float, float]:
        """95 %, for who looks once, at the end."""
        half = float(stats.norm.ppf(0.5 + LEVEL / 2)) * self.error
        return self.value - half, self.value + half

    def always_valid(self, planned: int) -> tuple[float, float]:
        """95 % at all times at once: one may look after every visitor, and stop whenever one likes."""
        half = self.error * boundary(np.array([self.n]), planned)[0]
        return self.value - half, self.value + half

    @property
    def p(self) -> float:
        """Two-sided, for who looks once."""
        return float(2 * stats.norm.sf(abs(self.value) / self.error)) if self.error else 1.0


def ratio(counts: Sequence[int], shares: Sequence[float]) -> Ratio:
    """Chi-square of the visitors against the shares they were assigned by."""
    expected = np.array(shares) / sum(shares) * sum(counts)
    p = float(stats.chisquare(counts, expected).pvalue) if sum(counts) else 1.0
    return Ratio(tuple(counts), p)


def detectable(deviation: float, counts: Sequence[int]) -> float:
    """The true difference that an experiment of these two sizes finds in four of five repetitions."""
    factor = stats.norm.ppf(0.5 + LEVEL / 2) + stats.norm.ppf(POWER)
    return float(factor * deviation * np.sqrt(sum(1 / max(1, each) for each in counts)))


def needed(deviation: float, difference: float) -> int:
    """Visitors in each of two variants to find that difference in four of five repetitions."""
    factor = stats.norm.ppf(0.5 + LEVEL / 2) + stats.norm.ppf(POWER)
    return int(np.ceil(2 * (factor * deviation / difference) ** 2))


def difference(outcomes: np.ndarray, is_treated: np.ndarray) -> Difference:
    """(N,) outcomes of visitors → the difference of means, with variances of their own (Welch)."""
    groups = [outcomes[is_treated], outcomes[~is_treated]]
    error = float(np.sqrt(sum(each.var(ddof=1) / len(each) for each in groups)))
    return Difference(float(groups[0].mean() - groups[1].mean()), error, len(outcomes))


def adjusted(outcomes: np.ndarray, before: np.ndarray) -> np.ndarray:
    """CUPED: (N,) outcomes less what (N, covariates) known before the experiment explain of them."""
    centred = before - before.mean(axis=0)
    slopes = np.linalg.lstsq(centred, outcomes - outcomes.mean(), rcond=None)[0]
    remaining: np.ndarray = outcomes - centred @ slopes
    return remaining


def covariates(history: np.ndarray) -> np.ndarray:
    """(N,) films watched before → (N, 2): their logarithm, and whether there was no past at all."""
    return np.stack([np.log1p(history), history == 0], axis=1).astype(float)


def boundary(looks: np.ndarray, planned: int) -> np.ndarray:
    """(looks,) visitors so far → how many standard errors the always-valid interval reaches."""
    alpha, at = 1 - LEVEL, max(1.0, TUNED_FOR * planned)
    rho2 = (-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1)) / at
    scaled = looks * rho2
    reach: np.ndarray = np.sqrt(2 * (scaled + 1) / scaled * np.log(np.sqrt(scaled + 1) / alpha))
    return reach


LOOKS = (1, 5, 10, 20)
TIMES = 2_000  # experiments that are simulated
AT_ONCE = 100


@dataclass(frozen=True)
class Peeking:
    """The share of experiments that call a difference where there is none."""

    looks: int
    naive: float  # by the interval that is meant for one look
    always_valid: float


def peeking(outcomes: np.ndarray, visitors: int, seed: int) -> list[Peeking]:
    """Experiments of so many visitors whose (N,) outcomes are drawn from real ones, all under the same variant."""
    rng = np.random.default_rng([seed, 3])
    checkpoints = (np.arange(1, max(LOOKS) + 1) * visitors / max(LOOKS)).astype(int)
    scores = np.concatenate([_scores(rng, outcomes, visitors, checkpoints) for _ in range(TIMES // AT_ONCE)])
    once = stats.norm.ppf(0.5 + LEVEL / 2)
    always = boundary(checkpoints, visitors)
    found = []
    for looks in LOOKS:
        seen = np.arange(max(LOOKS) // looks - 1, max(LOOKS), max(LOOKS) // looks)
        naive = (scores[:, seen] > once).any(axis=1).mean()
        valid = (scores[:, seen] > always[seen]).any(axis=1).mean()
        found.append(Peeking(looks, round(float(naive), 4), round(float(valid), 4)))
    return found


def _scores(rng: np.random.Generator, outcomes: np.ndarray, visitors: int, checkpoints: np.ndarray) -> np.ndarray:
    """(experiments, looks): how many standard errors the variants are apart at each look."""
    drawn = rng.choice(outcomes, size=(AT_ONCE, visitors)).astype(float)
    is_treated = rng.random((AT_ONCE, visitors)) < 0.5
    last = checkpoints - 1
    means, variances = [], []
    for group in (is_treated, ~is_treated):
        number = np.maximum(group.cumsum(axis=1)[:, last], 2)
        first, second = ((drawn**power * group).cumsum(axis=1)[:, last] / number for power in (1, 2))
        means.append(first)
        variances.append((second - first**2) / (number - 1))
    apart: np.ndarray = np.abs(means[0] - means[1]) / np.sqrt(sum(variances) + 1e-12)
    return apart
