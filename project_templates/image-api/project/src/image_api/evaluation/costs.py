"""What wrong answers cost, counted in needless treatments; the prices are in `Config`."""

import re

import numpy as np

from image_api.config import Config

HEALTHY = re.compile(r"\bhealthy\b", re.IGNORECASE)  # in the names of classes that need no treatment


def healthy(classes: list[str]) -> list[int]:
    """The numbers of the classes that need no treatment, if their names say so."""
    return [number for number, name in enumerate(classes) if HEALTHY.search(name)]


def table(classes: list[str], config: Config) -> np.ndarray:
    """(classes, classes + 1): what it costs to answer the truth (row) with a name (column), or with none (the last)."""
    number = len(classes)
    prices = np.full((number, number + 1), config.cost_wrong_kind)
    nothing = healthy(classes)
    prices[:, nothing] = config.cost_missed
    prices[nothing, :] = config.cost_false_alarm
    prices[np.ix_(nothing, nothing)] = 0.0  # neither is treated
    np.fill_diagonal(prices, 0.0)
    prices[:, number] = config.cost_retake
    return prices
