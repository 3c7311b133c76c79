"""The kind of a project, which decides which rules apply: from its README, its name, its code and its packages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.readme.words import spoken, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portfolio.audit.topics import Reading

IMAGE, TABULAR, FORECAST, RECOMMENDER, NOTEBOOK = "image", "tabular", "forecast", "recommender", "notebook"
COLLECTION, NOT_ML = "collection", "not-ml"
KINDS = frozenset({IMAGE, TABULAR, FORECAST, RECOMMENDER, NOTEBOOK, COLLECTION, NOT_ML})

SHORT = 80  # words, of which one that speaks of machine learning is enough
CODE = (".py", ".ipynb", ".r", ".jl", ".scala", ".js", ".ts", ".java", ".go", ".rs", ".cpp", ".c", ".cs", ".rb")
COLLECTIONS = re.compile(
    r"\b(awesome|portfolios?|projects|collection|curated|resources|courses?|lectures?|tutorials?|curriculum|bootcamp"
    r"|notes|homeworks?|assignments|exercises|cheat ?sheets?|roadmap|study|learning path|algorithms|examples|books)\b"
)
PLURAL = re.compile(
    r"\b(projects|curated list|list of|collection of|my portfolio|portfolio of|awesome"
    r"|portfolio (?:demonstrat|showcas)\w+)\b"
)


@dataclass(frozen=True)
class Signs:
    """What the kind is worked out from."""

    reading: Reading
    name: str  # of its folder, or of a README that says more
    requirements: str  # everything that declares dependencies, in lower case
    files: Iterable[str]


def of(signs: Signs) -> str:
    """`image`, `tabular`, `forecast`, `recommender`, `notebook`, `collection` or `not-ml`."""
    name = re.sub(r"[-_+.]", " ", signs.name)
    text = spoken(words(name)) + signs.reading.everything
    if _is_collection(signs.reading, name):
        return COLLECTION
    if not _is_ml(signs, text):
        return NOT_ML
    code = [path for path in signs.files if path.lower().endswith(CODE)]
    if code and all(path.endswith(".ipynb") for path in code):
        return NOTEBOOK
    counts = {kind: _count(text, kind) for kind in (IMAGE, FORECAST, RECOMMENDER)}
    best = max(counts, key=lambda kind: counts[kind])
    return best if counts[best] >= 2 else TABULAR


def _count(text: str, profile: str) -> int:
    """How many phrases of a kind stand in a spoken text."""
    possible = phrases.possible(frozenset(text.split()), "profiles", profile, "words")
    return sum(phrase in text for phrase in possible)


def _is_ml(signs: Signs, text: str) -> bool:
    asks_for_packages = any(name in signs.requirements for name in phrases.entries("profiles", "ml", "packages"))
    count = _count(text, "ml")
    is_short = sum(len(passage.words) for passage in signs.reading.prose) < SHORT
    return count >= 2 or (count >= 1 and (asks_for_packages or is_short))


def _is_collection(reading: Reading, name: str) -> bool:
    title = reading.title.title if reading.title else ""
    lead = " ".join(passage.text for passage in reading.lead[:3])
    is_called = bool(COLLECTIONS.search(f"{name} {title}".casefold()))
    is_said = bool(PLURAL.search(f"{title} {lead}".casefold()))
    links = reading.readme.links
    outward = {link.target for link in links if not link.is_image and not link.target.startswith("#")}
    return (is_called and (is_said or len(outward) >= 8)) or (is_said and len(outward) >= 8) or len(outward) > 80
