"""Where a page does not render as its author thinks; and the page as it was meant, line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

HEADING = re.compile(r" {0,3}#{1,6} +\S")
KEY = re.compile(r"[A-Za-z_][\w -]{0,60}:|\s|- |#|$")
LONGEST_FRONT_MATTER = 60  # lines
SENTENCE = re.compile(r"[.!?]$")
LONG_HEADING = 8  # words; what is longer and ends like a sentence was not meant as one


@dataclass(frozen=True)
class Slip:
    """A line that makes the page look other than meant."""

    line: int
    message: str


@dataclass
class Page:
    """A page's lines as they were meant, as many as there are, and where it slipped."""

    lines: list[str]
    slips: list[Slip] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The page as it was meant."""
        return "\n".join(self.lines)

    def without_front_matter(self) -> None:
        """Blank the settings that a site's generator reads, which hosts of repositories do not show as text."""
        if self.lines[0].rstrip() != "---":
            return
        for end, line in enumerate(self.lines[1:LONGEST_FRONT_MATTER], start=1):
            if line.rstrip() in ("---", "..."):
                self.lines[: end + 1] = [""] * (end + 1)
                return
            if not KEY.match(line):
                return

    def close(self, opened: int, mark: str) -> bool:
        """End a block of code, opened on a line (from 0), before the next heading; whether there is one."""
        for i in range(opened + 2, len(self.lines)):
            if HEADING.match(self.lines[i]) and not self.lines[i - 1].strip():
                self.lines[i - 1] = mark
                message = f"the block of code opened here is never closed: all below line {i} is code"
                self.slips.append(Slip(opened + 1, message))
                return True
        return False  # nothing but code follows, so it looks as it was meant

    def part(self, above: int, dashes: int) -> bool:
        """Let a line of dashes below a sentence (lines from 0) be no heading; whether it is a sentence."""
        text = self.lines[above].strip()
        if len(text.split()) < LONG_HEADING or not SENTENCE.search(text):
            return False
        self.lines[dashes] = ""
        message = "dashes right below a sentence make it a heading: leave an empty line between"
        self.slips.append(Slip(above + 1, message))
        return True
