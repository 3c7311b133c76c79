"""For GitHub's workflows: one annotation a line."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from portfolio.audit.engine import Audit
from portfolio.audit.verdict import Severity
from portfolio.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit.engine import Outcome, Result

LEVELS = {Severity.error: "error", Severity.warn: "warning", Severity.info: "notice"}


def piece(outcome: Outcome) -> tuple[str, ...]:
    """The workflow commands for a project."""
    return tuple(_lines(outcome))


def _lines(outcome: Outcome) -> Iterator[str]:
    if not isinstance(outcome, Audit):
        yield f"::error title=not audited::{_escaped(f'{outcome.path}: {outcome.message}')}"
        return
    for each in outcome.findings:
        yield _annotation(LEVELS[each.severity], outcome, each, f"{each.message}. {each.rule.advice}")
    for each in outcome.suppressed:
        yield _annotation("notice", outcome, each, f"set aside by its author: {each.message}")
    for note in outcome.notes:
        yield f"::notice title=portfolio::{_escaped(note)}"


def _annotation(level: str, audit: Audit, found: Result, message: str) -> str:
    places = []
    if found.path:
        places.append(f"file={_escaped_place((PurePath(audit.path) / found.path).as_posix())}")
        places += [f"line={found.line}"] if found.line else []
    places.append(f"title={_escaped_place(f'{found.rule.code} {found.rule.gap}')}")
    return f"::{level} {','.join(places)}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return visible(text).replace("%", "%25")


def _escaped_place(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
