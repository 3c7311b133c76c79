"""Sentences that a passage supports and sentences that it does not, planted to see how many the checker finds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search_ranker.data.passages import Passage
from search_ranker.data.text import sentences
from search_ranker.kit.intervals import stream, wilson
from search_ranker.models import support

DIGITS = re.compile(r"\d+")
AFTER = re.compile(r"\b(is|are|was|were|can|may|has|have|will|should)\b")
WORD = re.compile(r"[^\W\d_]{4,}")
MOST = 200  # passages that sentences are planted in
SUPPORTED = ("as it stands", "with an introduction")
UNSUPPORTED = ("from another passage", "another number", "denied", "another word")


@dataclass(frozen=True)
class Planted:
    """A sentence with the passage it cites."""

    kind: str
    text: str
    passage: Passage


@dataclass(frozen=True)
class Caught:
    """What the checker said of the sentences of one kind."""

    kind: str
    is_supported: bool
    flagged: int
    n: int


def check(passages: Sequence[Passage], seed: int) -> dict[str, object]:
    """Precision and recall of finding what is not supported, and how many of each kind were flagged."""
    sentences_of = plant(passages, seed)
    verdicts = [(each.kind, not support.is_supported(each.text, each.passage)) for each in sentences_of]
    kinds = [
        Caught(kind, kind in SUPPORTED, sum(flag for name, flag in verdicts if name == kind), n)
        for kind in (*SUPPORTED, *UNSUPPORTED)
        if (n := sum(name == kind for name, _ in verdicts))
    ]
    right = sum(each.flagged for each in kinds if not each.is_supported)
    return {
        "kinds": [vars(each) for each in kinds],
        "precision": _share(right, sum(each.flagged for each in kinds)),
        "recall": _share(right, sum(each.n for each in kinds if not each.is_supported)),
    }


def plant(passages: Sequence[Passage], seed: int) -> list[Planted]:
    """Sentences of every kind that a passage allows: without a number in it, none can be changed."""
    rng, found = stream(seed, "planted sentences"), list[Planted]()
    for number in rng.permutation(len(passages))[:MOST].tolist():
        passage, other = passages[number], passages[int(rng.integers(len(passages)))]
        said, elsewhere = sentences(passage.text), sentences(other.text)
        if not said or not elsewhere:
            continue
        text = said[rng.integers(len(said))]
        found.append(Planted("as it stands", text, passage))
        found.append(Planted("with an introduction", f"According to this, {text[:1].lower()}{text[1:]}", passage))
        foreign = elsewhere[rng.integers(len(elsewhere))]
        if foreign not in passage.text:
            found.append(Planted("from another passage", foreign, passage))
        found += _changed(text, passage, foreign, rng)
    return found


def _changed(text: str, passage: Passage, foreign: str, rng: np.random.Generator) -> list[Planted]:
    """The sentence with a number that its passage does not have, with its claim denied, and with one word exchanged."""
    changed = []
    if number := DIGITS.search(text):
        other = str(int(number[0][:9]) + int(rng.integers(1, 9)))
        if other not in passage.whole:
            changed.append(Planted("another number", f"{text[: number.start()]}{other}{text[number.end() :]}", passage))
    if (verb := AFTER.search(text)) and not support.Claim.of(text).negations:
        changed.append(Planted("denied", f"{text[: verb.end()]} not{text[verb.end() :]}", passage))
    here, there = (sorted(WORD.findall(each), key=lambda word: (-len(word), word)) for each in (text, foreign))
    others = [word for word in there if word.lower() not in passage.whole.lower()]
    if here and others:
        changed.append(Planted("another word", text.replace(here[0], others[0], 1), passage))
    return changed


def _share(part: int, whole: int) -> dict[str, object]:
    value = part / whole if whole else 0.0
    return {"value": round(value, 4), "ci95": [round(each, 4) for each in wilson(value, whole)], "n": whole}
