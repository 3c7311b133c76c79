"""Reads events from CSV: who, what and when, one a line; beside it, if it is there, what the items are called."""

import csv
import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from recommender.data.interactions import BadDataError, Interactions, Item, collect

DATE = re.compile(r"(?:19|20)\d\d[01]\d[0-3]\d")
EARLIEST, LATEST = 1e8, 1e11  # seconds since 1970; a smaller number is a year, a day or a rank
NAMES = {
    "user": ("user", "user_id", "userid", "visitor", "visitor_id", "customer", "customer_id"),
    "item": ("item", "item_id", "itemid", "movie_id", "movieid", "product", "product_id", "item"),
    "time": ("time", "timestamp", "datetime", "date", "created_at"),
}


@dataclass(frozen=True)
class Read:
    """What was found in files."""

    interactions: Interactions
    sha256: str  # over the contents


def read(path: Path) -> Read:
    """A CSV file, or a folder with `events.csv`; `items.csv` beside it (item, title, tags) may name the items."""
    events = path / "events.csv" if path.is_dir() else path
    if not events.is_file():
        raise BadDataError(f"there is no events.csv in {path}: name a CSV file with the columns user, item and time")
    titles = events.with_name("items.csv")
    users, items, times = [], [], []
    columns: list[int] = []
    for line, row in _rows(events):
        if not columns:
            columns = _columns(row, events)
            continue
        if len(row) <= max(columns):
            raise BadDataError(f"{events.name}, line {line}: {len(row)} cells, and the header names more")
        user, item, time = (row[column].strip() for column in columns)
        if not user or not item:
            raise BadDataError(f"{events.name}, line {line}: the user or the item is empty")
        users.append(user)
        items.append(item)
        times.append(_seconds(time, events.name, line))
    if not users:
        raise BadDataError(f"{events.name} holds no event")
    files = [events, *([titles] if titles.is_file() else [])]
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in files)).hexdigest()
    catalogue = _catalogue(titles) if titles.is_file() else {}
    return Read(collect(users, items, np.array(times), catalogue), digest)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            start = file.read(4096)
            file.seek(0)
            separator = max(",;\t", key=start.partition("\n")[0].count)
            reader = csv.reader(file, delimiter=separator)
            yield from ((reader.line_num, row) for row in reader if row)
    except UnicodeDecodeError as error:
        raise BadDataError(f"{path.name} is not UTF-8 text ({error.reason}): save it as UTF-8") from error
    except csv.Error as error:
        raise BadDataError(f"{path.name} is not CSV: {error}") from error


def _columns(header: list[str], path: Path) -> list[int]:
    """Where user, item and time stand."""
    known = [name.strip().casefold() for name in header]
    found = []
    for column, names in NAMES.items():
        place = next((known.index(name) for name in names if name in known), None)
        if place is None:
            raise BadDataError(f"{path.name} has no column {column!r}; its first line is: {', '.join(header)[:80]}")
        found.append(place)
    return found


def _seconds(text: str, name: str, line: int) -> int:
    """Since 1970; a date without a zone is taken for UTC. 20240531 is a date: as seconds it would be a day of 1970."""
    try:
        seconds = math.nan if DATE.fullmatch(text) else float(text)
    except ValueError:
        seconds = math.nan
    if math.isnan(seconds):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            problem = f"{name}, line {line}: {text!r} is neither seconds since 1970 nor a date like 2024-05-31"
            raise BadDataError(problem) from None
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    elif not EARLIEST <= seconds < LATEST:
        hint = "in milliseconds: divide it by 1,000" if seconds >= LATEST else "no time of this century or the last"
        raise BadDataError(f"{name}, line {line}: {text!r} is {hint}")
    return int(seconds)


def _catalogue(path: Path) -> dict[str, Item]:
    rows = [row for _, row in _rows(path)]
    if not rows or [name.casefold() for name in rows[0][:2]] != ["item", "title"]:
        raise BadDataError(f"{path.name} has to begin with the columns item, title and, if you like, tags")
    return {row[0]: Item(row[0], row[1], row[2] if len(row) > 2 else "") for row in rows[1:] if len(row) > 1}
