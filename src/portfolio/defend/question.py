"""What a question is, and the page of a template that says which may be asked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

GENERAL = Path(__file__).with_name("general.toml")  # of any project, by what its README, results and code hold
NAME = "questions.toml"  # beside a template's manifest


@dataclass(frozen=True)
class Question:
    """One question about one run."""

    name: str
    asks: str
    rests_on: str  # the number, or the line, that it is about
    path: str  # of the file that answers it
    line: int


@dataclass(frozen=True)
class Draft:
    """A question with its blanks: sentences and conditions over what a run recorded."""

    name: str
    asks: str
    rests_on: str
    at: str  # the file that answers it
    line: str = ""  # a number, or what the line there begins with or contains
    let: dict[str, str] = field(default_factory=dict)  # names for what is recorded; without one, it is not asked
    when: str = "true"  # asked where this holds
    pattern: str = ""  # asked of the first line of code in which this is found; its groups are `found`


def drafts(path: Path) -> tuple[Draft, ...]:
    """The questions of a file, in the order in which they are asked."""
    return tuple(Draft(**each) for each in tomllib.loads(path.read_text(encoding="utf-8"))["question"])
