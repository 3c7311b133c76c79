"""The results file: which numbers were recorded, under which names, to compare a README's numbers with."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from portfolio.audit import documents, notation
from portfolio.readme.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portfolio.audit.documents import Json

Name = tuple[str, ...]  # as words
Names = tuple[Name, ...]

MEASURES = ("metric", "label")  # strings that name what was measured, not who
MOST_ROWS = 2_000
JOINED = re.compile(r"[-_/]")


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
        rows = (ResultRow(names, tuple(facts)) for names, facts in together.items() if facts)
        return tuple(itertools.islice(rows, MOST_ROWS))

    @cached_property
    def _by_name(self) -> dict[Name, list[ResultRow]]:
        found: dict[Name, list[ResultRow]] = {}
        for row in self.rows:
            for name in row.names:
                found.setdefault(name, []).append(row)
        return found

    def about(self, name: Name) -> list[ResultRow]:
        """The rows of that name."""
        return self._by_name.get(name, [])

    @cached_property
    def names(self) -> frozenset[Name]:
        """The names that any row is about."""
        return frozenset(self._by_name)

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
    document = documents.read(text)
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")
    return Results(document)


def _records(node: Mapping[str, Json], names: Names) -> Iterator[tuple[frozenset[Name], list[Fact]]]:
    """The object, and those in it that stand in lists or side by side: what each is about, and its facts."""
    texts = {key: name_of(value) for key, value in node.items() if isinstance(value, str)}
    of_what = name_of(str(node.get("label", "")).partition(",")[2])  # "Recall, rust" is about rust
    about = (
        *names,
        *(value for key, value in texts.items() if value and key not in MEASURES),
        *filter(None, [of_what]),
    )
    measures = frozenset(name_of(str(node[key])) for key in MEASURES if key in node)
    yield frozenset(about), list(_facts(node, (), measures))
    for name, each in _within(node):
        yield from _records(each, (*about, name))


def _within(node: Mapping[str, Json]) -> Iterator[tuple[Name, Mapping[str, Json]]]:
    are_records = _is_side_by_side(node)
    for key, value in node.items():
        match value:
            case list():
                yield from ((name_of(key), each) for each in value if isinstance(each, dict))
            case dict() if are_records:
                yield name_of(key), value
            case dict() if _is_side_by_side(value):
                yield from ((name_of(inner), each) for inner, each in value.items() if isinstance(each, dict))
            case dict():
                yield from _within(value)


def _is_side_by_side(node: Mapping[str, Json]) -> bool:
    """Whether its objects record the same things of different ones: `{"knn": {"mae": 3}, "xgboost": {"mae": 2}}`."""
    keys = [
        {key for key, number in each.items() if isinstance(number, Decimal)}
        for each in node.values()
        if isinstance(each, dict)
    ]
    return len(keys) > 1 and bool(set.intersection(*keys))


def _facts(node: Mapping[str, Json], keys: Name, measures: frozenset[Name]) -> Iterator[Fact]:
    for key, value in node.items():
        path = (*keys, *name_of(key))
        match value:
            case Decimal():
                yield Fact(path, measures, value)
            case [Decimal() as low, Decimal() as high]:
                yield Fact(path, measures, low, (low, high))
            case dict() if not _is_side_by_side(node):
                yield from _facts(value, path, measures)


@lru_cache(maxsize=10_000)
def name_of(text: str) -> Name:
    """What a name says, however its words are joined: `macro-f1`, `macro_f1` and `$\\text{Macro } F_1$` are one."""
    return words(JOINED.sub(" ", notation.plain(text)))


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
            case {"value": Decimal() as value, "ci95": [Decimal() as low, Decimal() as high]}:
                yield value, low, high
            case {"difference": Decimal() as value, "ci95": [Decimal() as low, Decimal() as high]}:
                yield value, low, high
