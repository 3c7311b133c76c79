"""Results → what is shown: one file for each format, and none knows a rule."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portfolio.audit import Outcome


class Format(StrEnum):
    """How `audit` answers."""

    text = "text"
    json = "json"
    markdown = "markdown"
    github = "github"


def lines(outcomes: Iterable[Outcome], output: Format, is_one: bool) -> Iterator[str]:
    """What was found in each project, in that format, as soon as it is known: a cohort need not fit into memory."""
    match output:
        case Format.text:
            from portfolio.report import text

            return text.whole(outcomes) if is_one else text.table(outcomes)
        case Format.json:
            from portfolio.report import json

            return json.lines(outcomes)
        case Format.markdown:
            from portfolio.report import markdown

            return markdown.lines(outcomes)
        case Format.github:
            from portfolio.report import github

            return github.lines(outcomes)
