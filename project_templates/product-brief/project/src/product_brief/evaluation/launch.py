"""The launch rule: launch, pilot or hold, by the limits that were agreed on, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from product_brief.brief.agreed import Agreed
from product_brief.brief.brief import OF_CASES, Brief, Limits
from product_brief.config import Config
from product_brief.evaluation.outcomes import LABELS
from product_brief.evaluation.regression import Change

LAUNCH, PILOT, HOLD = "launch", "pilot", "hold"
UNKNOWN = "not measured"
Value = tuple[float, tuple[float, float] | None, int]  # a measure, its interval if it is a share, of how many cases
ORDER = (LAUNCH, PILOT, HOLD)
LABEL = {
    **LABELS,
    "milliseconds_p95": "Milliseconds of a search, 95th percentile",
    "cost_per_question": "Cost of a question",
}


@dataclass(frozen=True)
class Check:
    """One measure against its limits."""

    name: str
    label: str
    value: float
    ci95: tuple[float, float] | None  # None where it is no share
    n: int
    limits: Limits
    state: str  # what it allows

    @property
    def is_more_better(self) -> bool:
        """Whether it has to be high."""
        return OF_CASES[self.name]


@dataclass(frozen=True)
class Decision:
    """What the rule says, with every check and every other reason."""

    verdict: str
    checks: tuple[Check, ...]
    why: tuple[str, ...]  # what allows no more than the verdict


def check(name: str, value: float, ci95: tuple[float, float] | None, n: int, limits: Limits) -> Check:
    """A launch needs the whole 95% interval within its limit, a pilot the value itself."""
    is_more = OF_CASES[name]
    if n == 0:
        return Check(name, LABEL[name], value, ci95, n, limits, UNKNOWN)
    worst = value if ci95 is None else ci95[0 if is_more else 1]
    if (worst >= limits.launch) if is_more else (worst <= limits.launch):
        state = LAUNCH
    else:
        state = PILOT if ((value >= limits.pilot) if is_more else (value <= limits.pilot)) else HOLD
    return Check(name, LABEL[name], value, ci95, n, limits, state)


def decide(
    brief: Brief,
    measured: Mapping[str, Value],
    drafted: int,
    agreed: Agreed,
    value: Mapping[str, Any],
    change: Change | None,
    config: Config,
) -> Decision:
    """The most that every check and every reason allows; `drafted` are the tested cases that nobody asked."""
    tested = measured["correct"][2]
    checks = tuple(check(name, *measured[name], brief.launch[name]) for name in OF_CASES)
    reasons = [(each.state, _said(each)) for each in checks if each.state in (PILOT, HOLD)]
    reasons += [(PILOT, f"{each.label}: no case measures it") for each in checks if each.state == UNKNOWN]
    if drafted:
        reasons.append((PILOT, f"{drafted} of {tested} tested cases were drafted from titles, and asked by nobody"))
    if tested < config.fewest_cases:
        reasons.append((PILOT, f"{tested} tested cases are too few for a launch: {config.fewest_cases} are asked for"))
    if not agreed.limits_are_first:
        reasons.append((PILOT, "the limits were changed after the cases had been measured"))
    if not agreed.values_are_first:
        reasons.append((PILOT, "the inputs of the value were changed after the cases had been measured"))
    if agreed.removed:
        reasons.append((PILOT, f"{agreed.removed} cases that had been measured were altered or removed"))
    if value["p50"] < 0:
        reasons.append((PILOT, "more likely than not, it costs more than it brings"))
    if change is not None and change.is_regression(config.alpha):
        reasons.append((HOLD, f"worse than the release: {change.worse} subjects worse, {change.better} better"))
    verdict = max((state for state, _ in reasons), key=ORDER.index, default=LAUNCH)
    return Decision(verdict, checks, tuple(why for state, why in reasons if state == verdict))


def as_document(decision: Decision) -> dict[str, Any]:
    """For JSON."""
    return asdict(decision)


def _said(each: Check) -> str:
    """The value, how much worse it could be, and what is asked for."""
    number = "{:.1%}".format if each.ci95 else "{:g}".format
    stage, limit = ("pilot", each.limits.pilot) if each.state == HOLD else ("launch", each.limits.launch)
    asked = f"(a {stage} {'needs' if each.is_more_better else 'allows'} {number(limit)})"
    if each.state == HOLD or each.ci95 is None:
        return f"{each.label}: {number(each.value)} {asked}"
    side, worst = ("low", each.ci95[0]) if each.is_more_better else ("high", each.ci95[1])
    if number(worst) == number(limit):  # it is short by less than is shown
        return f"{each.label}: {number(each.value)}, but it could be as {side} as {worst:.2%} {asked}"
    return f"{each.label}: {number(each.value)}, but it could be as {side} as {number(worst)} {asked}"
