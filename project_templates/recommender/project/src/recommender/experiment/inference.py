"""What an experiment can say: ratios, power, differences, and an interval that holds however often one looks.

CUPED: Deng, Xu, Kohavi and Walker 2013. The always-valid interval is the asymptotic confidence sequence of
Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (arXiv 2103.06476), after the mixture of Robbins. Its width at a number
of visitors depends on the number that was planned before the first of them, and on nothing that came later.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from recommender.kit.intervals import stream

ALPHA = 0.05  # how often all comparisons of an experiment together may find what is not there
POWER = 0.8
TUNED_FOR = 0.5  # share of the planned visitors at which the always-valid interval is tightest
SINGULAR = 1e-9  # added to the variance of the covariates: a column may have been constant so far


@dataclass(frozen=True)
class Ratio:
    """How many visitors each variant has, and how likely a split at least as uneven is by chance."""

    counts: tuple[int, ...]
    p: float


@dataclass(frozen=True)
class Running:
    """Treatment minus control as it stood at each look; (looks,) arrays."""

    visitors: np.ndarray  # of both groups, so far
    value: np.ndarray
    error: np.ndarray  # standard error
    relative: np.ndarray  # value, divided by the mean of the control group
    relative_error: np.ndarray  # the mean of the control group is an estimate, too

    def once(self, alpha: float = ALPHA) -> np.ndarray:
        """(looks, 2): the interval for one look only, planned before."""
        return self._reaching(self.value, self.error, np.full(len(self.error), _normal(alpha)))

    def always(self, planned: int, alpha: float = ALPHA) -> np.ndarray:
        """(looks, 2): valid at all looks at once, so one may stop at any of them."""
        return self._reaching(self.value, self.error, boundary(self.visitors, planned, alpha))

    def p(self) -> np.ndarray:
        """(looks,): two-sided, for one look."""
        error = np.maximum(self.error, 1e-300)
        values: np.ndarray = 2 * stats.norm.sf(np.abs(self.value) / error)
        return values

    @staticmethod
    def _reaching(middle: np.ndarray, error: np.ndarray, errors: np.ndarray) -> np.ndarray:
        return np.stack([middle - errors * error, middle + errors * error], axis=1)


def ratio(counts: Sequence[int], shares: Sequence[float]) -> Ratio:
    """Chi-square of the visitors against the shares they were assigned by."""
    expected = np.array(shares) / sum(shares) * sum(counts)
    p = float(stats.chisquare(counts, expected).pvalue) if sum(counts) else 1.0
    return Ratio(tuple(counts), p)


def detectable(deviation: float, counts: Sequence[int], alpha: float = ALPHA) -> float:
    """The true difference that an experiment of these two sizes finds in four of five repetitions."""
    factor = _normal(alpha) + stats.norm.ppf(POWER)
    return float(factor * deviation * np.sqrt(sum(1 / max(1, each) for each in counts)))


def needed(deviation: float, difference: float, alpha: float = ALPHA) -> int:
    """Visitors in each of two variants to find that difference in four of five repetitions."""
    factor = _normal(alpha) + stats.norm.ppf(POWER)
    return int(np.ceil(2 * (factor * deviation / difference) ** 2))


def running(
    outcomes: np.ndarray, is_treated: np.ndarray, before: np.ndarray | None = None, looks: np.ndarray | None = None
) -> Running:
    """(N,) outcomes of visitors in the order in which they came → the difference of means at each look.

    `before`, (N, covariates), is known of each visitor before the experiment: what it explains is taken out (CUPED),
    with slopes of the visitors so far. `looks` are numbers of visitors; without them, the one look at the end.
    Variances are those of each group (Welch).
    """
    looks = np.array([len(outcomes)]) if looks is None else looks
    known = np.empty((len(outcomes), 0)) if before is None else before - before.mean(axis=0)
    columns = np.column_stack([np.ones(len(outcomes)), outcomes, known])
    products = columns[:, :, None] * columns[:, None, :]
    everybody = products.cumsum(axis=0)[looks - 1]
    treated = (products * is_treated[:, None, None]).cumsum(axis=0)[looks - 1]
    weights = _without_what_is_explained(everybody)
    with np.errstate(invalid="ignore", divide="ignore"):  # a group may still be empty
        means, variances = zip(*(_moments(each, weights) for each in (treated, everybody - treated)), strict=True)
        value = means[0] - means[1]
        error = np.sqrt(np.maximum(variances[0] + variances[1], 0.0))
        base = _plain_mean(everybody - treated)
        relative_error = np.sqrt(np.maximum(variances[0] + (1 + value / base) ** 2 * variances[1], 0.0)) / np.abs(base)
        return Running(looks, value, error, value / base, relative_error)


def _without_what_is_explained(sums: np.ndarray) -> np.ndarray:
    """(looks, 1 + C, 1 + C) sums of products → (looks, C): weights of the outcome and of the covariates."""
    _, spread = _centered(sums)
    covariates = spread[:, 2:, 2:] + SINGULAR * np.eye(spread.shape[1] - 2)
    slopes = np.linalg.solve(covariates, spread[:, 2:, 1:2])[:, :, 0]
    return np.concatenate([np.ones((len(sums), 1)), -slopes], axis=1)


def _moments(sums: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One group's (mean, squared standard error) of the weighted columns; (looks,) each."""
    means, spread = _centered(sums)
    variance = np.einsum("li,lij,lj->l", weights, spread[:, 1:, 1:], weights) / (sums[:, 0, 0] - 1)
    return (means[:, 1:] * weights).sum(axis=1), variance


