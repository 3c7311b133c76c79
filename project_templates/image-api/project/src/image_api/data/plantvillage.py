"""PlantVillage's photographs of tomato leaves, fetched from where they are published, as they were at one commit.

Run as: python -m image_api data --data plantvillage [--limit N] [--mirror URL]

Most leaves were photographed several times. For some classes the authors wrote down which photographs show the same
leaf; of the others only those that nearly match can be kept together.
"""

import csv
import hashlib
import io
import json
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from image_api.data.folder import FEWEST, BadDataError
from image_api.kit.download import Wanted, fetch

NAME = "PlantVillage (tomato)"
LICENCE = "CC BY-SA 3.0"
REPOSITORY = "spMohanty/PlantVillage-Dataset"
COMMIT = "40789680ba2e6382608dba47b397688fcbd0d04a"
CROP = "Tomato___"
LISTING = f"https://api.github.com/repos/{REPOSITORY}/git/trees"
CONTENT = f"https://raw.githubusercontent.com/{REPOSITORY}/{COMMIT}"


@dataclass(frozen=True)
class Photograph:
    """One that is published."""

    label: str  # the folder of its class
    name: str
    blob: str  # git's id of the content
    plant: str  # empty where unknown


@dataclass(frozen=True)
class Archive:
    """What has been fetched so far, and where the rest is fetched from."""

    folder: Path
    mirror: str | None

    def listing(self, tree: str) -> dict[str, str]:
        """name → git id, of everything directly inside a folder of the repository."""
        path = self.folder / "listings" / f"{tree}.json"
        fetch([Wanted(f"{LISTING}/{tree}", path, _is_listing)], "listing of folders", self.mirror)
        return {entry["path"]: entry["sha"] for entry in json.loads(path.read_bytes())["tree"]}

    def contents(self, files: dict[str, str], what: str) -> list[Path]:
        """Paths here, of the repository's files (path → git id)."""
        wanted = [
            Wanted(f"{CONTENT}/{quote(path)}", self.folder / "contents" / blob, partial(_has_id, blob))
            for path, blob in files.items()
        ]
        fetch(wanted, what, self.mirror)
        return [each.path for each in wanted]


def fetch_photographs(folder: Path, limit: int, mirror: str | None = None) -> Path:
    """At most `limit` photographs of each class, as a folder that can be read; what is there already stays."""
    if limit < FEWEST:
        raise BadDataError(f"--limit {limit} leaves too few photographs to split: at least {FEWEST} of each class")
    print(f"{NAME}: from github.com/{REPOSITORY}, licence {LICENCE}", flush=True)  # before anything is fetched
    archive = Archive(folder, mirror)
    chosen = [photograph for photographs in _published(archive) for photograph in _some(photographs, limit)]
    paths = archive.contents({f"raw/color/{each.label}/{each.name}": each.blob for each in chosen}, "photographs")
    ready = folder / "chosen"
    shutil.rmtree(ready, ignore_errors=True)
    for each, path in zip(chosen, paths, strict=True):
        (ready / each.label).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, ready / each.label / each.name)
    with (ready / "plants.csv").open("w", newline="", encoding="utf-8") as file:
        rows = [(f"{each.label}/{each.name}", each.plant) for each in chosen if each.plant]
        csv.writer(file).writerows([("path", "plant"), *rows])
    return ready


def _published(archive: Archive) -> list[list[Photograph]]:
    """For each class, all its photographs."""
    top = archive.listing(COMMIT)
    colour = archive.listing(archive.listing(top["raw"])["color"])
    maps = archive.listing(archive.listing(top["leaf_grouping"])["filtered_leafmaps"])
    found = []
    for label in sorted(name for name in colour if name.startswith(CROP)):
        leaves = _leaves(archive, f"{label}.csv", maps)
        files = archive.listing(colour[label])
        found.append([Photograph(label, name, blob, leaves.get(_shot(name), "")) for name, blob in files.items()])
    return found


def _leaves(archive: Archive, name: str, maps: dict[str, str]) -> dict[str, str]:
    """shot → leaf, for the classes where somebody wrote it down."""
    if name not in maps:
        return {}
    (path,) = archive.contents({f"leaf_grouping/filtered_leafmaps/{name}": maps[name]}, "lists of leaves")
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    return {_shot(row["File Name"]): f"{Path(name).stem} {row['Leaf #'].removesuffix('.0')}" for row in rows}


def _shot(name: str) -> str:
    """`0003…fd8b3___RS_HL 9844.JPG` and `RS_HL 9844.JPG` → `rs_hl 9844`: the published name has an id in front."""
    return Path(name.rpartition("___")[2]).stem.strip().casefold()


def _some(photographs: list[Photograph], limit: int) -> list[Photograph]:
    """Whole plants, up to the limit, in the order of their ids: no more than chance, and the same each time."""
    plants: dict[str, list[Photograph]] = {}
    for each in sorted(photographs, key=lambda each: each.blob):
        plants.setdefault(each.plant or each.blob, []).append(each)
    chosen: list[Photograph] = []
    for shots in plants.values():
        if len(chosen) + len(shots) <= limit:
            chosen += shots
    return chosen


def _has_id(blob: str, content: bytes) -> bool:
    """Whether git would give a file with that content this id."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == blob


def _is_listing(content: bytes) -> bool:
    """Whether it is a whole listing, as the interface of the host documents it."""
    try:
        document: Any = json.loads(content)
    except ValueError:
        return False
    return isinstance(document, dict) and isinstance(document.get("tree"), list) and not document.get("truncated")
