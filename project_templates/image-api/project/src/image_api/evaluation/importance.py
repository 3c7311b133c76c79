"""Permutation importance: what the model loses when a part of each test photograph is swapped with another's.

A part is a square of the picture, its middle, its edge, or its colors. A swapped photograph is one that nobody took, so
this says what the model looks at, not what it would do without it.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np

from image_api.evaluation.measures import Answers, compare
from image_api.kit.intervals import stream
from image_api.kit.results import Comparison
from image_api.models.classifier import Classifier

SQUARES = 4  # along each side
ROWS = ("rows", "labels", "groups")  # of what is tested on, one for each photograph
FOR_SQUARES = 150  # photographs that squares are swapped in: each square is a pass of the network over all of them


@dataclass(frozen=True)
class Importance:
    """By how much macro F1 changes."""

    parts: list[Comparison]  # the middle, the edge, the colors
    squares: list[list[float]]  # of the picture, row by row


def importance(pixels: np.ndarray, before: Answers, model: Classifier, seed: int) -> Importance:
    """For the (N, side, side, 3) photographs that the answers `before` were given to."""
    others = pixels[_partners(before.tested.groups, stream(seed, "importance"))]

    def without(name: str, mixed: np.ndarray) -> Comparison:
        return compare(Answers(name, "model", before.tested, model.scores(mixed).argmax(axis=1)), before)

    shown = slice(None, None, max(1, len(pixels) // FOR_SQUARES))
    some = dataclasses.replace(before.tested, **{name: getattr(before.tested, name)[shown] for name in ROWS})
    usual = Answers(before.model, before.role, some, before.predicted[shown])

    def swapped(row: int, column: int) -> float:
        place = (
            slice(None),
            *(slice(number * side // SQUARES, (number + 1) * side // SQUARES) for number in (row, column)),
        )
        mixed = pixels[shown].copy()
        mixed[place] = others[shown][place]
        answers = Answers("a square", "model", some, model.scores(mixed).argmax(axis=1))
        return compare(answers, usual).difference

    side = pixels.shape[1]
    inner = slice(side // 4, side - side // 4)
    is_middle = np.zeros((side, side, 1), dtype=bool)
    is_middle[inner, inner] = True
    parts = [
        without("the middle", np.where(is_middle, others, pixels)),
        without("all but the middle", np.where(is_middle, pixels, others)),
        without("the colors", _recolored(pixels, others)),
    ]
    return Importance(parts, [[swapped(row, column) for column in range(SQUARES)] for row in range(SQUARES)])


def _partners(groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(N,) for each photograph another one, of another group wherever that is possible within a few draws."""
    partners = rng.permutation(len(groups))
    for _ in range(10):
        alike = groups[partners] == groups
        if not alike.any():
            break
        partners[alike] = rng.permutation(len(groups))[: alike.sum()]
    return partners


def _recolored(pixels: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The photographs with the mean and spread of each color channel that the others have."""

    def moments(each: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return each.mean(axis=(1, 2), keepdims=True), each.std(axis=(1, 2), keepdims=True) + 1e-6

    (mean, spread), (wanted, wanted_spread) = moments(pixels.astype(np.float32)), moments(others.astype(np.float32))
    return ((pixels - mean) / spread * wanted_spread + wanted).clip(0, 255).astype(np.uint8)
