"""Reads a folder of photographs, with one folder for each class, and says which of them belong together.

If the folder also holds a `plants.csv` with the columns path, plant and (if you like) place, photographs of one plant
stay on one side of every split, and those with the place "field" are kept apart as another domain. Photographs whose
plant is not named there are taken to show the same one if they nearly match.
"""

import csv
import hashlib
import io
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from image_api.config import Config
from image_api.data import duplicates, images
from image_api.kit.progress import progress
from image_api.kit.project import ExplainedError

ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}
SPLIT_NAMES = {"train", "training", "test", "testing", "val", "valid", "validation"}  # folders that hold class folders
PLANTS = "plants.csv"
FEWEST = 6  # plants of a class, below which it cannot be split


class BadDataError(ExplainedError):
    """The folder cannot be used; says why, and what would help."""


@dataclass(frozen=True)
class Photographs:
    """N photographs, in the order of their paths."""

    pixels: np.ndarray  # (N, side, side, 3) bytes
    labels: np.ndarray  # (N,) index into classes
    groups: np.ndarray  # (N,) photographs with the same number show the same plant
    in_field: np.ndarray  # (N,) bool: taken in the other domain
    has_plant: np.ndarray  # (N,) bool: the plant was named, not guessed
    contents: np.ndarray  # (N,) the start of the file's SHA-256
    paths: np.ndarray  # (N,) relative to the folder
    classes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """What a folder held."""

    photographs: Photographs
    skipped: dict[str, str]  # path → why
    sha256: str  # over the names and contents of all photographs that could be read


@dataclass(frozen=True)
class Row:
    """One photograph as it was found."""

    path: str
    label: str
    plant: str  # empty where unknown
    in_field: bool
    pixels: np.ndarray  # (side, side, 3) bytes
    content: str  # SHA-256 of the file


def read(folder: Path, config: Config, field_folder: Path | None = None) -> Reading:
    """All usable photographs below `folder`; those of `field_folder` are added as the other domain."""
    rows, skipped = _rows(folder, config)
    if field_folder is not None:
        rows += _in_field(field_folder, folder.name, rows, skipped, config)
    if not rows:
        raise BadDataError(f"{folder.name}: fewer than two classes: there is no photograph in it")
    groups = duplicates.groups([row.plant for row in rows], np.stack([row.pixels for row in rows]))
    used = _enough(rows, groups, skipped)
    names = {rows[i].label.casefold(): rows[i].label for i in reversed(used)}  # "Rust" and "rust" are one class
    order = sorted(names)
    if len(order) < 2:
        raise BadDataError(
            f"{folder.name}: fewer than two classes with at least {FEWEST} plants; {len(skipped)} files skipped"
        )

    def column(value: Callable[[Row], object]) -> np.ndarray:
        return np.array([value(rows[i]) for i in used])

    photographs = Photographs(
        pixels=column(lambda row: row.pixels),
        labels=column(lambda row: order.index(row.label.casefold())),
        groups=np.unique(groups[used], return_inverse=True)[1],
        in_field=column(lambda row: row.in_field),
        has_plant=column(lambda row: bool(row.plant)),
        contents=column(lambda row: row.content[:16]),
        paths=column(lambda row: row.path),
        classes=[names[key] for key in order],
    )
    digest = hashlib.sha256(b"".join(os.fsencode(row.path) + b"\0" + bytes.fromhex(row.content) for row in rows))
    return Reading(photographs, skipped, digest.hexdigest())


def _in_field(folder: Path, home: str, rows: list[Row], skipped: dict[str, str], config: Config) -> list[Row]:
    """The photographs of the other domain, under the class names of the first; what is left out is noted."""
    others, skipped_too = _rows(folder, config)
    known = {_words(row.label): row.label for row in rows}
    added = []
    for row in others:
        path = f"{folder.name}/{row.path}"
        if _words(row.label) in known:
            plant = row.plant and f"{folder.name}/{row.plant}"  # another plant, even if it is called the same
            added.append(replace(row, path=path, label=known[_words(row.label)], plant=plant, in_field=True))
        else:
            skipped[path] = f"no class of {home} is called {row.label}"
    skipped.update({f"{folder.name}/{path}": why for path, why in skipped_too.items()})
    if not added:
        raise BadDataError(f"{folder.name}: no photograph of a class that {home} has ({', '.join(known.values())})")
    return added


def _rows(folder: Path, config: Config) -> tuple[list[Row], dict[str, str]]:
    """Every photograph that can be opened, and why the other files cannot be used."""
    plants = _plants(folder)
    rows: list[Row] = []
    skipped: dict[str, str] = {}
    for path in progress(_files(folder), "reading photographs"):
        name = path.relative_to(folder).as_posix()
        label = _class(path.relative_to(folder))
        if name == PLANTS:
            continue
        if label is None:
            skipped[name] = "not inside a class folder"
            continue
        if path.suffix.lower() not in ENDINGS:
            skipped[name] = "not a photograph by its ending"
            continue
        try:
            content = path.read_bytes()
            picture = images.open_photograph(content, config.side, config.max_file_pixels)
        except (images.NotAPhotographError, OSError) as error:
            skipped[name] = str(error)
            continue
        plant, place = plants.get(name, ("", ""))
        pixels, digest = images.reduce(picture, config.side), hashlib.sha256(content).hexdigest()
        rows.append(Row(name, label, plant, place == "field", pixels, digest))
    if plants and not any(row.plant for row in rows):
        raise BadDataError(f"{PLANTS} names none of the photographs: its paths start inside the folder")
    return rows, skipped


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _class(path: Path) -> str | None:
    """`Tomato___Early_blight/IMG 1.JPG` → "Tomato: Early blight"; None outside a class folder."""
    folders = [part for part in path.parts[:-1] if part.casefold() not in SPLIT_NAMES]
    if not folders:
        return None
    return " ".join(re.sub("_{2,}", ": ", folders[0]).replace("_", " ").split())


def _words(label: str) -> frozenset[str]:
    """What is left to compare, since no two collections spell a class alike.

    "Tomato: Late blight" is "Tomato leaf late blight" elsewhere, and "Tomato: healthy" just "Tomato leaf".
    """
    return frozenset(re.findall(r"\w+", label.casefold())) - {"leaf", "healthy"}


def _plants(folder: Path) -> dict[str, tuple[str, str]]:
    """path → (plant, place), from plants.csv where there is one."""
    if not (folder / PLANTS).is_file():
        return {}
    try:
        rows = csv.DictReader(io.StringIO((folder / PLANTS).read_text(encoding="utf-8-sig"), newline=""))
    except UnicodeDecodeError as error:
        raise BadDataError(f"{PLANTS} is not UTF-8: save it again as 'CSV UTF-8'") from error
    if not {"path", "plant"} <= set(rows.fieldnames or ()):
        raise BadDataError(f"{PLANTS} needs the columns path and plant")
    return {
        row["path"].replace("\\", "/").removeprefix("./"): (row["plant"], (row.get("place") or "").strip().casefold())
        for row in rows
    }


def _enough(rows: list[Row], groups: np.ndarray, skipped: dict[str, str]) -> list[int]:
    """The rows whose class has enough plants to be split; the others are noted as skipped."""
    trainable = ((row, group) for row, group in zip(rows, groups, strict=True) if not row.in_field)
    plants_of = {(row.label.casefold(), group) for row, group in trainable}
    number = Counter(label for label, _ in plants_of)
    used = []
    for i, row in enumerate(rows):
        if number[row.label.casefold()] >= FEWEST:
            used.append(i)
        else:
            skipped[row.path] = f"its class has fewer than {FEWEST} plants"
    return used
