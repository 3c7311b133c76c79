"""Whether a version does worse than the one that was released: the same cases, pair by pair.

Run as: python -m product_brief release
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

from product_brief.config import RELEASED
from product_brief.evaluation.outcomes import FAILURES, IS_UNSAFE, Judged
from product_brief.kit import results
from product_brief.kit.project import ExplainedError


@dataclass(frozen=True)
class Change:
    """What became better and what became worse since the release."""

    released: str  # version of the model
    better: int  # subjects of which more cases come out right than before
    worse: int
    unsafe: int  # that were not answered before, and are now
    p: float  # how likely so many more are worse, if better and worse were as likely
    compared: int

    def is_regression(self, alpha: float) -> bool:
        """Whether it is worse than chance explains, or answers what it must not."""
        return self.unsafe > 0 or (self.worse > self.better and self.p < alpha)


def against_release(found: Sequence[Judged]) -> Change | None:
    """The change since the release; nothing where there is none of these cases."""
    if not RELEASED.is_file():
        return None
    kept = results.read(RELEASED)
    before: Mapping[str, str] = kept["outcomes"]
    pairs = [(before[name], each) for each in found if (name := _name(each)) in before]
    if not pairs:
        return None
    changes: dict[str, int] = {}  # of the cases of one subject, which are alike, one vote
    for old, each in pairs:
        change = each.is_correct - (old not in FAILURES)
        changes[each.case.subject] = changes.get(each.case.subject, 0) + change
    better, worse = (sum(sign * change > 0 for change in changes.values()) for sign in (1, -1))
    unsafe = sum(old != IS_UNSAFE and each.outcome == IS_UNSAFE for old, each in pairs)
    return Change(kept["model_version"], better, worse, unsafe, sign_test(better, worse), len(pairs))


def sign_test(better: int, worse: int) -> float:
    """One-sided: the chance of so many worse ones or more, out of all that changed (exact)."""
    changed = better + worse
    return sum(comb(changed, k) for k in range(worse, changed + 1)) / 2**changed if changed else 1.0


def release(measured: Mapping[str, Any]) -> None:
    """Keep what became of every tested case, to compare later versions with; refused where the rule says hold."""
    if (verdict := measured["launch"]["verdict"]) == "hold":
        raise ExplainedError("the launch rule says hold: there is nothing to release")
    version = measured["artefacts"][0]["sha256"][:12]
    results.write(RELEASED, {"model_version": version, "verdict": verdict, "outcomes": measured["outcomes"]})


def as_outcomes(found: Sequence[Judged]) -> dict[str, str]:
    """Case → what became of it, by a hash, so that no question is published with the results."""
    return {_name(each): each.outcome for each in found}


def _name(each: Judged) -> str:
    return hashlib.sha256(f"{each.case.question}\x00{each.case.without}".encode()).hexdigest()[:16]
