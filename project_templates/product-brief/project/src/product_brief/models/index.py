"""Everything about the articles that answers a question needs, computed once: whatever settings are tried share it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from product_brief.data.articles import Faq
from product_brief.models.lexical import Lexical
from product_brief.models.spelling import Spelling
from product_brief.models.text import words


@dataclass(frozen=True)
class Index:
    """The articles by their words."""

    faq: Faq
    k1: float  # of BM25
    b: float

    @cached_property
    def words(self) -> list[tuple[list[str], list[str]]]:
        """(words of the title, words of the text) of each article, in order."""
        return [(words(each.title), words(each.text)) for each in self.faq.articles]

    @cached_property
    def titles(self) -> Lexical:
        """The titles alone."""
        return Lexical.of([title for title, _ in self.words], self.k1, self.b)

    @cached_property
    def texts(self) -> Lexical:
        """The texts alone."""
        return Lexical.of([text for _, text in self.words], self.k1, self.b)

    @cached_property
    def rarity(self) -> dict[str, float]:
        """Word → how rare it is: as BM25 weighs it, over titles and texts together."""
        counts: dict[str, int] = {}
        for title, text in self.words:
            for word in {*title, *text}:
                counts[word] = counts.get(word, 0) + 1
        number = len(self.words)
        return {word: float(np.log(1 + (number - count + 0.5) / (count + 0.5))) for word, count in counts.items()}

    @cached_property
    def rarest(self) -> float:
        """The weight of a word that no article has."""
        return max(self.rarity.values(), default=0.0)

    @cached_property
    def spelling(self) -> Spelling:
        """The words of all articles, with those that differ from them by a letter."""
        return Spelling.of(self.rarity)

    @cached_property
    def replaced(self) -> tuple[np.ndarray, np.ndarray]:
        """(places of the articles that are out of date, places of those that replace them)."""
        places = self.faq.places
        old = [place for place, each in enumerate(self.faq.articles) if each.replaced_by]
        new = [places[self.faq.articles[place].replaced_by] for place in old]
        return np.array(old, dtype=int), np.array(new, dtype=int)

    def covered(self, asked: Sequence[str], place: int, without_title: bool) -> float:
        """The share of the question, by the rarity of its words, that the article has."""
        title, text = self.words[place]
        own = set(text) if without_title else {*title, *text}
        weights = {word: self.rarity.get(word, self.rarest) for word in asked}
        total = sum(weights.values())
        return sum(weight for word, weight in weights.items() if word in own) / total if total else 0.0
