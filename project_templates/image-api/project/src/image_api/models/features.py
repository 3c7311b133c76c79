"""Hand-made features of a photograph, for the baseline: which colours there are, and which way the edges run."""

import numpy as np
from PIL import Image

BINS = 8


def describe(photographs: np.ndarray) -> np.ndarray:
    """(N, 64, 64, 3) bytes → (N, 40) shares: three HSV histograms of 8 bins, then edge directions and strengths."""
    return np.stack([np.concatenate([_colours(p), _edges(p)]) for p in photographs])


def _colours(photograph: np.ndarray) -> np.ndarray:
    hsv = np.asarray(Image.fromarray(photograph).convert("HSV"))
    return np.concatenate([_shares(hsv[..., channel], (0, 256)) for channel in range(3)])


def _edges(photograph: np.ndarray) -> np.ndarray:
    grey = photograph.mean(axis=2)
    down, across = np.gradient(grey)
    strength = np.hypot(down, across)
    direction = np.arctan2(down, across) % np.pi
    return np.concatenate([_shares(direction, (0, np.pi), strength), _shares(np.log1p(strength), (0, 5))])


def _shares(values: np.ndarray, limits: tuple[float, float], weights: np.ndarray | None = None) -> np.ndarray:
    counts, _ = np.histogram(values, bins=BINS, range=limits, weights=weights)
    return counts / max(counts.sum(), 1e-9)
