"""How a text is searched for the words of the lexicon."""

from __future__ import annotations

from collections.abc import Set
from functools import cache, lru_cache
from typing import Any

from portfolio.audit.lexicon import LEXICON
from portfolio.readme.words import spoken


@cache
def entries(*path: str) -> tuple[str, ...]:
    """A list of the lexicon: `entries("baseline", "words")`."""
    phrases = (" ".join(each.split()) for each in _text(path).split("|"))
    return tuple(each for each in phrases if each)


@cache
def members(*path: str) -> frozenset[str]:
    """The same list as a set."""
    return frozenset(entries(*path))


@cache
def names(*path: str) -> tuple[str, ...]:
    """The keys of a table of the lexicon."""
    found: Any = LEXICON
    for key in path:
        found = found[key]
    return tuple(found)


def possible(vocabulary: Set[str], *path: str) -> tuple[str, ...]:
    """The phrases of that list that may stand in a text of these words, each with spaces around it."""
    by_first = _by_first_word(*path)
    return tuple(padded for first in by_first.keys() & vocabulary for padded in by_first[first])


def says(spoken_text: str, *path: str) -> bool:
    """Whether a phrase of that list stands in a `spoken` text, as whole words."""
    return any(padded in spoken_text for padded in possible(vocabulary(spoken_text), *path))


@lru_cache(maxsize=10_000)
def vocabulary(spoken_text: str) -> frozenset[str]:
    """The words of a `spoken` text; many rules ask the same text."""
    return frozenset(spoken_text.split())


def holds(text: str, *path: str) -> str | None:
    """The first entry of that list that stands in a casefolded text, also inside a word: for addresses and commands."""
    return next((each for each in entries(*path) if each in text), None)


@cache
def _by_first_word(*path: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in entries(*path):
        padded = spoken(each.split())
        first = padded.split()[0]
        found[first] = (*found.get(first, ()), padded)
    return found


def _text(path: tuple[str, ...]) -> str:
    found: Any = LEXICON
    for key in path:
        found = found[key]
    return str(found)
