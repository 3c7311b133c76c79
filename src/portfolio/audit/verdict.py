"""What a rule may answer, and how much a finding weighs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The outcome of a rule."""

    passed = "pass"
    failed = "fail"
    not_applicable = "n/a"
    unknown = "unknown"
    suppressed = "suppressed"  # by the author, with a reason; never a pass


class Severity(StrEnum):
    """How much a finding matters; the gravest first."""

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
    paste: str = ""  # lines that would mend it, of the author's own paths and numbers


def passed(message: str = "", line: int | None = None) -> Verdict:
    """It is as it should be."""
    return Verdict(State.passed, message, line)


def failed(message: str, line: int | None = None, paste: str = "") -> Verdict:
    """It is not as it should be; `message` says what was seen, and `paste` would mend it."""
    return Verdict(State.failed, message, line, paste)


def not_applicable(message: str) -> Verdict:
    """The question does not arise, for this reason."""
    return Verdict(State.not_applicable, message)


def unknown(message: str) -> Verdict:
    """It cannot be decided, for this reason."""
    return Verdict(State.unknown, message)
