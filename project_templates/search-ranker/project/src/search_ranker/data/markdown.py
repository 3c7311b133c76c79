"""Markdown → passages: the sections of a page as a reader sees them. The only module that knows markdown-it."""

import html
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from search_ranker.data.passages import Passage

LONGEST = 150  # words of a passage; a longer section is cut between paragraphs, a longer paragraph between words
FRONT = re.compile(r"\A(---|\+\+\+)\s*\n(.*?)\n\1\s*(?:\n|\Z)", re.S)
SAYS = re.compile(r"^(\w+):[ \t]*(?:[>|][-+]?[ \t]*\n((?:[ \t]+.*(?:\n|\Z))+)|(.*)$)", re.M)
HIDDEN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>", re.S | re.I)
LIQUID = re.compile(r"\{[%{].*?[%}]\}|\{:[^}]*\}")  # of site generators
TAG = re.compile(r"</?[A-Za-z][^<>]*>")
BLANKS = re.compile(r"[ \t]+")


def passages(name: str, text: str) -> Iterator[Passage]:
    """The passages of one file, without front matter and markup; its title alone where it has no text."""
    front = FRONT.match(text)
    said = _front_matter(front[1], front[2]) if front else {}
    updated = iso_date(said.get("updated") or said.get("date") or "")
    title, parts = said.get("title", ""), list[tuple[str, str]]()
    for level, heading, body in _sections(text[front.end() :] if front else text):
        title = heading if level == 1 and not title else title
        parts += [(heading, part) for part in _cut(body)]
    if not parts:
        yield Passage(name, title, "", updated)
    for number, (heading, part) in enumerate(parts, start=1):
        whole = " › ".join(dict.fromkeys(each for each in (title, heading) if each))
        named = whole or Path(name).stem.replace("-", " ")
        yield Passage(name if len(parts) == 1 else f"{name}#{number}", named, part, updated)


def plain(text: str) -> str:
    """HTML as a reader sees it: without tags, comments and scripts."""
    lines = html.unescape(TAG.sub(" ", HIDDEN.sub(" ", text))).splitlines()
    return "\n".join(line for line in (BLANKS.sub(" ", each).strip() for each in lines) if line)


def iso_date(text: str) -> str:
    """A date as 2026-05-31, or nothing where it is none, or is written otherwise."""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return ""


def _sections(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """(level of the heading, heading, paragraphs) of each section; level 0 for what stands before the first one."""
    level, heading, body = 0, "", list[str]()
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(LIQUID.sub("", text))
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            yield level, heading, body
            level, heading, body = int(token.tag[1]), _inline(tokens[place + 1]), []
        elif token.type in ("fence", "code_block"):
            body.append(token.content)
        elif token.type == "html_block":
            body.append(plain(token.content))
        elif token.type == "inline" and tokens[place - 1].type != "heading_open":
            body.append(_inline(token))
    yield level, heading, body


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


def _cut(paragraphs: list[str]) -> list[str]:
    """A section's text in parts of at most as many words as allowed."""
    parts: list[list[str]] = [[]]
    for paragraph in paragraphs:
        words = paragraph.split()
        for piece in (words[at : at + LONGEST] for at in range(0, len(words), LONGEST)):
            if parts[-1] and sum(len(each.split()) for each in parts[-1]) + len(piece) > LONGEST:
                parts.append([])
            parts[-1].append(" ".join(piece))
    return ["\n".join(part) for part in parts if part]


def _front_matter(kind: str, text: str) -> dict[str, str]:
    """What a page says of itself, as far as it is text: YAML between dashes, TOML between plus signs."""
    if kind == "+++":
        try:
            found: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            return {}
        return {name: str(value) for name, value in found.items()}
    return {name: " ".join((folded or value).split()).strip("\"'") for name, folded, value in SAYS.findall(text)}
