"""What is served: finds passages, ranks them, answers with a sentence of one of them, or says that it cannot.

`evaluate` measures this very object, and the service asks it.
"""

import time
from dataclasses import dataclass

import numpy as np

from search_ranker.config import Config
from search_ranker.models import answers, features
from search_ranker.models.answers import Judge, Sentence
from search_ranker.models.features import Candidates
from search_ranker.models.index import Index
from search_ranker.models.trees import Trees

BM25, TITLE, DENSE, FUSION, LAMBDAMART = "BM25", "BM25 with title", "dense", "fusion", "LambdaMART"
RANKINGS = (BM25, TITLE, DENSE, FUSION, LAMBDAMART)


@dataclass(frozen=True)
class Ranking:
    """One way to order candidates."""

    name: str
    boost: float = 0.0  # of the title
    trees: Trees | None = None

    def scores(self, found: Candidates, index: Index) -> np.ndarray:
        """(C,): the higher, the better."""
        numbers = found.numbers
        if self.name == FUSION:
            return found.fused
        if self.name == DENSE:
            return found.likeness[numbers]
        if self.name in (BM25, TITLE):
            return found.lexical[numbers] + self.boost * found.titles[numbers]
        assert self.trees is not None
        return self.trees.scores(features.of(found, index))


@dataclass(frozen=True)
class Ranked:
    """R passages for one question, best first."""

    words: list[str]  # of the question
    numbers: np.ndarray  # (R,)
    scores: np.ndarray  # (R,)
    top: float  # the highest BM25 of any passage
    retrieve_ms: float
    rank_ms: float

    @property
    def listed(self) -> tuple[list[int], list[float]]:
        """Numbers and scores, best first."""
        return self.numbers.tolist(), self.scores.tolist()


@dataclass(frozen=True)
class Answer:
    """The sentence that answers, or none."""

    ranked: Ranked
    sentence: Sentence | None  # the likeliest, also where it is not given as an answer; None where nothing was found
    confidence: float  # that it answers
    is_given: bool
    answer_ms: float


@dataclass(frozen=True)
class Engine:
    """An index, the ranking that was chosen, and what decides about answers."""

    index: Index
    ranking: Ranking
    judge: Judge
    config: Config

    def search(self, question: str) -> Ranked:
        """All candidates in their final order."""
        started = time.perf_counter()
        found = features.retrieve(question, self.index, self.config)
        retrieved = time.perf_counter()
        ranked = order(self.ranking, found, self.index)
        top = float(found.lexical.max())
        spent = (retrieved - started, time.perf_counter() - retrieved)
        return Ranked(found.words, *ranked, top, *(round(1000 * each, 2) for each in spent))

    def answer(self, question: str) -> Answer:
        """The likeliest sentence of the best passages; given if it is likely enough."""
        ranked = self.search(question)
        started = time.perf_counter()
        read = self.config.read
        found, known = answers.read(question, ranked.numbers[:read].tolist(), ranked.scores[: read + 1], self.index)
        if not found:
            return Answer(ranked, None, 0.0, False, _since(started))
        likely = self.judge.probabilities(known)
        first = int(likely.argmax())
        confidence = float(likely[first])
        return Answer(ranked, found[first], confidence, confidence >= self.judge.threshold, _since(started))

    def known(self, words: list[str]) -> list[bool]:
        """Whether each word is in any passage."""
        return [word in self.index.texts.numbers for word in words]


def _since(started: float) -> float:
    """Milliseconds."""
    return round(1000 * (time.perf_counter() - started), 2)


def order(ranking: Ranking, found: Candidates, index: Index) -> tuple[np.ndarray, np.ndarray]:
    """(numbers of passages, scores), best first; a retriever alone lists only what it found itself."""
    scores = ranking.scores(found, index)
    places = features.best(scores, len(scores), features.DIGITS)
    if ranking.name in (BM25, TITLE, DENSE):
        places = places[scores[places] > 0]
    return found.numbers[places], np.round(scores[places].astype(np.float64), features.DIGITS)
