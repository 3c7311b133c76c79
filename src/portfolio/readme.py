"""Markdown text → Readme: its sections, each with the words of its prose. Pure; knows no files."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

SHINGLE = 5  # words; short enough to survive small edits, long enough to be nobody else's by chance
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Section:
    """A heading and the prose below it, up to the next heading of any level; the lead has an empty title."""

    title: str
    level: int
    line: int  # of the heading, from 1
    words: tuple[str, ...]  # of paragraphs and lists: code, tables, comments and images do not count

    @property
    def shingles(self) -> frozenset[str]:
        """Of its words."""
        return shingles(self.words)


@dataclass(frozen=True)
class Readme:
    """A parsed README."""

    sections: tuple[Section, ...]


def words(prose: str) -> tuple[str, ...]:
    """The words of a plain text, for comparing: without case and punctuation."""
    return tuple(WORD.findall(prose.casefold()))


def shingles(words: Sequence[str]) -> frozenset[str]:
    """A short hash of every run of five words, so that text is recognised after rewrapping."""
    return frozenset(_hash(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1))


def parse(text: str) -> Readme:
    """Read CommonMark with tables."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    starts = [i for i, token in enumerate(tokens) if token.type == "heading_open"]
    lead = Section("", 0, 1, _words(tokens[: starts[0] if starts else len(tokens)]))
    ends = [*starts[1:], len(tokens)]
    rest = (_section(tokens[start:end]) for start, end in zip(starts, ends, strict=False))
    return Readme((*([lead] if lead.words else []), *rest))


def _section(tokens: Sequence[Token]) -> Section:
    opening, title = tokens[0], tokens[1]
    line = opening.map[0] + 1 if opening.map else 0
    return Section(" ".join(_prose(title).split()), int(opening.tag[1]), line, _words(tokens[3:]))


def _words(tokens: Sequence[Token]) -> tuple[str, ...]:
    table, found = 0, list[str]()
    for token in tokens:
        table += {"table_open": 1, "table_close": -1}.get(token.type, 0)
        if token.type == "inline" and not table:
            found += words(_prose(token))
    return tuple(found)


def _prose(inline: Token) -> str:
    """The text a reader sees: emphasis and links without their marks, no images, no code, no HTML."""
    breaks = {"softbreak": " ", "hardbreak": " "}
    return "".join(
        child.content if child.type == "text" else breaks.get(child.type, "") for child in inline.children or []
    )


def _hash(words: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:12]
