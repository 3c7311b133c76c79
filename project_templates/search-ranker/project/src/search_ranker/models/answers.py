"""Answers are sentences of passages, word for word: which one answers, and how likely it does.

Boosted trees on a few numbers that a reader can check; `train` grows them on the training questions, those that nothing
answers among them, and chooses in validation below which probability it is better to say nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log

import numpy as np

from search_ranker.data.text import sentences, words
from search_ranker.models.features import share
from search_ranker.models.index import Index
from search_ranker.models.trees import Trees

NAMES = (
    "words covered by the sentence",
    "words covered with the title",
    "words covered by the passage",
    "words kept with the title",
    "likeness",
    "a number where one is asked for",
    "place of the passage",
    "score behind the best",
    "score before the next",
    "newness",
)
ASKS_FOR_A_NUMBER = frozenset(
    ["many", "much", "long", "fast", "often", "when", "far", "old", "maximum", "fee", "pay", "year"]
)
NEVER = 1.01  # a threshold that no probability reaches
COVERED = NAMES.index("words covered with the title")


@dataclass(frozen=True)
class Sentence:
    """A sentence that may answer."""

    text: str
    passage: int  # its number


@dataclass(frozen=True)
class Judge:
    """What decides which sentence answers, and whether any does."""

    trees: Trees | None  # None where nothing could be learned
    threshold: float

    @property
    def is_measured(self) -> bool:
        """Whether somebody has counted how often it is right."""
        return self.trees is not None

    @property
    def is_silent(self) -> bool:
        """Whether no answer is ever given."""
        return self.threshold >= NEVER

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """(S, NAMES) → (S,): how likely each sentence answers; without trees, the share of words it covers."""
        if self.trees is None:
            return np.round(features[:, COVERED], 4)
        return np.round(1 / (1 + np.exp(-self.trees.scores(features))), 4)


def read(question: str, numbers: Sequence[int], scores: np.ndarray, index: Index) -> tuple[list[Sentence], np.ndarray]:
    """The sentences of passages that are ranked best first, and (S, NAMES) what is known of each."""
    asked, rows = words(question), list[tuple[float, ...]]()
    of = {number: sentences(index.passages[number].text) or [index.passages[number].title] for number in numbers}
    found = [Sentence(text, number) for number in numbers for text in of[number]]
    if not found:
        return [], np.zeros((0, len(NAMES)))
    likeness = index.dense.encode([each.text for each in found]) @ index.dense.encode([question])[0]
    wants_number = bool(ASKS_FOR_A_NUMBER & set(asked))
    weights, alike = index.weights(asked), np.ones(len(asked))
    for place, number in enumerate(numbers):
        passage = index.passages[number]
        in_title, in_whole = (_has(asked, text) for text in (passage.title, passage.whole))
        behind = float(scores[place] - scores[0])
        before = float(scores[place] - scores[place + 1]) if place + 1 < len(scores) else 1.0
        of_passage = (1 / (1 + place), behind, before, index.newness[number])
        for text in of[number]:
            in_own = _has(asked, text)
            in_both = in_own | in_title
            covered = (float(share(has, weights)) for has in (in_own, in_both, in_whole))
            has_number = wants_number and any(map(str.isdecimal, text))
            rows.append((*covered, float(share(in_both, alike)), float(likeness[len(rows)]), has_number, *of_passage))
    return found, np.round(np.array(rows, dtype=np.float64), 4)


def _has(asked: Sequence[str], text: str) -> np.ndarray:
    """(Q,) bool: which words are in a text."""
    known = set(words(text))
    return np.array([word in known for word in asked], dtype=bool)


def threshold(confidence: np.ndarray, is_right: np.ndarray, drawn: np.ndarray, risk: float) -> float:
    """The lowest confidence from which on the share of wrong answers stays within `risk`; NEVER if there is none.

    Within it not only as observed, but in 95% of (resamples, N) `drawn`, which says how often each question is drawn.
    The search begins with the surest answers, for a fifth of the questions, and the first that breaks the limit ends
    it: the lowest of all that keep it would be one that was lucky. With fewer than `fewest`, no mistake proves nothing.
    """
    order = np.argsort(-confidence, kind="stable")
    answered = np.cumsum(drawn[:, order], axis=1)
    wrong = np.cumsum(drawn[:, order] * ~is_right[order], axis=1)
    bound = np.percentile(wrong / np.maximum(answered, 1), 95, axis=0)
    is_enough = np.arange(1, len(order) + 1) >= max(fewest(risk), len(order) / 5)
    # Only where the confidence changes: questions that are equally sure are answered together.
    cuts = np.flatnonzero(np.append(np.diff(confidence[order]) != 0, True) & is_enough)
    failing = np.flatnonzero(bound[cuts] > risk)
    holding = cuts[: failing[0]] if len(failing) else cuts
    return float(confidence[order][holding[-1]]) if len(holding) else NEVER


def fewest(risk: float) -> int:
    """So many answers without a mistake show, with 95% confidence, that at most the share `risk` is wrong."""
    return ceil(log(0.05) / log(1 - risk))
