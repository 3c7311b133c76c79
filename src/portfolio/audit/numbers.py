"""Where a README's numbers and the recorded ones differ: by value, and all cells of a row against one recorded row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portfolio.audit.results_file import Shown, is_numeric, nearest, numbers
from portfolio.readme.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from portfolio.audit.results_file import Fact, Name, ResultRow, Results
    from portfolio.readme.model import Readme, Table

MOST_ROWS = 2_000
WITH_INTERVAL = re.compile(r"(?<![\w.])([-+−]?\d+\.\d+)(?:, 95 ?% interval)? ?\[([-+−]?\d+\.\d+), ([-+−]?\d+\.\d+)\]")
DECIMAL = re.compile(r"(?<![\w.,\[])[-+−]?\d+\.\d+(?![\w.])(?:\s?%)?")
OF_INTERVALS = frozenset({"interval", "ci", "ci95", "confidence"})


@dataclass(frozen=True)
class Difference:
    """A number of the README that is not the recorded one."""

    line: int
    shown: str
    recorded: Decimal
    what: str  # "Macro F1 of cnn"

    def __str__(self) -> str:
        return f"{self.what}: the README says {self.shown}, the results file {self.recorded}"


@dataclass(frozen=True)
class Agreement:
    """What was compared, and what differs."""

    compared: int  # numbers
    differences: tuple[Difference, ...]


def compare(readme: Readme, results: Results, report_blocks: Sequence[range]) -> Agreement:
    """Every number of a metric table, and every decimal in a report block, with what the results file records."""
    compared = 0
    differences: list[Difference] = []
    for table in readme.tables:
        for count, differing in _in_table(table, results, _is_within(table.line, report_blocks)):
            compared += count
            differences += differing
    for passage in readme.passages:
        if _is_within(passage.line, report_blocks):
            for differing in _in_sentence(passage.text, passage.line, results):
                compared += 1
                differences += differing
    return Agreement(compared, tuple(differences))


def _is_within(line: int, report_blocks: Sequence[range]) -> bool:
    return any(line in inside for inside in report_blocks)


@dataclass(frozen=True)
class _ShownRow:
    """A row of a README's table: the columns, what stands in them, and whose numbers they are."""

    header: Sequence[str]
    cells: Sequence[str]
    line: int
    of: str

    def described(self, head: str) -> str:
        return f"{head.strip()} of {self.of.strip(' *_')}"


def _in_table(table: Table, results: Results, is_report: bool) -> Iterator[tuple[int, list[Difference]]]:
    """(numbers compared, those that differ) for each row or, where a column is a model, for each of its cells."""
    for cells, line in list(zip(table.rows, table.lines, strict=True))[:MOST_ROWS]:
        known = {name for cell in cells if not is_numeric(cell) and (name := words(cell)) in results.names}
        first = " ".join(cells[0].split()) if cells else ""
        if known:
            shown = _ShownRow(table.header, cells, line, first)
            yield _best(_candidates(results, known), shown, is_report)
        elif by_column := [i for i, head in enumerate(table.header) if i and words(head) in results.names]:
            for i in by_column:
                shown = _ShownRow((cells[0],), cells[i : i + 1] or ("",), line, table.header[i])
                yield _best(_candidates(results, {words(table.header[i])}), shown, is_report)
        elif is_report:
            heads = {words(head) for head in table.header}
            rows = [row for row in results.rows if sum(fact.key[-1:] in heads for fact in row.facts) > 1]
            yield _best(rows, _ShownRow(table.header, cells, line, first), is_report)


def _candidates(results: Results, known: set[Name]) -> list[ResultRow]:
    """The recorded rows that the most of these names fit."""
    most = max(len(known & row.names) for row in results.rows)
    return [row for row in results.rows if len(known & row.names) == most]


def _best(rows: Sequence[ResultRow], shown: _ShownRow, is_report: bool) -> tuple[int, list[Difference]]:
    """How a row of the README differs from the recorded one that it fits best, and how many cells were compared."""
    pool = [fact for row in rows for fact in row.facts] if is_report else []
    fits = [_fit(row, pool, shown) for row in rows]
    best = max(fits, key=lambda fit: (fit.columns, -len(fit.differences), fit.compared), default=_Fit())
    return best.compared, best.differences


