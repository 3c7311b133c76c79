"""Measures the model, analyzes the experiment, finds the effect in every other way, and decides who gets the offer.

Run as: python -m churn_study evaluate
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd

from churn_study.causal import differences, ladder, observed
from churn_study.causal.ladder import NO, Rung
from churn_study.config import PROJECT, Config
from churn_study.data import prepare, store
from churn_study.data.licenses import may_be_shown
from churn_study.data.prepare import Manifest
from churn_study.data.split import Split, split
from churn_study.data.study import CHURNED, CUSTOMER, DATE, EXPERIMENT, HISTORY, OBSERVED, Study
from churn_study.decision import memo, policies
from churn_study.decision.words import MONEY, many
from churn_study.evaluation import figures, measures, naive, slices
from churn_study.evaluation.in_points import in_points
from churn_study.evaluation.measures import Tested
from churn_study.experiment import analysis, plan
from churn_study.kit import drift, results
from churn_study.kit.intervals import stream
from churn_study.kit.project import ExplainedError
from churn_study.kit.results import Comparison, Result
from churn_study.models import candidates, saved, training
from churn_study.models.features import as_customers
from churn_study.models.risk import BASE_RATE, Model
from churn_study.models.saved import Saved
from churn_study.monitoring.signals import signals
from churn_study.sql import queries

EXAMPLES = 60  # customers of the load test
TRIED = "retention offer"  # the experiment that is analyzed, in the log of experiments


def evaluate(config: Config) -> None:
    """Write reports/metrics.json, the memo and the figures."""
    study, manifest = prepare.load()
    served, parts = _checked(study, config)
    tested = Tested(parts.name, parts.test[CHURNED].to_numpy(), config)
    risks = {name: training.risks_of(model, parts.test) for name, (_, model) in _shown(parts, study, config).items()}
    chosen = served.model.name
    careless = naive.rows(parts, study.columns, tested, config)
    rows, comparisons = _rows(tested, risks, chosen), _compared(tested, risks, chosen)
    found = _effects(study, served.model, manifest, config)
    best = _strongest(found["ladder"])
    document = {
        "served": chosen,
        "calibration": _calibration(tested, risks[chosen]),
        "slices": slices.slices(parts.test, risks[chosen], study.columns, tested),
        "importance": slices.importance(served.model, parts.test, study.columns, tested, config.seed),
        "surprises": slices.surprises(parts.test, risks[chosen], study.columns)
        if may_be_shown(manifest.licence)
        else [],
        "too_good": config.too_good,
        "queries": queries.described(queries.run()),
        "left_out_queries": len([each for each in queries.queries() if not queries.can_run(each)]),
        **found,
        "stakes": _stakes(parts, study, config),
        "registered": asdict(plan.read()) | asdict(registered) if (registered := plan.registered()) else None,
        "strongest": best and asdict(best),
    }
    sizes = {"train": len(parts.train), "validation": len(parts.validation), "test": len(parts.test)}
    columns = study.columns
    facts = {name: getattr(manifest, name) for name in ("churned", "customers", "noun", "offer", "found")}
    facts |= {"forbidden": columns.forbidden, "placebo": columns.placebo}
    written = results.document(
        PROJECT, manifest, config.seed, facts, [*rows, *careless], comparisons, [saved.MODEL]
    ) | {"sizes": sizes, **document}
    written["in_points"] = in_points(written)
    figures.draw(written, tested, risks[chosen])
    served = _remember(served, parts, study, written, config)
    memo.write(written)
    results.write(PROJECT.metrics, written)


def _checked(study: Study, config: Config) -> tuple[Saved, Split]:
    """What is served, and the customers by their use."""
    served, parts = saved.load(), split(study, config)
    if served.card.met_sha256 != saved.digest(pd.concat([parts.train, parts.validation])):
        raise ExplainedError(
            "the model was trained on other data, and may have met those it is tested on: run `python -m "
            "churn_study train` first"
        )
    return served, parts


def _shown(parts: Split, study: Study, config: Config) -> dict[str, tuple[str, Model]]:
    """The candidates that the tables show: of the single columns, the strongest of each kind in validation."""
    runs = {each["name"]: each for each in results.experiments(PROJECT)}
    every = training.fit_all(parts, study.columns, config)
    scores = {name: runs[name]["validation_roc_auc"] for name in every}
    single = candidates.single_columns(list(every), study.columns, scores)
    return {
        name: each
        for name, each in every.items()
        if not name.endswith(" only") or name in single or runs[name]["chosen"]
    }


def _rows(tested: Tested, risks: dict[str, np.ndarray], chosen: str) -> list[Result]:
    """Every measure of every candidate, what is served last; the order is not measured where all risks are equal."""
    order = [*(each for each in risks if each != chosen), chosen]
    return [
        tested.result(name, "model" if name == chosen else "baseline", metric, risks[name])
        for metric in measures.MEASURES
        for name in order
        if metric == "brier" or name != BASE_RATE or chosen == BASE_RATE
    ]


def _compared(tested: Tested, risks: dict[str, np.ndarray], chosen: str) -> list[Comparison]:
    others = [each for each in risks if each not in (chosen, BASE_RATE)]
    ordered = [tested.compare("roc_auc", (chosen, risks[chosen]), (name, risks[name])) for name in others]
    sized = (
        [tested.compare("brier", (chosen, risks[chosen]), (BASE_RATE, risks[BASE_RATE]))] if chosen != BASE_RATE else []
    )
    return [*ordered, *sized]


def _calibration(tested: Tested, risks: np.ndarray) -> dict[str, Any]:
    slope, intercept = measures.calibration(tested.churned.astype(float), risks)
    said, happened = float(risks.mean()), float(tested.churned.mean())
    return {
        "slope": None if np.isnan(slope) else round(slope, 3),
        "intercept": None if np.isnan(intercept) else round(intercept, 3),
        "said": round(said, 4),
        "churned": round(happened, 4),
        "bins": measures.bins(tested.churned.astype(float), risks),
    }


def _effects(study: Study, model: Model, manifest: Manifest, config: Config) -> dict[str, Any]:
    """Everything that these data can say of the offer's effect, and what follows from it."""
    rungs, found = list[Rung](), dict[str, Any]()
    trial, chosen = study.part(EXPERIMENT), study.part(OBSERVED)
    if len(trial):
        registered, planned = plan.open_outcomes(manifest), plan.read()
        risks = training.risks_of(model, trial) if _is_earlier(study) else None
        found["experiment"] = analysis.analyze(trial, risks, study.columns, planned, registered, config)
        if "exposures" in store.tables():
            found["other_experiments"] = analysis.others(
                store.query("SELECT * FROM exposures"), TRIED, planned.share, config
            )
        rung = ladder.of_trial(found["experiment"])
        rungs += [rung] if rung else []
        if rung:
            segments = analysis.segments_of(planned, study.columns)
            valued = policies.value(trial, risks, segments, study.columns, config)
            unit = MONEY if valued["costs"]["has_money"] else f"{many(manifest.noun)} kept"
            found["decision"] = {**valued, "segments": segments, "unit": unit}
    if "regions" in store.tables():
        rung, found["panel"] = ladder.of_panel(differences.panel(store.query("SELECT * FROM regions")), config)
        rungs.append(rung)
    if len(chosen):
        seen = observed.observe(chosen, study.columns, config)
        found["observed"] = seen.described() | {"placebo": asdict(seen.placebo) if seen.placebo else None}
        rungs += ladder.of_observed(seen, config)
    truths = ladder.true_effects(store.query("SELECT * FROM truth")) if "truth" in store.tables() else {}
    return {**found, "ladder": [asdict(replace(each, truth=truths.get(each.name))) for each in rungs]}


