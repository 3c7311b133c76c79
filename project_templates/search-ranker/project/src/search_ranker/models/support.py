"""Whether a sentence is supported by the passage that it cites: its words, its numbers and its negations are in there.

A rule that a reader can follow, for sentences that a language model writes. `evaluate` plants sentences that no passage
supports, and counts how many it finds; what is said in words of its own, it takes for unsupported.
"""

import re
from dataclasses import dataclass

from search_ranker.data.passages import Passage
from search_ranker.data.text import STOP, sentences, singular

NUMBER = re.compile(r"\d[\d.,:/-]*")
TOKEN = re.compile(r"\w+(?:['’]t)?")
NEGATIONS = frozenset(["no", "not", "never", "none", "nothing", "nobody", "cannot", "without", "neither", "nor"])
ENOUGH = 0.75  # share of a sentence's words that its passage has


@dataclass(frozen=True)
class Claim:
    """What a sentence says, as far as this rule looks."""

    words: frozenset[str]
    numbers: frozenset[str]
    negations: int

    @classmethod
    def of(cls, text: str) -> "Claim":
        """Of any text."""
        lowered = text.lower()
        tokens = TOKEN.findall(lowered)
        numbers = frozenset(each.rstrip(".,:/-") for each in NUMBER.findall(lowered))
        denials = [each for each in tokens if each in NEGATIONS or each.endswith(("n't", "n’t"))]
        counted = {singular(each) for each in tokens if each not in STOP and len(each) > 1}
        return cls(frozenset(counted.difference(denials)), numbers, len(denials))


def is_supported(sentence: str, passage: Passage) -> bool:
    """Whether a passage says it, as far as words tell."""
    said, whole = Claim.of(sentence), Claim.of(passage.whole)
    if not said.words or not said.numbers <= whole.numbers:
        return False
    if len(said.words & whole.words) < ENOUGH * len(said.words):
        return False
    nearest = max((Claim.of(each) for each in sentences(passage.whole)), key=lambda each: len(said.words & each.words))
    return bool(said.negations) == bool(nearest.negations)
