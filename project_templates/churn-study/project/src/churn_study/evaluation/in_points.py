"""The effects once more in percentage points, as reports show them: whoever checks one finds its numbers here."""

from collections.abc import Iterator, Mapping
from typing import Any

SHARES = ("value", "truth", "difference", "effect", "control", "treated", "pre_trend", "detectable_trend",
          "clustered_error", "detectable", "smallest_effect", "trimmed")  # fmt: skip


def in_points(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A record for each row of the ladder, of the experiment, of the rule, and for what was checked."""
    return [record for row in _rows(found) if len(record := _record(row)) > 1]


def _rows(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from found["ladder"]
    trial = found.get("experiment", {})
    yield from (trial[name] for name in ("primary", "adjusted") if trial.get(name))
    yield from trial.get("segments", ())
    yield from found.get("decision", {}).get("rule", {}).get("cells", ())
    for name in ("experiment", "registered", "panel", "observed"):
        if found.get(name):
            yield {"name": name, **found[name]}


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    shares = {key: 100 * row[key] for key in SHARES if isinstance(row.get(key), float)}
    interval = {"ci95": [100 * end for end in row["ci95"]]} if row.get("ci95") else {}
    return {"name": row["name"], **shares, **interval, **({"p": row["p"]} if "p" in row else {})}