def _centered(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(means, covariances) from sums of products; the first column is one."""
    shares = sums / sums[:, :1, :1]
    means = shares[:, 0, :]
    return means, shares - means[:, :, None] * means[:, None, :]


def _plain_mean(sums: np.ndarray) -> np.ndarray:
    mean: np.ndarray = sums[:, 0, 1] / sums[:, 0, 0]
    return mean


def covariates(history: np.ndarray) -> np.ndarray:
    """(N,) items known of each visitor before → (N, 2): their logarithm, and whether there was no past at all."""
    return np.stack([np.log1p(history), history == 0], axis=1).astype(float)


def boundary(looks: np.ndarray, planned: int, alpha: float = ALPHA) -> np.ndarray:
    """(looks,) visitors so far → how many standard errors the always-valid interval reaches."""
    at = max(1.0, TUNED_FOR * planned)
    rho2 = (-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1)) / at
    scaled = looks * rho2
    reach: np.ndarray = np.sqrt(2 * (scaled + 1) / scaled * np.log(np.sqrt(scaled + 1) / alpha))
    return reach


def _normal(alpha: float) -> float:
    return float(stats.norm.ppf(1 - alpha / 2))


LOOKS = (1, 5, 20)
TIMES = 1_000  # experiments that are simulated


@dataclass(frozen=True)
class Peeking:
    """The share of experiments that call a difference where there is none."""

    looks: str
    naive: float  # by the interval that is meant for one look
    always_valid: float


def peeking(outcomes: np.ndarray, history: np.ndarray, planned: int, fewest: int, seed: int) -> list[Peeking]:
    """A/A tests: as many visitors as there were, drawn from them, assigned by chance, analyzed as `abtest` does it.

    No look is made before `fewest` visitors in each group, or about that many.
    """
    rng = stream(seed, "peeking")
    number = len(outcomes)
    looks = np.unique(np.linspace(2 * fewest, number, max(2, number - 2 * fewest)).astype(int))
    some = {str(each): _evenly(len(looks), each) for each in LOOKS} | {"after every visitor": slice(None)}
    false = {key: np.zeros(2) for key in some}
    for _ in range(TIMES):
        drawn = rng.integers(number, size=number)
        found = running(outcomes[drawn], rng.random(number) < 0.5, covariates(history[drawn]), looks)
        for key, seen in some.items():
            excludes = [_excludes_zero(each[seen]) for each in (found.once(), found.always(planned))]
            false[key] += [each.any() for each in excludes]
    return [Peeking(key, *(round(float(each), 4) for each in number / TIMES)) for key, number in false.items()]


def _evenly(number: int, looks: int) -> np.ndarray:
    """The places of so many looks, the last at the end."""
    return np.unique(np.ceil(np.arange(1, looks + 1) * number / looks).astype(int) - 1)


def _excludes_zero(intervals: np.ndarray) -> np.ndarray:
    outside: np.ndarray = (intervals[:, 0] > 0) | (intervals[:, 1] < 0)
    return outside
