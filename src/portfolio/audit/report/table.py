"""For a mentor at a terminal: a cohort, a line for each project, and below it the first fixes of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfolio.audit.engine import Audit
from portfolio.audit.report.text import parts
from portfolio.audit.verdict import Severity
from portfolio.terminal import bold, visible, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portfolio.audit.engine import Outcome

HEAD = ("Project", "Kind", "README", "Errors", "Warnings", "Own", "Days", "Score")


def piece(outcome: Outcome) -> tuple[str, ...]:
    """Its cells, then the lines to stand below the table."""
    return (*_row(outcome), *_in_short(outcome))


def lines(pieces: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The table, and what stands below it."""
    rows: list[tuple[str, ...]] = [HEAD]
    below: list[str] = []
    for each in pieces:
        rows.append(each[: len(HEAD)])
        below += each[len(HEAD) :]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths[0] = min(widths[0], max(20, width() - sum(widths[1:]) - 2 * len(widths)))
    for number, row in enumerate(rows):
        cells = [f"{_shortened(row[0], widths[0]):<{widths[0]}}", f"{row[1]:<{widths[1]}}"]
        cells += [f"{cell:>{widths[i]}}" for i, cell in enumerate(row) if i > 1]
        line = "  ".join(cells).rstrip()
        yield bold(line) if number == 0 else line
    yield ""
    yield from below
    yield ""
    yield "At length, with examples to copy: portfolio audit PATH"


def _row(outcome: Outcome) -> tuple[str, ...]:
    if not isinstance(outcome, Audit):
        return (visible(outcome.path), "not audited", *[""] * (len(HEAD) - 2))
    errors, warnings = (
        sum(found.severity is level for found in outcome.findings) for level in (Severity.error, Severity.warn)
    )
    there = parts(outcome) if outcome.checklist else ""
    score = "" if outcome.score is None else str(outcome.score)
    own = f"{outcome.own.share:.0%}" if outcome.own else ""
    days = "" if outcome.days is None else str(outcome.days)
    return (visible(outcome.path), outcome.profile, there, str(errors), str(warnings), own, days, score)


def _in_short(outcome: Outcome) -> Iterator[str]:
    if not isinstance(outcome, Audit):
        yield wrap(f"{visible(outcome.path)}: {visible(outcome.message)}; {visible(outcome.hint)}", "", "  ")
        return
    if outcome.next_fixes:
        fixes = ", ".join(f"{fix.rule.code} {fix.rule.gap}" for fix in outcome.next_fixes)
        yield wrap(f"{visible(outcome.path)}: first {fixes}", "", "  ")
    if outcome.rubric:
        yield wrap(f"{visible(outcome.path)}: {outcome.rubric.points} of {outcome.rubric.most} points", "", "  ")
    for found in outcome.suppressed:
        yield wrap(f"{visible(outcome.path)}: {found.rule.code} set aside: {visible(found.message)}", "", "  ")
    yield from (wrap(f"{visible(outcome.path)}: note: {visible(note)}", "", "  ") for note in outcome.notes)


def _shortened(text: str, columns: int) -> str:
    return text if len(text) <= columns else f"…{text[-columns + 1 :]}"
