"""Org and AsciiDoc → Markdown, line by line, so that a line keeps its number: as much of them as READMEs use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ORG_HEADING = re.compile(r"(\*{1,6}) +(?:(?:TODO|DONE) +)?(.{1,300})$")
ORG_BLOCK = re.compile(r"[ \t]{0,40}#\+begin_(?:src|example)(?:[ \t]{1,9}([\w-]+))?", re.I)
ORG_END = re.compile(r"[ \t]{0,40}#\+end_(?:src|example)", re.I)
ORG_TITLE = re.compile(r"#\+title:\s*(.{1,300})$", re.I)
ORG_LINK = re.compile(r"\[\[(?:file:)?([^\]\[]{1,500})\](?:\[([^\]\[]{1,300})\])?\]")
PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp)$", re.I)
ADOC_HEADING = re.compile(r"(={1,6}) +(.{1,300})$")
ADOC_LANGUAGE = re.compile(r"\[source(?:%\w+)?,\s*([\w-]+)")
ADOC_LINK = re.compile(r"(?:link:([^\s\[]{1,500})|(https?://[^\s\[]{1,500}))\[([^\]]{0,300})\]")
ADOC_PICTURE = re.compile(r"image::?([^\s\[:]{1,500})\[([^\],\[]{0,300})(?:,[^\]\[]{0,300})?\]")


def markdown_of(text: str, suffix: str) -> str:
    """The text as Markdown, with as many lines."""
    lines = text.split("\n")  # as its lines are counted everywhere
    return "\n".join(_from_org(lines) if suffix == ".org" else _from_asciidoc(lines))


def _from_org(lines: list[str]) -> Iterator[str]:
    is_code = False
    for line in lines:
        if opened := ORG_BLOCK.match(line):
            is_code = True
            yield f"```{opened[1] or ''}"
        elif ORG_END.match(line):
            is_code = False
            yield "```"
        elif is_code:
            yield line
        elif title := ORG_TITLE.match(line):
            yield f"# {title[1]}"
        elif heading := ORG_HEADING.match(line):
            yield f"{'#' * min(6, len(heading[1]) + 1)} {heading[2]}"
        elif line.lstrip().startswith("|-"):
            yield line.replace("+", "|")
        elif line.startswith("#+"):
            yield ""
        else:
            yield ORG_LINK.sub(_org_link, line)


def _org_link(found: re.Match[str]) -> str:
    target, text = found[1], found[2] or found[1]
    return f"{'!' if PICTURE.search(target) and not found[2] else ''}[{text}]({target})"


def _from_asciidoc(lines: list[str]) -> Iterator[str]:
    is_code = is_table = is_header = False
    language = ""
    for line in lines:
        if line.rstrip() in ("----", "...."):
            is_code = not is_code
            yield f"```{language if is_code else ''}"
            language = ""
        elif is_code:
            yield line
        elif line.startswith("|==="):
            is_table = is_header = not is_table
            yield "" if is_table else "</table>"
        elif is_table and line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("| \t").split("|")]
            row = f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
            yield f"<table>{row}" if is_header else row
            is_header = False
        elif named := ADOC_LANGUAGE.match(line):
            language = named[1]
            yield ""
        elif heading := ADOC_HEADING.match(line):
            yield f"{'#' * len(heading[1])} {heading[2]}"
        elif line.startswith((":", "[", "//")):
            yield ""
        else:
            yield ADOC_LINK.sub(lambda m: f"[{m[3]}]({m[1] or m[2]})", ADOC_PICTURE.sub(r"![\2](\1)", line))
