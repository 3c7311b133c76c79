"""Where a page does not render as its author thinks; and the page as it was meant, line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^`\n]*)$")
HEADING = re.compile(r" {0,3}#{1,6} +\S")
KEY = re.compile(r"[A-Za-z_][\w -]{0,60}:|\s|- |#|$")
LONGEST_FRONT_MATTER = 60  # lines
SENTENCE = re.compile(r"[.!?]$")
UNDERLINE = re.compile(r" {0,3}-{3,} *$")
LONG_HEADING = 8  # words; what is longer and ends like a sentence was not meant as one


@dataclass(frozen=True)
class Slip:
    """A line that makes the page look other than meant."""

    line: int
    message: str


@dataclass
class Page:
    """A page's text as it was meant, with as many lines, and where it slipped."""

    text: str
    slips: list[Slip] = field(default_factory=list)


def meant(text: str) -> Page:
    """Front matter is no text, an open block of code ends before the next heading, a sentence above dashes is none."""
    page = Page(text)
    if text.startswith("---") or "```" in text or "~~~" in text or "\n---" in text:
        lines = text.split("\n")
        start = _without_front_matter(lines)
        _close_fence(lines, start, page)
        _part_from_dashes(lines, start, page)
        page.text = "\n".join(lines)
    return page


def _without_front_matter(lines: list[str]) -> int:
    """Blank the settings that a site's generator reads; how many lines they are."""
    if lines[0].rstrip() != "---":
        return 0
    for end, line in enumerate(lines[1:LONGEST_FRONT_MATTER], start=1):
        if line.rstrip() in ("---", "..."):
            lines[: end + 1] = [""] * (end + 1)
            return end + 1
        if not KEY.match(line):
            return 0
    return 0


def _close_fence(lines: list[str], start: int, page: Page) -> None:
    opened = -1
    mark = ""
    for number, line in enumerate(lines[start:], start=start):
        fence = FENCE.match(line)
        if fence is None:
            continue
        if opened < 0:
            opened, mark = number, fence[1]
        elif fence[1].startswith(mark) and not fence[2].strip():
            opened = -1
    if opened < 0:
        return
    end = next((i for i in range(opened + 2, len(lines)) if HEADING.match(lines[i]) and not lines[i - 1].strip()), None)
    if end is not None:  # else nothing but code follows, and it looks as it was meant
        lines[end - 1] = mark
        page.slips.append(
            Slip(opened + 1, f"the block of code opened here is never closed: all below line {end} is code")
        )


def _part_from_dashes(lines: list[str], start: int, page: Page) -> None:
    is_code = False
    for number in range(start, len(lines) - 1):
        if FENCE.match(lines[number]):
            is_code = not is_code
        text = lines[number].strip()
        if is_code or not text or text[0] in "|#>-*+=" or not UNDERLINE.match(lines[number + 1]):
            continue
        if len(text.split()) >= LONG_HEADING and SENTENCE.search(text):
            lines[number + 1] = ""
            page.slips.append(Slip(number + 1, "dashes right below a sentence make it a heading: leave a line between"))
