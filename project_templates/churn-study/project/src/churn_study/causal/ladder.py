"""The same effect by every way of finding it, the best evidence first, and which a decision may stand on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from churn_study.causal.differences import CRITICAL, POWER_95_80, Panel
from churn_study.causal.estimators import Estimate
from churn_study.causal.observed import Observed
from churn_study.config import Config
from churn_study.experiment.analysis import BROKEN, SLIGHT

TRIAL, DIFFERENCES = "experiment", "difference-in-differences"
ROBUST, IPW, NAIVE = "doubly robust", "inverse propensity weighting", "plain difference"
YES, WITH_CARE, NO = "yes", "with care", "no"
UNTESTABLE = "nothing argues against it, and nothing can show that no cause is missing"


@dataclass(frozen=True)
class Rung:
    """One way of finding the effect."""

    name: str
    value: float
    ci95: tuple[float, float] | None  # none for the truth
    n: int  # customers, or units of a panel
    stands: str  # whether a decision may stand on it
    why: str
    truth: float | None = None  # the true effect on those whom it speaks of, where customers are drawn


def of_trial(found: Mapping[str, Any]) -> Rung | None:
    """The experiment; nothing where its arms are broken."""
    if found["state"] == BROKEN:
        return None
    stands, why = YES, "who got the offer was drawn by lot"
    if found["state"] == SLIGHT:
        stands, why = WITH_CARE, f"{why}, but the arms are suspiciously unequal"
    elif not found["plan"]["is_first"]:
        stands, why = WITH_CARE, f"{why}, but the plan was changed afterwards"
    primary = found["primary"]
    return Rung(TRIAL, primary["difference"], primary["ci95"], primary["n"], stands, why)


def of_panel(panel: Panel, config: Config) -> tuple[Rung, dict[str, Any]]:
    """Difference-in-differences with an interval from the placebos, and what was checked about it."""
    placebos = panel.placebos(config.seed)
    gaps, errors = panel.event_study()
    slope, seen = panel.pre_trend
    p = float((np.abs(placebos) >= abs(placebos[0]) - 1e-12).mean())
    reach = float(np.quantile(np.abs(placebos[1:]), 0.95))
    value = panel.effect
    checked = {
        "clustered_error": round(panel.clustered_error, 5),
        "placebo_p": round(p, 4),
        "placebos": len(placebos),
        "treated_units": int(panel.is_treated.sum()),
        "units": len(panel.values),
        "gaps": gaps.round(5).tolist(),
        "errors": errors.round(5).tolist(),
        "first": panel.first,
        "pre_trend": round(slope, 5),
        "detectable_trend": round(seen, 5),
    }
    stands, why = (
        WITH_CARE,
        "no difference in trend was detected before; that there would have been none afterwards is assumed",
    )
    if p > config.alpha:
        stands, why = NO, f"other units, treated in name only, show as much in {100 * p:.0f}% of the choices"
    elif abs(slope) > seen * CRITICAL / POWER_95_80:
        stands, why = NO, "the units moved apart before anything was done"
    return Rung(DIFFERENCES, value, (value - reach, value + reach), len(panel.values), stands, why), checked


def of_observed(observed: Observed, config: Config) -> list[Rung]:
    """Both adjustments and the plain difference."""
    doubts = observed.doubts(config)
    stands, why = (NO, "; ".join(doubts)) if doubts else (WITH_CARE, UNTESTABLE)
    rungs = [_rung(name, each, stands, why) for name, each in ((ROBUST, observed.robust), (IPW, observed.ipw))]
    return [*rungs, _rung(NAIVE, observed.naive, NO, "who got the offer was chosen, and not at random")]


def true_effects(truth: pd.DataFrame) -> dict[str, float]:
    """The average true effect on those whom each way speaks of: read to show the ladder, and by no estimate."""
    by_wave = truth.groupby("wave")["effect"].mean()
    waves = sorted(truth.loc[truth["treated"], "wave"].unique())
    *rollout, managers, lot = waves
    reached = truth[truth["wave"].isin(rollout) & truth["treated"]]
    chosen = dict.fromkeys((ROBUST, IPW, NAIVE), float(by_wave[managers]))
    return {TRIAL: float(by_wave[lot]), DIFFERENCES: float(reached["effect"].mean()), **chosen}


def _rung(name: str, estimate: Estimate, stands: str, why: str) -> Rung:
    return Rung(name, estimate.value, estimate.ci95, estimate.n, stands, why)
