"""Where a README's numbers and the recorded ones differ: by value, and all cells of a row against one recorded row."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portfolio.audit import notation
from portfolio.audit.results_file import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from portfolio.audit.notation import Cell, Shown
    from portfolio.audit.results_file import Fact, Name, ResultRow, Results
    from portfolio.readme.model import Readme, Table

MOST_ROWS = 500
WITH_INTERVAL = re.compile(rf"(?<![\w.,])({notation.NUMBER})(?:, 95 ?% interval)? ?{notation.INTERVAL.pattern}")
# An amount of money follows from a price that its author assumes; no run records it.
DECIMAL = re.compile(
    rf"(?<![-+−\w.,\[$€£])({notation.SIGN}(?:\d{{1,18}}[.,]|\.)\d{{1,18}}{notation.POWER})(?!\w|[.,]\d)(\s?%)?"
)
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


@dataclass
class Agreement:
    """What was compared, and what differs; a number whose notation is not understood is neither."""

    compared: int = 0  # numbers that agree or differ
    unread: int = 0
    differences: list[Difference] = field(default_factory=list)

    def __iadd__(self, other: Agreement) -> Agreement:
        self.compared += other.compared
        self.unread += other.unread
        self.differences += other.differences
        return self

    def judge(self, shown: Shown, recorded: Iterable[Decimal], where: _Place, may_turn: bool = True) -> None:
        """Count a number that agrees with one of these; accuse one that does not, if it can only be meant so.

        With `may_turn`, a loss that was recorded as a gain of the other agrees too.
        """
        values = list(recorded)
        turns = may_turn and shown.value < 0
        if any(shown.agrees(value) or (turns and shown.agrees(-value)) for value in values):
            self.compared += 1
        elif not shown.is_sure or not values:
            self.unread += 1
        else:
            closest = min(values, key=lambda each: abs(each - shown.value))
            self.compared += 1
            self.differences.append(Difference(where.line, shown.text, closest, where.what))

    def judge_together(self, shown: Sequence[Shown], recorded: Iterable[Sequence[Decimal]], where: _Place) -> None:
        """The same for numbers that were recorded together: an interval's ends, or a value with its interval."""
        self.compared += 1
        away = ([(s, r) for s, r in zip(shown, each, strict=True) if not s.agrees(r)] for each in recorded)
        wrong = min(away, key=lambda each: (len(each), sum(abs(r - s.value) for s, r in each)), default=[])
        self.differences += [Difference(where.line, s.text, r, where.what) for s, r in wrong[:1]]


@dataclass(frozen=True)
class _Place:
    """Where a number stands, and what it is said to be."""

    line: int
    what: str


def compare(readme: Readme, results: Results, report_blocks: Sequence[range]) -> Agreement:
    """Every number of a metric table, and every decimal in a report block, with what the results file records."""
    agreement = Agreement()
    for table in readme.tables:
        agreement += _in_table(table, results, _is_within(table.line, report_blocks))
    for passage in readme.passages:
        if _is_within(passage.line, report_blocks):
            agreement += _in_sentence(passage.text, passage.line, results)
    return agreement


def _is_within(line: int, report_blocks: Sequence[range]) -> bool:
    return any(line in inside for inside in report_blocks)


@dataclass(frozen=True)
class _ShownRow:
    """A row of a README's table: the columns, what stands in them, and whose numbers they are."""

    header: Sequence[str]
    cells: Sequence[str]
    line: int
    of: str
    is_report: bool

    def place(self, head: str) -> _Place:
        return _Place(self.line, f"{head.strip()} of {self.of.strip(' *_')}")


