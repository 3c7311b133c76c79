"""What a rule is, and what it may answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from portfolio.project import Project


class State(StrEnum):
    """What came of a rule."""

    passed = "pass"
    failed = "fail"
    not_applicable = "n/a"
    unknown = "unknown"
    suppressed = "suppressed"  # by the author, with a reason; never a pass


class Severity(StrEnum):
    """How much a finding matters."""

    error = "error"
    warn = "warn"
    info = "info"


class Confidence(StrEnum):
    """How often a finding is right."""

    high = "high"
    medium = "med"
    low = "low"


@dataclass(frozen=True)
class Verdict:
    """What a rule says of one project: in one sentence, what was seen, and where."""

    state: State
    message: str
    line: int | None = None


def passed(message: str = "", line: int | None = None) -> Verdict:
    """It is as it should be."""
    return Verdict(State.passed, message, line)


def failed(message: str, line: int | None = None) -> Verdict:
    """It is not; `message` says what was seen."""
    return Verdict(State.failed, message, line)


def not_applicable(message: str) -> Verdict:
    """The question does not arise."""
    return Verdict(State.not_applicable, message)


def unknown(message: str) -> Verdict:
    """It cannot be decided; `message` says why."""
    return Verdict(State.unknown, message)


IMAGE, TABULAR, FORECAST, RECOMMENDER, NOTEBOOK = "image", "tabular", "forecast", "recommender", "notebook"
COLLECTION, NOT_ML = "collection", "not-ml"
ML = frozenset({IMAGE, TABULAR, FORECAST, RECOMMENDER, NOTEBOOK})
SERVED = ML - {NOTEBOOK}
SOFTWARE = ML | {NOT_ML}
EVERY = SOFTWARE | {COLLECTION}

Check = Callable[[Project], Verdict]


@dataclass(frozen=True)
class Rule:
    """A question to a project. The docstring of its check is its page: first the advice, then labelled parts."""

    code: str
    title: str
    check: Check
    severity: Severity
    weight: int  # 1 to 5
    confidence: Confidence
    profiles: frozenset[str]
    part: str = ""  # of a README's checklist, if it is one
    needs_words: bool = False  # to find nothing means nothing in a language it does not know
    needs_files: bool = False  # cannot be answered from a README alone
    only_ours: bool = False  # asked of projects that `portfolio new` made

    @cached_property
    def page(self) -> dict[str, str]:
        """The docstring's parts: advice, why, decided, pass, fail, ignore."""
        import inspect

        text = inspect.getdoc(self.check) or ""
        advice, *parts = re.split(r"\n\n(?=(?:Why|Decided|Ignore|Pass|Fail):)", text)
        named = {part.partition(":")[0].lower(): inspect.cleandoc(part.partition(":")[2]) for part in parts}
        return {"advice": " ".join(advice.split()), **{key: value.strip("\n") for key, value in named.items()}}

    @property
    def advice(self) -> str:
        """What to write instead, in a sentence or two."""
        return self.page["advice"]

    @property
    def example(self) -> str:
        """Lines to copy."""
        return self.page["pass"]


def rule(
    code: str,
    title: str,
    *,
    severity: Severity,
    weight: int,
    confidence: Confidence,
    profiles: frozenset[str] = ML,
    part: str = "",
    needs_words: bool = False,
    needs_files: bool = False,
    only_ours: bool = False,
) -> Callable[[Check], Rule]:
    """Make a rule of a predicate."""

    def of(check: Check) -> Rule:
        return Rule(
            code, title, check, severity, weight, confidence, profiles, part, needs_words, needs_files, only_ours
        )

    return of
