"""What is watched of the photographs that arrive: a few numbers each."""

import numpy as np


def signals(pixels: np.ndarray, probabilities: np.ndarray) -> dict[str, np.ndarray]:
    """What is logged of (N, side, side, 3) photographs: a few numbers each, from which none can be restored."""
    values = {**of_pixels(pixels), "confidence": probabilities.max(axis=1)}
    return {name: each.astype(float).round(4) for name, each in values.items()}  # as they are logged


def of_pixels(pixels: np.ndarray) -> dict[str, np.ndarray]:
    """How (N, side, side, 3) photographs look: (N,) numbers by name."""
    gray = pixels.astype(np.float32).mean(axis=3)  # (N, side, side)
    contrast = gray.std(axis=(1, 2))
    around = gray[:, :-2, 1:-1] + gray[:, 2:, 1:-1] + gray[:, 1:-1, :-2] + gray[:, 1:-1, 2:]
    curvature = 4 * gray[:, 1:-1, 1:-1] - around
    return {
        "brightness": gray.mean(axis=(1, 2)),
        "contrast": contrast,
        "sharpness": np.abs(curvature).mean(axis=(1, 2)) / (contrast + 1),
        "colorfulness": np.ptp(pixels.astype(np.float32), axis=3).mean(axis=(1, 2)),
    }
