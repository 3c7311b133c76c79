"""Photographs that nearly match: the same shot saved again, darkened or cropped a little, or taken a moment later."""

from collections.abc import Iterator

import numpy as np

PLACES = 8  # along each side of a thumbnail
ALIKE = 0.994  # correlation of two thumbnails: of different leaves below 0.991, of a shot saved again above 0.9945
BLOCK = 1024  # thumbnails that are compared at a time: their correlations have to fit into memory


def thumbnails(pixels: np.ndarray) -> np.ndarray:
    """(N, side, side, 3) bytes → (N, 193) of length 1, whose products are correlations: light and contrast drop out."""
    number, side = pixels.shape[:2]
    step = side // PLACES
    cut = pixels[:, : step * PLACES, : step * PLACES].reshape(number, PLACES, step, PLACES, step, 3)
    small = cut.mean(axis=(2, 4), dtype=np.float32).reshape(number, 3 * PLACES**2)
    # The last column is nothing beside a picture, and all that there is of a plain surface.
    small = np.column_stack([small - small.mean(axis=1, keepdims=True), np.ones(number, np.float32)])
    return small / np.linalg.norm(small, axis=1, keepdims=True)


def have_likes(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(M,) bool: which of `some` thumbnails nearly match any of the others."""
    blocks = np.array_split(some, len(some) // BLOCK + 1)
    return np.concatenate([(block @ others.T >= ALIKE).any(axis=1) for block in blocks])


def groups(plants: list[str], pixels: np.ndarray) -> np.ndarray:
    """(N,) a number for each photograph: by plant where that is known, else with what nearly matches it."""
    parent = list(range(len(plants)))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[str, int] = {}
    for i, plant in enumerate(plants):
        if plant:
            parent[find(i)] = find(first.setdefault(plant, i))
    unknown, small = np.array([i for i, plant in enumerate(plants) if not plant], dtype=int), thumbnails(pixels)
    for one, other in _pairs(small[unknown], small):
        parent[find(int(unknown[one]))] = find(other)
    return np.array([find(i) for i in range(len(plants))], dtype=int)


def _pairs(some: np.ndarray, all_of_them: np.ndarray) -> Iterator[tuple[int, int]]:
    for start in range(0, len(some), BLOCK):
        ones, others = np.nonzero(some[start : start + BLOCK] @ all_of_them.T >= ALIKE)
        yield from ((start + int(one), int(other)) for one, other in zip(ones, others, strict=True))
