"""The results file: which numbers were recorded, under which names, to compare a README's numbers with."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from portfolio.readme.words import number, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Name = tuple[str, ...]  # as words
Names = tuple[Name, ...]

MEASURES = ("metric", "label")  # strings that name what was measured, not who
NUMBERS = re.compile(r"(?<![\w.])[-+−]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
HUNDRED = re.compile(r"%|\b100\b|percent|per cent")


@dataclass(frozen=True)
class Shown:
    """A number as a README shows it."""

    text: str  # as written
    is_hundredfold: bool = False  # may stand for a hundred times the recorded one: a percentage

    @property
    def value(self) -> Decimal:
        """The number as written, without the percent sign."""
        return Decimal(self.text.replace(",", "").replace("−", "-").lstrip("+"))

    def agrees(self, recorded: Decimal) -> bool:
        """Whether it is the recorded number, rounded or cut off at the digits shown."""
        return any(self._is(recorded * factor) for factor in ((1, 100) if self.is_hundredfold else (1,)))

    def _is(self, recorded: Decimal) -> bool:
        shown = self.value
        digit = Decimal(1).scaleb(int(shown.as_tuple().exponent))
        if abs(recorded - shown) >= digit:
            return False
        return shown in (recorded.quantize(digit, ROUND_HALF_UP), recorded.quantize(digit, ROUND_DOWN))


@dataclass(frozen=True)
class Fact:
    """One recorded number, and what it measures."""

    key: Name  # of the keys that lead to it
    measures: frozenset[Name]  # the names of what was measured
    value: Decimal
    interval: tuple[Decimal, Decimal] | None = None  # then `value` is its lower end


@dataclass(frozen=True)
class ResultRow:
    """Numbers that were recorded together: one model on one split, say."""

    names: frozenset[Name]  # of what it is about
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Results:
    """Everything one results file records."""

    document: dict[str, Json]

    @cached_property
    def rows(self) -> tuple[ResultRow, ...]:
        """Its records; those that differ in the measure only are one."""
        together: dict[frozenset[Name], list[Fact]] = {}
        for names, facts in _records(self.document, ()):
            together.setdefault(names, []).extend(facts)
        return tuple(ResultRow(names, tuple(facts)) for names, facts in together.items() if facts)

    @cached_property
    def names(self) -> frozenset[Name]:
        """The names that any row is about."""
        return frozenset(name for row in self.rows for name in row.names)

    @cached_property
    def values(self) -> tuple[Decimal, ...]:
        """Every number, and the width of every interval."""
        facts = [fact for row in self.rows for fact in row.facts]
        widths = [high - low for high, low in ((each.interval[1], each.interval[0]) for each in facts if each.interval)]
        return (*(bound for fact in facts for bound in fact.interval or (fact.value,)), *widths)

    @property
    def baselines(self) -> tuple[str, ...]:
        """The models whose role is `baseline`."""
        match self.document:
            case {"results": list(rows)}:
                named = [row.get("model") for row in rows if isinstance(row, dict) and row.get("role") == "baseline"]
                return tuple(dict.fromkeys(str(each) for each in named))
            case _:
                return ()

    @cached_property
    def triples(self) -> frozenset[tuple[Decimal, Decimal, Decimal]]:
        """Every (value, lower end, upper end) of a result or a comparison."""
        return frozenset(_triples(self.document))


def read(text: str) -> Results:
    """The results in a file's text; ValueError if it is not a JSON object."""
    document = json.loads(text, parse_constant=lambda _: None)
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")
    return Results(document)


def numbers(cell: str, header: str = "") -> tuple[Shown, ...]:
    """The numbers in a cell or a sentence; none where it begins with words."""
    is_hundredfold = bool(HUNDRED.search(cell) or HUNDRED.search(header))
    return tuple(Shown(found, is_hundredfold) for found in NUMBERS.findall(cell))


def is_numeric(cell: str) -> bool:
    """Whether a cell begins with a number, an opening bracket aside."""
    return number(cell.strip().lstrip("[(")) is not None


def _records(node: Mapping[str, Json], names: Names) -> Iterator[tuple[frozenset[Name], list[Fact]]]:
    """The object, and those in it that stand in lists or side by side: what each is about, and its facts."""
    texts = {key: words(value) for key, value in node.items() if isinstance(value, str)}
    of_what = words(str(node.get("label", "")).partition(",")[2])  # "Recall, rust" is about rust
    about = (
        *names,
        *(value for key, value in texts.items() if value and key not in MEASURES),
        *filter(None, [of_what]),
    )
    measures = frozenset(words(str(node[key]).replace("_", " ")) for key in MEASURES if key in node)
    yield frozenset(about), list(_facts(node, (), measures))
    for name, each in _within(node):
        yield from _records(each, (*about, name))


def _within(node: Mapping[str, Json]) -> Iterator[tuple[Name, Mapping[str, Json]]]:
    for key, value in node.items():
        match value:
            case list():
                yield from ((_name(key), each) for each in value if isinstance(each, dict))
            case dict() if _is_side_by_side(value):
                yield from ((_name(inner), each) for inner, each in value.items() if isinstance(each, dict))
            case dict():
                yield from _within(value)
    if _is_side_by_side(node):
        yield from ((_name(key), each) for key, each in node.items() if isinstance(each, dict))


def _is_side_by_side(node: Mapping[str, Json]) -> bool:
    """Whether its objects record the same things of different ones: `{"knn": {"mae": 3}, "xgboost": {"mae": 2}}`."""
    keys = [
        {key for key, number in each.items() if isinstance(number, int | float)}
        for each in node.values()
        if isinstance(each, dict)
    ]
    return len(keys) > 1 and bool(set.intersection(*keys))


def _facts(node: Mapping[str, Json], keys: Name, measures: frozenset[Name]) -> Iterator[Fact]:
    for key, value in node.items():
        path = (*keys, *_name(key))
        match value:
            case bool():
                continue
            case int() | float():
                yield Fact(path, measures, Decimal(str(value)))
            case [int() | float() as low, int() | float() as high]:
                bounds = (Decimal(str(low)), Decimal(str(high)))
                yield Fact(path, measures, bounds[0], bounds)
            case dict() if not _is_side_by_side(node):
                yield from _facts(value, path, measures)


def _name(key: str) -> Name:
    return words(key.replace("_", " "))


def _nodes(node: Json) -> Iterator[dict[str, Json]]:
    match node:
        case dict():
            yield node
            for value in node.values():
                yield from _nodes(value)
        case list():
            for value in node:
                yield from _nodes(value)


def _triples(document: Json) -> Iterator[tuple[Decimal, Decimal, Decimal]]:
    for node in _nodes(document):
        match node:
            case {"value": int() | float() as value, "ci95": [int() | float() as low, int() | float() as high]}:
                yield Decimal(str(value)), Decimal(str(low)), Decimal(str(high))
            case {"difference": int() | float() as value, "ci95": [int() | float() as low, int() | float() as high]}:
                yield Decimal(str(value)), Decimal(str(low)), Decimal(str(high))


def nearest(shown: Shown, recorded: Iterable[Decimal]) -> Decimal | None:
    """The recorded number that a README's number is closest to."""
    return min(recorded, key=lambda each: abs(each - shown.value), default=None)
