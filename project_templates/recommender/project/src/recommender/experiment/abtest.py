"""Reads the log of the experiment and says which ranking helped, or why that cannot be said.

Run as: python -m recommender abtest [--log-dir DIR]; exit code 1 when the sample ratio does not fit.

The decision follows a rule that was written before: ship a ranking when its always-valid interval lies above zero and
every guardrail holds; keep today's when the interval lies below zero or a guardrail is broken; else it is undecided.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats
from sqlalchemy import text

from recommender.config import PROJECT, SIMULATED, Config
from recommender.evaluation import figures
from recommender.experiment import events, inference
from recommender.experiment.assignment import Experiment
from recommender.experiment.inference import ALPHA, Ratio, Running
from recommender.kit import results
from recommender.kit.project import ExplainedError

METRIC = "clicks per visitor"
SHIP, KEEP, UNDECIDED = "ship", "keep", "undecided"
TRUTH = "truth.json"  # beside a simulated log
VISITORS = text("""
SELECT shown.visitor, MIN(shown.variant) AS variant, COUNT(DISTINCT shown.variant) AS variants,
       MIN(shown.history) AS history, AVG(shown.milliseconds) AS milliseconds, COUNT(*) AS lists,
       SUM(opened.clicks) AS clicks,
       SUM(CASE WHEN shown.rendered < first.moment + :novelty THEN 1 END) AS new_lists,
       SUM(CASE WHEN shown.rendered < first.moment + :novelty THEN opened.clicks END) AS new_clicks
FROM exposures AS shown
JOIN (SELECT visitor, MIN(rendered) AS moment FROM exposures WHERE experiment = :experiment GROUP BY visitor) AS first
    USING (visitor)
