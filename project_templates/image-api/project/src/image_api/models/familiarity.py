"""Whether a photograph is like those the model was trained on: how far it lies from every class, in the network's own
features, measured by how much photographs of one class differ (Lee, Lee, Lee and Shin 2018, arXiv 1807.03888).

A classifier has to give each picture one of its names, and can be very sure of a wrong one. The limit is what nearly
all validation photographs keep to.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from image_api.config import PROJECT

KNOWN = PROJECT.models / "known.npz"
SHRINK = 0.05  # added to each variance: there may be fewer photographs than features
KEPT = 0.98  # share of the validation photographs within the limit


@dataclass(frozen=True)
class Known:
    """Where each class lies, in which directions its photographs differ, and how far away is too far."""

    centers: np.ndarray  # (classes, features)
    whitening: np.ndarray  # (features, features)
    limit: float

    def distances(self, features: np.ndarray) -> np.ndarray:
        """(N, features) → (N,): from the nearest class."""
        places, centers = features @ self.whitening, self.centers @ self.whitening
        return np.stack([np.linalg.norm(places - center, axis=1) for center in centers]).min(axis=0)

    def are_familiar(self, features: np.ndarray) -> np.ndarray:
        """(N, features) → (N,) bool."""
        near: np.ndarray = self.distances(features) <= self.limit
        return near

    def save(self, path: Path = KNOWN) -> None:
        """Write the arrays."""
        np.savez_compressed(path, centers=self.centers, whitening=self.whitening, limit=self.limit)


def learn(training: np.ndarray, labels: np.ndarray, validation: np.ndarray) -> Known:
    """From (N, features) of photographs that trained, with their (N,) labels, and (M, features) of others like them."""
    names, index = np.unique(labels, return_inverse=True)
    centers = np.stack([training[labels == name].mean(axis=0) for name in names])
    apart = training - centers[index]
    spread = apart.std(axis=0) + 1e-6
    covariance = np.cov((apart / spread).T) + SHRINK * np.eye(training.shape[1])
    whitening = np.linalg.cholesky(np.linalg.inv(covariance)) / spread[:, None]
    known = Known(centers.astype(np.float32), whitening.astype(np.float32), 0.0)
    return Known(known.centers, known.whitening, float(np.quantile(known.distances(validation), KEPT)))


def load(path: Path = KNOWN) -> Known:
    """What `save` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return Known(stored["centers"], stored["whitening"], float(stored["limit"]))
