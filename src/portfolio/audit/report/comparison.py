"""For the end of an update: the checklist before and after, and every rule that answers otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfolio.audit.verdict import State
from portfolio.terminal import bold, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit.comparison import Comparison


def lines(comparison: Comparison) -> Iterator[str]:
    """The comparison as text."""
    before, after = comparison.parts_before, comparison.parts_after
    yield bold(f"README: {before} of {comparison.parts} parts before, {after} after")
    words = {State.passed.value: "passes now", State.failed.value: "fails now"}
    for turn in comparison.turns:
        word = words.get(turn.after, f"now {turn.after}")
        yield wrap(f"{word:<10}  {turn.code} {turn.title}", "  ", " " * 14)
    if not comparison.turns:
        yield wrap("every rule of the audit answers as before", "  ")
