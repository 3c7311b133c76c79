"""The passages as vectors of whole numbers of one byte: the service and the page rank by the very same ones."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

FINEST = 127  # steps to each side of zero


@dataclass(frozen=True)
class Vectors:
    """N directions in D dimensions."""

    steps: np.ndarray  # (N, D) int8
    lengths: np.ndarray  # (N,) float32

    @classmethod
    def of(cls, values: np.ndarray) -> "Vectors":
        """(N, D) of any scale, each row by itself: only its direction matters."""
        steps = np.vstack([in_steps(each) for each in values])
        lengths = np.maximum(np.linalg.norm(steps.astype(np.float64), axis=1), 1e-9).astype(np.float32)
        return cls(steps, lengths)

    def cosines(self, direction: np.ndarray) -> np.ndarray:
        """(N,) with a direction of length 1."""
        return (self._floats @ direction) / self.lengths

    @cached_property
    def _floats(self) -> np.ndarray:
        """As the processor multiplies them: otherwise they would be converted for every question."""
        return self.steps.astype(np.float32)


def in_steps(values: np.ndarray) -> np.ndarray:
    """Whole numbers from -127 to 127."""
    return np.round(values / max(float(np.abs(values).max()), 1e-9) * FINEST).astype(np.int8)
