"""What wrong answers cost, counted in needless treatments; the prices are in `Config`."""

import numpy as np

from image_api.config import Config

HEALTHY = "healthy"  # in the name of the class that needs no treatment


def healthy(classes: list[str]) -> int | None:
    """The number of the class that needs no treatment, if one says so in its name."""
    return next((number for number, name in enumerate(classes) if HEALTHY in name.casefold()), None)


def table(classes: list[str], config: Config) -> np.ndarray:
    """(classes, classes + 1): what it costs to answer the truth (row) with a name (column), or with none (the last)."""
    number = len(classes)
    prices = np.full((number, number + 1), config.cost_wrong_kind)
    nothing = healthy(classes)
    if nothing is not None:
        prices[:, nothing] = config.cost_missed
        prices[nothing, :] = config.cost_false_alarm
    np.fill_diagonal(prices, 0.0)
    prices[:, number] = config.cost_retake
    return prices
