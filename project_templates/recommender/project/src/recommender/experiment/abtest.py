"""Reads the log of the experiment and says which ranking helped, or why that cannot be said.

Run as: python -m recommender abtest [--log-dir DIR]; exit code 1 when the sample ratio does not fit.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recommender.config import PROJECT, SIMULATED, Config
from recommender.evaluation import figures
from recommender.experiment import events, inference
from recommender.experiment.assignment import Experiment
from recommender.experiment.inference import Difference, Ratio
from recommender.kit import results
from recommender.kit.project import ExplainedError

METRIC = "clicks per visitor"
VISITORS = """
SELECT shown.visitor, MIN(shown.variant) AS variant, COUNT(DISTINCT shown.variant) AS variants,
       MIN(shown.history) AS history, MAX(shown.is_fallback) AS is_fallback, AVG(shown.milliseconds) AS milliseconds,
       COUNT(*) AS lists, SUM(opened.clicks) AS clicks
FROM exposures AS shown
LEFT JOIN (SELECT list_id, COUNT(*) AS clicks FROM clicks GROUP BY list_id) AS opened USING (list_id)
WHERE shown.experiment = ? AND shown.position = 1
GROUP BY shown.visitor
"""
ORPHANS = "SELECT COUNT(*) FROM clicks WHERE list_id NOT IN (SELECT list_id FROM exposures)"


@dataclass(frozen=True)
class Visitors:
    """N visitors to whom at least one list was rendered; those who saw both variants are left out."""

    is_treated: np.ndarray  # (N,)
    clicks: np.ndarray  # (N,)
    history: np.ndarray  # (N,) films watched before
    is_fallback: np.ndarray  # (N,)
    milliseconds: np.ndarray  # (N,)
    lists: int
    in_both: int  # visitors left out
    orphans: int  # clicks without an exposure
    ratio: Ratio


@dataclass(frozen=True)
class Guardrail:
    """Something that must not get worse by more than a margin."""

    name: str
    control: float
    treatment: float
    difference: float
    ci95: tuple[float, float]
    margin: float

    @property
    def holds(self) -> bool:
        """Whether the whole interval lies within the margin."""
        return self.ci95[1] <= self.margin


def abtest(config: Config, log_dir: str | None = None) -> int:
    """Print the analysis and add it to reports/metrics.json; 1 where the sample ratio forbids one."""
    folder = Path(log_dir) if log_dir else SIMULATED
    visitors = read(folder, config)
    found = analyze(visitors, config)
    truth_file = folder / "truth.json"
    truth = json.loads(truth_file.read_text(encoding="utf-8"))["difference"] if truth_file.is_file() else None
    found["truth"] = truth if truth is None else round(truth, 4)
    print("\n".join(describe(found)))
    document = results.read(PROJECT.metrics)
    document["abtest"] = found
    document["peeking"] = [
        asdict(each) for each in inference.peeking(visitors.clicks, len(visitors.clicks), config.seed)
    ]
    results.write(PROJECT.metrics, document)
    source = "made-up visitors" if truth_file.is_file() else "visitors"
    if found["estimates"]:
        figures.experiment(found["estimates"], found["truth"], METRIC, source)
    figures.peeking(document["peeking"], 1 - inference.LEVEL)
    return 0 if found["estimates"] else 1


def read(folder: Path, config: Config) -> Visitors:
    """The exposed visitors of the experiment that the settings name."""
    experiment = Experiment.of(config)
    connection = events.open_to_read(folder)
    try:
        rows = connection.execute(VISITORS, (experiment.key,)).fetchall()
        (orphans,) = connection.execute(ORPHANS).fetchone()
    finally:
        connection.close()
    if not rows:
        raise ExplainedError(f"nobody has been shown a list of the experiment {experiment.key!r} yet")
    treatment = experiment.variants[1][0]
    kept = [row for row in rows if row["variants"] == 1]
    columns = {
        name: np.array([row[name] or 0 for row in kept], dtype=float)
        for name in ("clicks", "history", "is_fallback", "milliseconds")
    }
    is_treated = np.array([row["variant"] == treatment for row in kept])
    counts = (int((~is_treated).sum()), int(is_treated.sum()))
    return Visitors(
        is_treated=is_treated,
        **columns,
        lists=sum(row["lists"] for row in rows),
        in_both=len(rows) - len(kept),
        orphans=orphans,
        ratio=inference.ratio(counts, [share for _, share in experiment.variants]),
    )


def analyze(visitors: Visitors, config: Config) -> dict[str, Any]:
    """First whether the groups are what they should be; only then what the difference is."""
    (control, _), (treatment, _) = config.variants
    counts, clicks = visitors.ratio.counts, visitors.clicks
    at_control = clicks[~visitors.is_treated]
    base, deviation = (float(value) if len(at_control) else 0.0 for value in (at_control.mean(), at_control.std()))
    found: dict[str, Any] = {
        "experiment": config.experiment,
        "metric": METRIC,
        "control": control,
        "treatment": treatment,
        "visitors": dict(zip((control, treatment), counts, strict=True)),
        "lists": visitors.lists,
        "in_both": visitors.in_both,
        "orphans": visitors.orphans,
        "sample_ratio_p": round(visitors.ratio.p, 4),
        "mismatch": config.mismatch,
        "control_mean": round(base, 4),
        "planned": {
            "relative": config.detectable,
            "visitors_each": inference.needed(deviation, config.detectable * base) if base and deviation else 0,
            "detectable": round(inference.detectable(deviation, counts) / base, 4) if base else 0.0,
        },
        "estimates": [],
        "guardrails": [],
    }
    if visitors.ratio.p < config.mismatch or min(counts) < 2:
        return found
    return found | _effects(visitors, base, config)


def _effects(visitors: Visitors, base: float, config: Config) -> dict[str, Any]:
    """What the difference is, by three estimates, and whether the guardrails hold; `base` is the control's mean."""
    clicks = visitors.clicks
    plain = inference.difference(clicks, visitors.is_treated)
    remaining = inference.adjusted(clicks, inference.covariates(visitors.history))
    cuped = inference.difference(remaining, visitors.is_treated)
    always = cuped.always_valid(len(clicks))
    estimates = [
        _estimate("difference of means", plain, plain.interval(), base),
        _estimate("with CUPED", cuped, cuped.interval(), base),
        _estimate("with CUPED, always valid", cuped, always, base),
    ]
    return {
        "estimates": estimates,
        "p": round(cuped.p, 4),
        "variance_left": round((cuped.error / plain.error) ** 2, 4) if plain.error else 1.0,
        "guardrails": [{**asdict(each), "holds": each.holds} for each in guardrails(visitors, config)],
    }


