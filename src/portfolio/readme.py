"""Markdown text → Readme: its sections, each with its prose, tables, links, images and code. Pure; knows no files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

SHINGLE = 5  # words; short enough to survive small edits, long enough to be nobody else's by chance
LONGEST = 1_500_000  # characters that are read: about two seconds' work
BOLD = 7  # the level of a paragraph that is bold as a whole: below every heading
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
NUMBER = re.compile(r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][-+]?\d+)?")
VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
BREAKING = frozenset(
    {"p", "div", "li", "br", "td", "th", "tr", "table", "details", "summary", "center", "ul", "ol", "dd"}
)
HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])"
    r"|(?<![-\w])color\s*:\s*(?:white\b|#fff\b|#ffffff\b|transparent\b|rgba?\(\s*255\s*,\s*255\s*,\s*255)"
)
WHITE = frozenset({"white", "#fff", "#ffffff", "transparent"})
UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")  # of no width: can hide words and break others


@dataclass(frozen=True)
class Passage:
    """A paragraph or a list item: what a reader reads in one go."""

    line: int
    text: str  # as seen, code and the words of links among it
    prose: str  # without code
    is_item: bool = False
    label: str = ""  # the bold words it opens with: "Goal" in "**Goal:** tell …"
    own_words: int = -1  # outside links; a line of links alone has none

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Of its prose."""
        return words(self.prose)

    @cached_property
    def spoken(self) -> str:
        """Its text, code too, as words with spaces around: to look for whole phrases in."""
        return f" {' '.join(words(self.text))} ".replace("-", " ").replace("'", "").replace("’", "")

    @cached_property
    def casefolded(self) -> str:
        """Its text, to look for phrases in."""
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
    """Where a link goes; `#anchor`, a path of the project or an address."""

    line: int
    text: str
    target: str
    is_image: bool = False  # wrapped around an image: what a badge does


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
    """An HTML comment: never prose."""

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
        """Of its paragraphs and lists: code, tables, comments, images and rows of links do not count."""
        return tuple(word for each in self.passages if not each.is_only_links for word in each.words)

    @property
    def shingles(self) -> frozenset[str]:
        """Of its words."""
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
    is_cut: bool = False  # whether only its beginning was read

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """All, in reading order."""
        return tuple(each for section in self.sections for each in section.passages)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """All, in reading order."""
        return tuple(each for section in self.sections for each in section.tables)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All, in reading order."""
        return tuple(each for section in self.sections for each in section.links)

    @cached_property
    def images(self) -> tuple[Image, ...]:
        """All, in reading order."""
        return tuple(each for section in self.sections for each in section.images)

    @cached_property
    def code(self) -> tuple[Code, ...]:
        """All, in reading order."""
        return tuple(each for section in self.sections for each in section.code)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All words of prose."""
        return tuple(word for section in self.sections for word in section.words)

    def below(self, section: Section) -> Iterator[Section]:
        """The section and its subsections."""
        start = self.sections.index(section)
        yield section
        for each in self.sections[start + 1 :]:
            if each.level <= section.level:
                return
            yield each

    @cached_property
    def slugs(self) -> frozenset[str]:
        """The anchors that a host of repositories gives to the headings, and the author's own."""
        found: dict[str, int] = {}
        for section in self.sections:
            if not section.title or section.level == BOLD:
                continue
            slug = slug_of(section.title)
            found[slug] = found.get(slug, 0) + 1
        numbered = {f"{slug}-{number}" for slug, times in found.items() for number in range(1, times)}
        return frozenset(found) | numbered | self.anchors


def words(prose: str) -> tuple[str, ...]:
    """The words of a plain text, for comparing: without case and punctuation."""
    return tuple(WORD.findall(prose.casefold()))


def shingles(words: Sequence[str]) -> frozenset[str]:
    """A short hash of every run of five words, so that text is recognised after rewrapping."""
    return frozenset(_hash(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1))


def heading_words(title: str) -> tuple[str, ...]:
    """The words of a heading, without its number, emoji and punctuation: `3. 🚀 How to run:` → how, to, run."""
    return tuple(word for word in words(title.replace("'", "").replace("’", "")) if not word.isdigit())


def slug_of(title: str) -> str:
    """The anchor of a heading: lower case, spaces as hyphens, no punctuation."""
    kept = "".join(char for char in title.strip().lower() if char.isalnum() or char in " -_")
    return kept.replace(" ", "-")


def number(cell: str) -> str | None:
    """The number that a table's cell begins with, as written: `0.91 [0.88, 0.93]` → `0.91`; None for words."""
    stripped = cell.strip().lstrip("~≈$€£*_` ").strip()
    found = NUMBER.match(stripped)
    return found[0] if found and any(char.isdigit() for char in found[0]) else None


def parse(text: str) -> Readme:
    """Read CommonMark with tables, and the HTML in it; never raises."""
    is_cut = len(text) > LONGEST
    tokens = _markdown().parse(text[:LONGEST].removeprefix("\ufeff"))
    reader = _Reader()
    for token in tokens:
        reader.read(token)
    return reader.result(is_cut)


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    class AsWritten(MarkdownIt):
        """Leaves addresses as they are written: nothing is rendered, and encoding each is slow."""

        def normalizeLink(self, url: str) -> str:  # noqa: N802 - its name there
            return url

    return AsWritten("commonmark").enable("table")


