"""For programs: one document, every rule in it. The schema's number changes when a key does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from portfolio.audit import Audit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portfolio.audit import Outcome

SCHEMA = 1


def piece(outcome: Outcome) -> tuple[str, ...]:
    """A project, in one line: a cohort's are many."""
    return (json.dumps(_project(outcome), ensure_ascii=False),)


def lines(pieces: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The document, a project a line."""
    yield f'{{"schema": {SCHEMA}, "projects": ['
    ahead = ""
    for (each,) in pieces:
        if ahead:
            yield f"{ahead},"
        ahead = each
    yield ahead
    yield "]}"


def _project(outcome: Outcome) -> dict[str, Any]:
    if not isinstance(outcome, Audit):
        return {
            "path": outcome.path,
            "readme": None,
            "language": None,
            "profile": None,
            "score": None,
            "coverage": 0.0,
            "results": [],
            "error": outcome.message,
        }
    return {
        "path": outcome.path,
        "readme": outcome.readme,
        "language": outcome.language,
        "profile": outcome.profile,
        "score": outcome.score,
        "coverage": outcome.coverage,
        "results": [
            {
                "code": each.rule.code,
                "state": each.state.value,
                "severity": each.severity.value,
                "confidence": each.rule.confidence.value,
                "line": each.line,
                "message": each.message,
                "advice": each.rule.advice,
            }
            for each in outcome.results
        ],
        "checklist": [{"part": part.name, "state": part.result.state.value} for part in outcome.checklist],
        "next_fixes": [each.rule.code for each in outcome.next_fixes],
        "notes": list(outcome.notes),
    }
