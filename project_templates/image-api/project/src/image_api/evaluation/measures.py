"""Answers → the numbers that classifiers are judged by, each with an interval from a bootstrap over whole groups."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from image_api.config import Config
from image_api.data.folder import Photographs
from image_api.kit import intervals
from image_api.kit.results import Comparison, Result

Score = Callable[[np.ndarray], np.ndarray]  # (..., classes, classes) counts → (...)


def confusions(groups: np.ndarray, truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """(groups, classes, classes) counts: for each group, how often truth (row) was called predicted (column)."""
    numbers, index = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(numbers), classes, classes))
    np.add.at(counts, (index, truth, predicted), 1)
    return counts


def f1_by_class(counts: np.ndarray) -> np.ndarray:
    """(..., classes, classes) counts → (..., classes); 0 for a class that is neither there nor predicted."""
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    return 2 * hits / np.maximum(counts.sum(axis=-1) + counts.sum(axis=-2), 1)


def recall_by_class(counts: np.ndarray) -> np.ndarray:
    """(..., classes, classes) counts → (..., classes)."""
    return np.diagonal(counts, axis1=-2, axis2=-1) / np.maximum(counts.sum(axis=-1), 1)


def macro_f1(counts: np.ndarray) -> np.ndarray:
    """(..., classes, classes) counts → (...): the mean of F1 over the classes that are there, rare ones or not."""
    is_there = counts.sum(axis=-1) > 0
    return (f1_by_class(counts) * is_there).sum(axis=-1) / np.maximum(is_there.sum(axis=-1), 1)


def accuracy(counts: np.ndarray) -> np.ndarray:
    """(..., classes, classes) counts → (...)."""
    return np.trace(counts, axis1=-2, axis2=-1) / np.maximum(counts.sum(axis=(-2, -1)), 1)


@dataclass(frozen=True)
class Estimate:
    """A number and how sure it is."""

    value: float
    ci95: tuple[float, float]
    n: int  # photographs


@dataclass(frozen=True)
class Tested:
    """N photographs that something is measured on."""

    name: str  # as the tables call them
    rows: np.ndarray  # (N,) indices into the photographs
    labels: np.ndarray  # (N,)
    groups: np.ndarray  # (N,)
    classes: int
    config: Config

    @classmethod
    def of(cls, name: str, photographs: Photographs, rows: np.ndarray, config: Config) -> "Tested":
        """Those photographs, under that name."""
        labels, groups = photographs.labels[rows], photographs.groups[rows]
        return cls(name, rows, labels, groups, len(photographs.classes), config)

    @cached_property
    def drawn(self) -> np.ndarray:
        """(resamples, groups): how often each is drawn; the same for all that is measured here, so it is paired."""
        strata = self._by_group(np.eye(self.classes)[self.labels]).argmax(axis=1)  # the class of each group
        return intervals.resample(strata, self.config.resamples, self.config.seed)

    @property
    def drawn_photographs(self) -> np.ndarray:
        """(resamples, N): the same for each photograph."""
        return self.drawn[:, np.unique(self.groups, return_inverse=True)[1]]

    def estimate(self, shares: np.ndarray, of: np.ndarray | None = None) -> Estimate:
        """The sum of (N,) `shares` over the sum of (N,) `of`, or over all photographs; 0 where there are none."""
        parts = np.stack([shares, np.ones(len(self.rows)) if of is None else of], axis=1).astype(float)
        by_group = self._by_group(parts)  # (groups, 2)
        resampled = np.tensordot(self.drawn, by_group, axes=1)  # (resamples, 2)
        above, below = by_group.sum(axis=0)
        is_share = bool(np.isin(shares, (0, 1)).all())
        groups = int((by_group[:, 1] > 0).sum()) if is_share else 0
        return _estimate(_share(above, below), _share(resampled[:, 0], resampled[:, 1]), int(below), groups)

    def _by_group(self, values: np.ndarray) -> np.ndarray:
        """(N, ...) → (groups, ...) sums."""
        numbers, index = np.unique(self.groups, return_inverse=True)
        sums = np.zeros((len(numbers), *values.shape[1:]))
        np.add.at(sums, index, values)
        return sums


@dataclass(frozen=True)
class Answers:
    """What somebody or something said about photographs."""

    model: str
    role: str  # as in `results.Result`
    tested: Tested
    predicted: np.ndarray  # (N,) class numbers

    @cached_property
    def counts(self) -> np.ndarray:
        """(groups, classes, classes), as `confusions` counts."""
        return confusions(self.tested.groups, self.tested.labels, self.predicted, self.tested.classes)

    @cached_property
    def resampled(self) -> np.ndarray:
        """(resamples, classes, classes): total counts over groups drawn with replacement."""
        return np.tensordot(self.tested.drawn, self.counts, axes=1)


def result(answers: Answers, metric: str, label: str, score: Score) -> Result:
    """One row of the results."""
    groups, total = len(answers.counts), answers.counts.sum(axis=0)
    measured = _estimate(score(total), score(answers.resampled), len(answers.predicted), groups)
    if score is macro_f1 and len(set(answers.predicted.tolist())) == 1 and measured.value < 1:
        measured = replace(measured, ci95=_of_one_answer(total, groups))
    return Result(
        model=answers.model,
        role=answers.role,
        split=answers.tested.name,
        metric=metric,
        label=label,
        value=measured.value,
        ci95=measured.ci95,
        n=measured.n,
    )


def _of_one_answer(counts: np.ndarray, groups: int) -> tuple[float, float]:
    """The interval of macro F1 of always giving one answer: it rises with that class's share, and resampling class by
    class never changes it."""
    share, classes = counts.max() / counts.sum(), int((counts.sum(axis=-1) > 0).sum())
    low, high = (round(2 * each / (1 + each) / classes, 4) for each in intervals.wilson(float(share), groups))
    return low, high


def compare(of: Answers, against: Answers) -> Comparison:
    """How much higher the macro F1 of one is than that of the other, on the same groups."""
    observed = macro_f1(of.counts.sum(axis=0)) - macro_f1(against.counts.sum(axis=0))
    difference = _estimate(observed, macro_f1(of.resampled) - macro_f1(against.resampled), 0, 0)
    return Comparison("macro_f1", of.model, against.model, of.tested.name, difference.value, difference.ci95)


def recall_of(number: int) -> Score:
    """The share of one class's photographs that are found."""
    return lambda counts: recall_by_class(counts)[..., number]


def _share(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _estimate(value: np.ndarray, resampled: np.ndarray, number: int, groups: int) -> Estimate:
    """`groups` is how many a share is of, or 0 where it is none: if resampling them never varies, Wilson's interval."""
    low, high = intervals.interval(resampled)
    if low == high and groups and 0 <= value <= 1:
        low, high = intervals.wilson(float(value), groups)
    return Estimate(round(float(value), 4), (round(low, 4), round(high, 4)), number)
