"""Whether the photographs that arrive still look like those the model was tested on."""

import numpy as np

from image_api.config import Config


def signals(pixels: np.ndarray, probabilities: np.ndarray) -> dict[str, np.ndarray]:
    """What is logged of (N, side, side, 3) photographs: a few numbers each, from which none can be restored."""
    grey = pixels.astype(np.float32).mean(axis=3)  # (N, side, side)
    contrast = grey.std(axis=(1, 2))
    around = grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1] + grey[:, 1:-1, :-2] + grey[:, 1:-1, 2:]
    curvature = 4 * grey[:, 1:-1, 1:-1] - around
    found = {
        "brightness": grey.mean(axis=(1, 2)),
        "contrast": contrast,
        "sharpness": np.abs(curvature).mean(axis=(1, 2)) / (contrast + 1),
        "colourfulness": np.ptp(pixels.astype(np.float32), axis=3).mean(axis=(1, 2)),
        "confidence": probabilities.max(axis=1),
    }
    return {name: values.astype(float).round(4) for name, values in found.items()}  # as they are logged


def distance(sample: np.ndarray, other: np.ndarray) -> float:
    """Kolmogorov-Smirnov: the largest gap between the two cumulative distributions, 0 (alike) to 1."""
    places = np.concatenate([sample, other])
    shares = [np.searchsorted(np.sort(values), places, side="right") / len(values) for values in (sample, other)]
    return float(np.abs(shares[0] - shares[1]).max())


def limits(reference: dict[str, np.ndarray], groups: np.ndarray, config: Config) -> dict[str, float]:
    """The distance that each signal exceeds by chance in a stated share of windows.

    Photographs of one plant are alike, so a window holds less than its number suggests; and the reference is a sample
    too. Hence both are redrawn, by whole plants, and their distances counted.
    """
    plants, index = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(index == plant) for plant in range(len(plants))]
    rng = np.random.default_rng(config.seed)
    share = 100 * (1 - config.drift_alarms / len(reference))  # every signal may raise the alarm

    def draw(photographs: int) -> np.ndarray:
        needed = max(1, round(photographs * len(plants) / len(groups)))
        return np.concatenate([members[plant] for plant in rng.integers(len(plants), size=needed)])

    pairs = [(draw(config.window), draw(len(groups))) for _ in range(config.resamples)]
    return {
        name: round(float(np.percentile([distance(values[a], values[b]) for a, b in pairs], share)), 4)
        for name, values in reference.items()
    }
