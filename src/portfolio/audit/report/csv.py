"""For a spreadsheet: a cohort, a line for each project; with a rubric, a column for each criterion."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from portfolio.audit.engine import Audit
from portfolio.audit.verdict import Severity
from portfolio.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portfolio.audit.engine import Outcome

HEAD = (
    "project",
    "kind",
    "language",
    "parts",
    "of",
    "errors",
    "warnings",
    "own",
    "days",
    "score",
    "first",
    "second",
    "third",
    "problem",
)
FORMULA = ("=", "+", "-", "@")  # what a spreadsheet would calculate


def piece(outcome: Outcome) -> tuple[str, ...]:
    """The project's line, ahead of it the one that names its columns."""
    if not isinstance(outcome, Audit):
        return ("", _line([outcome.path, *[""] * (len(HEAD) - 2), outcome.message]))
    points = outcome.rubric.criteria if outcome.rubric else ()
    names = [*HEAD, *(f"{each.criterion} (of {each.most})" for each in points), *(["points"] if points else [])]
    given = [*(each.points for each in points), *([outcome.rubric.points] if outcome.rubric else [])]
    return (_line(names), _line([*_cells(outcome), *given]))


def lines(pieces: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The columns' names once, then every project."""
    is_first = True
    for names, line in pieces:
        if is_first and names:
            yield names
            is_first = False
        yield line


def _cells(audit: Audit) -> list[object]:
    levels = [found.severity for found in audit.findings]
    first = [f"{fix.rule.code} {fix.rule.gap}" for fix in audit.next_fixes]
    there = sum(part.is_there for part in audit.checklist)
    score = "" if audit.score is None else audit.score
    counts = (levels.count(Severity.error), levels.count(Severity.warn))
    own = f"{audit.own.share:.0%}" if audit.own else ""
    days = "" if audit.days is None else audit.days
    return [audit.path, audit.profile, audit.language, there, len(audit.checklist), *counts, own, days, score,
            *first, *[""] * (3 - len(first)), ""]  # fmt: skip


def _line(cells: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow([_plain(str(cell)) for cell in cells])
    return written.getvalue()


def _plain(cell: str) -> str:
    return visible(f"'{cell}" if cell.startswith(FORMULA) else cell)
