"""What a policy would have earned, by the log of another one: three estimators, and how much log stands behind them.

IPS weighs each reward by how much likelier the other policy would have acted so; SNIPS divides by the sum of those
weights; DR starts from a guess of every reward and corrects it where the log knows better (Dudik et al. 2011).
"""

from dataclasses import dataclass

import numpy as np

from recommender.kit import intervals

DOUBT = 20.0  # actions' worth of the mean reward that a guess for one action starts from


@dataclass(frozen=True)
class Logged:
    """N actions that were taken, and what came of them."""

    actions: np.ndarray  # (N,) numbers
    rewards: np.ndarray  # (N,)
    propensities: np.ndarray  # (N,) with which each was taken
    visitors: np.ndarray  # (N,): actions of one are alike, so intervals are over visitors


@dataclass(frozen=True)
class Policy:
    """Another policy, in the situations of the same log."""

    name: str
    taken: np.ndarray  # (N,): how likely it takes the logged action
    chances: np.ndarray  # (N, actions): how likely it takes each; rows sum to 1


@dataclass(frozen=True)
class Support:
    """How much of the log speaks of a policy."""

    effective: float  # actions: that many, all weighing the same, would say as much
    largest: float  # weight


@dataclass(frozen=True)
class Estimate:
    """One estimator's answer."""

    estimator: str
    value: float
    ci95: tuple[float, float]


def support(logged: Logged, policy: Policy) -> Support:
    """Effective sample size and largest weight."""
    weights = policy.taken / logged.propensities
    total = float(weights.sum())
    return Support(total**2 / float((weights**2).sum()) if total else 0.0, float(weights.max()))


def estimate(logged: Logged, policy: Policy, resamples: int, seed: int) -> list[Estimate]:
    """IPS, SNIPS and DR, each with a 95 % interval from a bootstrap over visitors."""
    weights = policy.taken / logged.propensities
    guesses = _guesses(logged, policy.chances.shape[1])
    rows = np.arange(len(logged.actions))
    corrected = (policy.chances * guesses).sum(axis=1) + weights * (logged.rewards - guesses[rows, logged.actions])
    names, index = np.unique(logged.visitors, return_inverse=True)
    sums = np.zeros((len(names), 4))
    np.add.at(sums, index, np.stack([weights * logged.rewards, weights, corrected, np.ones(len(rows))], axis=1))
    drawn = np.concatenate([sums.sum(axis=0)[None], intervals.resample(np.zeros(len(names)), resamples, seed) @ sums])
    rewarded, weight, doubly, number = drawn.T
    found = {"IPS": rewarded / number, "SNIPS": rewarded / np.maximum(weight, 1e-12), "DR": doubly / number}
    return [
        Estimate(name, round(float(values[0]), 5), tuple(round(each, 5) for each in intervals.interval(values[1:])))  # type: ignore[arg-type]
        for name, values in found.items()
    ]


def _guesses(logged: Logged, actions: int) -> np.ndarray:
    """(N, actions): each action's mean reward among the visitors of the other half, drawn to the mean of all."""
    half = np.unique(logged.visitors, return_inverse=True)[1] % 2
    guesses = np.zeros((len(half), actions))
    for mine in (0, 1):
        others = half != mine
        number = np.bincount(logged.actions[others], minlength=actions)
        earned = np.bincount(logged.actions[others], weights=logged.rewards[others], minlength=actions)
        usual = logged.rewards[others].mean() if others.any() else 0.0
        guesses[half == mine] = (earned + DOUBT * usual) / (number + DOUBT)
    return guesses
