"""How text is laid out for people: as wide as the terminal, in bold where that is seen."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from enum import StrEnum
from typing import TextIO

import typer

WIDEST = 100  # columns, beyond which lines are hard to read
NARROWEST = 40


class Format(StrEnum):
    """How a command answers."""

    text = "text"
    json = "json"


def width() -> int:
    """Columns to write in."""
    return max(NARROWEST, min(shutil.get_terminal_size().columns, WIDEST))


def wrap(text: str, indent: str = "", hanging: str | None = None, keep: bool = False) -> str:
    """The text broken into lines; `keep` leaves a command whole, so that it can be copied."""
    if keep:
        return indent + text
    return textwrap.fill(
        text,
        width(),
        initial_indent=indent,
        subsequent_indent=hanging if hanging is not None else indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def bold(text: str, stream: TextIO | None = None) -> str:
    """In bold on a terminal, unless NO_COLOR asks for none."""
    return _styled(text, stream, bold=True)


def dim(text: str, stream: TextIO | None = None) -> str:
    """Less bright on a terminal."""
    return _styled(text, stream, dim=True)


def _styled(text: str, stream: TextIO | None, bold: bool = False, dim: bool = False) -> str:
    is_plain = os.environ.get("NO_COLOR") or not (stream or sys.stdout).isatty()
    return text if is_plain else typer.style(text, bold=bold or None, dim=dim or None)
