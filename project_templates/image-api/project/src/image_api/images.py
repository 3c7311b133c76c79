"""Bytes → photograph → what the model sees. Training and serving both go through here, so they cannot differ."""

import io

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")  # by content; Pillow knows many more, and every decoder is a door


class NotAPhotographError(ValueError):
    """The bytes are no image in a format we read (415), or a damaged one (422), or one with too many pixels (413)."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def open_photograph(content: bytes, side: int, max_pixels: int) -> Image.Image:
    """An upright RGB picture without metadata: where it was taken is private. Not reduced below `side`."""
    if not content:
        raise NotAPhotographError("the file is empty", 422)
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
        if picture.width * picture.height > max_pixels:  # known from the header: nothing is unpacked yet
            raise NotAPhotographError(f"the picture has more than {max_pixels:,} pixels", 413)
        picture.draft("RGB", (2 * side, 2 * side))  # a JPEG unpacks to half, a quarter or an eighth for less work
        picture.load()  # the first frame, where there are several
        return _rgb(ImageOps.exif_transpose(picture))
    except UnidentifiedImageError as error:
        raise NotAPhotographError(f"not a picture in one of the formats {', '.join(FORMATS)}", 415) from error
    except Image.DecompressionBombError as error:
        raise NotAPhotographError(f"the picture has more than {max_pixels:,} pixels", 413) from error
    except NotAPhotographError:
        raise
    except Exception as error:  # Pillow's decoders raise what they like on damaged files
        raise NotAPhotographError("the picture is damaged", 422) from error


def _rgb(picture: Image.Image) -> Image.Image:
    """Any mode to RGB: 16-bit grey is scaled and not clipped, what is transparent becomes white."""
    if picture.mode.startswith("I") or picture.mode == "F":
        grey = np.asarray(picture, dtype=np.float32)
        scale = 255 / 65535 if grey.max(initial=0) > 255 else 1
        picture = Image.fromarray((grey * scale).clip(0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        layers = picture.convert("RGBA")
        white = Image.new("RGBA", layers.size, "white")
        picture = Image.alpha_composite(white, layers)
    bare = Image.new("RGB", picture.size)
    bare.paste(picture.convert("RGB"))  # a copy of the pixels alone
    return bare


def reduce(picture: Image.Image, side: int) -> np.ndarray:
    """The middle square, reduced: (side, side, 3) bytes."""
    return np.asarray(ImageOps.fit(picture, (side, side), Image.Resampling.BILINEAR))


def to_input(photographs: np.ndarray) -> np.ndarray:
    """(N, side, side, 3) bytes → (N, 3, side, side) floats in 0..1, as the network takes them."""
    return np.ascontiguousarray(photographs.transpose(0, 3, 1, 2), dtype=np.float32) / 255
