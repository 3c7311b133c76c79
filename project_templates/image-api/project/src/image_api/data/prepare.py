"""Draws, fetches or reads the photographs, and stores them in one file for the other steps.

Run as: python -m image_api data [--data sample | plantvillage | FOLDER] [--ood FOLDER]
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from image_api.config import PROJECT, Config
from image_api.data import folder as folders
from image_api.data import sample
from image_api.data.folder import BadDataError, Photographs
from image_api.kit import provenance

SHOWN = 10  # skipped files, on the terminal
STORE = PROJECT.data / "photographs.npz"
MANIFEST = PROJECT.data / "manifest.json"


@dataclass(frozen=True)
class Request:
    """Which photographs are wanted."""

    source: str = "sample"  # or the name of a public collection, or a folder
    field_folder: str | None = None  # photographs of another domain, never trained on
    limit: int = 200  # photographs of each class, of a public collection
    mirror: str | None = None  # where a public collection is fetched instead
    group: str | None = None  # "none", or a pattern that finds the group in a path


@dataclass(frozen=True)
class Source:
    """A folder of photographs that is ready to be read."""

    name: str
    licence: str
    folder: Path
    synthetic: bool = False


@dataclass(frozen=True, kw_only=True)
class Manifest(provenance.Manifest):
    """Where the photographs came from, and what was left out."""

    field_source: str | None  # of the other domain, where it is a collection of its own
    grouped_by: str  # what a group is called
    in_two_classes: int  # photographs whose very content stands under two classes
    classes: list[str]
    groups: int
    with_group: int  # photographs whose group is named; that of the others is guessed
    field_photographs: int
    skipped: dict[str, str]  # path → why


def prepare(request: Request, config: Config) -> Manifest:
    """Bring the photographs here and store them for the other steps."""
    commit, dirty = provenance.version(PROJECT.root)  # first: what the run writes must not count
    field_folder = _folder(request.field_folder) if request.field_folder else None
    source = _source(request, config)
    reading = folders.read(source.folder, config, field_folder, _grouping(request.group))
    photographs = reading.photographs
    manifest = Manifest(
        source=source.name,
        licence=source.licence,
        synthetic=source.synthetic,
        field_source=field_folder.resolve().name if field_folder else None,
        grouped_by=reading.noun,
        in_two_classes=reading.in_two_classes,
        classes=photographs.classes,
        rows=len(photographs.labels),
        groups=len(np.unique(photographs.groups)),
        with_group=int(photographs.has_group.sum()),
        field_photographs=int(photographs.in_field.sum()),
        sha256=reading.sha256,
        skipped=reading.skipped,
        commit=commit,
        dirty=dirty,
        seed=config.seed,
    )
    manifest.save(MANIFEST)
    np.savez(STORE, **{name: value for name, value in vars(photographs).items() if name != "classes"})
    return manifest


def describe(manifest: Manifest) -> str:
    """What was read, in a few lines."""
    counts = f"{manifest.rows} photographs, {manifest.groups} {manifest.grouped_by}s, {len(manifest.classes)} classes"
    lines = [f"{manifest.source}: {counts}"]
    if manifest.in_two_classes:
        lines.append(f"{manifest.in_two_classes} photographs stand in two classes, so a label of each pair is wrong")
    lines += [f"skipped {path}: {why}" for path, why in list(manifest.skipped.items())[:SHOWN]]
    if len(manifest.skipped) > SHOWN:
        lines.append(f"and {len(manifest.skipped) - SHOWN} more; all are in {MANIFEST.relative_to(PROJECT.root)}")
    return "\n".join(lines)


def load() -> tuple[Photographs, Manifest]:
    """What `prepare` stored."""
    if not STORE.is_file():
        raise BadDataError("there are no photographs yet: run `python -m image_api data` first")
    manifest = Manifest.load(MANIFEST)
    with np.load(STORE) as stored:
        return Photographs(**stored, classes=manifest.classes), manifest


def _grouping(wanted: str | None) -> folders.Grouping:
    if wanted == "none":
        return folders.Grouping(by_likeness=False)
    try:
        return folders.Grouping(pattern=wanted and re.compile(wanted).pattern)
    except re.error as error:
        raise BadDataError(f"{wanted!r} is no regular expression: {error}") from error


def _source(request: Request, config: Config) -> Source:
    match request.source:
        case "sample":
            return Source("sample", "CC0-1.0", _draw_sample(config.seed), synthetic=True)
        case "plantvillage":
            from image_api.data import plantvillage

            folder = plantvillage.fetch_photographs(PROJECT.data / "plantvillage", request.limit, request.mirror)
            return Source(plantvillage.NAME, plantvillage.LICENCE, folder)
        case path:
            folder = _folder(path)
            return Source(folder.resolve().name, provenance.licence(folder), folder)


def _folder(path: str) -> Path:
    folder = Path(path)
    if not folder.is_dir():
        raise BadDataError(f"{path!r} is neither 'sample' nor 'plantvillage' nor a folder")
    return folder


def _draw_sample(seed: int) -> Path:
    folder = PROJECT.data / "sample"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sample.draw(folder, seed)
    return folder
