"""Off-policy evaluation: how often the first item would be opened under another ranking, by the log of today's alone.

Run as: python -m recommender ope [--log-dir DIR]

IPS weighs each reward by how much likelier the other policy would have acted so; SNIPS divides by the sum of those
weights; DR starts from a guess of every reward and corrects it where the log knows better (Dudik et al. 2011).
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text

from recommender.config import PROJECT, SIMULATED, Config
from recommender.experiment import events
from recommender.experiment.assignment import Experiment
from recommender.kit import intervals, results
from recommender.kit.project import ExplainedError
from recommender.models.saved import POPULAR

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
    mass: float  # mean weight: well below 1 where the policy takes actions that the log could not have taken


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
    effective = total**2 / float((weights**2).sum()) if total else 0.0
    return Support(effective, float(weights.max()), total / len(weights))


def estimate(logged: Logged, policy: Policy, resamples: int, seed: int) -> list[Estimate]:
    """IPS, SNIPS and DR, each with a 95 % interval from a bootstrap over visitors."""
    weights = policy.taken / logged.propensities
    guesses = _guesses(logged, policy.chances.shape[1])
    rows = np.arange(len(logged.actions))
    corrected = (policy.chances * guesses).sum(axis=1) + weights * (logged.rewards - guesses[rows, logged.actions])
    index = _numbered(logged.visitors)
    sums = np.zeros((index.max() + 1, 4))
    np.add.at(sums, index, np.stack([weights * logged.rewards, weights, corrected, np.ones(len(rows))], axis=1))
    drawn = np.concatenate([sums.sum(axis=0)[None], intervals.resample(np.zeros(len(sums)), resamples, seed) @ sums])
    rewarded, weight, doubly, number = drawn.T
    found = {"IPS": rewarded / number, "SNIPS": rewarded / np.maximum(weight, 1e-12), "DR": doubly / number}
    return [
        Estimate(name, round(float(values[0]), 5), tuple(round(each, 5) for each in intervals.interval(values[1:])))  # type: ignore[arg-type]
        for name, values in found.items()
    ]


def _guesses(logged: Logged, actions: int) -> np.ndarray:
    """(N, actions): each action's mean reward among the visitors of the other half, drawn to the mean of all."""
    half = _numbered(logged.visitors) % 2
    guesses = np.zeros((len(half), actions))
    for mine in (0, 1):
        others = half != mine
        number = np.bincount(logged.actions[others], minlength=actions)
        earned = np.bincount(logged.actions[others], weights=logged.rewards[others], minlength=actions)
        usual = logged.rewards[others].mean() if others.any() else 0.0
        guesses[half == mine] = (earned + DOUBT * usual) / (number + DOUBT)
    return guesses


def _numbered(visitors: np.ndarray) -> np.ndarray:
    """(N,) numbers of the visitors in the order in which they came: their pseudonyms have another order in each log."""
    _, first, index = np.unique(visitors, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[index]


FIRST_ITEMS = text("""
SELECT shown.visitor, shown.item_id, shown.propensity, shown.choices, opened.event_id IS NOT NULL AS is_opened
FROM exposures AS shown
LEFT JOIN clicks AS opened ON opened.list_id = shown.list_id AND opened.position = 1
WHERE shown.experiment = :experiment AND shown.variant = :variant AND shown.position = 1 AND shown.is_fallback = 0
ORDER BY shown.served, shown.list_id
""")
UNIFORM = "uniform"


def ope(config: Config, log_dir: str | None = None) -> list[str]:
    """Estimate every ranking from the control's log, add it to reports/metrics.json, and say it in lines."""
    folder = Path(log_dir) if log_dir else SIMULATED
    logged, policies = read(folder, config)
    truth_file = folder / "truth.json"
    truth = json.loads(truth_file.read_text(encoding="utf-8"))["first_is_opened"] if truth_file.is_file() else {}
    rows = [evaluate(logged, each, truth.get(each.name), config) for each in policies]
    document = results.read(PROJECT.metrics)
    document["ope"] = {
        "logged_by": config.variants[0][0],
        "lists": len(logged.actions),
        "visitors": len(np.unique(logged.visitors)),
        "exploration": config.exploration,
        "source": "simulated visitors" if truth else "visitors",
        "least_support": config.least_support,
        "least_mass": config.least_mass,
        "policies": rows,
    }
    results.write(PROJECT.metrics, document)
    return [f"by {len(logged.actions):,} first items of {config.variants[0][0]}:", *map(describe, rows)]


def read(folder: Path, config: Config) -> tuple[Logged, list[Policy]]:
    """The first items that the control showed, and what every ranking would have put there."""
    experiment = Experiment.of(config)
    control = experiment.variants[0][0]
    with events.reading(events.source(folder)) as connection:
        wanted = {"experiment": experiment.key, "variant": control}
        rows = connection.execute(FIRST_ITEMS, wanted).mappings().all()
    if not rows:
        raise ExplainedError(f"the log holds no personal list of {control!r} in the experiment {experiment.key!r}")
    choices = [json.loads(row["choices"]) for row in rows]
    items = sorted({item for each in choices for item in each["candidates"]})
    numbers = {item: number for number, item in enumerate(items)}
    actions = np.array([numbers[row["item_id"]] for row in rows])
    logged = Logged(
        actions=actions,
        rewards=np.array([row["is_opened"] for row in rows], dtype=float),
        propensities=np.array([row["propensity"] for row in rows]),
        visitors=np.array([row["visitor"] for row in rows]),
    )
    evenly = np.zeros((len(rows), len(items)))
    for row, each in zip(evenly, choices, strict=True):
        row[[numbers[item] for item in each["candidates"]]] = 1 / len(each["candidates"])
    always = {
        name: np.eye(len(items))[[numbers[each["first"][name]] for each in choices]]
        for name in (*(name for name, _ in experiment.variants), POPULAR)
    }
    chances = {**always, UNIFORM: evenly}
    places = np.arange(len(rows))
    return logged, [Policy(name, each[places, actions], each) for name, each in chances.items()]


def evaluate(logged: Logged, policy: Policy, truth: float | None, config: Config) -> dict[str, Any]:
    """One policy's row; without estimates where too little of the log speaks of it."""
    behind = support(logged, policy)
    is_supported = behind.effective >= config.least_support and behind.mass >= config.least_mass
    found = estimate(logged, policy, config.resamples, config.seed) if is_supported else []
    return {
        "policy": policy.name,
        "effective": round(behind.effective, 1),
        "largest": round(behind.largest, 2),
        "mass": round(behind.mass, 3),
        "truth": None if truth is None else round(truth, 5),
        "estimates": [asdict(each) for each in found],
    }


def describe(row: dict[str, Any]) -> str:
    """A policy's row, for a terminal."""
    behind = (
        f"effective sample {row['effective']:,.0f}, largest weight {row['largest']:.1f}, mean weight {row['mass']:.2f}"
    )
    if not row["estimates"]:
        return f"{row['policy']:<14} no estimate: too little of the log speaks of it ({behind})"
    told = ", ".join(
        f"{each['estimator']} {each['value']:.4f} [{each['ci95'][0]:.4f}, {each['ci95'][1]:.4f}]"
        for each in row["estimates"]
    )
    return f"{row['policy']:<14} {told} ({behind})"
