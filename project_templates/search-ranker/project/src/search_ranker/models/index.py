"""All passages, ready to be searched: both retrievers, their words, their dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from search_ranker.config import Config
from search_ranker.data.passages import Passage
from search_ranker.data.text import words
from search_ranker.models import dense, neural
from search_ranker.models.dense import Dense
from search_ranker.models.lexical import Lexical
from search_ranker.models.neural import Neural
from search_ranker.models.texts import Texts

UNKNOWN_AGE = 0.5


@dataclass(frozen=True)
class Index:
    """N passages."""

    passages: Sequence[Passage]
    texts: Texts  # titles and texts together
    titles: Texts
    lexical: Lexical  # over title and text
    by_title: Lexical
    dense: Dense | Neural

    @classmethod
    def of(cls, passages: Sequence[Passage], config: Config, fitted: Dense | Neural | None = None) -> "Index":
        """The index of passages; without their vectors, these are fitted."""
        texts = [words(each.whole) for each in passages]
        titles = [words(each.title) for each in passages]
        if fitted is None and config.encoder:
            fitted = neural.fit([each.whole for each in passages], config.encoder)
        fitted = fitted or dense.fit(texts, config.terms, config.dimensions, config.seed)
        lexical, by_title = (Lexical.of(each, config.k1, config.b) for each in (texts, titles))
        return cls(passages, Texts.of(texts), Texts.of(titles), lexical, by_title, fitted)

    @cached_property
    def newness(self) -> np.ndarray:
        """(N,): 0 for the oldest passage, 1 for the newest; a half where no date is known."""
        dates = [each.updated for each in self.passages]
        known = sorted({each for each in dates if each})
        place = {each: number / max(1, len(known) - 1) for number, each in enumerate(known)}
        return np.array([place.get(each, UNKNOWN_AGE) for each in dates])

    def weights(self, asked: Sequence[str]) -> np.ndarray:
        """(Q,): what each word counts; the rarer, the more, and one that is in no passage as much as one in one."""
        known = [self.texts.numbers.get(word) for word in asked]
        spread = np.array([1 if each is None else self.texts.spread[each] for each in known], dtype=np.float64)
        weights: np.ndarray = np.log(1 + (len(self.passages) - spread + 0.5) / (spread + 0.5))
        return weights
