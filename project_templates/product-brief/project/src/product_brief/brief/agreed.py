"""What was agreed on before anything was measured, and everything that was agreed on later: hashes, with their time.

Run as: python -m product_brief agree
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from product_brief.brief.brief import Brief
from product_brief.config import AGREED, Config
from product_brief.data.articles import Case, Faq
from product_brief.kit import results
from product_brief.kit.project import ExplainedError
from product_brief.models.text import every_word


@dataclass(frozen=True)
class Terms:
    """What held at one time, as hashes."""

    source: str  # of the articles
    articles: str
    limits: str  # what the brief says about launch, goal, guardrails, kill criterion, refusals and trial; the split
    values: str  # the inputs of the business case
    cases: tuple[str, ...]  # of each case: its question, and everything that it says
    at: str
    measured: str = ""  # when the cases were first measured under these terms, if they were

    @property
    def questions(self) -> set[str]:
        """The questions alone."""
        return {case.partition(":")[0] for case in self.cases}


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
        """Those under which any of the same questions was measured, whatever the articles were called."""
        return [each for each in self.history if each.measured and each.questions & self.now.questions]

    @property
    def limits_are_first(self) -> bool:
        """Whether nothing was ever measured under other limits."""
        return all(terms.limits == self.now.limits for terms in self.measured)

    @property
    def values_are_first(self) -> bool:
        """Whether nothing was ever measured with other inputs of the business case."""
        return all(terms.values == self.now.values for terms in self.measured)

    @property
    def articles_are_first(self) -> bool:
        """Whether the questions were never asked of other articles."""
        return all(terms.articles == self.now.articles for terms in self.measured)

    @property
    def removed(self) -> int:
        """How many cases that were measured once are gone, or say something else."""
        return len({case for terms in self.measured for case in terms.cases} - set(self.now.cases))

    @property
    def added(self) -> int:
        """How many cases came after the first measurement."""
        return len(set(self.now.cases) - set(self.measured[0].cases)) if self.measured else 0


def terms(brief: Brief, cases: Sequence[Case], faq: Faq, source: str, config: Config) -> Terms:
    """What holds now."""
    split = f"{brief.agreed_sha256} {config.test_share} {config.fewest_cases}"
    limits = hashlib.sha256(split.encode()).hexdigest()
    return Terms(source, faq.sha256, limits, brief.values_sha256, tuple(sorted(map(_hash, cases))), _now())


def agree(new: Terms) -> Agreed:
    """Write down what holds from now on."""
    found = read()
    if found and replace(found.now, at=new.at, measured="") == new:
        return found
    return _write(Agreed((*(found.history if found else ()), new)))


def measure(now: Terms) -> Agreed:
    """Note that the cases are measured from now on; refused where something else was agreed on."""
    found = read()
    if found is None:
        raise ExplainedError("nothing is agreed on yet: run `python -m product_brief agree` first")
    if (found.now.limits, found.now.values) != (now.limits, now.values):
        raise ExplainedError("brief.yaml is not what was agreed on: run `python -m product_brief agree` first")
    if (found.now.cases, found.now.articles) != (now.cases, now.articles):
        raise ExplainedError("the cases are not those that were agreed on: run `python -m product_brief agree` first")
    if found.now.measured:
        return found
    return _write(Agreed((*found.history[:-1], replace(found.now, measured=_now()))))


def read() -> Agreed | None:
    """What was agreed on, if anything was."""
    if not AGREED.is_file():
        return None
    try:
        kept = results.read(AGREED)["history"]
        return Agreed(tuple(Terms(**{**terms, "cases": tuple(terms["cases"])}) for terms in kept))
    except (ValueError, KeyError, TypeError) as error:
        raise ExplainedError(
            f"{AGREED.name} cannot be read ({error}): take it from git again, it is your record"
        ) from error


def as_document(known: Agreed) -> dict[str, Any]:
    """For JSON: when, and what was changed after a measurement."""
    return {
        "at": known.measured[0].at,
        "measured": known.measured[0].measured,
        "limits_are_first": known.limits_are_first,
        "values_are_first": known.values_are_first,
        "articles_are_first": known.articles_are_first,
        "removed": known.removed,
        "added": known.added,
    }


def _write(known: Agreed) -> Agreed:
    results.write(AGREED, asdict(known))
    return known


def _hash(case: Case) -> str:
    """Of the words of its question, and of everything that it says."""
    question = " ".join(sorted(every_word(case.question))) or case.question
    said = "\x01".join(vars(case).values())
    return ":".join(hashlib.sha256(each.encode()).hexdigest()[:10] for each in (question, said))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
