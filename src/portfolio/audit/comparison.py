"""Two audits of one project: where the second answers differently from the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portfolio.audit.engine import Audit


@dataclass(frozen=True)
class Turn:
    """A rule whose answer changed from one audit to the other."""

    code: str
    title: str
    before: str  # its state
    after: str


@dataclass(frozen=True)
class Comparison:
    """The checklist's count before and after, and every rule that answers otherwise."""

    parts_before: int
    parts_after: int
    parts: int
    turns: tuple[Turn, ...]


def between(before: Audit, after: Audit) -> Comparison:
    """What the second audit says and the first did not."""
    old = {result.rule.code: result.state for result in before.results}
    turns = tuple(
        Turn(result.rule.code, result.rule.title, old[result.rule.code].value, result.state.value)
        for result in after.results
        if old[result.rule.code] is not result.state
    )
    parts_before, parts_after = (sum(part.is_there for part in audit.checklist) for audit in (before, after))
    return Comparison(parts_before, parts_after, len(after.checklist), turns)
