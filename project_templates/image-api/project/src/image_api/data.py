"""Reads a folder of photographs into one file, and says which of them belong together.

Run as: python -m image_api data [--data sample | --data FOLDER]

A folder holds one folder of photographs for each class. If it also holds a `plants.csv` with the columns path, plant
and (if you like) place, photographs of one plant stay on one side of every split, and those with the place "field" are
kept apart as another domain. Without it, photographs that nearly match are taken to show the same plant.
"""

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from image_api import images, sample
from image_api.config import DATA, ROOT, Config, ExplainedError
from image_api.progress import progress

ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}
SPLIT_NAMES = {"train", "test", "val", "valid", "validation"}  # folders that hold class folders
FEWEST = 6  # plants of a class, below which it cannot be split
SHOWN = 10  # skipped files, on the terminal
ALIKE = 4  # of 64 bits of the difference hash
STORE = DATA / "photographs.npz"
MANIFEST = DATA / "manifest.json"


class BadDataError(ExplainedError):
    """The folder cannot be used; says why, and what would help."""


@dataclass(frozen=True)
class Manifest:
    """Where the photographs came from, and what was left out."""

    source: str
    licence: str
    synthetic: bool
    grouped_by: str  # "plant" or "near-duplicate group"
    classes: list[str]
    photographs: int
    groups: int
    field_photographs: int
    sha256: str  # over the names and contents of all photographs used
    skipped: dict[str, str]  # path → why
    commit: str | None
    dirty: bool | None
    seed: int

    @property
    def title(self) -> str:
        """What the data are called in a sentence."""
        return "a drawn sample" if self.synthetic else self.source


@dataclass(frozen=True)
class Row:
    """One photograph as it was found."""

    path: str
    label: str
    plant: str  # empty where unknown
    in_field: bool
    pixels: np.ndarray  # (side, side, 3) bytes
    hash: int


@dataclass(frozen=True)
class Photographs:
    """N photographs, in the order of their paths."""

    pixels: np.ndarray  # (N, side, side, 3) bytes
    labels: np.ndarray  # (N,) index into classes
    groups: np.ndarray  # (N,) photographs with the same number show the same plant
    in_field: np.ndarray  # (N,) bool: taken in the other domain
    paths: np.ndarray  # (N,) relative to the folder
    classes: list[str] = field(default_factory=list)


def prepare(source: str, config: Config) -> Manifest:
    """Draw or read the photographs of `source` and store them for the other steps."""
    commit, dirty = _version()  # first: what the run writes must not count
    folder = _draw_sample(config.seed) if source == "sample" else Path(source)
    if not folder.is_dir():
        raise BadDataError(f"{source!r} is neither 'sample' nor a folder")
    photographs, skipped, digest = read(folder, config)
    is_sample = source == "sample"
    manifest = Manifest(
        source="sample" if is_sample else folder.resolve().name,
        licence="CC0-1.0" if is_sample else _licence(folder),
        synthetic=is_sample,
        grouped_by="plant" if (folder / "plants.csv").is_file() else "near-duplicate group",
        classes=photographs.classes,
        photographs=len(photographs.labels),
        groups=len(np.unique(photographs.groups)),
        field_photographs=int(photographs.in_field.sum()),
        sha256=digest,
        skipped=skipped,
        commit=commit,
        dirty=dirty,
        seed=config.seed,
    )
    DATA.mkdir(exist_ok=True)
    arrays = {name: value for name, value in vars(photographs).items() if name != "classes"}
    np.savez(STORE, **arrays)
    MANIFEST.write_text(json.dumps(asdict(manifest), indent=1, ensure_ascii=False), encoding="utf-8")
    return manifest


def describe(manifest: Manifest) -> str:
    """What was found, in a few lines."""
    counts = (
        f"{manifest.photographs} photographs, {manifest.groups} {manifest.grouped_by}s, {len(manifest.classes)} classes"
    )
    lines = [f"{manifest.source}: {counts}"]
    lines += [f"skipped {path}: {why}" for path, why in list(manifest.skipped.items())[:SHOWN]]
    if len(manifest.skipped) > SHOWN:
        lines.append(f"and {len(manifest.skipped) - SHOWN} more; all are in {MANIFEST.relative_to(ROOT)}")
    return "\n".join(lines)


