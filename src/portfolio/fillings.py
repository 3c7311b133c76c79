"""What a run wrote into the report blocks of a page: set aside while two versions of the text around it are merged."""

from __future__ import annotations

import re
from collections import Counter

BLOCK = re.compile(r"(<!-- report:([\w-]+) -->\r?\n)(.*?)(<!-- /report:\2 -->)", re.DOTALL)


def of(text: str) -> dict[str, str]:
    """What each block holds, by name; without those whose name stands twice."""
    found = BLOCK.findall(text)
    times = Counter(name for _, name, _, _ in found)
    return {name: content for _, name, content, _ in found if times[name] == 1}


def put(text: str, contents: dict[str, str]) -> str:
    """The text with those contents in the blocks of those names."""
    return BLOCK.sub(lambda block: f"{block[1]}{contents.get(block[2], block[3])}{block[4]}", text)


def to_set_aside(ours: str, base: str, theirs: str) -> dict[str, str]:
    """Contents that only a run changed, of blocks that all three have."""
    pristine, kept = of(base), of(theirs)
    return {
        name: content
        for name, content in of(ours).items()
        if name in pristine and name in kept and content != pristine[name]
    }
