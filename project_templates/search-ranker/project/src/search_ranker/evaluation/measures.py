"""Rankings → the measures of search, each with an interval from a bootstrap over what is asked for.

Gains are linear, as trec_eval has them; questions without a relevant passage are not part of a mean.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from search_ranker.config import Config
from search_ranker.data.passages import Question
from search_ranker.data.split import intent
from search_ranker.kit import intervals
from search_ranker.kit.results import Comparison, Result

Score = Callable[[Sequence[str], Mapping[str, int]], float]  # (ids of passages, best first; grades) → a number


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], length: int = 10) -> float:
    """The grades of the first places, each worth less the later it comes, against the best order there could be."""
    worth = 1 / np.log2(np.arange(length) + 2)
    gained = np.array([max(0, grades.get(name, 0)) for name in ranked[:length]])
    best = np.sort([max(0, each) for each in grades.values()])[::-1][:length]
    return float(gained @ worth[: len(gained)] / (best @ worth[: len(best)]))


def reciprocal_rank(ranked: Sequence[str], grades: Mapping[str, int], length: int = 10) -> float:
    """One over the place of the first passage that answers; 0 where none is among the first."""
    return next((1 / place for place, name in enumerate(ranked[:length], 1) if grades.get(name, 0) > 0), 0.0)


def success(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """Whether the very first passage is one of the best."""
    return float(bool(ranked) and grades.get(ranked[0], 0) == max(grades.values()))


def recall(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """The share of the passages that answer which are there at all."""
    relevant = {name for name, grade in grades.items() if grade > 0}
    return len(relevant & set(ranked)) / len(relevant)


def judged(ranked: Sequence[str], grades: Mapping[str, int], length: int = 10) -> float:
    """The share of the first places of which somebody has said how good they are."""
    return sum(name in grades for name in ranked[:length]) / max(1, len(ranked[:length]))


@dataclass(frozen=True)
class Tested:
    """Q questions that something is measured on."""

    split: str  # as the tables call it
    questions: Sequence[Question]
    config: Config

    @cached_property
    def drawn(self) -> np.ndarray:
        """(resamples, Q): how often each is drawn, with all that ask for the same; one for all, so it is paired."""
        _, group = np.unique([intent(each) for each in self.questions], return_inverse=True)
        return intervals.resample(np.zeros(group.max() + 1), self.config.resamples, self.config.seed)[:, group]

    def values(self, ranked: Sequence[Sequence[str]], score: Score) -> np.ndarray:
        """(Q,) of one ranking's lists."""
        return np.array([score(each, one.grades) for each, one in zip(ranked, self.questions, strict=True)])

    def result(self, model: str, role: str, metric: str, label: str, values: np.ndarray) -> Result:
        """The mean of (Q,) values, as a row of the results."""
        value, ci95, n = self.share(values)
        return Result(model, role, self.split, metric, label, value, ci95, n)

    def compare(self, metric: str, of: tuple[str, np.ndarray], against: tuple[str, np.ndarray]) -> Comparison:
        """How much higher one is than the other, on the same questions."""
        difference, ci95 = self.mean(of[1] - against[1])
        return Comparison(metric, of[0], against[0], self.split, difference, ci95)

    def mean(self, values: np.ndarray) -> tuple[float, tuple[float, float]]:
        """(mean, 95% interval) of (Q,) differences; where none differs, the interval is a point."""
        drawn = self.drawn
        low, high = intervals.interval((drawn @ values) / drawn.sum(axis=1))
        return round(float(values.mean()), 4), (round(low, 4), round(high, 4))

    def share(self, values: np.ndarray, of: np.ndarray | None = None) -> tuple[float, tuple[float, float], int]:
        """(mean, 95% interval, number) of (Q,) values, among those that a mask picks; Wilson's where all agree."""
        picked = np.ones(len(values)) if of is None else of.astype(float)
        number = int(picked.sum())
        if not number:
            return 0.0, (0.0, 1.0), 0
        value = float((values * picked).sum() / number)
        sums, counts = self.drawn @ (values * picked), self.drawn @ picked
        low, high = intervals.interval(sums[counts > 0] / counts[counts > 0])
        if low == high and value in (0.0, 1.0):
            low, high = intervals.wilson(value, number)
        return round(value, 4), (round(low, 4), round(high, 4)), number
