"""Reads a CSV of times and values as it comes: other separators, decimal commas, local times, rows that are missing."""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from forecast_dashboard.data.series import DAY, BadDataError, Series

STEPS = (900, 1800, 3600)  # seconds that an interval may last
DECIMAL_COMMA = re.compile(r"\d,\d{1,2}(?!\d)|\d,\d{4}|\.\d{3},")  # "1,234" alone may be a thousand
THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
TRUE, FALSE = {"true", "1", "yes"}, {"false", "0", "no", ""}
ONLY = "all"  # what the area is called where the file names none


@dataclass(frozen=True)
class Columns:
    """Which column holds what, and where the clocks are that people live by."""

    time: str
    value: str
    zone: str
    weather: str | None = None
    holiday: str | None = None
    area: str | None = None
    time_format: str | None = None  # as in strptime, where times are not ISO 8601
    is_hour_ending: bool = False  # whether a time names the end of its interval


@dataclass(frozen=True)
class Row:
    """One line that was understood."""

    line: int
    time: int  # seconds since 1970 in UTC
    area: str
    value: float
    temperature: float
    is_holiday: bool


@dataclass(frozen=True)
class Read:
    """What a file held."""

    series: Series
    sha256: str
    rows: int


def read(path: Path, columns: Columns, name: str = ONLY) -> Read:
    """The series of a file, cut to whole local days; BadDataError with the line for what cannot be read."""
    try:
        zone = ZoneInfo(columns.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadDataError(f"{columns.zone!r} is no time zone: name one such as Europe/Berlin") from error
    content = path.read_bytes()
    rows = list(_rows(path.name, content, columns, zone, name))
    if len(rows) < 2:
        raise BadDataError(f"{path.name} holds {len(rows)} rows: there is nothing to learn from")
    return Read(_whole_days(_on_a_grid(path.name, rows, columns)), hashlib.sha256(content).hexdigest(), len(rows))


def _rows(name: str, content: bytes, columns: Columns, zone: ZoneInfo, only: str) -> Iterator[Row]:
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise BadDataError(f"{name} is not text in UTF-8: save it as such") from error
    header = lines[0] if lines else ""
    separator = max(",;\t", key=header.count)
    table = csv.DictReader(lines, delimiter=separator)
    wanted = [columns.time, columns.value, columns.weather, columns.holiday, columns.area]
    for each in filter(None, wanted):
        if each not in (table.fieldnames or ()):
            raise BadDataError(f"{name} has no column {each!r}: it has {', '.join(table.fieldnames or ()) or 'none'}")
    rows = list(table)
    comma = _is_decimal_comma(name, [cells[columns.value] or "" for cells in rows], separator)
    seen: Counter[tuple[str, str]] = Counter()
    for line, cells in enumerate(rows, start=2):
        area = (cells[columns.area] or "").strip() if columns.area else only
        text = (cells[columns.time] or "").strip()
        seen[area, text] += 1
        yield Row(
            line,
            _time(name, line, text, columns, zone, seen[area, text]),
            area,
            _number(name, line, cells[columns.value], comma),
            _number(name, line, cells[columns.weather], comma) if columns.weather else np.nan,
            _flag(name, line, cells[columns.holiday]) if columns.holiday else False,
        )


def _is_decimal_comma(name: str, texts: Sequence[str], separator: str) -> bool:
    """Whether "1,5" is one and a half, and "1.500" therefore may be a thousand and a half; BadDataError where only the
    author can know."""
    if separator == ",":
        return False
    if any(DECIMAL_COMMA.search(text) for text in texts):
        return True
    known = [text for text in texts if text.strip()]
    if known and sum(bool(THOUSANDS.fullmatch(text.strip())) for text in known) > len(known) / 2:
        raise BadDataError(
            f"{name}: is {known[0].strip()!r} a thousand or a little more than one? Write it without the point"
        )
    return separator == ";"


def _time(name: str, line: int, text: str, columns: Columns, zone: ZoneInfo, times_seen: int) -> int:
    """A moment; without an offset it is local, and the hour that clocks repeat comes twice, in order."""
    try:
        moment = datetime.strptime(text, columns.time_format) if columns.time_format else _usual_time(text)
    except ValueError:
        wanted = f"as {columns.time_format!r} says" if columns.time_format else "such as 2024-03-31T13:00:00Z"
        raise BadDataError(
            f"{name}, line {line}: {text!r} is no time {wanted}. Say how times are written: --time-format "
            "'%m/%d/%Y %H:%M'"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone, fold=1 if times_seen == 2 else 0)
        there = moment.astimezone(UTC).astimezone(zone)
        if there.replace(tzinfo=None) != moment.replace(tzinfo=None):
            raise BadDataError(f"{name}, line {line}: {text!r} does not exist in {zone.key}: clocks skip it")
    return int(moment.timestamp())


def _usual_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.strptime(text, "%d.%m.%Y %H:%M")


def _number(name: str, line: int, text: str | None, is_comma: bool) -> float:
    """NaN for an empty cell."""
    text = (text or "").strip()
    if text.lower() in ("", "na", "nan", "null"):
        return np.nan
    try:
        value = float(text.replace(".", "").replace(",", ".") if is_comma and "," in text else text)
    except ValueError:
        value = np.inf
    if not np.isfinite(value):
        raise BadDataError(f"{name}, line {line}: {text!r} is no number")
    return value


def _flag(name: str, line: int, text: str | None) -> bool:
    word = (text or "").strip().lower()
    if word not in TRUE | FALSE:
        raise BadDataError(f"{name}, line {line}: {text!r} is neither true nor false")
    return word in TRUE


def _on_a_grid(name: str, rows: list[Row], columns: Columns) -> Series:
    moments = np.unique([row.time for row in rows])
    steps = Counter(np.diff(moments).tolist())
    step = steps.most_common(1)[0][0] if steps else 0
    if step not in STEPS:
        raise BadDataError(f"{name} has a value every {timedelta(seconds=step)}: 15, 30 or 60 minutes can be forecast")
    areas = tuple(dict.fromkeys(row.area for row in rows))
    named = np.arange(moments[0], moments[-1] + step, step)
    grid = named - step if columns.is_hour_ending else named
    shape = (len(areas), len(grid))
    demand, temperature, holiday = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    lines: dict[tuple[int, int], int] = {}
    for row in rows:
        place, rest = divmod(row.time - int(named[0]), step)
        if rest:
            raise BadDataError(f"{name}, line {row.line}: the time lies between two intervals of {step // 60} minutes")
        cell = (areas.index(row.area), place)
        if cell in lines:
            raise BadDataError(f"{name}, line {row.line}: the same time as in line {lines[cell]}")
        lines[cell] = row.line
        demand[cell], temperature[cell] = row.value, row.temperature
        holiday[cell] = row.is_holiday
    return Series(areas, grid, demand, temperature if columns.weather else None, holiday, columns.zone)


def _whole_days(series: Series) -> Series:
    """Without the days at both ends that are not whole, and what lies before every area has a value."""
    begins = int(np.argmax(~np.isnan(series.demand), axis=1).max())
    starts = np.flatnonzero(series.local % DAY == 0)
    first = starts[starts >= begins]
    after = int(series.local[-1]) + series.step
    last = len(series.times) if after % DAY == 0 else int(starts[-1]) if len(starts) else 0
    if not len(first) or first[0] >= last:
        raise BadDataError("there is no whole local day in the data")
    part = slice(int(first[0]), last)
    temperature = None if series.temperature is None else series.temperature[:, part]
    return Series(
        series.areas, series.times[part], series.demand[:, part], temperature, series.holiday[:, part], series.zone
    )
