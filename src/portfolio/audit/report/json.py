"""For programs: one document, every rule in it. The schema's number changes when a key is removed or means another."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from portfolio.audit.engine import Audit
from portfolio.terminal import json_text, version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portfolio.audit.engine import Outcome, Refused, Result

SCHEMA = 1


def piece(outcome: Outcome) -> tuple[str, ...]:
    """A project in one line, as many of them may make the document."""
    project = _audited(outcome) if isinstance(outcome, Audit) else _refused(outcome)
    return (json_text(project, indent=None),)


def lines(pieces: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The document, a project a line."""
    yield f'{{"portfolio": {json_text(version())}, "schema": {SCHEMA}, "projects": ['
    ahead = ""
    for (project,) in pieces:
        if ahead:
            yield f"{ahead},"
        ahead = project
    yield ahead
    yield "]}"


def _audited(audit: Audit) -> dict[str, Any]:
    return {
        "path": audit.path,
        "readme": audit.readme,
        "language": audit.language,
        "profile": audit.profile,
        "template": audit.template,
        "score": audit.score,
        "coverage": audit.coverage,
        "results": [_result(result) for result in audit.results],
        "checklist": [
            {"part": part.name, "state": part.result.state.value, "is_only_heading": part.result.is_only_heading}
            for part in audit.checklist
        ],
        "next_fixes": [result.rule.code for result in audit.next_fixes],
        "notes": list(audit.notes),
        "members": [_audited(member) for member in audit.members],
        "own": asdict(audit.own) if audit.own else None,
        "days_since_change": audit.days,
        "rubric": asdict(audit.rubric) | {"points": audit.rubric.points, "most": audit.rubric.most}
        if audit.rubric
        else None,
        "error": None,
        "hint": None,
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "code": result.rule.code,
        "title": result.rule.gap if result.is_finding else result.rule.title,
        "state": result.state.value,
        "severity": result.severity.value,
        "confidence": result.rule.confidence.value,
        "path": result.path,
        "line": result.line,
        "message": result.message,
        "weight": result.rule.weight,
        "advice": result.rule.advice,
        "paste": result.paste or None,
        "example": result.example or None,
    }


def _refused(refused: Refused) -> dict[str, Any]:
    """The same keys, so that a reader needs one shape only."""
    return {
        "path": refused.path,
        "readme": None,
        "language": None,
        "profile": None,
        "template": None,
        "score": None,
        "coverage": 0.0,
        "results": [],
        "checklist": [],
        "next_fixes": [],
        "notes": [],
        "members": [],
        "own": None,
        "days_since_change": None,
        "rubric": None,
        "error": refused.message,
        "hint": refused.hint,
    }
