"""Which three findings come first: those that a reader misses most, and that can be mended now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfolio.audit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portfolio.audit.engine import Result

COUNT = 3
# What is wrong comes before what is missing; what is missing, in the order in which a reader looks for it.
ORDER = (
    *("COM604", "EVL402", "EVL403", "RUN502", "COM608", "COM609"),
    *("OWN905", "OWN901", "OWN904", "OWN902", "OWN903", "OWN907", "OWN906"),
    *("LLM952", "EVL401", "MOD301", "RUN501", "PRB101", "COM607", "EVL406", "COM602"),
    *("LLM951", "DAT201", "DAT203", "LLM953", "LLM955", "PRB102", "RFL701", "EVL407", "RFL702", "RUN506", "COM601"),
    *("COM605", "LLM956", "LLM954", "MOD303", "EVL404", "EVL405", "DAT202", "COM603", "RUN509", "HYG803", "RUN508"),
    *("RUN503", "RUN504", "HYG801"),
)
# No baseline and no reason for a measure before there is a number; no mistakes before there are answers to look at.
AFTER = {
    **dict.fromkeys(("MOD301", "EVL404", "EVL405", "EVL406", "MOD303"), "EVL401"),
    "DAT203": "DAT201",
    "DAT202": "DAT201",
    "LLM953": "LLM952",
}
LATER = 12  # places that it moves down on a page that the README only links to
READY = 3  # places that a finding moves up where the lines to paste are at hand


def first(results: Sequence[Result], findings: Iterable[Result]) -> tuple[Result, ...]:
    """The first findings, in a reader's order."""
    states = {result.rule.code: result.state for result in results}
    can_be_made = (each for each in findings if states.get(AFTER.get(each.rule.code, "")) is not State.failed)
    return tuple(sorted(can_be_made, key=_place))[:COUNT]


def _place(found: Result) -> float:
    code = found.rule.code
    place = ORDER.index(code) if code in ORDER else len(ORDER)
    is_further_in = bool(found.path) and str(found.path).startswith("docs/")
    return place - (READY if found.paste else 0) + (LATER if is_further_in else 0)
