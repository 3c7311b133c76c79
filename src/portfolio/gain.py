"""What an update buys: the audit's answers before and after, where they differ."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from portfolio.rules.rule import State
from portfolio.terminal import bold, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit import Audit


@dataclass(frozen=True)
class Turn:
    """A rule that answers otherwise."""

    code: str
    title: str
    before: str  # its state
    after: str


@dataclass(frozen=True)
class Gain:
    """The checklist's count before and after, and every rule that answers otherwise."""

    parts_before: int
    parts_after: int
    parts: int
    turns: tuple[Turn, ...]


def between(before: Audit, after: Audit) -> Gain:
    """What the second audit says and the first did not."""
    old = {each.rule.code: each.state for each in before.results}
    turns = tuple(
        Turn(each.rule.code, each.rule.title, old[each.rule.code].value, each.state.value)
        for each in after.results
        if old[each.rule.code] is not each.state
    )
    there = [sum(part.is_there for part in audit.checklist) for audit in (before, after)]
    return Gain(there[0], there[1], len(after.checklist), turns)


def lines(gain: Gain) -> Iterator[str]:
    """For people."""
    yield bold(f"README: {gain.parts_before} of {gain.parts} parts before, {gain.parts_after} after")
    for each in gain.turns:
        word = {State.passed.value: "passes now", State.failed.value: "fails now"}.get(each.after, f"now {each.after}")
        yield wrap(f"{word:<10}  {each.code} {each.title}", "  ", " " * 14)
    if not gain.turns:
        yield wrap("every rule of the audit answers as before", "  ")


def as_json(gain: Gain) -> dict[str, Any]:
    """For programs."""
    return asdict(gain)
