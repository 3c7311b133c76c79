"""How often two variants without any difference look different, the more often somebody looks before the end."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from recommender.experiment import inference

LOOKS = (1, 5, 10, 20)
TIMES = 2_000  # experiments that are simulated
AT_ONCE = 100


@dataclass(frozen=True)
class Peeking:
    """The share of experiments that call a difference where there is none."""

    looks: int
    naive: float  # by the interval that is meant for one look
    always_valid: float


def simulate(outcomes: np.ndarray, visitors: int, seed: int) -> list[Peeking]:
    """Experiments of so many visitors whose (N,) outcomes are drawn from real ones, all under the same variant."""
    rng = np.random.default_rng([seed, 3])
    checkpoints = (np.arange(1, max(LOOKS) + 1) * visitors / max(LOOKS)).astype(int)
    scores = np.concatenate([_scores(rng, outcomes, visitors, checkpoints) for _ in range(TIMES // AT_ONCE)])
    once = stats.norm.ppf(0.5 + inference.LEVEL / 2)
    always = inference.boundary(checkpoints, visitors)
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
