"""What is watched of the photographs that arrive: a few numbers each."""

import numpy as np


def of(pixels: np.ndarray, probabilities: np.ndarray) -> dict[str, np.ndarray]:
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