@dataclass
class _Fit:
    """A row of the README beside a recorded one."""

    columns: int = 0  # those whose measure was recorded
    compared: int = 0
    differences: list[Difference] = field(default_factory=list)


def _fit(row: ResultRow, pool: Sequence[Fact], shown: _ShownRow) -> _Fit:
    """Each cell beside what was recorded; a column that names no measure, in a report block, beside the `pool`."""
    fit = _Fit()
    measured: list[Fact] = []  # by the newest column that names a measure
    for head, cell in zip(shown.header, shown.cells, strict=False):
        if not is_numeric(cell):
            continue
        column = words(head.replace("_", " "))
        if OF_INTERVALS & set(column):
            facts = _first_with_interval(measured, row.facts if fit.columns else pool, row.facts)
        elif of_column := [fact for fact in row.facts if _is_called(fact, column)]:
            fit.columns += 1
            facts = measured = of_column
        else:
            facts = list(pool)
        _compare_cell(fit, facts, numbers(cell, head), "[" in cell, (shown.line, shown.described(head)))
    return fit


def _first_with_interval(*choices: Sequence[Fact]) -> list[Fact]:
    return next((among for facts in choices if (among := [fact for fact in facts if fact.interval])), [])


def _compare_cell(
    fit: _Fit, facts: Sequence[Fact], shown: Sequence[Shown], has_bracket: bool, where: tuple[int, str]
) -> None:
    single = [fact.value for fact in facts if not fact.interval]
    intervals = [fact.interval for fact in facts if fact.interval]
    if intervals and len(shown) in (2, 3) and has_bracket:
        fit.compared += 1
        fit.differences += _of_interval(shown[-2:], intervals, *where)
        shown = shown[:-2]
    for number in shown if single else ():
        fit.compared += 1
        fit.differences += _difference(number, single, *where)


def _is_called(fact: Fact, named: Name) -> bool:
    return named in fact.measures or (bool(named) and fact.key[-len(named) :] == named)


def _of_interval(
    shown: Sequence[Shown], recorded: Sequence[tuple[Decimal, Decimal]], line: int, what: str
) -> list[Difference]:
    """Both ends have to be of one interval."""
    away = {each: [(s, r) for s, r in zip(shown, each, strict=True) if not s.agrees(r)] for each in recorded}
    _, wrong = min(away.items(), key=lambda item: (len(item[1]), sum(abs(r - s.value) for s, r in item[1])))
    return [Difference(line, s.text, r, what) for s, r in wrong[:1]]


def _in_sentence(text: str, line: int, results: Results) -> Iterator[list[Difference]]:
    for found in WITH_INTERVAL.finditer(text):
        shown = [Shown(each) for each in found.groups()]
        if any(all(s.agrees(r) for s, r in zip(shown, triple, strict=True)) for triple in results.triples):
            yield []
        else:
            close = min(
                results.triples,
                key=lambda triple: sum(abs(r - s.value) for s, r in zip(shown, triple, strict=True)),
                default=None,
            )
            wrong = [(s, r) for s, r in zip(shown, close or (), strict=False) if not s.agrees(r)]
            yield [Difference(line, s.text, r, f"in “{found[0]}”") for s, r in wrong[:1]]
    for found in DECIMAL.finditer(WITH_INTERVAL.sub(" ", text)):
        shown_alone = Shown(found[0].rstrip(" %"), "%" in found[0])
        yield _difference(shown_alone, results.values, line, "in the text")


def _difference(shown: Shown, recorded: Iterable[Decimal], line: int, what: str) -> list[Difference]:
    values = list(recorded)
    if any(shown.agrees(value) or (shown.value < 0 and shown.agrees(-value)) for value in values):
        return []
    closest = nearest(shown, values)
    return [] if closest is None else [Difference(line, shown.text, closest, what)]