def _in_table(table: Table, results: Results, is_report: bool) -> Agreement:
    """Each row or, where a column is a model, each of its cells."""
    agreement = Agreement()
    for cells, line in list(zip(table.rows, table.lines, strict=True))[:MOST_ROWS]:
        known = {name for cell in cells if not notation.is_numeric(cell) and (name := name_of(cell)) in results.names}
        first = " ".join(cells[0].split()) if cells else ""
        if known:
            agreement += _best(_candidates(results, known), _ShownRow(table.header, cells, line, first, is_report))
        elif cells and (
            by_column := [i for i, head in enumerate(table.header) if i and name_of(head) in results.names]
        ):
            for i in by_column:
                shown = _ShownRow((cells[0],), cells[i : i + 1] or ("",), line, table.header[i], is_report)
                agreement += _best(_candidates(results, {name_of(table.header[i])}), shown)
        elif is_report:
            heads = {name_of(head) for head in table.header}
            rows = [row for row in results.rows if sum(fact.key[-1:] in heads for fact in row.facts) > 1]
            agreement += _best(rows, _ShownRow(table.header, cells, line, first, is_report))
    return agreement


def _candidates(results: Results, known: set[Name]) -> list[ResultRow]:
    """The recorded rows that the most of these names fit."""
    fitting = Counter(row for name in known for row in results.about(name))
    most = max(fitting.values(), default=0)
    return [row for row, count in fitting.items() if count == most]


def _best(rows: Sequence[ResultRow], shown: _ShownRow) -> Agreement:
    """How a row of the README differs from the recorded one that it fits best."""
    pool = [fact for row in rows for fact in row.facts] if shown.is_report else []
    fits = [_fit(row, pool, shown) for row in rows]
    return max(fits, key=lambda fit: (fit.columns, -len(fit.differences), fit.compared), default=_Fit())


@dataclass
class _Fit(Agreement):
    """A row of the README beside a recorded one."""

    columns: int = 0  # those whose measure was recorded


def _fit(row: ResultRow, pool: Sequence[Fact], shown: _ShownRow) -> _Fit:
    """Each cell beside what was recorded; a column that names no measure, in a report block, beside the `pool`."""
    fit = _Fit()
    measured: list[Fact] = []  # by the newest column that names a measure
    for head, text in zip(shown.header, shown.cells, strict=False):
        if not notation.is_numeric(text):
            continue
        column = name_of(head)
        if OF_INTERVALS & set(column):
            facts = _first_with_interval(measured, row.facts if fit.columns else pool, row.facts)
        elif of_column := [fact for fact in row.facts if _is_called(fact, column)]:
            fit.columns += 1
            facts = measured = of_column
        else:
            facts = list(pool)
        if facts:
            _compare_cell(fit, facts, notation.cell_of(text, head, shown.is_report), shown.place(head))
    return fit


def _first_with_interval(*choices: Sequence[Fact]) -> list[Fact]:
    return next((among for facts in choices if (among := [fact for fact in facts if fact.interval])), [])


def _compare_cell(fit: _Fit, facts: Sequence[Fact], cell: Cell, where: _Place) -> None:
    single = [fact.value for fact in facts if not fact.interval]
    intervals = [fact.interval for fact in facts if fact.interval]
    if cell.interval and intervals:
        fit.judge_together(cell.interval, intervals, where)
    elif cell.interval:
        fit.unread += 2
    for number in cell.numbers if single else ():
        fit.judge(number, single, where)


def _is_called(fact: Fact, named: Name) -> bool:
    return named in fact.measures or (bool(named) and fact.key[-len(named) :] == named)


def _in_sentence(text: str, line: int, results: Results) -> Agreement:
    agreement = Agreement()
    for found in WITH_INTERVAL.finditer(text):
        shown = [notation.shown(each) for each in found.groups()]
        agreement.judge_together(shown, results.triples, _Place(line, f"in “{found[0]}”"))
    text = WITH_INTERVAL.sub(" ", text)
    for found in notation.INTERVAL.finditer(text):
        for end in found.groups():
            if "." in end or "," in end:
                where = _Place(line, f"in “{found[0]}”")
                agreement.judge(notation.shown(end), results.values, where, may_turn=False)
    for found in DECIMAL.finditer(notation.INTERVAL.sub(" ", text)):
        alone = notation.shown(found[1], bool(found[2]))
        if len(alone.readings) == 1:  # 1,234 counts something
            agreement.judge(alone, results.values, _Place(line, "in the text"))
    return agreement
