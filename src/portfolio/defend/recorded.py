"""What a run recorded, as values that questions speak of, and how those are written into a sentence."""

from __future__ import annotations

import ast
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from portfolio.audit import examples, notation
from portfolio.audit.metric_tables import is_metric, metric_tables, states_a_measure
from portfolio.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit.documents import Json
    from portfolio.audit.project import Project

CONFIG = r"^src/[^/]+/config\.py$"
NAMED_VALUES = ("value", "difference", "cost", "coverage")  # under which a number stands beside its interval
MOST_ROWS = 200
LONGEST = 200  # characters of a recorded text
TOPICS = ("data", "limitations", "next_steps", "tradeoffs", "results", "deployment", "problem")


def values(project: Project) -> dict[str, Any]:
    """Everything recorded, by name, with the functions `row`, `rows` and `pick` to find a part of it."""
    document = _plain(project.results.document) if project.results else {}
    results = document.get("results")
    rows = [each for each in results if isinstance(each, dict)] if isinstance(results, list) else []
    return {
        **document,
        "results": rows,
        "row": lambda **asked: pick(rows, **asked),
        "rows": lambda start: [each for each in rows if str(each.get("metric", "")).startswith(start)],
        "pick": pick,
        "config": _config(project),
        "readme": project.readme_path or "",
        "table": list(_table(project)),
        "claim": next(_claims(project), None),
        "named_model": _named_model(project),
        "topics": {topic: said for topic in TOPICS if (said := _topic(project, topic))},
    }


def pick(rows: Any, **asked: Any) -> dict[str, Any] | None:
    """The first of those objects that has all these values."""
    found = (each for each in rows or () if isinstance(each, dict))
    return next((each for each in found if all(each.get(key) == value for key, value in asked.items())), None)


def shown(given: Any) -> str:
    """A number, or one with its interval, as it is written: 0.866 [0.822, 0.906], 12.5, 35,650."""
    match given:
        case {"ci95": [int() | float() as low, int() | float() as high], **rest}:
            values = [float(found) for name in NAMED_VALUES if isinstance(found := rest.get(name), int | float)]
            value = values[0]
            return f"{_rounded(value, value)} [{_rounded(low, value)}, {_rounded(high, value)}]"
        case bool():
            raise ValueError("not a number")
        case int() | float():
            return _rounded(given, given) if given != round(given) else _rounded(round(given), 1000)
        case _:
            raise ValueError("not a number")


def _rounded(number: float, like: float) -> str:
    """With as many digits as a number of the size of `like` needs."""
    size = abs(like)
    digits = 3 if size <= 1 else 2 if size < 10 else 1 if size < 100 else 0
    return f"{number:,.{digits}f}".replace("-", "−")


def percent(share: Any) -> str:
    """A share, or one with its interval, as it is written: 9.8%, 84% [81%, 87%]."""
    match share:
        case {"value": value, "ci95": [low, high]}:
            return f"{percent(value)} [{percent(low)}, {percent(high)}]"
    number = 100 * float(share)
    written = f"{number:.1f}" if round(number, 1) != round(number) and abs(number) < 10 else f"{number:.0f}"
    return f"{written}%".replace("-", "−")


FILTERS = {"shown": shown, "percent": percent}


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


def _table(project: Project) -> Iterator[dict[str, Any]]:
    """The numbers of the README's tables of results, the measure in the head of the column."""
    for table in metric_tables(project.readme):
        for row, line in zip(table.rows[:MOST_ROWS], table.lines, strict=False):
            for head, cell in zip(table.header[1:], row[1:], strict=False):
                number = notation.first(cell) if is_metric(head) else None
                if number:
                    path, place = project.place(line)
                    value = float(number.value)
                    yield {
                        **{"model": row[0], "measure": head, "value": value, "said": cell, "path": path, "line": place},
                        "is_error": bool(examples.OF_AMOUNTS.search(head)),
                    }


def _claims(project: Project) -> Iterator[dict[str, Any]]:
    """The sentences that name a measure and a number, outside tables."""
    for passage in project.reading.prose:
        if states_a_measure(passage.text):
            path, line = project.place(passage.line)
            yield {"said": passage.text, "path": path, "line": line}


def _named_model(project: Project) -> dict[str, Any] | None:
    """The first model that the README names, and where."""
    for passage in project.reading.prose:
        if found := examples.MODEL.search(passage.text):
            path, line = project.place(passage.line)
            return {"name": found[0], "path": path, "line": line}
    return None


def _topic(project: Project, topic: str) -> dict[str, Any] | None:
    """The part of the README about a topic: where it is, and the first thing it says."""
    scope = project.reading.about(topic)
    items = [each for each in scope.items if not each.is_only_links and len(each.words) >= 4] if scope else []
    if not items:
        return None
    path, line = project.place(items[0].line)
    return {"path": path, "line": line, "first": items[0].text, "count": len(items)}
