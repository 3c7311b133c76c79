"""Whether what arrives still looks like what was found good: distances, and how far they stray by chance alone."""

from collections.abc import Mapping

import numpy as np

from .config import Config


def distance(sample: np.ndarray, other: np.ndarray) -> float:
    """Kolmogorov-Smirnov: the largest gap between the two cumulative distributions, 0 (alike) to 1."""
    places = np.concatenate([sample, other])
    shares = [np.searchsorted(np.sort(values), places, side="right") / len(values) for values in (sample, other)]
    return float(np.abs(shares[0] - shares[1]).max())


def limits(reference: Mapping[str, np.ndarray], groups: np.ndarray, config: Config) -> dict[str, float]:
    """The distance that each signal exceeds by chance in a stated share of windows.

    Members of a group are alike, so a window holds less than its number suggests; and the reference is a sample too.
    Hence both are redrawn, by whole groups, and their distances counted.
    """
    names, index = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(index == name) for name in range(len(names))]
    rng = np.random.default_rng(config.seed)
    share = 100 * (1 - config.drift_alarms / len(reference))  # every signal may raise the alarm

    def draw(number: int) -> np.ndarray:
        needed = max(1, round(number * len(names) / len(groups)))
        return np.concatenate([members[name] for name in rng.integers(len(names), size=needed)])

    pairs = [(draw(config.window), draw(len(groups))) for _ in range(config.resamples)]
    return {
        name: round(float(np.percentile([distance(values[a], values[b]) for a, b in pairs], share)), 4)
        for name, values in reference.items()
    }
