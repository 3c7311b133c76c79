"""Markdown → an article: title, text and date as a reader sees them. The only module that knows markdown-it."""

import html
import re
from datetime import date

from markdown_it import MarkdownIt
from markdown_it.token import Token

from product_brief.data.articles import Article

FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.S)
SAYS = re.compile(r"^(\w+):[ \t]*(.*)$", re.M)
HIDDEN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>", re.S | re.I)
LIQUID = re.compile(r"\{[%{].*?[%}]\}|\{:[^}]*\}")  # of site generators
TAG = re.compile(r"</?[A-Za-z][^<>]*>")
BLANKS = re.compile(r"[ \t]+")


def article(name: str, text: str) -> Article:
    """The article of one file, without front matter and markup."""
    front = FRONT.match(text)
    said = {key: value.strip().strip("\"'") for key, value in SAYS.findall(front[1])} if front else {}
    heading, paragraphs = "", list[str]()
    tokens = (
        MarkdownIt("commonmark")
        .enable(["table", "strikethrough"])
        .parse(LIQUID.sub("", text[front.end() :] if front else text))
    )
    for place, token in enumerate(tokens):
        if token.type in ("fence", "code_block"):
            paragraphs.append(token.content)
        elif token.type == "html_block":
            paragraphs.append(plain(token.content))
        elif token.type == "inline":
            is_title = tokens[place - 1].tag == "h1" and not heading
            heading = _inline(token) if is_title else heading
            paragraphs += [] if is_title else [_inline(token)]
    title = said.get("title") or heading or name.rpartition("/")[2].removesuffix(".md").replace("-", " ")
    updated = iso_date(said.get("updated") or said.get("date") or "")
    return Article(name, plain(title), "\n".join(filter(None, paragraphs)), updated, said.get("replaced_by", ""))


def plain(text: str) -> str:
    """HTML as a reader sees it: without tags, comments and scripts."""
    lines = html.unescape(TAG.sub(" ", HIDDEN.sub(" ", text))).splitlines()
    return "\n".join(line for line in (BLANKS.sub(" ", each).strip() for each in lines) if line)


def iso_date(text: str) -> str:
    """A date as 2026-05-31, or nothing where it is none, or is written otherwise."""
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        return ""


def _inline(token: Token) -> str:
    """The text of a paragraph, a heading or a cell."""
    said = []
    for each in token.children or []:
        if each.type in ("softbreak", "hardbreak"):
            said.append(" ")
        elif each.type == "html_inline":
            said.append(f" {plain(each.content)} ")
        else:  # text, code, and what stands for a picture
            said.append(each.content)
    return BLANKS.sub(" ", "".join(said)).strip()