def guardrails(visitors: Visitors, config: Config) -> list[Guardrail]:
    """What must not get worse while the main metric gets better."""
    watched = (
        ("milliseconds for a list", visitors.milliseconds, config.worse_milliseconds),
        ("share without personal films", visitors.is_fallback, config.worse_fallback),
    )
    found = []
    for name, values, margin in watched:
        low, high = (apart := inference.difference(values, visitors.is_treated)).interval()
        means = (float(values[rows].mean()) for rows in (~visitors.is_treated, visitors.is_treated))
        control, treatment = (round(each, 4) for each in means)
        ci95 = (round(low, 4), round(high, 4))
        found.append(Guardrail(name, control, treatment, round(apart.value, 4), ci95, margin))
    return found


def describe(found: dict[str, Any]) -> list[str]:
    """The analysis, for a terminal."""
    counts = ", ".join(f"{name} {number:,}" for name, number in found["visitors"].items())
    lines = [f"{found['experiment']}: {counts} visitors; sample ratio p = {found['sample_ratio_p']:.4f}"]
    if not found["estimates"]:
        reason = (
            "the groups are not as large as they were assigned" if sum(found["visitors"].values()) else "no visitors"
        )
        return [*lines, f"no lift is reported: {reason}. Find out who is missing before anything else"]
    for each in found["estimates"]:
        low, high = each["ci95"]
        lines.append(f"{each['estimate']:<26} {each['difference']:+.4f}  [{low:+.4f}, {high:+.4f}]")
    if found.get("truth") is not None:
        lines.append(f"{'the truth':<26} {found['truth']:+.4f}")
    for each in found["guardrails"]:
        lines.append(f"{'ok  ' if each['holds'] else 'HARM'} {each['name']}: {each['difference']:+.4f}")
    return lines


def _estimate(name: str, difference: Difference, ci95: tuple[float, float], base: float) -> dict[str, Any]:
    low, high = ci95
    return {
        "estimate": name,
        "difference": round(difference.value, 4),
        "ci95": [round(low, 4), round(high, 4)],
        "relative": round(difference.value / base, 4) if base else 0.0,
        "relative_ci95": [round(low / base, 4), round(high / base, 4)] if base else [0.0, 0.0],
    }
