"""What the ranking knows of a passage for a question: one function, for training and serving alike."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search_ranker.config import Config
from search_ranker.data.text import words
from search_ranker.models.index import Index

NAMES = (
    "BM25",
    "BM25 of the title",
    "likeness",
    "place by BM25",
    "place by likeness",
    "words covered",
    "words covered by the title",
    "neighbors kept",
    "newness",
    "words kept",
    "length",
)
GROUPS = {  # taken away one after the other, to see what each is worth
    "the BM25 score": (0, 3),
    "the title": (1, 6),
    "likeness": (2, 4),
    "covered words": (5, 7, 9),
    "the date": (8,),
}
ORDER = hashlib.sha256("\n".join(NAMES).encode()).hexdigest()  # saved with a model: it is of no use to other features
DIGITS = 4  # of scores that are compared: what differs by rounding alone is a tie, here and in the browser


@dataclass(frozen=True)
class Candidates:
    """C passages that may answer a question, by the fusion of both retrievers; none where both find nothing."""

    words: list[str]  # of the question
    numbers: np.ndarray  # (C,) of passages, in their order
    fused: np.ndarray  # (C,) reciprocal rank fusion
    lexical: np.ndarray  # (N,) BM25 of all passages
    titles: np.ndarray  # (N,)
    likeness: np.ndarray  # (N,) of the dense retriever


def retrieve(question: str, index: Index, config: Config) -> Candidates:
    """The first stage: what both retrievers find, fused."""
    asked = words(question)
    lexical, titles = index.lexical.scores(asked), index.by_title.scores(asked)
    likeness = index.dense.passages.cosines(index.dense.encode([question])[0])
    fused = np.zeros(len(index.passages))
    for scores in (lexical, likeness):
        found = best(scores, config.candidates)
        found = found[scores[found] > 0]
        fused[found] += 1 / (config.rank_constant + 1 + np.arange(len(found)))
    numbers = np.sort(best(fused, config.candidates))  # so that no order but that of the passages decides ties
    numbers = numbers[fused[numbers] > 0]
    return Candidates(asked, numbers, fused[numbers], lexical, titles, likeness)


def best(scores: np.ndarray, number: int, digits: int = DIGITS + 4) -> np.ndarray:
    """The places of the highest scores, best first; of equal ones the lower place first."""
    rounded = np.round(scores.astype(np.float64), digits)
    if number < len(rounded):
        limit = np.partition(rounded, len(rounded) - number)[len(rounded) - number]
        places = np.flatnonzero(rounded >= limit)
    else:
        places = np.arange(len(rounded))
    return places[np.argsort(-rounded[places], kind="stable")][:number]


def of(found: Candidates, index: Index) -> np.ndarray:
    """(C, features) in the order of NAMES."""
    asked, numbers, weights = found.words, found.numbers, index.weights(found.words)
    has, in_title = index.texts.have(asked, numbers), index.titles.have(asked, numbers)
    columns = (
        found.lexical[numbers],
        found.titles[numbers],
        found.likeness[numbers],
        _places(found.lexical[numbers]),
        _places(found.likeness[numbers]),
        share(has, weights),
        share(in_title, weights),
        index.texts.neighbors(asked, numbers),
        index.newness[numbers],
        share(has, np.ones(len(asked))),
        np.log1p(index.texts.lengths(numbers)),
    )
    return np.round(np.column_stack(columns).astype(np.float64), DIGITS)


def share(has: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(C, Q) which words are there, and what each of them counts → (C,): how much of a question that covers."""
    covered: np.ndarray = has @ weights / max(float(weights.sum()), 1e-9)
    return covered


def _places(scores: Sequence[float] | np.ndarray) -> np.ndarray:
    """(C,): 1 for the best, a half for the second, and so on."""
    places = np.empty(len(scores))
    places[best(np.asarray(scores), len(scores))] = 1 / (1 + np.arange(len(scores)))
    return places
