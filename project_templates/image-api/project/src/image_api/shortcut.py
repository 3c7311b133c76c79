"""Whether the background gives the answer away: a model that sees eight pixels of the rim, and no leaf at all."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from image_api.photographs import Photographs


def answers(photographs: Photographs, train: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """(M,) class numbers for the photographs `asked`, by a linear model of the rim of those in `train`."""
    scaler = StandardScaler().fit(rim(photographs.pixels[train]))
    model = LogisticRegression(max_iter=2000).fit(
        scaler.transform(rim(photographs.pixels[train])), photographs.labels[train]
    )
    predicted: np.ndarray = model.predict(scaler.transform(rim(photographs.pixels[asked])))
    return predicted


def rim(pixels: np.ndarray) -> np.ndarray:
    """(N, side, side, 3) bytes → (N, 24): the four corners, and the middle of each edge."""
    end, half = pixels.shape[1] - 1, pixels.shape[1] // 2
    places = [(0, 0), (0, half), (0, end), (half, 0), (half, end), (end, 0), (end, half), (end, end)]
    return np.concatenate([pixels[:, row, column] for row, column in places], axis=1).astype(float)
