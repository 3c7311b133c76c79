"""The nouns of a README: Readme, Section, Passage, Table, Link, Image, Code and Comment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from portfolio.readme.words import anchor_of, shingles, spoken, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.readme.rendering import Slip

BOLD = 7  # the level of a paragraph that is bold as a whole: below every heading


@dataclass(frozen=True)
class Passage:
    """A paragraph or a list item: what a reader reads in one go."""

    line: int
    text: str  # as seen, with inline code and the words of links
    prose: str  # without inline code
    is_item: bool = False
    label: str = ""  # the bold words it opens with: "Goal" in "**Goal:** tell …"
    own_words: int = -1  # number of words outside links; a line of links alone has none

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of its prose."""
        return self.all_words if self.prose == self.text else words(self.prose)

    @cached_property
    def all_words(self) -> tuple[str, ...]:
        """The words of its text, inline code included."""
        return words(self.text)

    @cached_property
    def spoken(self) -> str:
        """Its text, inline code included, in the form in which whole phrases are searched for."""
        return spoken(self.all_words)

    @cached_property
    def casefolded(self) -> str:
        """Its text in lower case, in which addresses and commands are searched for."""
        return self.text.casefold()

    @property
    def is_only_links(self) -> bool:
        """Whether nothing stands beside its links: a row of badges, a table of contents."""
        return self.own_words == 0


@dataclass(frozen=True)
class Table:
    """A Markdown or HTML table; every row has its own line."""

    line: int
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]  # one for each row


@dataclass(frozen=True)
class Link:
    """Where a link goes: `#anchor`, a path of the project or an address."""

    line: int
    text: str
    target: str
    is_image: bool = False  # wrapped around an image, as a badge is


@dataclass(frozen=True)
class Image:
    """An image and its alternative text."""

    line: int
    alt: str
    target: str


@dataclass(frozen=True)
class Code:
    """A fenced or indented block of code."""

    line: int
    language: str
    text: str


@dataclass(frozen=True)
class Comment:
    """An HTML comment, which is never prose."""

    line: int
    text: str


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, up to the next heading of any level; the lead has an empty title."""

    title: str
    level: int
    line: int  # of the heading, from 1
    passages: tuple[Passage, ...] = ()
    tables: tuple[Table, ...] = ()
    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()
    code: tuple[Code, ...] = ()

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of its paragraphs and lists; code, tables, comments, images and rows of links do not count."""
        return tuple(word for passage in self.passages if not passage.is_only_links for word in passage.words)

    @property
    def shingles(self) -> frozenset[str]:
        """Hashes of every five words in a row, by which its text is recognized."""
        return shingles(self.words)

    @property
    def is_empty(self) -> bool:
        """Whether nothing but the heading is there."""
        return not (self.passages or self.tables or self.images or self.code)


@dataclass(frozen=True)
class Readme:
    """A parsed README."""

    sections: tuple[Section, ...]
    comments: tuple[Comment, ...] = ()
    anchors: frozenset[str] = frozenset()  # of <a id> and <a name>, beside those of the headings
    is_cut: bool = False  # whether not all of it was read
    slips: tuple[Slip, ...] = ()  # where it does not render as it was meant

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """All passages, in reading order."""
        return tuple(each for section in self.sections for each in section.passages)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """All tables, in reading order."""
        return tuple(each for section in self.sections for each in section.tables)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All links, in reading order."""
        return tuple(each for section in self.sections for each in section.links)

    @cached_property
    def images(self) -> tuple[Image, ...]:
        """All images, in reading order."""
        return tuple(each for section in self.sections for each in section.images)

    @cached_property
    def code(self) -> tuple[Code, ...]:
        """All blocks of code, in reading order."""
        return tuple(each for section in self.sections for each in section.code)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All words of prose."""
        return tuple(word for section in self.sections for word in section.words)

    def below(self, section: Section) -> Iterator[Section]:
        """The section itself, then its subsections."""
        yield section
        for place in range(self._places[id(section)] + 1, len(self.sections)):
            if self.sections[place].level <= section.level:
                return
            yield self.sections[place]

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(section): place for place, section in enumerate(self.sections)}

    @cached_property
    def link_targets(self) -> frozenset[str]:
        """Every anchor that a link may lead to: those of the headings, and the author's own."""
        times: dict[str, int] = {}
        for section in self.sections:
            if section.title and section.level != BOLD:
                anchor = anchor_of(section.title)
                times[anchor] = times.get(anchor, 0) + 1
        repeated = {f"{anchor}-{count}" for anchor, total in times.items() for count in range(1, total)}
        return frozenset(times) | repeated | self.anchors
