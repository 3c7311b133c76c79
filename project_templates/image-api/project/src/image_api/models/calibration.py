"""How far a probability can be believed, and below which one it is better to say nothing.

Fitted on validation groups by `train`, measured on test groups by `evaluate`.
"""

from dataclasses import dataclass
from math import ceil, floor, log

import numpy as np

BINS = 15
NEVER = 1.01  # a threshold that no probability reaches


@dataclass(frozen=True)
class Bin:
    """Photographs that were answered with about the same confidence."""

    confidence: float  # their mean
    accuracy: float
    photographs: int


def probabilities(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """(N, classes) scores → (N, classes), rows summing to 1; a temperature above 1 makes them less sure."""
    scaled = scores / temperature
    exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """The temperature under which the labels are likeliest; it changes no answer, only how sure they are."""

    def surprise(candidate: float) -> float:
        chosen = probabilities(scores, candidate)[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    return round(float(min(np.geomspace(0.2, 5, 200), key=surprise)), 4)


def threshold(
    confidence: np.ndarray, is_right: np.ndarray, groups: np.ndarray, drawn: np.ndarray, risk: float
) -> float:
    """The lowest confidence from which on the share of wrong answers stays within `risk`; NEVER if there is none.

    Within it not only as observed, but in 95 % of (resamples, N) `drawn`, which says how often each photograph is
    drawn. The search begins with the surest answers, for a third of the (N,) groups, and the first that breaks the
    limit ends it: the lowest of all that keep it would be one that was lucky. And with fewer groups than `fewest` even
    no mistake at all proves nothing.
    """
    order = np.argsort(-confidence, kind="stable")
    answered = np.cumsum(drawn[:, order], axis=1)
    wrong = np.cumsum(drawn[:, order] * ~is_right[order], axis=1)
    bound = np.percentile(wrong / np.maximum(answered, 1), 95, axis=0)
    is_first = np.zeros(len(order), dtype=bool)
    is_first[np.unique(groups[order], return_index=True)[1]] = True
    is_enough = np.cumsum(is_first) >= max(fewest(risk), is_first.sum() / 3)
    # Only where the confidence changes: photographs that are equally sure are answered together.
    cuts = np.flatnonzero(np.append(np.diff(confidence[order]) != 0, True) & is_enough)
    failing = np.flatnonzero(bound[cuts] > risk)
    kept = cuts[: failing[0]] if len(failing) else cuts
    return floor(10**4 * float(confidence[order][kept[-1]])) / 10**4 if len(kept) else NEVER


def fewest(risk: float) -> int:
    """So many answers without a mistake show, with 95 % confidence, that at most the share `risk` is wrong."""
    return ceil(log(0.05) / log(1 - risk))


def bins(confidence: np.ndarray, is_right: np.ndarray) -> list[Bin]:
    """Equally many photographs to each bin, from the least to the most confident."""
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return [Bin(float(confidence[part].mean()), float(is_right[part].mean()), len(part)) for part in parts]


def expected_error(confidence: np.ndarray, is_right: np.ndarray) -> float:
    """ECE: how far confidence and accuracy lie apart, over bins of equal size; never quite 0, even by chance."""
    found = bins(confidence, is_right)
    gaps = [abs(each.confidence - each.accuracy) * each.photographs for each in found]
    return float(sum(gaps) / len(confidence))


def brier(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(N,) squared distance of each row of probabilities from the truth: 0 (right and sure) to 2 (wrong and sure)."""
    return np.square(probabilities - np.eye(probabilities.shape[1])[labels]).sum(axis=1)
