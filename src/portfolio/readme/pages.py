"""A README that is spread over pages: itself, then the pages of `docs/` that it links to, read as one text."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from portfolio.readme.model import BOLD, Image, Link, Passage, Readme, Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEPTH = re.compile(
    r"(?:\./)?(docs/[^?#]{1,300}\.md|(?:\w{1,40}[_-])?(?:results|evaluation|experiments|analysis)(?:[_-]\w{1,40})?\.md)"
    r"(?:[?#].*)?",
    re.IGNORECASE,
)
ANYWHERE = re.compile(r"(?:\./)?((?:[\w-][\w.-]{0,60}/){0,3}[\w-][\w.-]{0,80}\.md)(?:[?#].*)?", re.IGNORECASE)
NAMED = re.compile(r"^\W{0,3}((?:[\w-][\w.-]{0,60}/){0,3}[\w-][\w.-]{0,80}\.md)\b")  # what an entry begins with
OF_THE_HOUSE = re.compile(
    r"^readme\b|(?:^|/)(?:contributing|code[_-]of[_-]conduct|change_?log|licen[cs]es?|security|agents|claude|skill|template)\b"
    r"|^\.|prompt",
    re.IGNORECASE,
)
OF_A_PART = re.compile(r"/readme\.md$", re.IGNORECASE)
FEW_PARTS = 2  # whose READMEs are read as its own; with more they are projects
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{0,30}:|//|/|#", re.IGNORECASE)  # what does not depend on the page it stands on
MOST = 12  # pages beside the README
DEEPEST = 6  # level of a heading


@dataclass(frozen=True)
class Page:
    """One file of a README; its lines are numbered on from those of the pages before it."""

    path: str
    text: str
    start: int  # lines before it

    @property
    def end(self) -> int:
        """The number of its last line."""
        return self.start + self.text.count("\n")


def linked(readme: Readme) -> tuple[str, ...]:
    """The pages below `docs/` that a README links to, and those beside it on results, in its order."""
    matches = (DEPTH.fullmatch(unquote(link.target.strip())) for link in readme.links)
    paths = (posixpath.normpath(match[1]) for match in matches if match)
    return tuple(dict.fromkeys(path for path in paths if DEPTH.fullmatch(path)))[:MOST]


def pointed_to(readme: Readme) -> tuple[str, ...]:
    """Every page of Markdown that a stranger's README links to, or names where an entry of a list or table begins."""
    linked_to = (unquote(link.target.strip()) for link in readme.links)
    named = (path for text in _entries(readme) for path in NAMED.findall(text))
    matches = (ANYWHERE.fullmatch(path) for path in (*linked_to, *named))
    paths = (posixpath.normpath(match[1]) for match in matches if match)
    found = dict.fromkeys(path for path in paths if not OF_THE_HOUSE.search(path))
    parts = [path for path in found if OF_A_PART.search(path)]
    return tuple(path for path in found if path not in parts or len(parts) <= FEW_PARTS)[:MOST]


def _entries(readme: Readme) -> Iterator[str]:
    yield from (passage.text for passage in readme.passages if passage.is_item)
    yield from (cell for table in readme.tables for row in table.rows for cell in row[:1])


def numbered(texts: Sequence[tuple[str, str]]) -> tuple[Page, ...]:
    """Pages of those (path, text), each beginning on a line of its own."""
    pages: list[Page] = []
    for path, text in texts:
        whole = text if text.endswith("\n") or len(texts) == 1 else f"{text}\n"
        pages.append(Page(path, whole, pages[-1].end if pages else 0))
    return tuple(pages)


def place(pages: Sequence[Page], line: int) -> tuple[str, int]:
    """The page on which a line stands, and its number there."""
    page = next((page for page in reversed(pages) if line > page.start), pages[0])
    return page.path, line - page.start


def joined(parsed: Sequence[tuple[Page, Readme]]) -> Readme:
    """One README: the first page as it is, then the others below it, with their links as the first would have them."""
    (_, first), *others = parsed
    moved = [_moved(page, readme, parsed[0][0].path) for page, readme in others]
    return replace(
        first,
        sections=first.sections + tuple(section for each in moved for section in each.sections),
        comments=first.comments + tuple(comment for each in moved for comment in each.comments),
        anchors=first.anchors.union(*(each.anchors for each in moved)),
        is_cut=first.is_cut or any(each.is_cut for each in moved),
    )


def _moved(page: Page, readme: Readme, home: str) -> Readme:
    mover = _Mover(page.start, posixpath.dirname(page.path), posixpath.dirname(home) or ".")
    comments = tuple(replace(each, line=each.line + page.start) for each in readme.comments)
    sections = (mover.section(each) for each in readme.sections if each.title or not each.is_empty)
    return replace(readme, sections=tuple(sections), comments=comments)


@dataclass(frozen=True)
class _Mover:
    """Puts what stands on a page to its place below the README."""

    start: int
    folder: str  # of the page
    home: str  # the folder of the README

    def section(self, section: Section) -> Section:
        is_heading = 0 < section.level < BOLD
        return replace(
            section,
            level=min(section.level + 1, DEEPEST) if is_heading else section.level,
            line=section.line + self.start,
            passages=tuple(self.passage(each) for each in section.passages),
            tables=tuple(self.table(each) for each in section.tables),
            links=tuple(self.link(each) for each in section.links),
            images=tuple(self.image(each) for each in section.images),
            code=tuple(replace(each, line=each.line + self.start) for each in section.code),
        )

    def passage(self, passage: Passage) -> Passage:
        return replace(passage, line=passage.line + self.start)

    def table(self, table: Table) -> Table:
        lines = tuple(line + self.start for line in table.lines)
        return replace(table, line=table.line + self.start, lines=lines)

    def link(self, link: Link) -> Link:
        return replace(link, line=link.line + self.start, target=self.target(link.target))

    def image(self, image: Image) -> Image:
        return replace(image, line=image.line + self.start, target=self.target(image.target))

    def target(self, target: str) -> str:
        path, mark, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", target, re.DOTALL).groups()  # type: ignore[union-attr]
        if not path or ADDRESS.match(target):
            return target
        return posixpath.relpath(posixpath.join(self.folder, path), self.home) + mark + rest
