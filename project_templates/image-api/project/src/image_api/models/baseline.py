"""The baseline: a linear model on hand-made features, kept as two plain arrays: loading a pickle could run code."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from image_api.config import PROJECT
from image_api.models import features

BASELINE = PROJECT.models / "baseline.npz"


@dataclass(frozen=True)
class Baseline:
    """Linear scores of the features of `features.describe`."""

    weights: np.ndarray  # (classes, 40)
    bias: np.ndarray  # (classes,)

    def predict(self, pixels: np.ndarray) -> np.ndarray:
        """(N, side, side, 3) bytes → (N,) class numbers."""
        return (features.describe(pixels) @ self.weights.T + self.bias).argmax(axis=1)

    def save(self, path: Path) -> None:
        """Write both arrays."""
        np.savez(path, weights=self.weights, bias=self.bias)


def load(path: Path = BASELINE) -> Baseline:
    """Read both arrays."""
    with np.load(path, allow_pickle=False) as stored:
        return Baseline(stored["weights"], stored["bias"])
