"""Whether a difference could be chance: a paired randomization test over questions, corrected for several of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from search_ranker.kit.intervals import stream

SAME = 1e-9  # difference of a question's scores, up to which it is a tie


@dataclass(frozen=True)
class Duel:
    """The served ranking against another one, question by question."""

    against: str
    wins: int
    ties: int
    losses: int
    p: float  # how often chance alone would give a difference as large
    p_holm: float = 1.0  # the same, for that many comparisons


def duel(against: str, difference: np.ndarray, groups: Sequence[str], flips: int, seed: int) -> Duel:
    """(Q,) differences; questions of one group ask for the same, and their signs are flipped together."""
    _, index = np.unique(groups, return_inverse=True)
    sums = np.bincount(index, weights=difference)
    signs = stream(seed, f"flips against {against}").choice([-1.0, 1.0], size=(flips, len(sums)))
    as_large = np.abs(signs @ sums) >= abs(sums.sum()) - SAME
    wins, losses = int((difference > SAME).sum()), int((difference < -SAME).sum())
    return Duel(against, wins, len(difference) - wins - losses, losses, float((1 + as_large.sum()) / (1 + flips)))


def holm(duels: Sequence[Duel]) -> list[Duel]:
    """With each p as large as it has to be for all of them together (Holm 1979)."""
    order = sorted(range(len(duels)), key=lambda each: duels[each].p)
    corrected, most = dict[int, float](), 0.0
    for place, each in enumerate(order):
        most = max(most, min(1.0, (len(duels) - place) * duels[each].p))
        corrected[each] = round(most, 4)
    return [replace(each, p=round(each.p, 4), p_holm=corrected[number]) for number, each in enumerate(duels)]
