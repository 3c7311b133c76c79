"""Fills the parts of a Markdown file that stand between `<!-- report:NAME -->` and `<!-- /report:NAME -->`."""

import re
from collections.abc import Mapping, Sequence

NUMBER = re.compile(r"[_*\[]*[+−$]?[\d.]+|$")  # or nothing, where there is none
BLOCK = re.compile(r"(<!--[ \t]*report:([\w-]+)[ \t]*-->[ \t]*\r?\n).*?(<!--[ \t]*/report:\2[ \t]*-->)", re.DOTALL)


def fill(text: str, blocks: Mapping[str, str]) -> str:
    """The text with each block it has replaced; everything outside the blocks stays as it is."""

    def replace(found: re.Match[str]) -> str:
        if found[2] not in blocks:  # one of the author's own
            return found[0]
        return f"{found[1]}{blocks[found[2]].strip()}\n{found[3]}"

    return BLOCK.sub(replace, text)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; columns of numbers are aligned to the right."""
    columns = zip(*rows, strict=True)
    lines = [header, ["--:" if all(map(NUMBER.match, cells)) else ":--" for cells in columns], *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
