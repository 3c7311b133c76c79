"""Measures the feature on cases that chose nothing, values it, decides about the launch; writes reports/metrics.json.

Run as: python -m product_brief evaluate
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from product_brief.brief import agreed, value
from product_brief.brief import brief as briefs
from product_brief.brief.brief import Brief
from product_brief.config import PROJECT, Config
from product_brief.data import cases as case_files
from product_brief.data import prepare, readiness, store
from product_brief.data.articles import BadDataError, Case, Faq, is_tested
from product_brief.data.licenses import cases_may_be_shown
from product_brief.data.prepare import Manifest
from product_brief.evaluation import figures, launch, outcomes, regression
from product_brief.evaluation.outcomes import LABELS, MEASURES, RIGHT, Judged, Resampled
from product_brief.kit import drift, results
from product_brief.kit.results import Comparison, Result
from product_brief.models import saved
from product_brief.models.assistant import COVERAGE, SILENT, Assistant, Settings
from product_brief.models.saved import Saved
from product_brief.models.text import words
from product_brief.monitoring.signals import signals
from product_brief.usage import report as usage

NEVER, TITLES, SEARCH, SERVED = (
    "never suggests",
    "most words of the title",
    "BM25 that always suggests",
    "BM25 that abstains",
)
TITLE_ASKED = "each article's own title asked"
EXAMPLES = 3  # failures of each kind that are shown


@dataclass(frozen=True)
class Measured:
    """What became of the tested cases, by everything that was tried on them."""

    cases: Sequence[Case]
    by: dict[str, list[Judged]]
    resampled: Resampled

    def rows(self) -> list[Result]:
        """Every measure of every candidate."""
        found = []
        for name, judged in self.by.items():
            for metric in MEASURES:
                share, ci95, n = self.resampled.measure(judged, metric)
                if n and (name, metric) != (NEVER, "hit_rate_at_5"):  # it lists nothing
                    role = "model" if name == SERVED else "baseline"
                    is_more_better = briefs.OF_CASES.get(metric, True)
                    found.append(
                        Result(name, role, "test (held out)", metric, LABELS[metric], share, ci95, n, is_more_better)
                    )
        return found

    def comparisons(self) -> list[Comparison]:
        """How many more cases the served one handles right than each of the others."""
        return [
            Comparison("correct", SERVED, name, "test (held out)", *self.resampled.gap(self.by[SERVED], judged))
            for name, judged in self.by.items()
            if name != SERVED
        ]


def evaluate(config: Config) -> dict[str, Any]:
    """Write what was measured, the figures, and what the page shows."""
    faq, cases, manifest = prepare.load(config)
    brief = briefs.load()
    known = agreed.measure(brief, case_files.digest(cases))
    model = saved.load(config)
    if model.assistant.faq.sha256 != faq.sha256 or model.assistant.refuses != brief.refuses:
        raise BadDataError("the assistant was made from other articles, or another brief: run `train` first")
    tested = [case for case in cases if is_tested(case, config.test_share)]
    measured = measure(model.assistant, tested, config)
    document = described(measured, faq, brief, manifest, model, known, config)
    results.write(PROJECT.metrics, document)
    figures.draw(document)
    _save_card(model, measured, document, manifest, config)
    return document


def measure(assistant: Assistant, tested: Sequence[Case], config: Config) -> Measured:
    """What becomes of the tested cases."""
    plain = replace(assistant, settings=Settings(1.0, COVERAGE, follows=False, threshold=0.0), refuses=())
    by = {
        NEVER: outcomes.judge(replace(assistant, settings=replace(assistant.settings, threshold=SILENT)), tested),
        TITLES: _by_titles(assistant.faq, tested),
        SEARCH: outcomes.judge(plain, tested),
        SERVED: outcomes.judge(assistant, tested),
    }
    return Measured(tested, by, Resampled(tested, config))


def _by_titles(faq: Faq, tested: Sequence[Case]) -> list[Judged]:
    """What a search in the titles alone does, by the words in common; where there are none, it suggests nothing."""
    titles = [set(words(each.title)) for each in faq.articles]
    found = []
    for case in tested:
        own = set(words(case.question))
        shared = np.array([len(own & title) / max(1, len(title)) if own & title else 0.0 for title in titles])
        for gone in filter(None, (case.without, case.article if case.is_drafted else "")):
            shared[faq.places[gone]] = 0.0
        listed = [faq.articles[place] for place in np.argsort(-shared, kind="stable")[:5] if shared[place]]
        suggested = listed[0].id if listed else ""
        outcome = outcomes.outcome(case, suggested, faq)
        found.append(Judged(case, suggested, outcome, rank=outcomes.rank(case, listed)))
    return found


def described(
    measured: Measured, faq: Faq, brief: Brief, manifest: Manifest, model: Saved, known: agreed.Agreed, config: Config
) -> dict[str, Any]:
    """Everything that reports/metrics.json holds."""
    served = measured.by[SERVED]
    timed = _timed(model.assistant, measured.cases, config)
    shares = {name: measured.resampled.measure(served, name) for name in MEASURES}
    worth = value.appraise(brief, counts_of(served), config)
    change = regression.against_release(served)
    drafted = sum(case.is_drafted for case in measured.cases)
    limited = {name: shares[name] for name in MEASURES if name in briefs.OF_CASES}
    everything = {**limited, **{name: (number, None, len(served)) for name, number in timed.items()}}
    decision = launch.decide(brief, everything, drafted, len(served), known, worth, change, config)
    facts = {"articles": len(faq.articles), "outdated": len(faq.outdated), "cases": manifest.cases,
             "tested": len(served), "drafted": drafted, "found": manifest.found}  # fmt: skip
    document = results.document(
        PROJECT, manifest, config.seed, facts, [*measured.rows(), naive(model.assistant, config)],
        measured.comparisons(), [saved.MODEL],
    )  # fmt: skip
    may_show = cases_may_be_shown(manifest.licence)
    return {
        **document,
        "brief": asdict(brief),
        "brief_sha256": brief.sha256,
        "agreed": {
            **asdict(known),
            "limits_are_first": known.limits_are_first,
            "cases_are_first": known.cases_are_first,
        },
        "launch": launch.as_document(decision),
        "outcome_counts": outcomes.counts(served),
        "slices": _slices(measured),
        "failures": _failures(served, faq) if may_show else [],
        "change": asdict(change) if change else None,
        "outcomes": regression.as_outcomes(served),
        "settings": asdict(model.assistant.settings),
        "value": worth,
        "readiness": ready(faq, measured.cases, config),
        "usage": usage.measure_now(model.assistant, measured.cases, brief, config),
        "plan": usage.plan(brief, config),
        "players": usage.players(config) if manifest.usage == prepare.PLAYERS else None,
        "costs": timed,
    }


def _timed(assistant: Assistant, cases: Sequence[Case], config: Config) -> dict[str, float]:
    """What an answer takes of this machine, one after the other, without the service around it."""
    seconds = []
    assistant.ask(cases[0].question)  # builds the index
    for case in cases[:300]:
        started = time.perf_counter()
        assistant.ask(case.question)
        seconds.append(time.perf_counter() - started)
    cost = config.price_per_hour / 3600 * float(np.mean(seconds))
    return {"milliseconds_p95": round(1000 * float(np.percentile(seconds, 95)), 2), "cost_per_question": round(cost, 9)}


def counts_of(judged: Sequence[Judged]) -> value.Counts:
    """What the business case needs of the evaluation."""
    right = sum(each.outcome == RIGHT for each in judged)
    return value.Counts(right, sum(each.is_wrong_suggestion for each in judged), len(judged))


def naive(assistant: Assistant, config: Config) -> Result:
    """What a demonstration claims: every article is found by its own title."""
    current = [each for each in assistant.faq.articles if not each.replaced_by]
    always = replace(assistant, settings=replace(assistant.settings, threshold=0.0), refuses=())
    cases = [Case(each.title, each.id, TITLE_ASKED) for each in current]
    resampled = Resampled(cases, config)
    share, ci95, n = resampled.measure(outcomes.judge(always, cases), "correct")
    return Result(TITLE_ASKED, "naive", "articles", "correct", LABELS["correct"], share, ci95, n)


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


def ready(faq: Faq, tested: Sequence[Case], config: Config) -> dict[str, Any]:
    """How ready the articles are."""
    asked = {case.article for case in tested}
    columns = ("id", "title", "text", "updated", "is_asked")
    records = [
        (each.id, each.title, each.text, each.updated, "yes" if each.id in asked else "") for each in faq.articles
    ]
    latest = max((each.updated for each in faq.articles if each.updated), default="")
    today = date.fromisoformat(latest) if latest else date.today()
    counted = ("tested cases", len(tested))
    named = readiness.Named("id", "updated", "is_asked", prepare.needed_cases(config), counted)
    with store.table(columns, records) as connection:
        found = readiness.assess(connection, named, today, config.fresh_days)
    return {"score": round(found.score, 1), "parts": [asdict(part) for part in found.parts], "worst": found.worst.name,
            "as_of": today.isoformat()}  # fmt: skip


def _save_card(model: Saved, measured: Measured, document: dict[str, Any], manifest: Manifest, config: Config) -> None:
    from product_brief.reporting import documents

    asked = [signals(case.question, model.assistant.answer(case), words(case.question)) for case in measured.cases]
    settings = (min(config.window, len(asked)), config.drift_alarms, config.drift_resamples, config.seed)
    reference = drift.reference(drift.signals(asked), np.arange(len(asked)), *settings)
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
