"""For mentors: a cohort as one static page, a row for each project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from portfolio import jinja
from portfolio.audit.engine import RULE_SET, Audit
from portfolio.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portfolio.audit.engine import Outcome

HERE = Path(__file__).parent


def piece(outcome: Outcome) -> tuple[str, ...]:
    """The project's row, with its checklist folded in."""
    audit = outcome if isinstance(outcome, Audit) else None
    return (jinja.page(HERE / "cohort_row.html.jinja", {"said": visible}, audit=audit, refused=outcome),)


def lines(pieces: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The page, once every row is there: its head says how many there are."""
    rows = [row for (row,) in pieces]
    yield jinja.page(HERE / "cohort.html.jinja", rows=rows, rule_set=RULE_SET).rstrip("\n")
