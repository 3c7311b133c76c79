"""What was agreed on before anything was measured, and everything that was agreed on later: hashes, with their time.

Run as: python -m product_brief agree
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from product_brief.brief.brief import Brief
from product_brief.config import AGREED
from product_brief.kit import results
from product_brief.kit.project import ExplainedError


@dataclass(frozen=True)
class Terms:
    """What held at one time, as hashes."""

    source: str  # of the articles
    limits: str  # what the brief says about launch, goal, guardrails, kill criterion and refusals
    values: str  # the inputs of the business case
    cases: tuple[str, ...]  # one for each
    at: str
    measured: str = ""  # when the cases were first measured under these terms, if they were


@dataclass(frozen=True)
class Agreed:
    """All terms there ever were, the oldest first: none is taken out, so changing back hides nothing."""

    history: tuple[Terms, ...]

    @property
    def now(self) -> Terms:
        """The terms that hold."""
        return self.history[-1]

    @property
    def measured(self) -> list[Terms]:
        """Those under which cases about the same articles were measured."""
        return [terms for terms in self.history if terms.measured and terms.source == self.now.source]

    @property
    def limits_are_first(self) -> bool:
        """Whether nothing was ever measured under other limits."""
        return all(terms.limits == self.now.limits for terms in self.measured)

    @property
    def values_are_first(self) -> bool:
        """Whether nothing was ever measured with other inputs of the business case."""
        return all(terms.values == self.now.values for terms in self.measured)

    @property
    def removed(self) -> int:
        """How many cases that were measured once are gone, or say something else."""
        return len({case for terms in self.measured for case in terms.cases} - set(self.now.cases))

    @property
    def added(self) -> int:
        """How many cases came after the first measurement."""
        return len(set(self.now.cases) - set(self.measured[0].cases)) if self.measured else 0


def agree(brief: Brief, cases: Sequence[str], source: str) -> Agreed:
    """Write down what holds from now on."""
    new = Terms(source, brief.agreed_sha256, brief.values_sha256, tuple(sorted(cases)), _now())
    found = read()
    if found and replace(found.now, at=new.at, measured="") == new:
        return found
    return _write(Agreed((*(found.history if found else ()), new)))


def measure(brief: Brief, cases: Sequence[str]) -> Agreed:
    """Note that the cases are measured from now on; refused where something else was agreed on."""
    found = read()
    if found is None:
        raise ExplainedError("nothing is agreed on yet: run `python -m product_brief agree` first")
    if (found.now.limits, found.now.values) != (brief.agreed_sha256, brief.values_sha256):
        raise ExplainedError("brief.yaml is not what was agreed on: run `python -m product_brief agree` first")
    if found.now.cases != tuple(sorted(cases)):
        raise ExplainedError("cases.csv is not what was agreed on: run `python -m product_brief agree` first")
    if found.now.measured:
        return found
    return _write(Agreed((*found.history[:-1], replace(found.now, measured=_now()))))


def read() -> Agreed | None:
    """What was agreed on, if anything was."""
    if not AGREED.is_file():
        return None
    kept = results.read(AGREED)["history"]
    return Agreed(tuple(Terms(**{**terms, "cases": tuple(terms["cases"])}) for terms in kept))


def as_document(known: Agreed) -> dict[str, Any]:
    """For JSON: when, and what was changed after a measurement."""
    return {
        "at": known.now.at,
        "measured": known.measured[0].measured,
        "limits_are_first": known.limits_are_first,
        "values_are_first": known.values_are_first,
        "removed": known.removed,
        "added": known.added,
    }


def _write(known: Agreed) -> Agreed:
    results.write(AGREED, asdict(known))
    return known


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
