"""Photographs that nearly match: the same shot saved again, darkened, mirrored, turned, or cropped a little.

Small thumbnails find who may match, in any of the eight ways a square can lie; a closer look decides: the middle of one
photograph, turned and scaled a little, has to be found somewhere in the other. What that sees, and what not, is
measured on the photographs themselves: `reach`.
"""

import io
import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image, ImageEnhance

PLACES = 8  # along each side of a thumbnail
SAME = 0.994  # correlation of two thumbnails that leaves no doubt
MAY_MATCH = 0.75  # correlation of two thumbnails, from which on they are looked at closely
LOOKED_AT = 3  # most like thumbnails of each photograph that are
CLOSE, MIDDLE = 24, 14  # along each side of what is looked at closely, and of the middle that is looked for in it
ALIKE = 0.987  # correlation of that middle with the best place for it, from which on it is the same shot
HALVES = (0.0, 0.5)  # of a place
TURNS, SCALES = (-6, -3, 0, 3, 6), (0.9, 0.95, 1.0, 1.05, 1.11)  # degrees and factors that are tried
BLOCK = 256  # photographs that are compared at a time: their correlations have to fit into memory


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
    """(M,) bool: which of `some` photographs, (M, side, side, 3), nearly match any of the others."""
    found = np.zeros(len(some), dtype=bool)
    for one, _ in _pairs(some, others):
        found[one] = True
    return found


def groups(names: Sequence[str], pixels: np.ndarray) -> np.ndarray:
    """(N,) a number for each photograph: by its group's name where it has one, else with what nearly matches it."""
    parent = list(range(len(names)))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[str, int] = {}
    for i, name in enumerate(names):
        if name:
            parent[find(i)] = find(first.setdefault(name, i))
    unknown = np.array([i for i, name in enumerate(names) if not name], dtype=int)
    for one, other in _pairs(pixels[unknown], pixels, unknown):
        parent[find(int(unknown[one]))] = find(other)
    return np.array([find(i) for i in range(len(names))], dtype=int)


def reach(pixels: np.ndarray) -> dict[str, float]:
    """The share of (N, side, side, 3) photographs that are found again after each kind of change."""
    return {name: float(have_likes(_changed(pixels, change), pixels).mean()) for name, change in CHANGES.items()}


def _pairs(some: np.ndarray, others: np.ndarray, own: np.ndarray | None = None) -> Iterator[tuple[int, int]]:
    """Who nearly matches whom. `own` says where `some` stand among the others, so that none matches itself."""
    if not len(some):
        return
    for start in range(0, len(some), BLOCK):
        block = some[start : start + BLOCK]
        ways = np.stack([thumbnails(lying) for lying in _lying(block)])  # (8, N, 193)
        likeness = ways @ thumbnails(others).T  # (8, N, others)
        if own is not None:
            likeness[:, np.arange(len(block)), own[start : start + BLOCK]] = -1.0
        way, likeness = likeness.argmax(axis=0), likeness.max(axis=0)
        for row in np.flatnonzero(likeness.max(axis=1) >= MAY_MATCH):
            best = np.argsort(-likeness[row], kind="stable")[:LOOKED_AT]
            lying, middles = list(_lying(block[row][None])), dict[int, np.ndarray]()
            for other in best[likeness[row, best] >= MAY_MATCH]:
                if likeness[row, other] < SAME:
                    this = int(way[row, other])
                    if this not in middles:  # the same for each of the others that it is held against this way
                        middles[this] = _middles(lying[this][0])
                    if _closeness(middles[this], others[other]) < ALIKE:
                        continue
                yield start + int(row), int(other)


def _closeness(middles: np.ndarray, other: np.ndarray) -> float:
    """The correlation of the middles of one photograph with the best place for them in another, (side, side, 3)."""
    field = np.asarray(Image.fromarray(other).resize((CLOSE, CLOSE)), dtype=np.float32)
    windows = sliding_window_view(field, (MIDDLE, MIDDLE), axis=(0, 1))  # (places, places, 3, MIDDLE, MIDDLE)
    places = _correlating(windows.reshape(-1, 3 * MIDDLE**2))
    return float((places @ middles.T).max())


def _middles(photograph: np.ndarray) -> np.ndarray:
    """(tried, 3 * MIDDLE²) of a photograph, at every turn, scale and half of a place, ready to be correlated."""
    side, found = len(photograph), []
    for turn in TURNS:
        picture = Image.fromarray(photograph).rotate(turn, Image.Resampling.BILINEAR)
        for scale, right, down in itertools.product(SCALES, HALVES, HALVES):
            size = side * MIDDLE / CLOSE / scale
            left, top = ((side - size) / 2 + shift * side / CLOSE for shift in (right, down))
            box = (left, top, left + size, top + size)
            middle = np.asarray(picture.resize((MIDDLE, MIDDLE), Image.Resampling.BILINEAR, box=box), dtype=np.float32)
            found.append(middle.transpose(2, 0, 1).ravel())
    return _correlating(np.stack(found))


def _correlating(rows: np.ndarray) -> np.ndarray:
    """(..., N, values) without light and contrast, each of length 1 or, where it is plain, near 0."""
    centered = rows - rows.mean(axis=-1, keepdims=True)
    return centered / (np.linalg.norm(centered, axis=-1, keepdims=True) + 1.0)


def _lying(pixels: np.ndarray) -> Iterator[np.ndarray]:
    """(N, side, side, 3) in the eight ways that a square can lie."""
    for mirrored in (pixels, pixels[:, :, ::-1]):
        for quarters in range(4):
            yield np.rot90(mirrored, quarters, axes=(1, 2))


def _changed(pixels: np.ndarray, change: Callable[[Image.Image], Image.Image]) -> np.ndarray:
    return np.stack(
        [np.asarray(change(Image.fromarray(each)).convert("RGB").resize(each.shape[:2])) for each in pixels]
    )


def _saved_again(picture: Image.Image) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    return Image.open(file)


def _cropped(share: float) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: picture.crop((0, 0, round(picture.width * share), round(picture.height * share)))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "saved again": _saved_again,
    "darkened": lambda picture: ImageEnhance.Brightness(picture).enhance(0.7),
    "mirrored": lambda picture: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "turned by a quarter": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "turned by 3°": lambda picture: picture.rotate(3, Image.Resampling.BILINEAR),
    "cropped by 5%": _cropped(0.95),
    "cropped by 10%": _cropped(0.90),
}
