"""The HTML in a README: headings, text, images, links and tables go to the draft; what a browser hides does not."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from portfolio.readme.draft import joined
from portfolio.readme.model import BOLD

if TYPE_CHECKING:
    from portfolio.readme.draft import Draft

# A summary is what a folded part is called.
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "summary": BOLD}
VOID = frozenset(
    {"area", "br", "col", "embed", "hr", "image", "img", "input", "link", "meta", "source", "track", "wbr"}
)
BREAKING = frozenset({"p", "div", "li", "br", "td", "th", "tr", "table", "details", "center", "ul", "ol", "dd"})
WHITE = frozenset({"white", "#fff", "#ffffff", "transparent"})
HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])"
    r"|(?<![-\w])color\s*:\s*(?:white\b|#fff\b|#ffffff\b|transparent\b|rgba?\(\s*255\s*,\s*255\s*,\s*255)"
)


class EmbeddedHtml(HTMLParser):
    """Reads pieces of HTML in the order of the page; a tag may open in one piece and close in a later one."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(convert_charrefs=True)
        self._draft = draft
        self._open: list[tuple[str, bool]] = []  # (tag, whether it hides what is in it)
        self._times: Counter[str] = Counter()  # how often a tag is open
        self._hiding = 0  # how many of them hide
        self._heading: list[str] | None = None
        self._rows: list[tuple[int, list[str]]] | None = None  # of the table being read
        self._cell: list[str] | None = None

    def read(self, html: str, line: int) -> None:
        """Read a piece that begins at a line of the page."""
        self.lineno, self.offset = line, 0
        if not self._draft.line.seen:
            self._draft.line.number = line
        try:
            self.feed(_without_open_comment(html))
            self.close()  # a tag that has no end yet is none: to wait for its end would take time with each piece
        except (AssertionError, ValueError):  # of declarations and numbers that its parser does not expect
            self.rawdata = ""

    def end_block(self) -> None:
        """Close what was said so far as a passage, unless a heading or a cell goes on."""
        if self._heading is None and self._cell is None:
            self._draft.end_passage()

    def finish(self) -> None:
        """Close what is still open at the end of the page."""
        self.end_block()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a tag."""
        given = {name: value or "" for name, value in attrs}
        draft, line = self._draft, self.getpos()[0]
        if tag not in VOID:
            self._enter(tag, hides=tag in ("script", "style") or _hides(given))
        if given.get("id") or (tag == "a" and given.get("name")):
            draft.anchor(given.get("id") or given["name"])
        match tag:
            case "a" if "href" in given:
                draft.open_link(given["href"])
            case "img" | "image":
                draft.image(given.get("alt", ""), given.get("src", ""), line)
            case "video" | "source" if given.get("src"):
                draft.image(given.get("title", ""), given["src"], line)
            case _ if tag in HEADINGS:
                draft.end_passage()
                self._heading = []
            case _:
                self._open_block(tag, line)

    def _open_block(self, tag: str, line: int) -> None:
        match tag:
            case "table":
                self._draft.end_passage()
                self._rows = []
            case "tr" if self._rows is not None:
                self._rows.append((line, []))
            case "td" | "th" if self._rows:
                self._cell = []
            case "br":
                if self._is_between_blocks and self._draft.line.seen:
                    self._draft.say(" ")
            case _ if tag in BREAKING and self._is_between_blocks:
                self._draft.end_passage()
                self._draft.line.number = line

    @property
    def _is_between_blocks(self) -> bool:
        return self._cell is None and self._heading is None

    def handle_endtag(self, tag: str) -> None:
        """Close a tag."""
        draft, line = self._draft, self.getpos()[0]
        was_hidden = draft.is_hiding
        self._leave(tag)
        match tag:
            case "a":
                draft.close_link(line)
            case "td" | "th" if self._cell is not None and self._rows:
                self._rows[-1][1].append(joined(self._cell))
                self._cell = None
            case "table" if self._rows is not None:
                rows, self._rows = self._rows, None
                draft.table([] if was_hidden else rows)
            case _ if tag in HEADINGS and self._heading is not None:
                title, self._heading = joined(self._heading), None
                if not was_hidden:
                    draft.open_section(title, HEADINGS[tag], line)
            case _ if tag in BREAKING and (tag == "li" or self._is_between_blocks):
                draft.end_passage(is_item=tag == "li")

    def _enter(self, tag: str, hides: bool) -> None:
        self._open.append((tag, hides))
        self._times[tag] += 1
        self._hiding += hides
        self._draft.is_hiding = self._hiding > 0

    def _leave(self, tag: str) -> None:
        """Close the newest of that name, and all that was opened in it."""
        if not self._times[tag]:
            return
        closed = ""
        while closed != tag:
            closed, hid = self._open.pop()
            self._times[closed] -= 1
            self._hiding -= hid
        self._draft.is_hiding = self._hiding > 0

    def handle_data(self, data: str) -> None:
        """Take text."""
        if self._heading is not None:
            self._heading.append(data)
        elif self._cell is not None:
            self._cell.append(data)
        elif self._rows is None:
            self._draft.say(data)

    def handle_comment(self, data: str) -> None:
        """Take a comment."""
        self._draft.comment(data, self.getpos()[0])


def _without_open_comment(html: str) -> str:
    """Up to a comment that nothing closes: the rest of the page is not shown."""
    opened = html.find("<!--", html.rfind("-->") + 1)
    return html if opened < 0 else html[:opened]


def _hides(attributes: dict[str, str]) -> bool:
    return (
        "hidden" in attributes
        or attributes.get("color", "").strip().lower() in WHITE
        or bool(HIDING.search(attributes.get("style", "").lower()))
    )
