"""Results → what is shown: one file for each format, and none knows a rule.

A project's answer is a piece of text, made where it was audited; the pieces are put together as they come, so that a
cohort need not fit into memory.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from portfolio.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portfolio.audit.engine import Outcome
    from portfolio.audit.rubric import Rubric

Piece = tuple[str, ...]


class Format(StrEnum):
    """The formats in which `audit` answers."""

    text = "text"
    json = "json"
    markdown = "markdown"
    github = "github"
    csv = "csv"
    html = "html"


def piece(outcome: Outcome, output: Format, is_one: bool, is_long: bool = False) -> Piece:
    """What is shown of one project; as text, a row of a table unless it is the only one."""
    match output:
        case Format.text if is_one:
            from portfolio.audit.report import text

            return text.piece(outcome, is_long)
        case Format.text:
            from portfolio.audit.report import table

            return table.piece(outcome)
        case Format.json:
            from portfolio.audit.report import json

            return json.piece(outcome)
        case Format.markdown:
            from portfolio.audit.report import markdown

            return markdown.piece(outcome)
        case Format.github:
            from portfolio.audit.report import github

            return github.piece(outcome)
        case Format.csv:
            from portfolio.audit.report import csv

            return csv.piece(outcome)
        case Format.html:
            from portfolio.audit.report import cohort

            return cohort.piece(outcome)


def lines(pieces: Iterable[Piece], output: Format, is_one: bool, role: Rubric | None = None) -> Iterator[str]:
    """The lines that are shown of all projects; with a role's criteria, of the portfolio that they make."""
    if role:
        from portfolio.audit.report import role as for_a_role

        return for_a_role.lines(pieces, role, output is Format.json)
    if output is Format.json:
        from portfolio.audit.report import json

        return json.lines(pieces)
    if output is Format.csv:
        from portfolio.audit.report import csv

        return csv.lines(pieces)
    if output is Format.html:
        from portfolio.audit.report import cohort

        return cohort.lines(pieces)
    if output is Format.text and not is_one:
        from portfolio.audit.report import table

        return table.lines(pieces)
    return (line for each in pieces for line in each)


def of_pieces(output: Format, is_for_a_role: bool) -> Format:
    """How each project answers: as a document where they are put together into one portfolio."""
    if is_for_a_role and output not in (Format.text, Format.json):
        hint = "leave --format out, or use --format json"
        raise WrongUse(f"--role answers in text or JSON, not in {output}", hint)
    return Format.json if is_for_a_role else output
