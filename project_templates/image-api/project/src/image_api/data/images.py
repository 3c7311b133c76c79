"""Bytes → photograph → what the model sees. Training and serving both go through here, so they cannot differ."""

import io

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

START_OF_SCAN, MOST_SCANS = b"\xff\xda", 100  # a progressive JPEG has about ten
FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"]  # by content; each decoder could have holes of its own
MORE_ENDINGS: set[str] = set()
try:
    import pillow_heif  # type: ignore[import-not-found,unused-ignore]  # pip install pillow-heif: the photographs of many phones

    pillow_heif.register_heif_opener()
    FORMATS.append("HEIF")
    MORE_ENDINGS |= {".heic", ".heif"}
except ImportError:
    pass


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
        if picture.format == "JPEG" and content.count(START_OF_SCAN) > MOST_SCANS:  # each unpacks the whole picture
            raise NotAPhotographError("the picture is stored in too many scans", 422)
        # A plain JPEG is unpacked at a fraction of its size, everything else whole: a quarter of the pixels is allowed.
        is_frugal = picture.format == "JPEG" and not picture.info.get("progressive")
        most = max_pixels if is_frugal else max_pixels // 4
        if picture.width * picture.height > most:  # known from the header: nothing is unpacked yet
            raise NotAPhotographError(f"the picture has more than {most:,} pixels", 413)
        picture.draft("RGB", (2 * side, 2 * side))  # a JPEG unpacks to half, a quarter or an eighth for less work
        picture.load()  # the first frame, where there are several
        return _rgb(ImageOps.exif_transpose(_smaller(picture, side)))
    except UnidentifiedImageError as error:
        raise NotAPhotographError(f"not a picture in one of the formats {', '.join(FORMATS)}", 415) from error
    except Image.DecompressionBombError as error:
        raise NotAPhotographError(f"the picture has more than {max_pixels:,} pixels", 413) from error
    except NotAPhotographError:
        raise
    except Exception as error:  # Pillow's decoders raise what they like on damaged files
        raise NotAPhotographError("the picture is damaged", 422) from error


def _smaller(picture: Image.Image, side: int) -> Image.Image:
    """At least twice `side`, as soon as it is unpacked: copies of the full size would fill a small server's memory."""
    described = picture.info
    if picture.mode.startswith(("I", "F")):  # more than 8 bits of gray: 12 of them, say, stored as 16
        gray = np.maximum(np.asarray(picture).astype(np.int64), 0)
        picture = Image.fromarray((gray >> max(0, int(gray.max()).bit_length() - 8)).astype(np.uint8))
    elif picture.mode in ("P", "PA", "1"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    factor = min(picture.size) // (2 * side)
    smaller = picture.reduce(factor) if factor > 1 else picture
    smaller.info = described  # which way is up, what is transparent
    return smaller


def _rgb(picture: Image.Image) -> Image.Image:
    """The pixels alone, what is transparent on white."""
    if picture.has_transparency_data:
        layers = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers)
    bare = Image.new("RGB", picture.size)
    bare.paste(picture.convert("RGB"))
    return bare


def reduce(picture: Image.Image, side: int) -> np.ndarray:
    """The middle square, reduced: (side, side, 3) bytes."""
    return np.asarray(ImageOps.fit(picture, (side, side), Image.Resampling.BILINEAR))


def to_input(photographs: np.ndarray) -> np.ndarray:
    """(N, side, side, 3) bytes → (N, 3, side, side) floats in 0..1, as the network takes them."""
    return np.ascontiguousarray(photographs.transpose(0, 3, 1, 2), dtype=np.float32) / 255
