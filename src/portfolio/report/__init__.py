"""Results → what is shown: one file for each format, and none knows a rule."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portfolio.audit import Outcome


class Format(StrEnum):
    """How `audit` answers."""

    text = "text"
    json = "json"
    markdown = "markdown"
    github = "github"


def render(outcomes: Sequence[Outcome], output: Format) -> str:
    """What was found in each project, in that format."""
    from portfolio.report import github, json, markdown, text

    match output:
        case Format.text:
            return text.render(outcomes)
        case Format.json:
            return json.render(outcomes)
        case Format.markdown:
            return markdown.render(outcomes)
        case Format.github:
            return github.render(outcomes)
