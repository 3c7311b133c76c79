"""Measures the feature on cases that chose nothing, values it, decides about the launch; writes reports/metrics.json.

Run as: python -m product_brief evaluate
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import numpy as np

from product_brief.brief import agreed, value
from product_brief.brief import brief as briefs
from product_brief.brief.brief import OF_CASES, Brief
from product_brief.config import PROJECT, Config
from product_brief.data import prepare, readiness, sample, store
from product_brief.data.articles import UNSAFE, BadDataError, Case, Faq, is_tested
from product_brief.data.licenses import cases_may_be_shown
from product_brief.data.prepare import Manifest
from product_brief.evaluation import figures, launch, outcomes, regression
from product_brief.evaluation.candidates import SERVED, Measured, measure, naive
from product_brief.evaluation.outcomes import MEASURES, RIGHT, Judged
from product_brief.kit import drift, results
from product_brief.models import saved
from product_brief.models.assistant import SCORE, Assistant, Settings
from product_brief.models.saved import Saved
from product_brief.models.text import words
from product_brief.monitoring.signals import signals
from product_brief.reporting import documents
from product_brief.usage import report as usage

EXAMPLES = 3  # failures of each kind that are shown


def evaluate(config: Config) -> dict[str, Any]:
    """Write what was measured, the figures, and what the page shows."""
    faq, cases, manifest = prepare.load(config)
    brief = briefs.load()
    model = saved.load(config)
    _check_trained(model.assistant, faq, brief)
    known = agreed.measure(agreed.terms(brief, cases, faq, manifest.source, config))
    tested = [case for case in cases if is_tested(case, config.test_share)]
    measured = measure(model.assistant, tested, config, _cutoff(model.assistant))
    document = described(measured, cases, faq, brief, manifest, model, known, config)
    results.write(PROJECT.metrics, document)
    figures.draw(document)
    _save_card(model, measured, document, manifest, config)
    return document


def _cutoff(assistant: Assistant) -> Settings | None:
    """The settings of the experiment that was sure by the score alone; nothing where that one is served."""
    tried = (Settings(**run["settings"]) for run in results.experiments(PROJECT))
    found = next((each for each in tried if (each.signal, each.boost) == (SCORE, 1.0)), None)
    return found if found != assistant.settings else None


def _check_trained(assistant: Assistant, faq: Faq, brief: Brief) -> None:
    again = "run `python -m product_brief train`"
    if assistant.faq.sha256 != faq.sha256:
        raise BadDataError(f"the assistant has other articles, and may have met those it is tested on: {again}")
    if assistant.refuses != brief.refuses:
        raise BadDataError(f"the assistant refuses other questions than brief.yaml says: {again}")


def described(
    measured: Measured,
    cases: Sequence[Case],
    faq: Faq,
    brief: Brief,
    manifest: Manifest,
    model: Saved,
    known: agreed.Agreed,
    config: Config,
) -> dict[str, Any]:
    """Everything that reports/metrics.json holds."""
    served, facts = measured.by[SERVED], _facts(measured, faq, manifest)
    rows = [*measured.rows(), naive(model.assistant, config)]
    document = results.document(PROJECT, manifest, config.seed, facts, rows, measured.comparisons(), [saved.MODEL])
    timed = _timed(model.assistant, measured.cases, config)
    worth = value.appraise(brief, counts_of(measured), config)
    change = regression.against_release(served)
    decision = launch.decide(brief, _limited(measured, timed), facts["drafted"], known, worth, change, config)
    return {
        **document,
        "in_points": [_in_points(each) for each in document["comparisons"]],
        "brief": asdict(brief),
        "brief_sha256": brief.sha256,
        "agreed": agreed.as_document(known),
        "launch": launch.as_document(decision),
        "outcome_counts": outcomes.counts(served),
        "slices": _slices(measured),
        "failures": _failures(served, faq) if cases_may_be_shown(manifest.licence) else [],
        "change": asdict(change) if change else None,
        "outcomes": regression.as_outcomes(served),
        "settings": asdict(model.assistant.settings),
        "value": worth,
        "readiness": ready(faq, cases, manifest.synthetic, config),
        "usage": usage.measure_now(model.assistant, measured.cases, brief, config),
        "plan": usage.plan(brief, config),
        "players": usage.players(config) if manifest.usage == prepare.PLAYERS else None,
        "costs": timed,
    }


def _in_points(comparison: dict[str, Any]) -> dict[str, Any]:
    """A difference of shares as a sentence says it, in percentage points."""
    numbers = [100 * each for each in (comparison["difference"], *comparison["ci95"])]
    return {"against": comparison["against"], "difference": numbers[0], "ci95": numbers[1:]}


def _facts(measured: Measured, faq: Faq, manifest: Manifest) -> dict[str, Any]:
    return {
        "articles": len(faq.articles),
        "outdated": len(faq.outdated),
        "cases": manifest.cases,
        "tested": len(measured.cases),
        "drafted": sum(case.is_drafted for case in measured.cases),
        "unsafe_refused": sum(each.is_refused for each in measured.by[SERVED] if each.case.kind == UNSAFE),
        "unsafe_kinds": len({case.subject for case in measured.cases if case.kind == UNSAFE}),
        "found": manifest.found,
    }


def _limited(measured: Measured, timed: dict[str, float]) -> dict[str, launch.Value]:
    """Everything that the brief sets a limit to."""
    served, number = measured.by[SERVED], len(measured.cases)
    shares = {name: measured.resampled.measure(served, name) for name in MEASURES if name in OF_CASES}
    if not measured.has_outdated:  # then none can be suggested, however few the cases are
        shares["outdated_suggestions"] = (0.0, (0.0, 0.0), number)
    return {**shares, **{name: (seconds, None, number) for name, seconds in timed.items()}}


def _timed(assistant: Assistant, cases: Sequence[Case], config: Config) -> dict[str, float]:
    """What an answer takes of this machine, one after the other, without the service around it."""
    seconds = []
    assistant.ask(cases[0].question)  # builds the index
    for case in cases[:300]:
        started = time.perf_counter()
        assistant.ask(case.question)
        seconds.append(time.perf_counter() - started)
    cost = config.price_per_hour / 3600 * float(np.mean(seconds))
    return {
        "milliseconds_p95": round(1000 * float(np.percentile(seconds, 95)), 2),
        "cost_per_question": round(cost, 12),
    }


def counts_of(measured: Measured) -> value.Counts:
    """What the business case needs of the evaluation."""
    served = measured.by[SERVED]
    is_right = np.array([each.outcome == RIGHT for each in served])
    is_wrong = np.array([each.is_wrong_suggestion for each in served])
    drawn = np.column_stack([measured.resampled.drawn(each) for each in (is_right, is_wrong)])
    return value.Counts(int(is_right.sum()), int(is_wrong.sum()), len(served), drawn)


def _slices(measured: Measured) -> list[dict[str, Any]]:
    """Each kind of case: how often it is handled right, and what fails most; the worst first."""
    found = []
    for kind in sorted({case.kind for case in measured.cases}):
        is_here = np.array([case.kind == kind for case in measured.cases])
        here = [each for each, is_in in zip(measured.by[SERVED], is_here, strict=True) if is_in]
        is_right = np.array([each.is_correct for each in measured.by[SERVED]])
        share, ci95, n = measured.resampled.share(is_right, is_here)
        failures = {
            name: number for name, number in outcomes.counts(here).items() if name in outcomes.FAILURES and number
        }
        found.append({"name": kind, "value": share, "ci95": ci95, "n": n, "failures": failures})
    return sorted(found, key=lambda each: each["value"])


def _failures(judged: Sequence[Judged], faq: Faq) -> list[dict[str, str]]:
    """Some of every kind, the surest first: those are the ones that hurt."""
    titles, found = {each.id: each.title for each in faq.articles}, []
    for name in outcomes.FAILURES:
        failed = sorted((each for each in judged if each.outcome == name), key=lambda each: -each.confidence)
        found += [
            {"outcome": name, "question": each.case.question, "suggested": titles.get(each.suggested, ""),
             "right": titles.get(each.case.article, "")}
            for each in failed[:EXAMPLES]
        ]  # fmt: skip
    return found


def ready(faq: Faq, cases: Sequence[Case], is_drawn: bool, config: Config) -> dict[str, Any]:
    """How ready the articles that hold are."""
    asked = {case.article for case in cases}
    columns = ("id", "title", "text", "updated", "has_case")
    current = [each for each in faq.articles if not each.replaced_by]
    records = [(each.id, each.title, each.text, each.updated, "yes" if each.id in asked else "") for each in current]
    today = sample.TODAY if is_drawn else date.today()
    counted = ("tested cases", sum(is_tested(case, config.test_share) for case in cases))
    named = readiness.Named("id", "updated", "has_case", prepare.needed_cases(config), counted)
    with store.table(columns, records) as connection:
        found = readiness.assess(connection, named, today, config.fresh_days)
    return {"score": round(found.score, 1), "parts": [asdict(part) for part in found.parts], "worst": found.worst.name,
            "as_of": today.isoformat()}  # fmt: skip


def _save_card(model: Saved, measured: Measured, document: dict[str, Any], manifest: Manifest, config: Config) -> None:
    asked = [signals(case.question, model.assistant.answer(case), words(case.question)) for case in measured.cases]
    subjects = np.unique([case.subject for case in measured.cases], return_inverse=True)[1]
    settings = (min(config.window, len(asked)), config.drift_alarms, config.drift_resamples, config.seed)
    reference = drift.reference(drift.signals(asked), subjects, *settings)
    right = [each.case.question for each in measured.by[SERVED] if each.outcome == RIGHT and not each.case.is_drafted]
    examples = right[:: max(1, len(right) // 20)][:20] if cases_may_be_shown(manifest.licence) else []
    if len(examples) < 3:
        examples = [f"{each.title}?".replace("??", "?") for each in model.assistant.faq.articles[:3]]
    brief = document["brief"]
    goal = {name: brief[name] for name in ("goal", "guardrails", "kill")}
    card = replace(
        model.card,
        examples=examples,
        brief=documents.for_page(document),
        goal=goal,
        trial=brief["trial"],
        reference=reference,
    )
    saved.save_card(card)
