"""What the feature is worth: thousands of draws from the ranges of the brief, and the input at which the sign flips.

One month is worth: questions x share that come through the feature x (suggested right x share of these that spare the
desk x minutes / 60 x cost of an hour - suggested wrong x cost of a wrong suggestion) - upkeep. How often it is right or
wrong is not in the brief: that is measured by the evaluation set, with its cases resampled by what they ask about.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from product_brief.brief.brief import Brief
from product_brief.config import Config
from product_brief.kit.intervals import stream

INPUTS = (
    "questions_per_month",
    "share_through_feature",
    "spared_per_right_suggestion",
    "minutes_per_question",
    "cost_per_hour",
    "cost_per_wrong_suggestion",
    "upkeep_per_month",
    "build_cost",
)
RIGHT, WRONG = "suggested right", "suggested wrong"  # shares of all questions, as measured
SHARES = (RIGHT, WRONG, "share_through_feature", "spared_per_right_suggestion")
MEASURED = "measured by the evaluation set"
Values = Mapping[str, Any]  # a number, or (draws,) numbers, for every input


@dataclass(frozen=True)
class Counts:
    """What became of the questions of the evaluation set."""

    right: int  # got the right article
    wrong: int  # got a wrong, outdated or unsafe one
    all: int
    drawn: np.ndarray  # (times, 2) shares of right and wrong ones, with what they ask about drawn anew


@dataclass(frozen=True)
class Swing:
    """How much one input moves the value while the others are as likely, and where it turns the sign."""

    name: str
    unit: str
    low: float
    likely: float
    high: float
    source: str
    value_at_low: float
    value_at_high: float
    flips_at: float | None  # None where no value of it above 0 does

    @property
    def flips_within(self) -> bool:
        """Whether that is inside its own range."""
        return self.flips_at is not None and self.low <= self.flips_at <= self.high

    @property
    def reach(self) -> float:
        """How far the value moves in all."""
        return abs(self.value_at_high - self.value_at_low)


def appraise(brief: Brief, counts: Counts, config: Config) -> dict[str, Any]:
    """Net present value with its percentiles, payback, chance of a loss, and every input's swing."""
    likely = {name: each.likely for name, each in brief.inputs.items()} | _shares(counts)
    rng = stream(config.seed, "value")
    drawn = {name: _drawn(each.low, each.likely, each.high, rng, config.draws) for name, each in brief.inputs.items()}
    shares = counts.drawn[rng.integers(len(counts.drawn), size=config.draws)]
    drawn |= {RIGHT: shares[:, 0], WRONG: shares[:, 1]}
    values = _present(drawn, brief)
    low, middle, high = (float(each) for each in np.percentile(values, (10, 50, 90)))
    swings = sorted(_swings(brief, likely, counts), key=lambda each: -each.reach)
    nearest = min(
        (each for each in swings if each.flips_at is not None),
        key=lambda each: abs((each.flips_at or 0.0) - each.likely) / max(each.high - each.low, 1e-9),
        default=None,
    )
    return {
        "currency": brief.currency,
        "months": brief.months,
        "discount_rate": brief.discount_rate,
        "p10": low,
        "p50": middle,
        "p90": high,
        "chance_of_loss": float((values < 0).mean()),
        "monthly": float(_monthly(likely)),
        "payback_months": _payback(likely, brief),
        "swings": [asdict(each) | {"flips_within": each.flips_within} for each in swings],
        "nearest_flip": None if nearest is None else nearest.name,
        "assumptions": sum(not each.source for each in brief.inputs.values()),
        "inputs": len(brief.inputs),
        "histogram": [int(each) for each in np.histogram(values, bins=40)[0]],
        "edges": [round(float(each), 2) for each in np.histogram(values, bins=40)[1]],
    }


def _shares(counts: Counts) -> dict[str, float]:
    return {RIGHT: counts.right / counts.all, WRONG: counts.wrong / counts.all}


def _drawn(low: float, likely: float, high: float, rng: np.random.Generator, draws: int) -> np.ndarray:
    """(draws,) from a triangle; a range of one value is that value."""
    return rng.triangular(low, likely, high, draws) if low < high else np.full(draws, likely)


def _monthly(values: Values) -> Any:
    spared = values[RIGHT] * values["spared_per_right_suggestion"]
    saved = spared * values["minutes_per_question"] / 60 * values["cost_per_hour"]
    lost = values[WRONG] * values["cost_per_wrong_suggestion"]
    return values["questions_per_month"] * values["share_through_feature"] * (saved - lost) - values["upkeep_per_month"]


def _present(values: Values, brief: Brief) -> Any:
    """The net present value: what every month brings, discounted, without what it costs to build."""
    months = np.arange(1, brief.months + 1)
    return _monthly(values) * ((1 + brief.discount_rate) ** (-months / 12)).sum() - values["build_cost"]


def _payback(likely: Values, brief: Brief) -> int | None:
    """The month in which the likeliest values have earned back what it costs to build; None within the horizon."""
    months = np.arange(1, brief.months + 1)
    earned = np.cumsum(_monthly(likely) * (1 + brief.discount_rate) ** (-months / 12))
    reached = np.flatnonzero(earned >= likely["build_cost"])
    return int(months[reached[0]]) if len(reached) else None


def _swings(brief: Brief, likely: dict[str, float], counts: Counts) -> list[Swing]:
    ranges = {name: (each.low, each.high, each.unit, each.source) for name, each in brief.inputs.items()}
    for column, name in enumerate((RIGHT, WRONG)):
        low, high = np.percentile(counts.drawn[:, column], (5, 95))
        ranges[name] = (float(low), float(high), "of all questions, nine in ten of the redraws", MEASURED)
    found = []
    for name, (low, high, unit, source) in ranges.items():
        at_low, at_high = (float(_present({**likely, name: end}, brief)) for end in (low, high))
        # The value is a straight line in each input alone, so two points say where it crosses zero.
        at_zero, at_one = (float(_present({**likely, name: end}, brief)) for end in (0.0, 1.0))
        flips = -at_zero / (at_one - at_zero) if at_one != at_zero else -1.0
        highest = 1.0 if name in SHARES else float("inf")
        at = flips if 0 <= flips <= highest else None
        found.append(Swing(name, unit, low, likely[name], high, source, at_low, at_high, at))
    return found
