"""The analysis that the plan asks for; where the arms are not as they were drawn, no effect is said."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from churn_study.config import Config
from churn_study.data.study import CHURNED, TREATED, Columns
from churn_study.experiment import compare
from churn_study.experiment.compare import Difference
from churn_study.experiment.plan import Plan, Registered
from churn_study.kit.intervals import detectable, ratio_p

PRIMARY, ADJUSTED = "churned (primary)", "churned, CUPED by the risk"
SMALLEST = 50  # customers of an arm, below which a segment is not tested
NONE, SLIGHT, BROKEN = "as drawn", "suspicious", "not as drawn"  # what the ratio of the arms says


def analyze(
    rows: pd.DataFrame, risks: np.ndarray | None, columns: Columns, plan: Plan, registered: Registered, config: Config
) -> dict[str, Any]:
    """What the experiment came to; `risks` are (N,) predicted before it, where a model could."""
    treated = rows[TREATED].to_numpy()
    arms = (int((~treated).sum()), int(treated.sum()))
    p = ratio_p(*arms, plan.share)
    state = BROKEN if p < config.ratio_alarm else SLIGHT if p < config.ratio_doubt else NONE
    churned = rows[CHURNED].to_numpy(dtype=float)
    found = {
        "plan": asdict(plan) | asdict(registered) | {"is_first": registered.is_first},
        "arms": arms,
        "ratio_p": p,
        "state": state,
        "detectable": detectable(registered.baseline, arms, plan.power, config.alpha),
    }
    if state == BROKEN:
        return found
    primary = compare.difference(churned, treated)
    return {
        **found,
        "primary": {"name": PRIMARY, **asdict(primary)},
        "adjusted": _adjusted(churned, risks, treated, primary),
        "secondary": _secondary(rows, treated, columns, plan),
        "segments": _segments(rows, churned, treated, columns, plan),
    }


def others(exposures: pd.DataFrame, named: str, share: float, config: Config) -> list[dict[str, Any]]:
    """The ratio of the arms of every experiment in the log but the one that is analyzed."""
    found = []
    for name, group in exposures[exposures["experiment"] != named].groupby("experiment"):
        arms = [int((group["arm"] == arm).sum()) for arm in ("control", "treatment")]
        p = ratio_p(arms[0], arms[1], share)
        found.append({"name": name, "arms": arms, "ratio_p": p, "is_broken": p < config.ratio_alarm})
    return found


def _adjusted(
    churned: np.ndarray, risks: np.ndarray | None, treated: np.ndarray, primary: Difference
) -> dict[str, Any] | None:
    """The primary difference after taking off what was predicted beforehand, and how much variance that saves."""
    if risks is None:
        return None
    adjusted = compare.cuped(churned, risks, treated)
    widths = [each.ci95[1] - each.ci95[0] for each in (primary, adjusted)]
    return {"name": ADJUSTED, **asdict(adjusted), "saved": 1 - (widths[1] / widths[0]) ** 2}


def _secondary(rows: pd.DataFrame, treated: np.ndarray, columns: Columns, plan: Plan) -> list[dict[str, Any]]:
    found = []
    for name in plan.secondary:
        if name in columns.ratios:
            over, under = columns.ratios[name]
            found.append({"name": name, "how": "delta method", **asdict(_ratio(rows, over, under, treated))})
        elif name in columns.before:
            values, before = (rows[each].to_numpy(dtype=float) for each in (name, columns.before[name]))
            found.append({"name": name, "how": "CUPED", **asdict(compare.cuped(values, before, treated))})
        elif name in rows and pd.api.types.is_numeric_dtype(rows[name]):
            plain = compare.difference(rows[name].to_numpy(dtype=float), treated)
            found.append({"name": name, "how": "difference of means", **asdict(plain)})
    return _corrected(found, compare.holm)


def _ratio(rows: pd.DataFrame, over: str, under: str, treated: np.ndarray) -> Difference:
    return compare.ratio(rows[over].to_numpy(dtype=float), rows[under].to_numpy(dtype=float), treated)


def segments_of(plan: Plan, columns: Columns) -> list[str]:
    """The plan's segments that these data have, and that the treatment cannot have changed."""
    return [each for each in plan.segments if each in columns.categorical and each not in columns.after]


def _segments(
    rows: pd.DataFrame, churned: np.ndarray, treated: np.ndarray, columns: Columns, plan: Plan
) -> list[dict[str, Any]]:
    found = []
    for name in segments_of(plan, columns):
        for level in sorted(rows[name].unique()):
            here = (rows[name] == level).to_numpy()
            if min((here & treated).sum(), (here & ~treated).sum()) >= SMALLEST:
                of = compare.difference(churned[here], treated[here])
                found.append({"name": f"{name}: {level}", **asdict(of)})
    return _corrected(found, compare.benjamini_hochberg)


def _corrected(found: list[dict[str, Any]], correction: Any) -> list[dict[str, Any]]:
    corrected = correction([each["p"] for each in found]) if found else []
    return [{**each, "p_alone": each["p"], "p": p} for each, p in zip(found, corrected, strict=True)]
