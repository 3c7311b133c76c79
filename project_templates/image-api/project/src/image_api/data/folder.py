"""Reads a folder of photographs, with one folder for each class, and says which of them belong together.

If the folder also holds a `groups.csv` with the columns path, the group (call it patient, plant, …) and, if you like,
place, photographs of one group stay on one side of every split, and those with the place "field" are kept apart as
another domain. Photographs whose group is not named there are taken to be one if they nearly match.
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

ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", *images.MORE_ENDINGS}
SPLIT_NAME = re.compile(
    r"(?:\w+[_-])?(?:train|test|val|valid)(?:ing|ation)?(?:[_-]?(?:set|data|images))?", re.IGNORECASE
)
GROUPS = ("groups.csv", "plants.csv")  # the first that is there
FEWEST = 6  # groups of a class, below which it cannot be split
ALONE = "photograph"  # what a group is called where photographs are not grouped
ALIKE = "near-duplicate group"


class BadDataError(ExplainedError):
    """The folder cannot be used; says why, and what would help."""


@dataclass(frozen=True)
class Photographs:
    """N photographs, in the order of their paths."""

    pixels: np.ndarray  # (N, side, side, 3) bytes
    labels: np.ndarray  # (N,) index into classes
    groups: np.ndarray  # (N,) photographs with the same number belong together
    in_field: np.ndarray  # (N,) bool: taken in the other domain
    has_group: np.ndarray  # (N,) bool: the group was named, not guessed
    contents: np.ndarray  # (N,) the start of the file's SHA-256
    paths: np.ndarray  # (N,) relative to the folder
    classes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """What a folder held."""

    photographs: Photographs
    skipped: dict[str, str]  # path → why
    sha256: str  # over the names and contents of all photographs that could be read
    noun: str  # what a group is called, such as "patient"
    in_two_classes: int  # photographs whose very content stands under another class, too


@dataclass(frozen=True)
class Row:
    """One photograph as it was found."""

    path: str
    label: str
    group: str  # empty where unknown
    in_field: bool
    pixels: np.ndarray  # (side, side, 3) bytes
    content: str  # SHA-256 of the file


@dataclass(frozen=True)
class Grouping:
    """How photographs are told to belong together."""

    by_likeness: bool = True  # whether those that nearly match do, where no group is named
    pattern: str | None = None  # a regular expression: what it finds in a path, its first group if it has one, names it


def read(folder: Path, config: Config, field_folder: Path | None = None, grouping: Grouping | None = None) -> Reading:
    """All usable photographs below `folder`; those of `field_folder` are added as the other domain."""
    grouping = grouping or Grouping()
    rows, skipped, noun = _rows(folder, config, grouping)
    if field_folder is not None:
        rows += _in_field(field_folder, folder.name, rows, skipped, config, grouping)
    if not rows:
        raise BadDataError(f"{folder.name}: fewer than two classes: there is no photograph in it")
    names = [row.group for row in rows] if grouping.by_likeness else [row.group or f"\0{row.path}" for row in rows]
    groups = duplicates.groups(names, np.stack([row.pixels for row in rows]))
    used = _enough(rows, groups, skipped)
    spelled = {rows[i].label.casefold(): rows[i].label for i in reversed(used)}  # "Rust" and "rust" are one class
    order = sorted(spelled)
    if len(order) < 2:
        raise BadDataError(
            f"{folder.name}: fewer than two classes with at least {FEWEST} groups of photographs ({len(skipped)} files "
            "skipped): one folder for each class is read, and `--group none` groups nothing"
        )

    def column(value: Callable[[Row], object]) -> np.ndarray:
        return np.array([value(rows[i]) for i in used])

    photographs = Photographs(
        pixels=column(lambda row: row.pixels),
        labels=column(lambda row: order.index(row.label.casefold())),
        groups=np.unique(groups[used], return_inverse=True)[1],
        in_field=column(lambda row: row.in_field),
        has_group=column(lambda row: bool(row.group)),
        contents=column(lambda row: row.content[:16]),
        paths=column(lambda row: row.path),
        classes=[spelled[key] for key in order],
    )
    digest = hashlib.sha256(b"".join(os.fsencode(row.path) + b"\0" + bytes.fromhex(row.content) for row in rows))
    if not photographs.has_group.mean() > 0.5:
        are_alike = len(np.unique(photographs.groups)) < len(photographs.groups)
        noun = ALIKE if grouping.by_likeness and are_alike else ALONE
    return Reading(photographs, skipped, digest.hexdigest(), noun, _in_two_classes(rows))


def _in_two_classes(rows: list[Row]) -> int:
    """How many photographs cannot be right: the same file is called something else elsewhere."""
    labels: dict[str, set[str]] = {}
    for row in rows:
        labels.setdefault(row.content, set()).add(row.label.casefold())
    return sum(len(labels[row.content]) > 1 for row in rows)


def _in_field(
    folder: Path, home: str, rows: list[Row], skipped: dict[str, str], config: Config, grouping: Grouping
) -> list[Row]:
    """The photographs of the other domain, under the class names of the first; what is left out is noted."""
    others, skipped_too, _ = _rows(folder, config, grouping)
    known = {_words(row.label): row.label for row in rows}
    added = []
    for row in others:
        path = f"{folder.name}/{row.path}"
        if _words(row.label) in known:
            group = row.group and f"{folder.name}/{row.group}"  # another one, even if it is called the same
            added.append(replace(row, path=path, label=known[_words(row.label)], group=group, in_field=True))
        else:
            skipped[path] = f"no class of {home} is called {row.label}"
    skipped.update({f"{folder.name}/{path}": why for path, why in skipped_too.items()})
    if not added:
        raise BadDataError(f"{folder.name}: no photograph of a class that {home} has ({', '.join(known.values())})")
    return added


def _rows(folder: Path, config: Config, grouping: Grouping) -> tuple[list[Row], dict[str, str], str]:
    """Every photograph that can be opened, why the other files cannot be used, and what a group is called."""
    named, noun = _named(folder)
    rows: list[Row] = []
    skipped: dict[str, str] = {}
    files = _files(folder)
    above = _above_the_classes([path.relative_to(folder) for path in files if path.suffix.lower() in ENDINGS])
    for path in progress(files, "reading photographs"):
        name = path.relative_to(folder).as_posix()
        label = _class(path.relative_to(folder), above)
        if name in GROUPS:
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
        group, place = named.get(name) or (_by_pattern(name, grouping.pattern), "")
        pixels, digest = images.reduce(picture, config.side), hashlib.sha256(content).hexdigest()
        rows.append(Row(name, label, group, place == "field", pixels, digest))
    if (named or grouping.pattern) and not any(row.group for row in rows):
        where = "the pattern" if grouping.pattern else GROUPS[0]
        raise BadDataError(f"{where} names the group of none of the photographs: paths start inside the folder")
    return rows, skipped, noun


def _by_pattern(name: str, pattern: str | None) -> str:
    found = re.search(pattern, name) if pattern else None
    return found[found.re.groups and 1] if found else ""


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _above_the_classes(paths: list[Path]) -> int:
    """How many folders, those of a split aside, all photographs have in common: the classes are below them."""
    folders = [_folders(path) for path in paths]
    depth = 0
    while folders and all(len(each) > depth + 1 and each[depth] == folders[0][depth] for each in folders):
        depth += 1
    return depth


def _folders(path: Path) -> list[str]:
    """Without those that are called after a split: `seg_train/train/forest/1.jpg` → forest."""
    return [part for part in path.parts[:-1] if not SPLIT_NAME.fullmatch(part)]


def _class(path: Path, above: int) -> str | None:
    """`Tomato___Early_blight/IMG 1.JPG` → "Tomato: Early blight"; None outside a class folder."""
    folders = _folders(path)[above:]
    if not folders:
        return None
    return " ".join(re.sub("_{2,}", ": ", folders[0]).replace("_", " ").split())


def _words(label: str) -> frozenset[str]:
    """What is left to compare, since no two collections spell a class alike.

    "Tomato: Late blight" is "Tomato leaf late blight" elsewhere, and "Tomato: healthy" just "Tomato leaf".
    """
    return frozenset(re.findall(r"\w+", label.casefold())) - {"leaf", "healthy"}


def _named(folder: Path) -> tuple[dict[str, tuple[str, str]], str]:
    """(path → (group, place), what a group is called), from groups.csv where there is one."""
    file = next((folder / name for name in GROUPS if (folder / name).is_file()), None)
    if file is None:
        return {}, "group"
    try:
        rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline=""))
    except UnicodeDecodeError as error:
        raise BadDataError(f"{file.name} is not UTF-8: save it again as 'CSV UTF-8'") from error
    columns = [name for name in rows.fieldnames or () if name not in ("path", "place")]
    if "path" not in (rows.fieldnames or ()) or len(columns) != 1:
        raise BadDataError(
            f"{file.name} needs the columns path and one for the group, such as patient; place may follow"
        )
    (noun,) = columns
    return {
        row["path"].replace("\\", "/").removeprefix("./"): (row[noun], (row.get("place") or "").strip().casefold())
        for row in rows
    }, noun


def _enough(rows: list[Row], groups: np.ndarray, skipped: dict[str, str]) -> list[int]:
    """The rows whose class has enough groups to be split; the others are noted as skipped."""
    trainable = ((row, group) for row, group in zip(rows, groups, strict=True) if not row.in_field)
    groups_of = {(row.label.casefold(), group) for row, group in trainable}
    number = Counter(label for label, _ in groups_of)
    used = []
    for i, row in enumerate(rows):
        if number[row.label.casefold()] >= FEWEST:
            used.append(i)
        else:
            skipped[row.path] = f"its class has fewer than {FEWEST} groups of photographs"
    return used
