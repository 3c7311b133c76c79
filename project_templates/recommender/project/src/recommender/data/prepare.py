"""Draws, fetches or reads events, and stores them in one file for the other steps.

Run as: python -m recommender data [--data sample | ml-100k | ml-1m | FILE.csv]
"""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from recommender.config import PROJECT, Config
from recommender.data import movielens, sample, table, world
from recommender.data.interactions import BadDataError, Interactions, Item, collect
from recommender.data.table import Read
from recommender.data.world import World
from recommender.kit import provenance

STORE = PROJECT.data / "interactions.npz"
MANIFEST = PROJECT.data / "manifest.json"
SAMPLE = "sample"
LONGEST_ID = 100  # characters, that travel with every list
FEWEST_USERS, FEWEST_ITEMS = 50, 30  # with something to hold out; below which no number means anything


@dataclass(frozen=True)
class Request:
    """Which events are wanted."""

    source: str = SAMPLE  # or the name of a public collection, or a path
    fewest: int = 1  # users that an item needs to stay
    mirror: str | None = None  # where a public collection is fetched instead
    noun: str | None = None  # what is recommended, in the singular


@dataclass(frozen=True, kw_only=True)
class Manifest(provenance.Manifest):
    """Where the events came from."""

    noun: str  # what is recommended: "item", or "item" where nobody has said
    nouns: str
    users: int
    items: int
    left_out: int  # items with too few events
    first: str  # day
    last: str


def prepare(request: Request, config: Config) -> Manifest:
    """Bring the events here and store them for the other steps."""
    commit, dirty = provenance.version(PROJECT.root)  # first: what the run writes must not count
    name, licence, found = _source(request, config)
    interactions, left_out = _without_rare(found.interactions, request.fewest)
    interactions = interactions.reordered(config.seed)
    _check(interactions, config)
    days = [datetime.fromtimestamp(int(each), UTC).date() for each in np.quantile(interactions.times, (0, 1))]
    noun = request.noun or ("film" if request.source in (SAMPLE, *movielens.COLLECTIONS) else "item")
    manifest = Manifest(
        source=name,
        licence=licence,
        synthetic=request.source == SAMPLE,
        noun=noun,
        nouns=_plural(noun),
        users=interactions.shape[0],
        items=interactions.shape[1],
        rows=len(interactions.users),
        left_out=left_out,
        first=str(days[0]),
        last=str(days[1]),
        sha256=found.sha256,
        commit=commit,
        dirty=dirty,
        seed=config.seed,
    )
    _truth(request, interactions, config).save(PROJECT.data)
    np.savez(
        STORE,
        users=interactions.users,
        items=interactions.items,
        times=interactions.times,
        user_ids=interactions.user_ids,
        id=[item.id for item in interactions.catalogue],
        title=[item.title for item in interactions.catalogue],
        tags=[item.tags for item in interactions.catalogue],
    )
    manifest.save(MANIFEST)
    return manifest


def describe(manifest: Manifest) -> str:
    """What was found, in a line or two."""
    told = (
        f"{manifest.source}: {manifest.rows:,} events of {manifest.users:,} users and {manifest.items:,} items, "
        f"{manifest.first} to {manifest.last}"
    )
    return f"{told}\n{manifest.left_out:,} items were left out, which too few had chosen" if manifest.left_out else told


def load() -> tuple[Interactions, Manifest]:
    """What `prepare` stored."""
    if not STORE.is_file():
        raise BadDataError("there are no events yet: run `python -m recommender data` first")
    manifest = Manifest.load(MANIFEST)
    with np.load(STORE) as stored:
        items = zip(*(stored[key].tolist() for key in ("id", "title", "tags")), strict=True)
        catalogue = [Item(*each) for each in items]
        arrays = (stored["users"], stored["items"], stored["times"])
        return Interactions(*arrays, stored["user_ids"].tolist(), catalogue), manifest


def digest(interactions: Interactions, rows: np.ndarray) -> str:
    """Of those events: a model remembers which it has met."""
    parts = (interactions.users[rows], interactions.items[rows], interactions.times[rows])
    return hashlib.sha256(b"".join(np.ascontiguousarray(each).tobytes() for each in parts)).hexdigest()


def _source(request: Request, config: Config) -> tuple[str, str, Read]:
    """(name, licence, events)."""
    match request.source:
        case "sample":
            folder = PROJECT.data / SAMPLE
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            sample.draw(folder, config.seed)
            return SAMPLE, "CC0-1.0", table.read(folder)
        case name if name in movielens.COLLECTIONS:
            (PROJECT.data / "movielens").mkdir(parents=True, exist_ok=True)
            found = movielens.fetch_ratings(name, PROJECT.data / "movielens", request.mirror)
            return name, movielens.LICENCE, found
        case path:
            if not Path(path).exists():
                known = ", ".join(repr(each) for each in (SAMPLE, *movielens.COLLECTIONS))
                raise BadDataError(f"{path!r} is none of {known}, and no file or folder of that name is there")
            found, place = table.read(Path(path)), Path(path).resolve()
            PROJECT.data.mkdir(exist_ok=True)
            return place.stem, provenance.licence(place if place.is_dir() else place.parent), found


def _truth(request: Request, interactions: Interactions, config: Config) -> World:
    if request.source == SAMPLE:
        return world.load(PROJECT.data / SAMPLE).aligned(interactions)
    return world.estimated(interactions, config.seed)


def _without_rare(interactions: Interactions, fewest: int) -> tuple[Interactions, int]:
    number = np.bincount(interactions.items, minlength=interactions.shape[1])
    kept = number[interactions.items] >= fewest
    if kept.all():
        return interactions, 0
    names = np.array(interactions.user_ids)[interactions.users[kept]].tolist()
    items = [interactions.catalogue[each] for each in interactions.items[kept]]
    catalogue = {item.id: item for item in items}
    smaller = collect(names, [item.id for item in items], interactions.times[kept], catalogue)
    return smaller, int((number < fewest).sum())


def _check(interactions: Interactions, config: Config) -> None:
    enough = int((np.bincount(interactions.users) >= config.fewest_events).sum())
    if enough < FEWEST_USERS:
        raise BadDataError(
            f"only {enough} users have {config.fewest_events} events or more, and {FEWEST_USERS} are needed to measure"
        )
    too_long = next((each for each in _ids(interactions) if not 0 < len(each.encode()) <= LONGEST_ID), None)
    if too_long is not None:
        raise BadDataError(f"the id {too_long[:40]!r} … is longer than {LONGEST_ID} bytes, and travels with every list")
    if interactions.shape[1] < FEWEST_ITEMS:
        raise BadDataError(f"only {interactions.shape[1]} items are left, and {FEWEST_ITEMS} are needed to rank")


def _plural(noun: str) -> str:
    if noun.endswith("y") and not noun.endswith(("ay", "ey", "oy", "uy")):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def _ids(interactions: Interactions) -> Iterator[str]:
    yield from interactions.user_ids
    yield from (item.id for item in interactions.catalogue)
