"""A text's words, for comparing: without case, punctuation and line breaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHINGLE = 5  # words; short enough to survive small edits, long enough not to be shared by chance
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def words(prose: str) -> tuple[str, ...]:
    """The words of a plain text, in lower case and without punctuation."""
    return tuple(WORD.findall(prose.casefold()))


def spoken(words: Iterable[str]) -> str:
    """Words as one text with a space on each side, in which whole phrases can be searched for."""
    return f" {' '.join(words)} ".replace("-", " ").replace("'", "").replace("’", "")


def shingles(words: Sequence[str]) -> frozenset[str]:
    """A short hash of every run of five words, so that a text is recognized after rewrapping."""
    return frozenset(_hash(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1))


def heading_words(title: str) -> tuple[str, ...]:
    """The words of a heading, without its number, emoji and punctuation: `3. 🚀 How to run:` → how, to, run."""
    return tuple(word for word in words(title.replace("'", "").replace("’", "")) if not word.isdigit())


def anchor_of(title: str) -> str:
    """The anchor that a host of repositories gives to a heading: lower case, hyphens for spaces, no punctuation."""
    kept = "".join(char for char in title.strip().lower() if char.isalnum() or char in " -_")
    return kept.replace(" ", "-")


def _hash(words: Sequence[str]) -> str:
    import hashlib

    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:12]
