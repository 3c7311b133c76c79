"""What wrong answers cost, counted in false alarms; the prices are in `Config`."""

import re

import numpy as np

from image_api.config import Config


def healthy(classes: list[str], config: Config) -> list[int]:
    """The numbers of the classes of which nothing has to be done, if their names say so."""
    pattern = re.compile(rf"\b(?:{config.healthy})\b", re.IGNORECASE)
    return [number for number, name in enumerate(classes) if pattern.search(name)]


def table(classes: list[str], config: Config) -> np.ndarray:
    """(classes, classes + 1): what it costs to answer the truth (row) with a name (column), or with none (the last)."""
    number = len(classes)
    prices = np.full((number, number + 1), config.cost_wrong_kind)
    nothing = healthy(classes, config)
    prices[:, nothing] = config.cost_missed
    prices[nothing, :] = config.cost_false_alarm
    prices[np.ix_(nothing, nothing)] = 0.0  # nothing is done about either
    np.fill_diagonal(prices, 0.0)
    prices[:, number] = config.cost_retake
    return prices
