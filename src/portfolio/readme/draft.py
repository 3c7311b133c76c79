"""A README while it is being read: takes what the readers of Markdown and HTML see, in order, and fills sections."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portfolio.readme.model import BOLD, Code, Comment, Image, Link, Passage, Readme, Section, Table
from portfolio.readme.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")  # characters without width: they hide words and break others
LONGEST_BOLD_TITLE = 80  # characters; a longer bold line is a sentence


@dataclass
class _Section:
    """A section while it is being read."""

    title: str
    level: int
    line: int
    passages: list[Passage] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    code: list[Code] = field(default_factory=list)

    def finished(self) -> Section:
        lists = (self.passages, self.tables, self.links, self.images, self.code)
        return Section(self.title, self.level, self.line, *map(tuple, lists))  # type: ignore[arg-type]


@dataclass
class Line:
    """A paragraph, item, heading or cell while it is being read."""

    number: int
    seen: list[str] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    outside_links: list[str] = field(default_factory=list)
    bold: list[str] = field(default_factory=list)  # what stands in bold before anything else
    is_bold_so_far: bool = True

    @property
    def text(self) -> str:
        """What a reader sees of it."""
        return joined(self.seen)

    @property
    def is_bold_title(self) -> bool:
        """Whether it is bold as a whole and short, as people write headings without marking them."""
        text = self.text
        if not self.bold or len(text) > LONGEST_BOLD_TITLE or text.endswith((".", "!", ",")):
            return False
        whole = "".join(words(text))
        return bool(whole) and whole == "".join(words(joined(self.bold)))

    def passage(self, is_item: bool) -> Passage:
        """The line as a finished passage."""
        label = joined(self.bold).strip(" :–—-.") if self.bold else ""
        own_words = len(words(joined(self.outside_links)))
        return Passage(self.number, self.text, joined(self.prose), is_item, label, own_words)


@dataclass
class _OpenLink:
    """A link whose text is being read."""

    target: str
    text: list[str] = field(default_factory=list)
    is_image: bool = False
    alternative: str = ""  # of the image


class Draft:
    """What was read so far. `is_hiding` is set by the reader of HTML, inside what a browser would not show."""

    def __init__(self) -> None:
        self.line = Line(1)
        self.is_hiding = False
        self._sections = [_Section("", 0, 1)]
        self._comments: list[Comment] = []
        self._anchors: set[str] = set()
        self._link: _OpenLink | None = None

    def finished(self, is_cut: bool) -> Readme:
        """The README, once everything was read."""
        sections = tuple(section.finished() for section in self._sections)
        if sections[0].is_empty and not sections[0].links:
            sections = sections[1:]
        return Readme(sections, tuple(self._comments), frozenset(self._anchors), is_cut)

    def say(self, text: str, is_bold: bool = False) -> None:
        """Add text that a reader sees, unless it is hidden."""
        if self.is_hiding:
            return
        text = UNSEEN.sub("", text)
        if self.line.is_bold_so_far and (is_bold or not text.strip()):
            self.line.bold.append(text)
        else:
            self.line.is_bold_so_far = False
        self.line.prose.append(text)
        self._show(text)

    def say_code(self, text: str) -> None:
        """Add inline code: seen, but not prose."""
        if not self.is_hiding:
            self.line.is_bold_so_far = False
            self._show(text)

    def _show(self, text: str) -> None:
        self.line.seen.append(text)
        (self.line.outside_links if self._link is None else self._link.text).append(text)

    def open_link(self, target: str) -> None:
        """Take what follows as the text of a link."""
        self._link = _OpenLink(target)

    def close_link(self, line: int) -> None:
        """Finish the open link, if there is one."""
        if self._link is not None and not self.is_hiding:
            text = joined(self._link.text) or self._link.alternative
            link = Link(line, text, self._link.target, self._link.is_image)
            self._sections[-1].links.append(link)
        self._link = None

    def image(self, alt: str, target: str, line: int) -> None:
        """Add an image; inside a link, it makes that link an image's."""
        if self.is_hiding:
            return
        if self._link is not None:
            self._link.is_image = True
            self._link.alternative = self._link.alternative or alt.strip()
        self._sections[-1].images.append(Image(line, alt.strip(), target))

    def code(self, language: str, text: str, line: int) -> None:
        """Add a block of code."""
        self._sections[-1].code.append(Code(line, language, text))

    def comment(self, text: str, line: int) -> None:
        """Add a comment."""
        self._comments.append(Comment(line, text.strip()))

    def anchor(self, name: str) -> None:
        """Add a place that links can lead to."""
        self._anchors.add(name)

    def table(self, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Add a table of (line, cells); the first row is its header."""
        if len(rows) < 2:
            return
        (line, header), *rest = rows
        cells = tuple(tuple(row) for _, row in rest)
        self._sections[-1].tables.append(Table(line, tuple(header), cells, tuple(number for number, _ in rest)))

    def end_passage(self, is_item: bool = False) -> None:
        """Close the line being read as a passage, if there is anything in it."""
        line, self.line = self.line, Line(self.line.number)
        if line.text:
            self._sections[-1].passages.append(line.passage(is_item))

    def open_section(self, title: str, level: int, line: int) -> None:
        """Begin a section; links and images that stand in its heading belong to it."""
        before, section = self._sections[-1], _Section(title, level, line)
        if level < BOLD:
            section.links = [link for link in before.links if link.line == line]
            section.images = [image for image in before.images if image.line == line]
            before.links = [link for link in before.links if link.line != line]
            before.images = [image for image in before.images if image.line != line]
        self._sections.append(section)
        self.line = Line(line)


def joined(parts: Iterable[str]) -> str:
    """Pieces of text as one, with single spaces."""
    return " ".join("".join(parts).split())
