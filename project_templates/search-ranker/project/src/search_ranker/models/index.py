"""All passages, ready to be searched: both retrievers, their words, their dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from search_ranker.config import Config
from search_ranker.data.passages import Passage
from search_ranker.data.text import words
from search_ranker.models import dense
from search_ranker.models.dense import Dense
from search_ranker.models.lexical import Lexical

UNKNOWN_AGE = 0.5


@dataclass(frozen=True)
class Index:
    """N passages."""

    passages: Sequence[Passage]
    words: Sequence[Sequence[str]]  # of title and text
    titles: Sequence[Sequence[str]]
    lexical: Lexical  # over title and text
    by_title: Lexical
    dense: Dense

    @classmethod
    def of(cls, passages: Sequence[Passage], config: Config, vectors: Dense | None = None) -> "Index":
        """The index of passages; without their vectors, these are fitted."""
        texts = [words(each.whole) for each in passages]
        titles = [words(each.title) for each in passages]
        fitted = vectors or dense.fit(texts, config.terms, config.dimensions, config.seed)
        lexical = Lexical.of(texts, config.k1, config.b)
        return cls(passages, texts, titles, lexical, Lexical.of(titles, config.k1, config.b), fitted)

    @cached_property
    def rarity(self) -> dict[str, float]:
        """What each word counts when it is asked how much of a question something covers: the rarer, the more."""
        spread: dict[str, int] = {}
        for text in self.words:
            for word in set(text):
                spread[word] = spread.get(word, 0) + 1
        number = len(self.passages)
        return {word: float(np.log(1 + (number - n + 0.5) / (n + 0.5))) for word, n in spread.items()}

    @cached_property
    def newness(self) -> np.ndarray:
        """(N,): 0 for the oldest passage, 1 for the newest; a half where no date is known."""
        dates = [each.updated for each in self.passages]
        known = sorted({each for each in dates if each})
        place = {each: number / max(1, len(known) - 1) for number, each in enumerate(known)}
        return np.array([place.get(each, UNKNOWN_AGE) for each in dates])

    def weight(self, word: str) -> float:
        """What a word counts; one that is in no passage counts as much as one that is in one."""
        return self.rarity.get(word, float(np.log(1 + (len(self.passages) - 0.5) / 1.5)))

    def covered(self, asked: Sequence[str], by: set[str]) -> float:
        """The share of a question's words that are among others, each by its weight."""
        total = sum(map(self.weight, asked))
        return sum(self.weight(word) for word in asked if word in by) / total if total else 0.0