LEFT JOIN (SELECT list_id, COUNT(*) AS clicks FROM clicks GROUP BY list_id) AS opened USING (list_id)
WHERE shown.experiment = :experiment AND shown.position = 1
GROUP BY shown.visitor, first.moment
ORDER BY first.moment, shown.visitor
""")
ORPHANS = text("SELECT COUNT(*) FROM clicks WHERE list_id NOT IN (SELECT list_id FROM exposures)")
MODELS = text("SELECT COUNT(DISTINCT model_version) FROM exposures WHERE experiment = :experiment")
DAY = 86_400  # seconds


@dataclass(frozen=True)
class Visitors:
    """N visitors to whom at least one list was rendered, in the order in which they came.

    Left out: who saw several variants, and who was shown so many lists that it must be a bot.
    """

    variant: np.ndarray  # (N,) numbers of the experiment's variants
    clicks: np.ndarray  # (N,)
    history: np.ndarray  # (N,) items known of them before
    milliseconds: np.ndarray  # (N,)
    lists: np.ndarray  # (N,)
    new_lists: np.ndarray  # (N,) of those lists, how many while everything was new to them
    new_clicks: np.ndarray  # (N,)
    in_both: int  # visitors left out
    bots: int
    orphans: int  # clicks without an exposure
    models: int  # versions of the model that made the lists
    ratio: Ratio

    def of(self, *variants: int) -> "Visitors":
        """Only those of some variants."""
        rows = np.isin(self.variant, variants)
        names = ("variant", "clicks", "history", "milliseconds", "lists", "new_lists", "new_clicks")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


@dataclass(frozen=True)
class Guardrail:
    """Something that must not get worse by more than a margin."""

    name: str
    control: float
    treatment: float
    difference: float
    ci95: tuple[float, float]
    margin: float
    power: float  # chance that the interval lies within the margin where nothing got worse

    @property
    def state(self) -> str:
        """Whether the whole interval lies within the margin, or beyond it."""
        low, high = self.ci95
        return "holds" if high <= self.margin else "broken" if low > self.margin else UNDECIDED


def abtest(config: Config, log_dir: str | None = None) -> int:
    """Print the analysis and add it to reports/metrics.json; 1 where the sample ratio forbids one."""
    folder = Path(log_dir) if log_dir else SIMULATED
    experiment, visitors = read(folder, config)
    truth_file = folder / TRUTH
    truth = json.loads(truth_file.read_text(encoding="utf-8")) if truth_file.is_file() else None
    found = analyze(visitors, experiment, truth, config)
    print("\n".join(describe(found)))
    if log_dir and found["reason"]:  # the README's experiment stays until this one says something
        return int(not found["fits"])
    document = results.read(PROJECT.metrics)
    document["abtest"] = found
    if found["arms"]:
        numbers = (experiment.planned, config.fewest_visitors, config.seed)
        document["peeking"] = [asdict(each) for each in inference.peeking(visitors.clicks, visitors.history, *numbers)]
        figures.experiment(found["arms"], METRIC, found["source"])
        figures.peeking(document["peeking"], ALPHA)
    results.write(PROJECT.metrics, document)
    return int(not found["fits"])


def read(folder: Path, config: Config) -> tuple[Experiment, Visitors]:
    """The experiment that the settings name, as its log has it, and its visitors."""
    named = {"experiment": config.experiment}
    with events.reading(events.source(folder)) as connection:
        experiment = events.definition(connection, config.experiment)
        rows = connection.execute(VISITORS, {**named, "novelty": DAY * config.novelty_days}).mappings().all()
        orphans = connection.scalar(ORPHANS)
        models = connection.scalar(MODELS, named)
    if not rows or experiment is None:
        raise ExplainedError(f"nobody has been shown a list of the experiment {config.experiment!r} yet")
    in_both = sum(row["variants"] > 1 for row in rows)
    kept = [row for row in rows if row["variants"] == 1 and row["lists"] <= config.most_lists]
    numbers = {name: number for number, (name, _) in enumerate(experiment.variants)}
    columns = {
        name: np.array([row[name] or 0 for row in kept], dtype=float)
        for name in ("clicks", "history", "milliseconds", "lists", "new_lists", "new_clicks")
    }
    variant = np.array([numbers[row["variant"]] for row in kept], dtype=int)
    counts = np.bincount(variant, minlength=len(numbers)).tolist()
    ratio = inference.ratio(counts, [share for _, share in experiment.variants])
    bots = len(rows) - in_both - len(kept)
    return experiment, Visitors(
        variant, **columns, in_both=in_both, bots=bots, orphans=orphans, models=models, ratio=ratio
    )


def analyze(visitors: Visitors, experiment: Experiment, truth: dict[str, Any] | None, config: Config) -> dict[str, Any]:
    """First whether the groups are what they should be; only then what the differences are.

    `truth` is what only a simulation knows: clicks per visitor under each ranking.
    """
    names = [name for name, _ in experiment.variants]
    alpha = ALPHA / max(1, len(names) - 1)  # Bonferroni: every treatment is compared with the control
    found = _groups(visitors, experiment, alpha, config)
    found |= {"source": "simulated visitors" if truth else "visitors", "arms": [], "decision": UNDECIDED}
    if not found["reason"]:
        found["arms"] = [
            _arm(visitors.of(0, number), experiment, name, alpha, truth, config)
            for number, name in enumerate(names)
            if number
        ]
        found["decision"], found["chosen"] = _decision(found["arms"])
    return found


def _groups(visitors: Visitors, experiment: Experiment, alpha: float, config: Config) -> dict[str, Any]:
    """Who was shown what, whether that fits, and what could be found among so many."""
    at_control, counts = visitors.of(0).clicks, visitors.ratio.counts
    base, deviation = (float(each) if len(at_control) else 0.0 for each in (at_control.mean(), at_control.std()))
    detectable = inference.detectable(deviation, counts[:2], alpha) / base if base else 0.0
    needed = inference.needed(deviation, config.detectable * base, alpha) if base and deviation else 0
    return {
        "experiment": experiment.key,
        "metric": METRIC,
        "control": experiment.variants[0][0],
        "visitors": dict(zip((name for name, _ in experiment.variants), counts, strict=True)),
        "lists": int(visitors.lists.sum()),
        "in_both": visitors.in_both,
        "bots": visitors.bots,
        "orphans": visitors.orphans,
        "models": visitors.models,
        "sample_ratio_p": round(visitors.ratio.p, 4),
        "mismatch": config.mismatch,
        "fits": visitors.ratio.p >= config.mismatch,
        "control_mean": round(base, 4),
        "planned": {
            "visitors": experiment.planned,
            "relative": config.detectable,
            "visitors_each": needed,
            "detectable": round(detectable, 4),
        },
        "reason": _why_nothing_is_said(visitors, config),
    }


def _why_nothing_is_said(visitors: Visitors, config: Config) -> str:
    if min(visitors.ratio.counts) < config.fewest_visitors:
        return f"a group has fewer than {config.fewest_visitors} visitors"
    if visitors.ratio.p < config.mismatch:
        return "the groups are not as large as they were assigned"
    return "the model was trained anew while the experiment ran" if visitors.models > 1 else ""


def _arm(
    visitors: Visitors, experiment: Experiment, name: str, alpha: float, truth: dict[str, Any] | None, config: Config
) -> dict[str, Any]:
    """One treatment against the control: the difference by three estimates, whether it lasts, and the guardrails."""
    is_treated, before = visitors.variant > 0, inference.covariates(visitors.history)
    plain = inference.running(visitors.clicks, is_treated)
    cuped = inference.running(visitors.clicks, is_treated, before)
    always = cuped.always(experiment.planned, alpha)[0]
    rails = guardrails(visitors, alpha, config)
    return {
        "treatment": name,
        "truth": None if truth is None else _true_differences(truth, experiment.variants[0][0], name),
        "estimates": [
            _estimate("difference of means", plain, plain.once(alpha)[0]),
            _estimate("with CUPED", cuped, cuped.once(alpha)[0]),
            _estimate("with CUPED, always valid", cuped, always),
        ],
        "p": round(float(cuped.p()[0]), 4),
        "variance_left": round(float((cuped.error / plain.error)[0] ** 2), 4) if plain.error[0] else 1.0,
        "novelty": _novelty(visitors, is_treated, config),
        "guardrails": [{**asdict(each), "state": each.state} for each in rails],
        "decision": decide((float(always[0]), float(always[1])), [each.state for each in rails]),
    }


def decide(always: tuple[float, float], guardrails: list[str]) -> str:
    """The rule, in one place."""
    if always[1] < 0 or "broken" in guardrails:
        return KEEP
    return SHIP if always[0] > 0 and set(guardrails) <= {"holds"} else UNDECIDED


def _decision(arms: list[dict[str, Any]]) -> tuple[str, str]:
    """(decision, treatment): the best of what may be shipped; keep only where all are to be left."""
    ordered = sorted(arms, key=lambda arm: -arm["estimates"][1]["difference"])
    for decision in (SHIP, UNDECIDED):
        if fitting := [arm for arm in ordered if arm["decision"] == decision]:
            return decision, fitting[0]["treatment"]
    return KEEP, ordered[0]["treatment"]


def guardrails(visitors: Visitors, alpha: float, config: Config) -> list[Guardrail]:
    """What must not get worse while the main metric gets better; a ranking can move each of them."""
    seen = (
        ("milliseconds of the ranking", visitors.milliseconds, config.worse_milliseconds),
        ("share of visitors who open nothing", (visitors.clicks == 0).astype(float), config.worse_nothing),
    )
    found = []
    is_treated = visitors.variant > 0
    for name, values, margin in seen:
        apart = inference.running(values, is_treated)
        low, high = (round(float(each), 4) for each in apart.once(alpha)[0])
        control, treatment = (round(float(values[rows].mean()), 4) for rows in (~is_treated, is_treated))
        reach = (high - low) / 2
        power = float(stats.norm.cdf((margin - reach) / apart.error[0])) if apart.error[0] else 1.0
        difference = round(float(apart.value[0]), 4)
        found.append(Guardrail(name, control, treatment, difference, (low, high), margin, round(power, 3)))
    return found


def _novelty(visitors: Visitors, is_treated: np.ndarray, config: Config) -> dict[str, Any] | None:
    """Whether the effect fades: clicks per list while everything was new, and after; None where too few came back."""
    halves = []
    for clicks, lists in (
        (visitors.new_clicks, visitors.new_lists),
        (visitors.clicks - visitors.new_clicks, visitors.lists - visitors.new_lists),
    ):
        came = lists > 0
        if min((came & is_treated).sum(), (came & ~is_treated).sum()) < config.fewest_visitors:
            return None
        halves.append(inference.running(clicks[came] / lists[came], is_treated[came]))
    first, later = halves
    fades = float((first.relative - later.relative)[0])
    half = 1.96 * float(np.hypot(first.relative_error, later.relative_error)[0])
    return {
        "days": config.novelty_days,
        "first": _relative(first),
        "later": _relative(later),
        "fades": {"difference": round(fades, 4), "ci95": [round(fades - half, 4), round(fades + half, 4)]},
    }


def _relative(found: Running) -> dict[str, Any]:
    middle, half = float(found.relative[0]), 1.96 * float(found.relative_error[0])
    return {"value": round(middle, 4), "ci95": [round(middle - half, 4), round(middle + half, 4)]}


def _true_differences(truth: dict[str, Any], control: str, treatment: str) -> dict[str, float]:
    """As it was, and once nothing is new to anybody."""
    return {key: round(truth[key][treatment] - truth[key][control], 4) for key in ("clicks_per_visitor", "lasting")}


def _estimate(name: str, found: Running, ci95: np.ndarray) -> dict[str, Any]:
    value, (low, high) = float(found.value[0]), (float(each) for each in ci95)
    error = float(found.error[0])
    reach = (high - low) / 2 / error if error else 0.0  # in standard errors
    relative, half = float(found.relative[0]), reach * float(found.relative_error[0])
    return {
        "estimate": name,
        "difference": round(value, 4),
        "ci95": [round(low, 4), round(high, 4)],
        "relative": round(relative, 4) if np.isfinite(relative) else None,
        "relative_ci95": [round(relative - half, 4), round(relative + half, 4)] if np.isfinite(half) else None,
    }


def describe(found: dict[str, Any]) -> list[str]:
    """The analysis, for a terminal."""
    counts = ", ".join(f"{name} {number:,}" for name, number in found["visitors"].items())
    lines = [f"{found['experiment']}: {counts} {found['source']}; sample ratio p = {found['sample_ratio_p']:.4f}"]
    for key, what in (("in_both", "saw several variants"), ("bots", "were shown too many lists: bots")):
        if found[key]:
            lines.append(f"{found[key]} visitors {what}; they are left out")
    if found["orphans"]:
        lines.append(f"{found['orphans']} clicks belong to no list that was rendered; they do not count")
    if found["reason"]:
        return [*lines, f"no difference is reported: {found['reason']}"]
    for arm in found["arms"]:
        lines.append(f"{arm['treatment']} against {found['control']}:")
        for each in arm["estimates"]:
            low, high = each["ci95"]
            lines.append(f"  {each['estimate']:<26} {each['difference']:+.4f}  [{low:+.4f}, {high:+.4f}]")
        if arm["truth"]:
            lines.append(f"  {'the truth':<26} {arm['truth']['clicks_per_visitor']:+.4f}")
        lines += [f"  {each['name']} {each['state']}: {each['difference']:+.4f}" for each in arm["guardrails"]]
        lines.append(f"  decision: {arm['decision']}")
    return lines
