"""For people at a terminal: what is there, what to do first and with which lines, what else is missing; on two screens.

At length, each finding says what was seen and what to write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfolio.audit.engine import RULE_SET, Audit
from portfolio.audit.verdict import State
from portfolio.terminal import bold, dim, visible, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portfolio.audit.engine import Outcome, Part, Result
    from portfolio.audit.rubric import Assessment

LEFT = 7  # columns of "paste  "
MOST_SHOWN = 10  # lines of one thing to paste; `--fix` writes it whole


def piece(outcome: Outcome, is_long: bool) -> tuple[str, ...]:
    """A project, at length if that is asked for; nothing where there is none, as the error says why."""
    return tuple(_whole(outcome, is_long)) if isinstance(outcome, Audit) else ()


def _whole(audit: Audit, is_long: bool) -> Iterator[str]:
    yield f"{bold(visible(audit.path))}  {_kind(audit)}"
    if audit.checklist:
        yield from ("", bold(f"README: {parts(audit)} parts"), *_checklist(audit.checklist))
    if audit.next_fixes:
        yield from ("", bold("First"))
        for number, result in enumerate(audit.next_fixes, start=1):
            yield from _fix(number, result)
    others = [each for each in audit.findings if is_long or each not in audit.next_fixes]
    if others:
        yield from ("", bold("Findings" if is_long else "Then"))
        for result in others:
            yield from _finding(result) if is_long else _in_short(result)
    yield from _members(audit)
    yield from _rubric(audit.rubric)
    if audit.suppressed:
        yield from ("", bold("Set aside by its author"))
        for result in audit.suppressed:
            yield wrap(f"{result.rule.code} {visible(result.message)}", "  ", " " * 9)
    yield from _unknown(audit)
    for note in audit.notes:
        yield from ("", wrap(f"note: {visible(note)}"))
    yield from ("", dim(_end(audit)))
    if others and not is_long:
        yield dim("Each finding with what to write: portfolio audit --all")


def _fix(number: int, result: Result) -> Iterator[str]:
    yield f"  {number}. {bold(result.rule.code)} {result.rule.gap}{_where(result)}"
    yield wrap(visible(result.message), " " * 5)
    if not result.paste:
        yield wrap(f"→ {result.rule.advice}", " " * 5, " " * 7)
    yield from _lines_to_copy(result, " " * 5)


def _lines_to_copy(result: Result, indent: str) -> Iterator[str]:
    """What to paste as it is, or else an example to begin with."""
    if result.paste or "\n" in result.example:
        yield from _copied("paste" if result.paste else "e.g.", result.paste or result.example, indent)
    elif result.example:
        yield wrap(f"{'e.g.':<{LEFT}}{result.example}", indent, indent + " " * LEFT)


def _copied(name: str, text: str, indent: str) -> Iterator[str]:
    lines = text.splitlines()
    for i, line in enumerate(lines[:MOST_SHOWN]):
        yield f"{indent}{name if i == 0 else '':<{LEFT}}{visible(line)}".rstrip()
    if len(lines) > MOST_SHOWN:
        yield f"{indent}{'':<{LEFT}}… (all of it: portfolio audit --fix)"


def _in_short(found: Result) -> Iterator[str]:
    yield wrap(f"{found.severity:<5} {found.rule.code} {found.rule.gap}{_where(found)}", "  ", " " * 8)


def _where(found: Result) -> str:
    return f"  {visible(found.path)}:{found.line}" if found.path and found.line else ""


def _rubric(found: Assessment | None) -> Iterator[str]:
    """The points of a course's rubric, with the evidence or what the next point asks for."""
    if found is None:
        return
    yield from ("", bold(f"{found.rubric}: {found.points} of {found.most} points, by what files can show"))
    for each in found.criteria:
        yield f"  {each.points} of {each.most}  {each.criterion}"
        if each.evidence:
            yield wrap(visible(f"seen  {', '.join(each.evidence)}"), " " * 10, " " * 16)
        if each.next_point:
            yield wrap(f"next  {each.next_point}", " " * 10, " " * 16)


def _members(audit: Audit) -> Iterator[str]:
    """A collection's projects, a line each."""
    if audit.members:
        yield from ("", bold(f"Its projects ({len(audit.members)})"))
    for each in audit.members:
        first = f"; first: {each.next_fixes[0].rule.gap}" if each.next_fixes else ""
        counted = f"{parts(each)} parts" if each.checklist else "no part applies"
        yield wrap(f"{visible(each.path)} ({each.profile}): {counted}{first}", "  ", "    ")


def _unknown(audit: Audit) -> Iterator[str]:
    unknown = [result for result in audit.results if result.state is State.unknown]
    if unknown:
        yield from ("", bold("Could not be decided"))
    for reason in dict.fromkeys(result.message for result in unknown):
        codes = ", ".join(result.rule.code for result in unknown if result.message == reason)
        yield wrap(f"{codes}: {visible(reason)}", "  ", " " * 4)


def _finding(found: Result) -> Iterator[str]:
    yield ""
    yield f"  {found.severity:<5} {bold(found.rule.code)} {found.rule.gap}{_where(found)}"
    yield wrap(f"{'seen':<{LEFT}}{visible(found.message)}", "    ", " " * (4 + LEFT))
    yield wrap(f"{'write':<{LEFT}}{found.rule.advice}", "    ", " " * (4 + LEFT))
    yield from _lines_to_copy(found, " " * 4)


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
        return f"Only {audit.decided} rules apply to it, so there is no score."
    share = "" if audit.coverage == 1 else f" ({audit.coverage:.0%} of what applies)"
    return f"Score {audit.score} of 100, by {audit.decided} rules{share}; rule set {RULE_SET}."
