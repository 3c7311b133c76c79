"""What a picture shows, without believing its name. The only module that knows Pillow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")  # by name: for some of the others Pillow starts a program
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp"})
MOST_PIXELS = 40_000_000
LARGEST = 50_000_000  # bytes
FLAT = 3  # levels of grey that a picture has to span at least


@dataclass(frozen=True)
class Picture:
    """A picture that could be opened."""

    width: int
    height: int
    is_flat: bool  # all of one color


def look(file: Path) -> Picture | str:
    """The picture, or in a word why it cannot be opened."""
    import warnings

    from PIL import Image

    if file.stat().st_size > LARGEST:
        return "too large"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its size, which is looked at here
            with Image.open(file, formats=FORMATS) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    return Picture(width, height, is_flat=False)
                image.draft("L", (64, 64))
                low, high = image.convert("L").resize((64, 64)).getextrema()
    except Exception as error:  # whatever a damaged picture makes a decoder raise
        return type(error).__name__
    return Picture(width, height, float(high) - float(low) < FLAT)  # type: ignore[arg-type]