@dataclass
class _Draft:
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
class _Line:
    """A paragraph, item, heading or cell while it is being read."""

    line: int
    seen: list[str] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    outside_links: list[str] = field(default_factory=list)
    bold: list[str] = field(default_factory=list)  # what stands in bold before anything else

    def text(self, part: Iterable[str]) -> str:
        return " ".join("".join(part).split())


class _Reader:
    """Takes tokens in order and fills sections."""

    def __init__(self) -> None:
        self._drafts = [_Draft("", 0, 1)]
        self._comments: list[Comment] = []
        self._anchors: set[str] = set()
        self._html = _Html(self)
        self._heading = 0  # the level of the heading we are in
        self._table: list[tuple[int, list[str]]] | None = None
        self._items = 0  # how deep in lists
        self._new_item = False
        self.line = _Line(1)
        self.link: tuple[str, list[str], bool] | None = None

    @property
    def draft(self) -> _Draft:
        return self._drafts[-1]

    def result(self, is_cut: bool) -> Readme:
        self._html.finish()
        del self._html  # which knows us: without that circle, memory is free at once
        sections = tuple(draft.finished() for draft in self._drafts)
        if sections[0].is_empty and not sections[0].links:
            sections = sections[1:]
        return Readme(sections, tuple(self._comments), frozenset(self._anchors), is_cut)

    def read(self, token: Token) -> None:
        match token.type:
            case "heading_open":
                self._heading = int(token.tag[1])
            case "heading_close":
                self._heading = 0
            case "list_item_open":
                self._items += 1
                self._new_item = True
            case "list_item_close":
                self._items -= 1
            case "table_open":
                self._table = []
            case "tr_open" if self._table is not None:
                self._table.append((_line_of(token), []))
            case "table_close":
                self.table(self._table or [])
                self._table = None
            case "fence" | "code_block":
                language = token.info.split()[0].lower() if token.info.split() else ""
                self.draft.code.append(Code(_line_of(token), language.strip("{}.,"), token.content))
            case "html_block":
                self._html.read(token.content, _line_of(token))
                self._html.pause()
            case "inline":
                self._inline(token)

    def _inline(self, token: Token) -> None:
        self.line = _Line(_line_of(token))
        at = self.line.line
        depth = 0  # in bold
        for child in token.children or []:
            match child.type:
                case "text":
                    self.say(child.content, is_bold=depth > 0)
                case "softbreak" | "hardbreak":
                    at += 1
                    self.say(" ", is_bold=depth > 0)
                case "code_inline":
                    self.show_code(child.content)
                case "strong_open":
                    depth += 1
                case "strong_close":
                    depth -= 1
                case "link_open":
                    self.open_link(str(child.attrs.get("href", "")))
                case "link_close":
                    self.close_link(at)
                case "image":
                    self.image(child.content, str(child.attrs.get("src", "")), at)
                case "html_inline":
                    self._html.read(child.content, at)
        line = self.line
        if self._heading:
            self.open_section(line.text(line.seen), self._heading, line.line)
        elif self._table is not None:
            if self._table:
                self._table[-1][1].append(line.text(line.seen))
            self.line = _Line(line.line)  # else what comes after the table would close its last cell as a passage
        elif not self._items and self._is_bold_as_a_whole(line):
            self.open_section(line.text(line.seen), BOLD, line.line)
        else:
            self.end_passage(is_item=self._new_item)
            self._new_item = False

    def _is_bold_as_a_whole(self, line: _Line) -> bool:
        text = line.text(line.seen)
        whole = "".join(words(text))
        is_bold = bool(whole) and whole == "".join(words(line.text(line.bold)))
        return is_bold and len(text) <= 80 and not text.endswith((".", "!", ","))

    def say(self, text: str, is_bold: bool = False) -> None:
        """Text that a reader sees, unless it is hidden."""
        if self._html.is_hiding:
            return
        text = UNSEEN.sub("", text)
        line = self.line
        if is_bold and line.text(line.seen) == line.text(line.bold):
            line.bold.append(text)
        line.seen.append(text)
        line.prose.append(text)
        if self.link is None:
            line.outside_links.append(text)
        else:
            self.link[1].append(text)

    def show_code(self, text: str) -> None:
        """Code in a line: seen, and no prose."""
        if self._html.is_hiding:
            return
        self.line.seen.append(text)
        if self.link is None:
            self.line.outside_links.append(text)
        else:
            self.link[1].append(text)

    def open_link(self, target: str) -> None:
        self.link = (target, [], False)

    def close_link(self, line: int) -> None:
        if self.link is not None and not self._html.is_hiding:
            target, text, is_image = self.link
            self.draft.links.append(Link(line, " ".join("".join(text).split()), target, is_image))
        self.link = None

    def image(self, alt: str, target: str, line: int) -> None:
        if self._html.is_hiding:
            return
        if self.link is not None:
            self.link = (self.link[0], self.link[1], True)
        self.draft.images.append(Image(line, alt.strip(), target))

    def comment(self, text: str, line: int) -> None:
        self._comments.append(Comment(line, text.strip()))

    def anchor(self, name: str) -> None:
        self._anchors.add(name)

    def end_passage(self, is_item: bool = False) -> None:
        """Close the line being read as a passage, if there is anything in it."""
        line, self.line = self.line, _Line(self.line.line)
        text = line.text(line.seen)
        if not text:
            return
        label = line.text(line.bold).strip(" :–—-.") if line.bold else ""
        own = len(words(line.text(line.outside_links)))
        self.draft.passages.append(Passage(line.line, text, line.text(line.prose), is_item, label, own))

    def open_section(self, title: str, level: int, line: int) -> None:
        links, images = [], []
        if level < BOLD:  # links and images in a heading belong below it
            links = [each for each in self.draft.links if each.line == line]
            images = [each for each in self.draft.images if each.line == line]
            self.draft.links = [each for each in self.draft.links if each.line != line]
            self.draft.images = [each for each in self.draft.images if each.line != line]
        self._drafts.append(_Draft(title, level, line, links=links, images=images))
        self.line = _Line(line)

    def table(self, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
        if len(rows) < 2:
            return
        header, *rest = rows
        cells = tuple(tuple(each) for _, each in rest)
        self.draft.tables.append(Table(header[0], tuple(header[1]), cells, tuple(line for line, _ in rest)))


class _Html(HTMLParser):
    """The HTML in a README: headings, text, images, links and tables, told to the reader; what is hidden is not."""

    def __init__(self, reader: _Reader) -> None:
        super().__init__(convert_charrefs=True)
        self._reader = reader
        self._open: list[tuple[str, bool]] = []  # (tag, whether it hides what is in it)
        self._heading: list[str] | None = None
        self._table: list[tuple[int, list[str]]] | None = None
        self._cell: list[str] | None = None
        self.is_hiding = False

    def read(self, html: str, line: int) -> None:
        self.lineno, self.offset = line, 0
        self._reader.line.line = line if not self._reader.line.seen else self._reader.line.line
        self.feed(html)

    def pause(self) -> None:
        """At the end of a block: what was said is a passage."""
        if self._heading is None and self._cell is None:
            self._reader.end_passage()

    def finish(self) -> None:
        self.close()
        self.pause()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        reader, line = self._reader, self.getpos()[0]
        if tag not in VOID:
            self._open.append((tag, self._hides(given)))
            self.is_hiding = self.is_hiding or self._open[-1][1] or tag in ("script", "style")
        if given.get("id") or (tag == "a" and given.get("name")):
            reader.anchor(given.get("id") or given["name"])
        match tag:
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                reader.end_passage()
                self._heading = []
            case "a" if "href" in given:
                reader.open_link(given["href"])
            case "img":
                reader.image(given.get("alt", ""), given.get("src", ""), line)
            case "video" | "source" if given.get("src"):
                reader.image(given.get("title", ""), given["src"], line)
            case "table":
                reader.end_passage()
                self._table = []
            case "tr" if self._table is not None:
                self._table.append((line, []))
            case "td" | "th" if self._table:
                self._cell = []
            case _ if tag in BREAKING and self._cell is None and self._heading is None:
                if tag == "br" and reader.line.seen:
                    reader.say(" ")
                elif tag != "br":
                    reader.end_passage()
                    reader.line.line = line

    def handle_endtag(self, tag: str) -> None:
        reader, line = self._reader, self.getpos()[0]
        names = [name for name, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]
            was_hiding, self.is_hiding = self.is_hiding, any(hides for _, hides in self._open)
        else:
            was_hiding = self.is_hiding
        match tag:
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if self._heading is not None:
                title, self._heading = " ".join("".join(self._heading).split()), None
                if not was_hiding:
                    reader.open_section(title, int(tag[1]), line)
            case "a":
                reader.close_link(line)
            case "td" | "th" if self._cell is not None and self._table:
                self._table[-1][1].append(" ".join("".join(self._cell).split()))
                self._cell = None
            case "table" if self._table is not None:
                if not was_hiding:
                    reader.table(self._table)
                self._table = None
            case "li":
                reader.end_passage(is_item=True)
            case _ if tag in BREAKING and self._cell is None and self._heading is None:
                reader.end_passage()

    def handle_data(self, data: str) -> None:
        if self._heading is not None:
            self._heading.append(data)
        elif self._cell is not None:
            self._cell.append(data)
        elif self._table is None:
            self._reader.say(data)

    def handle_comment(self, data: str) -> None:
        self._reader.comment(data, self.getpos()[0])

    @staticmethod
    def _hides(given: dict[str, str]) -> bool:
        return (
            "hidden" in given
            or given.get("color", "").strip().lower() in WHITE
            or bool(HIDING.search(given.get("style", "").lower()))
        )


def _line_of(token: Token) -> int:
    return token.map[0] + 1 if token.map else 0


def _hash(words: Sequence[str]) -> str:
    import hashlib

    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:12]
