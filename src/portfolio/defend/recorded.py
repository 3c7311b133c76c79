"""What a run recorded, as values that questions speak of, and how those are written into a sentence."""

from __future__ import annotations

import ast
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from portfolio.defend import said
from portfolio.terminal import number, visible

if TYPE_CHECKING:
    from portfolio.audit.documents import Json
    from portfolio.audit.project import Project
    from portfolio.audit.results_file import Results

CONFIG = r"^src/[^/]+/config\.py$"
NAMED_VALUES = ("value", "difference", "cost", "coverage")  # under which a number stands beside its interval
TEST = re.compile(r"(?i)\b(?:test|hold-?out)\b")  # what is measured on is preferred to what is chosen on
LONGEST = 200  # characters of a recorded text


def values(project: Project) -> dict[str, Any]:
    """Everything recorded, by name, with the functions `row`, `rows` and `pick` to find a part of it."""
    table = said.table(project)
    first = next((each for each in table if TEST.search(each["measure"])), table[0] if table else {})
    same = [each for each in table if (each["measure"], each["path"]) == (first["measure"], first["path"])]
    same = [each for each in same if TEST.search(each["model"])] or same
    best = sorted(same, key=lambda each: each["value"] if each["is_error"] else -each["value"])
    return {
        **(of_results(project.results) if project.results else {"row": pick, "results": []}),
        "pick": pick,
        "config": _config(project),
        "profile": project.profile,
        "table": table,
        "best": best[0] if best else None,
        "second": next((each for each in best[1:] if each["value"] != best[0]["value"]), None),
        "claim": said.claim(project),
        "topics": said.topics(project),
    }


def of_results(results: Results) -> dict[str, Any]:
    """What one results file records, with the functions that find a row of it."""
    document = _plain(results.document)
    listed = document.get("results")
    rows = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return {
        **document,
        "results": rows,
        "row": lambda **asked: pick(rows, **asked),
        "rows": lambda start: [each for each in rows if str(each.get("metric", "")).startswith(start)],
    }


def pick(rows: Any = (), **asked: Any) -> dict[str, Any] | None:
    """The first of those objects that has all these values."""
    found = (each for each in rows or () if isinstance(each, dict))
    return next((each for each in found if all(each.get(key) == value for key, value in asked.items())), None)


def shown(given: Any) -> str:
    """A number, or one with its interval, as it is written: 0.866 [0.822, 0.906], 12.5, 35,650."""
    match given:
        case {"ci95": [int() | float() as low, int() | float() as high], **rest}:
            values = [float(found) for name in NAMED_VALUES if isinstance(found := rest.get(name), int | float)]
            value = values[0]
            return f"{number(value, value)} [{number(low, value)}, {number(high, value)}]"
        case bool():
            raise ValueError("not a number")
        case int() | float():
            return number(given, given) if given != round(given) else number(round(given), 1000)
        case _:
            raise ValueError("not a number")


def percent(share: Any) -> str:
    """A share, or one with its interval, as it is written: 9.8%, 84% [81%, 87%]."""
    match share:
        case {"value": value, "ci95": [low, high]}:
            return f"{percent(value)} [{percent(low)}, {percent(high)}]"
    hundredths = 100 * float(share)
    is_small = round(hundredths, 1) != round(hundredths) and abs(hundredths) < 10
    written = f"{hundredths:.1f}" if is_small else f"{hundredths:.0f}"
    return f"{written}%".replace("-", "−")


def signed(given: Any) -> str:
    """A difference as it is written: +0.333 [0.264, 0.408]."""
    written = shown(given)
    return written if written.startswith("−") else f"+{written}"


FILTERS = {"shown": shown, "percent": percent, "signed": signed}


def plain(given: Any) -> str:
    """Somebody's recorded word in our sentence: on one line, and not as code."""
    return visible(" ".join(str(given).split())).replace("`", "'")[:LONGEST]


def _plain(node: Json) -> Any:
    match node:
        case Decimal():
            whole = node == node.to_integral_value() and node.as_tuple().exponent == 0
            return int(node) if whole else float(node)
        case list():
            return [_plain(each) for each in node]
        case dict():
            return {key: _plain(value) for key, value in node.items()}
        case _:
            return node


def _config(project: Project) -> dict[str, Any]:
    """The settings that are written down as literals in the project's config.py."""
    found: dict[str, Any] = {}
    for path in project.matching(CONFIG)[:1]:
        try:
            nodes = list(ast.walk(ast.parse(project.read(path))))
        except (SyntaxError, ValueError, RecursionError):
            continue
        for node in nodes:
            match node:
                case ast.AnnAssign(
                    target=ast.Name(id=name), value=ast.Constant(value=int() | float() | str() as value)
                ):
                    found[name] = value
    return found
