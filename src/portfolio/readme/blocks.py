"""Report blocks: the parts of a page between `<!-- report:NAME -->` and `<!-- /report:NAME -->`, which a run fills."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Generated projects depend on nothing of ours, so their `report` has a pattern of its own; a test compares the two.
MARK = re.compile(r"<!--[ \t]*(?:report:([\w-]+)[ \t]*-->[ \t]*\r?\n|/report:([\w-]+)[ \t]*-->)")


@dataclass(frozen=True)
class Block:
    """One report block of a text, and where its content stands in it."""

    name: str
    start: int
    end: int


def contents(text: str) -> dict[str, str]:
    """What each block holds, by name; without those whose name stands twice."""
    blocks = list(_blocks(text))
    times = Counter(block.name for block in blocks)
    return {block.name: text[block.start : block.end] for block in blocks if times[block.name] == 1}


def names(text: str) -> frozenset[str]:
    """The names of all its blocks."""
    return frozenset(block.name for block in _blocks(text))


def fill(text: str, filling: Mapping[str, str]) -> str:
    """The text with that filling in the blocks of those names."""
    pieces, done = [], 0
    for block in _blocks(text):
        if block.name in filling:
            pieces += [text[done : block.start], filling[block.name]]
            done = block.end
    return "".join([*pieces, text[done:]])


def behind(text: str) -> dict[str, tuple[int, str]]:
    """Of each block, the line on which it ends, and what stands behind it up to the next block."""
    blocks = list(_blocks(text))
    found = {}
    for block, following in itertools.zip_longest(blocks, blocks[1:]):
        mark = MARK.match(text, block.end)
        start = mark.end() if mark else block.end
        end = text.rfind("<!--", start, following.start) if following else len(text)
        found[block.name] = (text.count("\n", 0, start) + 1, text[start:end])
    return found


def lines(text: str) -> tuple[range, ...]:
    """The numbers of the lines inside each block; a name may stand on several pages."""
    inside: list[range] = []
    line, at = 1, 0
    for block in _blocks(text):
        first = line + text.count("\n", at, block.start)
        line, at = first + text.count("\n", block.start, block.end), block.end
        inside.append(range(first, line))
    return tuple(inside)


def written_by_a_run(ours: str, base: str, theirs: str) -> dict[str, str]:
    """What only a run changed: the content of blocks that three versions of a page share."""
    pristine, kept = contents(base), contents(theirs)
    return {
        name: content
        for name, content in contents(ours).items()
        if name in pristine and name in kept and content != pristine[name]
    }


def _blocks(text: str) -> Iterator[Block]:
    """In one pass: a block ends at the first closing mark of its name; marks within it are its content."""
    opened: dict[str, int] = {}
    for mark in MARK.finditer(text):
        opening, closing = mark.groups()
        if opening:
            opened.setdefault(opening, mark.end())
        elif closing in opened:
            yield Block(closing, opened[closing], mark.start())
            opened.clear()
