"""The words by which a README is understood, from `lexicon.toml`; and how a text is searched for them."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def entries(*path: str) -> tuple[str, ...]:
    """A list of the lexicon: `entries("baseline", "words")`."""
    found: Any = _all()
    for key in path:
        found = found[key]
    return tuple(found)


@cache
def members(*path: str) -> frozenset[str]:
    """The same as a set."""
    return frozenset(entries(*path))


@cache
def names(*path: str) -> tuple[str, ...]:
    """The keys of a table of the lexicon."""
    found: Any = _all()
    for key in path:
        found = found[key]
    return tuple(found)


@cache
def _spaced(*path: str) -> tuple[tuple[str, str], ...]:
    return tuple((f" {each.replace('-', ' ')} ", each) for each in entries(*path))


def spoken(words: tuple[str, ...]) -> str:
    """Words as one text with spaces around, in which a phrase of whole words is found by `says`."""
    return f" {' '.join(words)} ".replace("-", " ").replace("'", "").replace("’", "")


def says(spoken_text: str, *path: str) -> str | None:
    """The first phrase of that list that stands in a `spoken` text as whole words."""
    return next((each for padded, each in _spaced(*path) if padded in spoken_text), None)


def holds(text: str, *path: str) -> str | None:
    """The first phrase of that list that stands in a casefolded text, also inside a word."""
    return next((each for each in entries(*path) if each in text), None)


@cache
def pattern(*path: str) -> re.Pattern[str]:
    """A list of regular expressions as one, tried without regard to case."""
    return re.compile("|".join(entries(*path)), re.IGNORECASE)


@cache
def _all() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
