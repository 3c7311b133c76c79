"""`reports/metrics.json`: the one place where measured numbers live; everything that shows a number reads it here."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = 1


@dataclass(frozen=True)
class Result:
    """One measured number and how sure it is."""

    model: str
    role: str  # "baseline", "model" or "naive": what a careless evaluation would have claimed
    split: str
    metric: str
    label: str
    value: float
    ci95: tuple[float, float]
    n: int
    higher_is_better: bool = True


@dataclass(frozen=True)
class Comparison:
    """A paired difference: both measured on the same cases."""

    metric: str
    of: str
    against: str
    split: str
    difference: float
    ci95: tuple[float, float]


def read(path: Path) -> dict[str, Any]:
    """The whole file; FileNotFoundError if nothing has been measured yet."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def write(path: Path, document: dict[str, Any]) -> None:
    """Replace the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"schema": SCHEMA, **document}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def find(document: dict[str, Any], **wanted: str) -> dict[str, Any]:
    """The first result that has all the wanted values."""
    rows: list[dict[str, Any]] = document["results"]
    return next(row for row in rows if wanted.items() <= row.items())


def note_seconds(path: Path, verb: str, seconds: float, timings: Path) -> None:
    """Remember how long a verb took; the results say how long all of them did."""
    taken: dict[str, float] = json.loads(timings.read_text(encoding="utf-8")) if timings.is_file() else {}
    taken[verb] = round(seconds, 1)
    timings.write_text(json.dumps(taken), encoding="utf-8")
    if path.is_file():
        write(path, {**read(path), "seconds": round(sum(taken.values()), 1)})
