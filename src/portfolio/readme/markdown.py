"""Markdown text → Readme. The only module that knows markdown-it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from portfolio.readme.draft import Draft, Line
from portfolio.readme.embedded_html import EmbeddedHtml
from portfolio.readme.model import BOLD
from portfolio.readme.rendering import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

    from portfolio.readme.model import Readme

MARKED = re.compile(r"[\\`*_\[\]!<&]")  # what a span of CommonMark begins with
IN_TEXT = frozenset(("inline", "heading_open", "heading_close", "list_item_open", "list_item_close"))
IN_BLOCKS = frozenset(("html_block", "fence", "code_block"))
OF_A_TABLE = frozenset(("table_open", "tr_open", "table_close"))
LONGEST = 512_000  # characters that are read; hosts of repositories show no more either


def parse(text: str) -> Readme:
    """Read CommonMark with tables, and the HTML in it; never raises."""
    page = Page(text[:LONGEST].removeprefix("\ufeff").split("\n"))
    page.without_front_matter()
    tokens = _markdown().parse(page.text)
    if _mend(page, tokens):
        tokens = _markdown().parse(page.text)
    draft = Draft()
    html = EmbeddedHtml(draft)
    reader = _Tokens(draft, html)
    for token in tokens:
        if token.type in IN_TEXT or token.type in IN_BLOCKS:
            reader.read(token)
        elif token.type in OF_A_TABLE:
            reader.read_table(token)
    html.finish()
    return replace(draft.finished(is_cut=len(text) > LONGEST), slips=tuple(page.slips))


def _mend(page: Page, tokens: Sequence[Token]) -> bool:
    """Undo what was not meant; whether there was anything."""
    is_mended = False
    for token in tokens:
        if token.type == "heading_open" and token.markup == "-" and token.map and token.map[1] - token.map[0] == 2:
            is_mended |= page.part(token.map[0], token.map[0] + 1)
    last = next((token for token in reversed(tokens) if token.type == "fence" and token.level == 0), None)
    if last is not None and last.map and last.map[1] >= len("\n".join(page.lines).rstrip().split("\n")):
        closing = page.lines[last.map[1] - 1].strip() if last.map[1] <= len(page.lines) else ""
        is_open = not closing.startswith(last.markup) or bool(closing.strip(last.markup[0]))
        is_mended |= (is_open or last.map[1] - last.map[0] == 1) and page.close(last.map[0], last.markup)
    return is_mended


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    class AsWritten(MarkdownIt):
        """Leaves addresses as they are written: nothing is rendered, and encoding each is slow."""

        def normalizeLink(self, url: str) -> str:  # noqa: N802 - its name there
            return url

    parser = AsWritten("commonmark").enable("table")
    parser.core.ruler.at("inline", _inline_where_marked)
    return parser


def _inline_where_marked(state: StateCore) -> None:
    """Read the spans of a text that has any; the others, most of a page, are left as they are."""
    for token in state.tokens:
        if token.type == "inline" and MARKED.search(token.content):
            token.children = []
            state.md.inline.parse(token.content, state.md, state.env, token.children)


class _Tokens:
    """Takes the tokens of Markdown in order."""

    def __init__(self, draft: Draft, html: EmbeddedHtml) -> None:
        self._draft, self._html = draft, html
        self._heading = 0  # the level of the heading we are in
        self._rows: list[tuple[int, list[str]]] | None = None  # of the table we are in
        self._lists = 0  # how many lists we are in
        self._is_new_item = False

    def read(self, token: Token) -> None:
        """A block of text, code or HTML."""
        line = token.map[0] + 1 if token.map else 0
        match token.type:
            case "inline":
                self._inline(token, line)
            case "heading_open":
                self._heading = int(token.tag[1])
            case "heading_close":
                self._heading = 0
            case "list_item_open":
                self._lists += 1
                self._is_new_item = True
            case "list_item_close":
                self._lists -= 1
            case "html_block":
                self._html.read(token.content, line)
                self._html.end_block()
            case "fence" | "code_block":
                language = (token.info.split() or [""])[0].lower().strip("{}.,")
                self._draft.code(language, token.content, line)

    def read_table(self, token: Token) -> None:
        """A part of a table."""
        line = token.map[0] + 1 if token.map else 0
        match token.type:
            case "table_open":
                self._rows = []
            case "tr_open" if self._rows is not None:
                self._rows.append((line, []))
            case "table_close":
                self._draft.table(self._rows or [])
                self._rows = None

    def _inline(self, token: Token, line: int) -> None:
        draft = self._draft
        draft.line = Line(line)
        self._spans(token, line)
        text = draft.line.text
        if self._heading:
            draft.open_section(text, self._heading, line)
        elif self._rows is not None:
            if self._rows:
                self._rows[-1][1].append(text)
            draft.line = Line(line)  # else what comes after the table would take its last cell as a passage
        elif not self._lists and draft.line.is_bold_title:
            draft.open_section(text, BOLD, line)
        else:
            draft.end_passage(is_item=self._is_new_item)
            self._is_new_item = False

    def _spans(self, token: Token, line: int) -> None:
        draft, depth = self._draft, 0  # in bold
        if not token.children:
            draft.say(token.content)
        for span in token.children or []:
            match span.type:
                case "text":
                    draft.say(span.content, is_bold=depth > 0)
                case "softbreak" | "hardbreak":
                    line += 1
                    draft.say(" ", is_bold=depth > 0)
                case "code_inline":
                    draft.say_code(span.content)
                case "strong_open":
                    depth += 1
                case "strong_close":
                    depth -= 1
                case "link_open":
                    draft.open_link(str(span.attrs.get("href", "")))
                case "link_close":
                    draft.close_link(line)
                case "image":
                    draft.image(span.content, str(span.attrs.get("src", "")), line)
                case "html_inline":
                    self._html.read(span.content, line)
