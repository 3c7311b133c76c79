"""One list of items: from the visitor's own past, or, where there is none, from what everybody watches now.

The first item is drawn at random in a small share of the lists, and every item carries the probability with which it
was put where it is: so what was shown can later say something about what was not.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recommender.models.saved import POPULAR, Trained


@dataclass(frozen=True)
class Shown:
    """An item in a list."""

    item: int
    score: float
    propensity: float  # with which it is put here, given what stands above it
    because: int | None  # the item of the visitor's own that speaks for it the loudest


@dataclass(frozen=True)
class Slate:
    """A list, best first; an empty one for a visitor who has seen everything there is."""

    shown: tuple[Shown, ...]
    is_fallback: bool  # the same for everybody, since nothing is known of the visitor
    candidates: tuple[int, ...]  # that its first item was, or could have been, drawn from
    firsts: Mapping[str, int]  # what each ranking would have put first
    milliseconds: float = 0.0  # that its own ranking took: what the others would have shown is for the log alone


@dataclass(frozen=True)
class Recommender:
    """Ranks the items of a trained model."""

    trained: Trained
    exploration: float
    candidates: int

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each item."""
        return {name: number for number, name in enumerate(self.trained.ids)}

    @cached_property
    def _by_popularity(self) -> np.ndarray:
        return np.argsort(-self.trained.popular, kind="stable")

    def known(self, history: Sequence[str]) -> list[int]:
        """The items of a history that the model has met, each once."""
        return list(dict.fromkeys(self.numbers[name] for name in history if name in self.numbers))

    def slate(self, ranking: str, history: Sequence[str], length: int, draw: float) -> Slate:
        """A list by one ranking; `draw` is what exploration decides by, from 0 to 1, and 1 never explores."""
        seen = self.known(history)
        if not seen:
            shown = tuple(
                Shown(int(each), float(self.trained.popular[each]), 1.0, None) for each in self._by_popularity[:length]
            )
            return Slate(shown, True, (), {})
        if len(seen) == len(self.numbers):
            return Slate((), False, (), {})
        needed, started = length + self.candidates, time.perf_counter()
        scores = self._scores(ranking, seen)
        order = _best(scores, needed)
        milliseconds = round(1000 * (time.perf_counter() - started), 3)
        others = [name for name in (*self.trained.weights, POPULAR) if name != ranking]
        orders = {ranking: order, **{name: _best(self._scores(name, seen), needed) for name in others}}
        firsts = {name: each[0] for name, each in orders.items()}
        candidates = tuple(sorted({each for order in orders.values() for each in order[: self.candidates]}))
        first = firsts[ranking]
        if draw < self.exploration:
            first = candidates[int(draw / self.exploration * len(candidates))]
        propensity = self.exploration / len(candidates) + (1 - self.exploration) * (first == firsts[ranking])
        items = [first, *(each for each in order if each != first)][:length]
        shown = tuple(
            Shown(each, float(scores[each]), 1.0 if place else propensity, self._because(ranking, seen, each))
            for place, each in enumerate(items)
        )
        return Slate(shown, False, candidates, firsts, milliseconds)

    def _scores(self, ranking: str, seen: list[int]) -> np.ndarray:
        if ranking == POPULAR:
            scores = self.trained.popular.astype(np.float64)
        else:
            scores = self.trained.weights[ranking][seen].sum(axis=0)
        scores[seen] = -np.inf
        return scores

    def _because(self, ranking: str, seen: list[int], item: int) -> int | None:
        if ranking == POPULAR:
            return None
        said = self.trained.weights[ranking][seen, item]
        loudest = int(said.argmax())
        return seen[loudest] if said[loudest] > 0 else None


def _best(scores: np.ndarray, number: int) -> list[int]:
    """The numbers of the highest scores, the lower number first where they are equal; nothing that was seen."""
    best = np.argsort(-scores, kind="stable")[:number]
    found: list[int] = best[np.isfinite(scores[best])].tolist()
    return found
