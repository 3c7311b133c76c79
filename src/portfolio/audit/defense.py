"""DEFENSE.md: an interviewer's questions about a run, in report blocks, and behind each block its author's answer."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from portfolio.readme import blocks
from portfolio.readme.words import SHINGLE, words

if TYPE_CHECKING:
    from portfolio.audit.project import Project

NAME = "DEFENSE.md"
PREFIX = "question-"  # of the name of a question's block
FEWEST = 8  # words of an answer; with fewer it is taken for a blank
COPIED = 0.6  # of an answer's five-word runs, from which on it is somebody else's sentence
MOST_FILES = 200  # in which its sentences are looked for
OURS = (
    "**It rests on**:",
    "**Look at**:",
    "_No longer asked",
)  # what our lines in a block begin with, below its heading
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
WRITTEN = r"\.(py|md|toml|ya?ml|jinja)$"  # where an answer can be copied from


class State(StrEnum):
    """What there is behind a question."""

    blank = "blank"
    copied = "copied"
    answered = "answered"


@dataclass(frozen=True)
class Answer:
    """What the author wrote behind one question."""

    question: str
    line: int  # on which the answer may begin
    words: tuple[str, ...]
    state: State


def answers(project: Project) -> tuple[Answer, ...]:
    """Every question of the project's DEFENSE.md, with the state of its answer; none where there is no such page."""
    page = project.read(NAME) if NAME in project.files else ""
    written = {
        name.removeprefix(PREFIX): (line, words(COMMENT.sub(" ", text)))
        for name, (line, text) in blocks.behind(with_answers_behind(page)).items()
        if name.startswith(PREFIX)
    }
    has_any = any(len(said) >= FEWEST for _, said in written.values())
    elsewhere = _everything_else(project, page) if has_any else ""
    times = Counter(said for _, said in written.values())
    return tuple(
        Answer(name, line, said, _state(said, elsewhere, is_repeated=times[said] > 1))
        for name, (line, said) in written.items()
    )


def with_answers_behind(page: str) -> str:
    """The page, with answers that were typed into a question's block moved behind it."""
    for name, content in blocks.contents(page).items():
        ours, typed = _apart(content)
        if name.startswith(PREFIX) and typed:
            end = rf"<!--[ \t]*/report:{re.escape(name)}[ \t]*-->"
            page = blocks.fill(page, {name: ours})
            page = re.sub(end, lambda mark, typed=typed: f"{mark[0]}\n\n{typed}", page, count=1)  # type: ignore[misc]
    return page


def _apart(content: str) -> tuple[str, str]:
    """(our lines, the author's) of a block: ours are the first heading, and what begins as we write it."""
    lines = content.splitlines()
    heading = next((number for number, line in enumerate(lines) if line.startswith("## ")), None)
    ours = [line for number, line in enumerate(lines) if number == heading or line.startswith(OURS)]
    typed = [line for number, line in enumerate(lines) if number != heading and not line.startswith(OURS)]
    return "\n\n".join([*ours, ""]), "\n".join(typed).strip()


def _state(said: tuple[str, ...], elsewhere: str, is_repeated: bool) -> State:
    if len(said) < FEWEST:
        return State.blank
    if is_repeated:
        return State.copied
    runs = [f" {' '.join(said[at : at + SHINGLE])} " for at in range(len(said) - SHINGLE + 1)]
    return State.copied if sum(run in elsewhere for run in runs) >= COPIED * len(runs) else State.answered


def _everything_else(project: Project, page: str) -> str:
    """The words of the questions, of the pages and of the code, as one text to search in."""
    paths = [path for path in project.matching(WRITTEN) if path != NAME][:MOST_FILES]
    texts = (*blocks.contents(page).values(), *map(project.read, paths))
    return " | ".join(f" {' '.join(words(text))} " for text in texts)
