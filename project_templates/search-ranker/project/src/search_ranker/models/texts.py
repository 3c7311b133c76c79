"""The words of many texts as numbers, one text after the other, so that a hundred texts are asked at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

import numpy as np


@dataclass(frozen=True)
class Texts:
    """N texts."""

    numbers: Mapping[str, int]  # of each of V words
    tokens: np.ndarray  # (T,) int32: the numbers of all words, in order
    starts: np.ndarray  # (N + 1,) int64: where each text begins

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]]) -> "Texts":
        """Texts that are split into words."""
        numbers: dict[str, int] = {}
        tokens = [numbers.setdefault(word, len(numbers)) for word in chain.from_iterable(texts)]
        starts = np.concatenate([[0], np.cumsum([len(each) for each in texts])]).astype(np.int64)
        return cls(numbers, np.array(tokens, dtype=np.int32), starts)

    @cached_property
    def spread(self) -> np.ndarray:
        """(V,): in how many texts each word is."""
        owner = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        pairs = np.unique(owner * len(self.numbers) + self.tokens)
        return np.bincount(pairs % max(1, len(self.numbers)), minlength=len(self.numbers))

    def lengths(self, which: np.ndarray) -> np.ndarray:
        """(C,): how many words some of the texts have."""
        return self.starts[which + 1] - self.starts[which]

    def have(self, asked: Sequence[str], which: np.ndarray) -> np.ndarray:
        """(C, Q) bool: whether each of some texts has each word."""
        tokens, owner = self._of(which)
        found = np.zeros((len(which), len(asked)), dtype=bool)
        for place, word in enumerate(asked):
            found[owner[tokens == self.numbers.get(word, -1)], place] = True
        return found

    def neighbors(self, asked: Sequence[str], which: np.ndarray) -> np.ndarray:
        """(C,): the share of neighboring words that are neighbors in each text, too."""
        tokens, owner = self._of(which)
        pairs, kept = set(pairwise(asked)), np.zeros(len(which))
        for one, other in pairs:
            is_there = (tokens[:-1] == self.numbers.get(one, -1)) & (tokens[1:] == self.numbers.get(other, -1))
            kept[np.unique(owner[:-1][is_there & (owner[:-1] == owner[1:])])] += 1
        return kept / max(1, len(pairs))

    def _of(self, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The words of some texts, and to which of them each belongs."""
        lengths = self.lengths(which)
        owner = np.repeat(np.arange(len(which)), lengths)
        shift = self.starts[which] - np.concatenate([[0], np.cumsum(lengths)[:-1]])
        return self.tokens[np.arange(lengths.sum()) + shift[owner]], owner