def load() -> tuple[Photographs, Manifest]:
    """What `prepare` stored."""
    if not STORE.is_file():
        raise BadDataError("there are no photographs yet: run `python -m image_api data` first")
    manifest = Manifest(**json.loads(MANIFEST.read_text(encoding="utf-8")))
    with np.load(STORE) as stored:
        return Photographs(**stored, classes=manifest.classes), manifest


def read(folder: Path, config: Config) -> tuple[Photographs, dict[str, str], str]:
    """All usable photographs below `folder`, why the others are not, and a hash over those used."""
    plants, digest = _plants(folder), hashlib.sha256()
    rows: list[Row] = []
    skipped: dict[str, str] = {}
    for path in progress(_files(folder), "reading photographs"):
        name = path.relative_to(folder).as_posix()
        label = _class(path.relative_to(folder))
        if name == "plants.csv":
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
        digest.update(os.fsencode(name) + b"\0" + hashlib.sha256(content).digest())
        plant, place = plants.get(name, ("", ""))
        rows.append(Row(name, label, plant, place == "field", images.reduce(picture, config.side), _hash(picture)))
    if plants and not any(row.plant for row in rows):
        raise BadDataError("plants.csv names none of the photographs: its paths start inside the folder")
    groups = _groups([row.plant for row in rows], np.array([row.hash for row in rows], dtype=np.uint64))
    used = _enough(rows, groups, skipped)
    names = {rows[i].label.casefold(): rows[i].label for i in reversed(used)}  # "Rust" and "rust" are one class
    order = sorted(names)
    if len(order) < 2:
        raise BadDataError(
            f"{folder.name}: fewer than two classes with at least {FEWEST} plants; {len(skipped)} files skipped"
        )
    photographs = Photographs(
        pixels=np.stack([rows[i].pixels for i in used]),
        labels=np.array([order.index(rows[i].label.casefold()) for i in used]),
        groups=np.unique(groups[used], return_inverse=True)[1],
        in_field=np.array([rows[i].in_field for i in used]),
        paths=np.array([rows[i].path for i in used]),
        classes=[names[key] for key in order],
    )
    return photographs, skipped, digest.hexdigest()


def _draw_sample(seed: int) -> Path:
    folder = DATA / "sample"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sample.draw(folder, seed)
    return folder


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _class(path: Path) -> str | None:
    """`Tomato___Early_blight/IMG 1.JPG` → "Tomato: Early blight"; None outside a class folder."""
    folders = [part for part in path.parts[:-1] if part.casefold() not in SPLIT_NAMES]
    if not folders:
        return None
    return " ".join(re.sub("_{2,}", ": ", folders[0]).replace("_", " ").split())


def _plants(folder: Path) -> dict[str, tuple[str, str]]:
    """path → (plant, place), from plants.csv where there is one."""
    if not (folder / "plants.csv").is_file():
        return {}
    with (folder / "plants.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if not {"path", "plant"} <= set(rows.fieldnames or ()):
            raise BadDataError("plants.csv needs the columns path and plant")
        return {
            row["path"].replace("\\", "/"): (row["plant"], (row.get("place") or "").strip().casefold()) for row in rows
        }


def _hash(picture: Image.Image) -> int:
    """Difference hash: for each of 8 × 8 places, whether it gets brighter to the right; 64 bits."""
    grey = np.asarray(picture.convert("L").resize((9, 8), Image.Resampling.BILINEAR), dtype=int)
    bits = (grey[:, 1:] > grey[:, :-1]).flatten()
    return int("".join("1" if bit else "0" for bit in bits), 2)


def _groups(plants: list[str], hashes: np.ndarray) -> np.ndarray:
    """A group number for each photograph: by plant where that is known, else by connected near-duplicates."""
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
    unknown = np.array([i for i, plant in enumerate(plants) if not plant], dtype=int)
    for position, i in enumerate(unknown):
        others = unknown[position + 1 :]
        for j in others[np.bitwise_count(hashes[others] ^ hashes[i]) <= ALIKE]:
            parent[find(int(j))] = find(int(i))
    return np.array([find(i) for i in range(len(plants))], dtype=int)


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


def _licence(folder: Path) -> str:
    """The first line of the folder's own licence file, if it has one."""
    for name in ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE"):
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8", errors="replace").strip().partition("\n")[0][:100]
    return "not stated"


def _version() -> tuple[str | None, bool | None]:
    """The commit, and whether code that matters differs from it; (None, None) outside git."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")
        return commit, bool(git("status", "--porcelain", "--", "src", "pyproject.toml", "requirements.lock"))
    except (OSError, subprocess.CalledProcessError):
        return None, None
