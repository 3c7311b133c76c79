"""For people at a terminal: what is there, what to do first, what was seen and what to write; the score last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfolio.audit.engine import RULE_SET, Audit
from portfolio.audit.verdict import State
from portfolio.terminal import bold, dim, visible, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portfolio.audit.engine import Outcome, Part, Result

LEFT = 7  # columns of "write  "


def piece(outcome: Outcome) -> tuple[str, ...]:
    """A project at length; nothing where there is none, as the error says why."""
    return tuple(_whole(outcome)) if isinstance(outcome, Audit) else ()


def _whole(audit: Audit) -> Iterator[str]:
    yield f"{bold(visible(audit.path))}  {_kind(audit)}"
    if audit.checklist:
        yield from ("", bold(f"README: {parts(audit)} parts"), *_checklist(audit.checklist))
    if audit.next_fixes:
        yield from ("", bold("Cheapest next fixes"))
        for number, result in enumerate(audit.next_fixes, start=1):
            yield wrap(f"{number}. {result.rule.code} {result.rule.advice}", "  ", " " * 5)
    if audit.findings:
        yield from ("", bold("Findings"))
        for result in audit.findings:
            yield from _finding(result)
    if audit.suppressed:
        yield from ("", bold("Set aside by its author"))
        for result in audit.suppressed:
            yield wrap(f"{result.rule.code} {visible(result.message)}", "  ", " " * 9)
    yield from _unknown(audit)
    for note in audit.notes:
        yield from ("", wrap(f"note: {visible(note)}"))
    yield from ("", dim(_end(audit)))


def _unknown(audit: Audit) -> Iterator[str]:
    unknown = [result for result in audit.results if result.state is State.unknown]
    if unknown:
        yield from ("", bold("Could not be decided"))
    for reason in dict.fromkeys(result.message for result in unknown):
        codes = ", ".join(result.rule.code for result in unknown if result.message == reason)
        yield wrap(f"{codes}: {visible(reason)}", "  ", " " * 4)


def _finding(found: Result) -> Iterator[str]:
    in_readme = found.path if found.line or not found.rule.needs_files else None
    where = f"{in_readme}:{found.line}" if in_readme and found.line else in_readme or ""
    yield ""
    yield f"  {found.severity:<5} {bold(found.rule.code)} {found.rule.title}" + (f"  {visible(where)}" if where else "")
    yield wrap(f"{'seen':<{LEFT}}{visible(found.message)}", "    ", " " * (4 + LEFT))
    yield wrap(f"{'write':<{LEFT}}{found.rule.advice}", "    ", " " * (4 + LEFT))
    for i, line in enumerate(found.rule.example.splitlines()):
        yield f"    {'like' if i == 0 else '':<{LEFT}}{line}".rstrip()


def _checklist(parts: Sequence[Part]) -> Iterator[str]:
    cells = [f"{_box(part)} {part.name}{' (only a heading)' if part.result.is_only_heading else ''}" for part in parts]
    half = (len(cells) + 1) // 2
    column = max(map(len, cells[:half])) + 3
    is_wide = column + max(map(len, cells[half:]), default=0) + 2 <= width()
    if not is_wide:
        yield from (f"  {cell}" for cell in cells)
        return
    for i in range(half):
        right = cells[half + i] if half + i < len(cells) else ""
        yield f"  {cells[i]:<{column}}{right}".rstrip()


def _box(part: Part) -> str:
    match part.result.state:
        case State.passed:
            return "[x]"
        case State.unknown:
            return "[?]"
        case State.suppressed:
            return "[-]"
        case _:
            return "[ ]"


def parts(audit: Audit) -> str:
    """How many parts are present, as `11 of 14`."""
    return f"{sum(part.is_there for part in audit.checklist)} of {len(audit.checklist)}"


def _kind(audit: Audit) -> str:
    made = ", made by portfolio" if audit.is_ours else ""
    language = "" if audit.language == "en" else f", in {audit.language}"
    return f"({audit.profile}{made}{language})"


def _end(audit: Audit) -> str:
    if audit.score is None:
        return "Nothing applies to it, so there is no score."
    return f"Score {audit.score} of 100, from {audit.coverage:.0%} of what applies; rule set {RULE_SET}."
