"""What was agreed on before anything was measured: the hashes of the limits and of the evaluation set, with their time.

Run as: python -m product_brief agree
"""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from product_brief.brief.brief import Brief
from product_brief.config import AGREED
from product_brief.kit import results
from product_brief.kit.project import ExplainedError


@dataclass(frozen=True)
class Agreed:
    """The hashes, and what has been measured under them."""

    limits: str  # SHA-256 of what the brief says about launch, goal, guardrails and kill criterion
    cases: str  # SHA-256 of the evaluation set
    articles: str  # SHA-256 of what it asks about
    at: str
    measured: str = ""  # when the cases were first measured, if they were
    first_limits: str = ""  # the limits that were agreed on by then
    first_cases: str = ""

    @property
    def limits_are_first(self) -> bool:
        """Whether the limits are still those from before the first measurement."""
        return self.first_limits in ("", self.limits)

    @property
    def cases_are_first(self) -> bool:
        """Whether the cases are."""
        return self.first_cases in ("", self.cases)


def agree(brief: Brief, cases_sha256: str, articles_sha256: str) -> Agreed:
    """Write down what is agreed on; that it was measured before is forgotten only where the articles are others."""
    found = read()
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    new = Agreed(brief.agreed_sha256, cases_sha256, articles_sha256, now)
    if found and replace(found, at=now, measured="", first_limits="", first_cases="") == new:
        return found
    if found and found.articles == articles_sha256:
        new = replace(new, measured=found.measured, first_limits=found.first_limits, first_cases=found.first_cases)
    results.write(AGREED, asdict(new))
    return new


def measure(brief: Brief, cases_sha256: str) -> Agreed:
    """Note that the cases are measured from now on; refused where something else was agreed on."""
    found = read()
    if found is None:
        raise ExplainedError("nothing is agreed on yet: run `python -m product_brief agree` first")
    for name, agreed, now in (
        ("brief.yaml", found.limits, brief.agreed_sha256),
        ("cases.csv", found.cases, cases_sha256),
    ):
        if agreed != now:
            raise ExplainedError(f"{name} is not what was agreed on: run `python -m product_brief agree` first")
    if not found.measured:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        found = replace(found, measured=now, first_limits=found.limits, first_cases=found.cases)
        results.write(AGREED, asdict(found))
    return found


def read() -> Agreed | None:
    """What was agreed on, if anything was."""
    return Agreed(**results.read(AGREED)) if AGREED.is_file() else None


def as_document(known: Agreed) -> dict[str, Any]:
    """For JSON, with what follows from the hashes."""
    return {**asdict(known), "limits_are_first": known.limits_are_first, "cases_are_first": known.cases_are_first}
