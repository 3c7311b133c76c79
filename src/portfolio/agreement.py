"""Where a README's numbers and the recorded ones differ: by value, and all cells of a row against one recorded run."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portfolio.ledger import Shown, is_numeric, nearest, numbers
from portfolio.readme import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from portfolio.ledger import Fact, Ledger, Name, Run
    from portfolio.readme import Readme, Table

MOST_ROWS = 2_000
BLOCK = re.compile(r"(/?)report:([\w-]+)\s*$")
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
class Comparison:
    """What was compared, and what differs."""

    compared: int  # numbers
    differences: tuple[Difference, ...]


def compare(readme: Readme, ledger: Ledger) -> Comparison:
    """Every number of a metric table, and every decimal in a report block, with what the ledger records."""
    blocks = report_blocks(readme)
    compared = 0
    found: list[Difference] = []
    for table in readme.tables:
        for number, difference in _in_table(table, ledger, any(table.line in each for each in blocks.values())):
            compared += number
            found += difference
    for passage in readme.passages:
        if any(passage.line in each for each in blocks.values()):
            for difference in _in_sentence(passage.text, passage.line, ledger):
                compared += 1
                found += difference
    return Comparison(compared, tuple(found))


def report_blocks(readme: Readme) -> dict[str, range]:
    """The lines between `<!-- report:NAME -->` and `<!-- /report:NAME -->`, by name."""
    opened: dict[str, int] = {}
    blocks: dict[str, range] = {}
    for comment in readme.comments:
        if found := BLOCK.match(comment.text):
            if not found[1]:
                opened[found[2]] = comment.line
            elif found[2] in opened:
                blocks[found[2]] = range(opened[found[2]] + 1, comment.line)
    return blocks


def _in_table(table: Table, ledger: Ledger, is_report: bool) -> Iterator[tuple[int, list[Difference]]]:
    for cells, line in list(zip(table.rows, table.lines, strict=True))[:MOST_ROWS]:
        named = [words(cell) for cell in cells if not is_numeric(cell)]
        known = {name for name in named if name in ledger.names}
        if known:
            yield _best(_candidates(ledger, known), table.header, cells, line, is_report, " ".join(cells[0].split()))
        elif by_column := [i for i, head in enumerate(table.header) if i and words(head) in ledger.names]:
            for i in by_column:  # a column for each model
                candidates = _candidates(ledger, {words(table.header[i])})
                cell = cells[i] if i < len(cells) else ""
                yield _best(candidates, (cells[0],), (cell,), line, is_report, table.header[i])
        elif is_report:
            measured = {words(head) for head in table.header}
            candidates = [run for run in ledger.runs if sum(fact.key[-1:] in measured for fact in run.facts) > 1]
            yield _best(candidates, table.header, cells, line, is_report, cells[0] if cells else "")


def _candidates(ledger: Ledger, known: set[Name]) -> list[Run]:
    """The runs that the most of these names fit."""
    most = max(len(known & run.names) for run in ledger.runs)
    return [run for run in ledger.runs if len(known & run.names) == most]


def _best(
    runs: Sequence[Run], header: Sequence[str], cells: Sequence[str], line: int, is_report: bool, who: str
) -> tuple[int, list[Difference]]:
    """How a row differs from the run that it fits best, and how many of its cells were compared."""
    pool = [fact for run in runs for fact in run.facts] if is_report else []
    tried = [_against(run, pool, header, cells, line, who) for run in runs]
    best = max(tried, key=lambda each: (each.called, -len(each.differences), each.compared), default=None)
    return (best.compared, best.differences) if best else (0, [])


@dataclass
class _Row:
    """A row beside one run."""

    called: int = 0  # columns whose measure the run has
    compared: int = 0
    differences: list[Difference] = field(default_factory=list)


def _against(run: Run, pool: Sequence[Fact], header: Sequence[str], cells: Sequence[str], line: int, who: str) -> _Row:
    """Each cell of a row beside the run's; a column that names no measure, in a report block, beside the `pool`."""
    row = _Row()
    measured: list[Fact] = []  # by the newest column that names a measure
    for head, cell in zip(header, cells, strict=False):
        if not is_numeric(cell):
            continue
        named = words(head.replace("_", " "))
        if OF_INTERVALS & set(named):
            choices = (measured, run.facts if row.called else pool, run.facts)
            facts = next((among for each in choices if (among := [fact for fact in each if fact.interval])), [])
        elif of_column := [fact for fact in run.facts if _is_called(fact, named)]:
            row.called += 1
            facts = measured = of_column
        else:
            facts = list(pool)
        what = f"{head.strip()} of {who.strip(' *_')}"
        shown, single = numbers(cell, head), [fact.value for fact in facts if not fact.interval]
        intervals = [fact.interval for fact in facts if fact.interval]
        if intervals and len(shown) in (2, 3) and "[" in cell:
            row.compared += 1
            row.differences += _of_interval(shown[-2:], intervals, line, what)
            shown = shown[:-2]
        for each in shown if single else ():
            row.compared += 1
            row.differences += _difference(each, single, line, what)
    return row


def _is_called(fact: Fact, named: Name) -> bool:
    return named in fact.measures or (bool(named) and fact.key[-len(named) :] == named)


def _of_interval(
    shown: Sequence[Shown], recorded: Sequence[tuple[Decimal, Decimal]], line: int, what: str
) -> list[Difference]:
    """Both ends have to be of one interval."""
    away = {each: [(s, r) for s, r in zip(shown, each, strict=True) if not s.agrees(r)] for each in recorded}
    _, wrong = min(away.items(), key=lambda item: (len(item[1]), sum(abs(r - s.value) for s, r in item[1])))
    return [Difference(line, s.text, r, what) for s, r in wrong[:1]]


def _in_sentence(text: str, line: int, ledger: Ledger) -> Iterator[list[Difference]]:
    for found in WITH_INTERVAL.finditer(text):
        shown = [Shown(each) for each in found.groups()]
        if any(all(s.agrees(r) for s, r in zip(shown, triple, strict=True)) for triple in ledger.triples):
            yield []
        else:
            close = min(
                ledger.triples,
                key=lambda triple: sum(abs(r - s.value) for s, r in zip(shown, triple, strict=True)),
                default=None,
            )
            wrong = [(s, r) for s, r in zip(shown, close or (), strict=False) if not s.agrees(r)]
            yield [Difference(line, s.text, r, f"in “{found[0]}”") for s, r in wrong[:1]]
    for found in DECIMAL.finditer(WITH_INTERVAL.sub(" ", text)):
        shown_alone = Shown(found[0].rstrip(" %"), "%" in found[0])
        yield _difference(shown_alone, ledger.values, line, "in the text")


def _difference(shown: Shown, recorded: Iterable[Decimal], line: int, what: str) -> list[Difference]:
    values = list(recorded)
    if any(shown.agrees(value) or (shown.value < 0 and shown.agrees(-value)) for value in values):
        return []
    closest = nearest(shown, values)
    return [] if closest is None else [Difference(line, shown.text, closest, what)]
