"""MovieLens 100K and 1M, fetched from GroupLens: checked by checksum and by count, and never passed on.

Run as: python -m recommender data --data ml-100k [--mirror URL]
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recommender.data.interactions import BadDataError, Item, collect
from recommender.data.table import Read
from recommender.kit.download import Wanted, fetch

LICENCE = "GroupLens: research use, no redistribution, no commercial use without permission"


@dataclass(frozen=True)
class Collection:
    """One published data set."""

    name: str
    ratings: str  # the file in the archive: user, item, rating, seconds since 1970
    films: str  # the file in the archive: item, title, …
    separator: str
    rows: int
    ratings_md5: str = ""  # of the ratings and of the films, or else of the archive
    films_md5: str = ""
    archive_md5: str = ""

    @property
    def url(self) -> str:
        """Where it is published."""
        return f"https://files.grouplens.org/datasets/movielens/{self.name}.zip"


COLLECTIONS = {
    "ml-100k": Collection(
        "ml-100k",
        "u.data",
        "u.item",
        "\t",
        100_000,
        ratings_md5="6e47046882bad158b0efbb84cd5cb987",
        films_md5="c9e7f390115d79079537301d5204f3f7",
    ),
    "ml-1m": Collection(
        "ml-1m", "ratings.dat", "movies.dat", "::", 1_000_209, archive_md5="c4d9eecfca2ab87c1945afe126590906"
    ),
}
GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
RATING = re.compile(r"\d+")


def fetch_ratings(name: str, folder: Path, mirror: str | None = None) -> Read:
    """Every rating as an event, whatever its stars; what is there already and whole is not fetched again."""
    collection = COLLECTIONS[name]
    print(f"{name}: from files.grouplens.org. Licence: {LICENCE}", flush=True)  # before anything is fetched
    archive = folder / f"{name}.zip"
    fetch([Wanted(collection.url, archive, _is_archive)], "archive", mirror)
    try:
        return _read(archive.read_bytes(), collection)
    except BadDataError:
        archive.unlink()  # or it would be taken for the right one the next time
        raise


def _is_archive(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.testzip() is None
    except zipfile.BadZipFile:
        return False


def _read(content: bytes, collection: Collection) -> Read:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {Path(each).name: each for each in archive.namelist()}
        if missing := [each for each in (collection.ratings, collection.films) if each not in names]:
            raise BadDataError(f"{collection.name}.zip holds no {missing[0]}")
        ratings, films = (archive.read(names[each]) for each in (collection.ratings, collection.films))
    rows = _rows(ratings, collection)
    if len(rows) != collection.rows:
        raise BadDataError(f"{collection.ratings} has {len(rows):,} rows instead of {collection.rows:,}")
    _check(collection.ratings, ratings, collection.ratings_md5)
    _check(collection.films, films, collection.films_md5)
    _check(f"{collection.name}.zip", content, collection.archive_md5)
    users, items, _, times = zip(*rows, strict=True)
    read: Callable[[str, str], Item] = _film_of_100k if collection.separator == "\t" else _film_of_1m
    catalogue = {item.id: item for line in films.decode("latin-1").splitlines() if (item := read(*_head(line)))}
    found = collect(users, items, np.array([int(each) for each in times]), catalogue)
    return Read(found, hashlib.sha256(ratings + films).hexdigest())


def _rows(ratings: bytes, collection: Collection) -> list[list[str]]:
    rows = []
    for number, line in enumerate(ratings.decode("latin-1").splitlines(), start=1):
        cells = line.split(collection.separator)
        if len(cells) != 4 or not all(map(RATING.fullmatch, cells)):
            raise BadDataError(f"{collection.ratings}, line {number}: not user, item, rating and time: {line[:40]!r}")
        rows.append(cells)
    return rows


def _check(name: str, content: bytes, md5: str) -> None:
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if md5 and found != md5:
        raise BadDataError(f"{name} has the checksum (md5) {found} instead of {md5}: it is not what was published")


def _head(line: str) -> tuple[str, str]:
    separator = "::" if "::" in line else "|"
    first, _, rest = line.partition(separator)
    return first, rest


def _film_of_100k(number: str, rest: str) -> Item:
    title, *cells = rest.split("|")
    flags = cells[-len(GENRES) :]
    return Item(number, title, ", ".join(genre for genre, flag in zip(GENRES, flags, strict=False) if flag == "1"))


def _film_of_1m(number: str, rest: str) -> Item:
    title, _, genres = rest.partition("::")
    return Item(number, title, genres.replace("|", ", "))
