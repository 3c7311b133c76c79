"""Draws, fetches or reads the photographs, and stores them in one file for the other steps.

Run as: python -m image_api data [--data sample | plantvillage | FOLDER] [--ood FOLDER]
"""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from image_api import photographs, provenance, sample
from image_api.config import DATA, ROOT, Config
from image_api.photographs import BadDataError, Photographs

SHOWN = 10  # skipped files, on the terminal
STORE = DATA / "photographs.npz"
MANIFEST = DATA / "manifest.json"


@dataclass(frozen=True)
class Request:
    """Which photographs are wanted."""

    source: str = "sample"  # or the name of a public collection, or a folder
    field_folder: str | None = None  # photographs of another domain, never trained on
    limit: int = 200  # photographs of each class, of a public collection
    mirror: str | None = None  # where a public collection is fetched instead


@dataclass(frozen=True)
class Source:
    """A folder of photographs that is ready to be read."""

    name: str
    licence: str
    folder: Path
    synthetic: bool = False


@dataclass(frozen=True)
class Manifest:
    """Where the photographs came from, and what was left out."""

    source: str
    licence: str
    synthetic: bool
    field_source: str | None  # of the other domain, where it is a collection of its own
    grouped_by: str  # "plant" or "near-duplicate group"
    classes: list[str]
    photographs: int
    groups: int
    with_plant: int  # photographs whose plant is named; that of the others is guessed
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


def prepare(request: Request, config: Config) -> Manifest:
    """Bring the photographs here and store them for the other steps."""
    commit, dirty = provenance.version()  # first: what the run writes must not count
    field_folder = _folder(request.field_folder) if request.field_folder else None
    source = _source(request, config)
    reading = photographs.read(source.folder, config, field_folder)
    found = reading.photographs
    manifest = Manifest(
        source=source.name,
        licence=source.licence,
        synthetic=source.synthetic,
        field_source=field_folder.resolve().name if field_folder else None,
        grouped_by="plant" if found.has_plant.mean() > 0.5 else "near-duplicate group",
        classes=found.classes,
        photographs=len(found.labels),
        groups=len(np.unique(found.groups)),
        with_plant=int(found.has_plant.sum()),
        field_photographs=int(found.in_field.sum()),
        sha256=reading.sha256,
        skipped=reading.skipped,
        commit=commit,
        dirty=dirty,
        seed=config.seed,
    )
    DATA.mkdir(exist_ok=True)
    np.savez(STORE, **{name: value for name, value in vars(found).items() if name != "classes"})
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


def _source(request: Request, config: Config) -> Source:
    match request.source:
        case "sample":
            return Source("sample", "CC0-1.0", _draw_sample(config.seed), synthetic=True)
        case "plantvillage":
            from image_api import plantvillage

            folder = plantvillage.fetch_photographs(DATA / "plantvillage", request.limit, request.mirror)
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
    folder = DATA / "sample"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sample.draw(folder, seed)
    return folder