def _stakes(parts: Split, study: Study, config: Config) -> dict[str, float] | None:
    """What a customer who stays is worth, and the effect at which an offer pays, where money is known."""
    if not (money := study.columns.money):
        return None
    worth = float(parts.test[money].mean()) * config.margin * config.months_kept
    return (
        {"worth": round(worth, 2), "cost": config.offer_cost, "needed_effect": round(config.offer_cost / worth, 5)}
        if worth > 0
        else None
    )


def _is_earlier(study: Study) -> bool:
    """Whether everything that the model learned from happened before the experiment."""
    history, trial = study.part(HISTORY), study.part(EXPERIMENT)
    return study.has_dates and bool(history[history[DATE] < history[DATE].max()][DATE].max() < trial[DATE].min())


def _strongest(rungs: Sequence[dict[str, Any]]) -> Rung | None:
    """The best evidence on which a decision may stand."""
    return next((Rung(**each) for each in rungs if each["stands"] != NO), None)


def _remember(served: Saved, parts: Split, study: Study, written: dict[str, Any], config: Config) -> Saved:
    """What the service needs to decide, customers to try, and what their answers look like, for the monitor."""
    asked = as_customers(parts.test, served.model.encoder)
    drawn = stream(config.seed, "reference").permutation(len(asked))[: config.reference]
    values = drift.signals([signals(asked[k], served.model) for k in drawn])
    groups = pd.factorize(parts.test[CUSTOMER].iloc[drawn])[0]
    reference = drift.reference(
        values, groups, min(config.window, len(drawn)), config.drift_alarms, config.resamples, config.seed
    )
    money = study.columns.money
    of_money = [
        {money: float(each)} if money and money not in served.model.encoder.typical else {}
        for each in parts.test.get(money, [0.0] * len(asked))
    ]
    order = np.argsort(-served.model.risks(asked), kind="stable")
    some = [order[round(place * (len(order) - 1))] for place in np.linspace(0.05, 1, min(EXAMPLES, len(order)))]
    is_shown = may_be_shown(served.card.licence)
    examples = (
        [{**asked[k], **of_money[k]} for k in some] if is_shown else [{**served.model.encoder.typical, **of_money[0]}]
    )
    decision, best = written.get("decision"), written["strongest"]
    card = replace(
        served.card,
        segments=decision["segments"] if decision else [],
        cells=decision["rule"]["cells"] if decision else [],
        overall=best["value"] if best else None,
        error=(best["ci95"][1] - best["ci95"][0]) / 2 if best else 0.0,
        costs=decision["costs"] if decision else {},
        examples=examples,
        page=memo.for_page(written),
        reference=reference,
    )
    saved.save_card(card)
    return replace(served, card=card)
