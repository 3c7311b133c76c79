"""Tries ways to rank and to be sure on the cases that are not tested, and keeps the best within what was agreed on.

Run as: python -m product_brief train
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import product
from typing import Any

from product_brief.brief import brief as briefs
from product_brief.brief.brief import Brief, Limits
from product_brief.config import PROJECT, Config
from product_brief.data import prepare
from product_brief.data.articles import Case, is_tested
from product_brief.evaluation import outcomes
from product_brief.kit import results
from product_brief.kit.intervals import wilson
from product_brief.kit.progress import progress
from product_brief.models import saved
from product_brief.models.assistant import COVERAGE, LEAD, SCORE, SILENT, SUGGEST, Assistant, Settings
from product_brief.models.index import Index


@dataclass(frozen=True)
class Run:
    """An experiment, and what it came to on the cases that choose."""

    name: str
    decision: str  # what sets it apart
    correct: float
    suggested: float  # share of the cases that get an article
    wrong_suggestions: float
    chosen: bool = False
    settings: dict[str, Any] = field(default_factory=dict)


def train(config: Config) -> list[Run]:
    """Write the assistant that handles most cases right with as few wrong suggestions as was agreed on."""
    faq, cases, manifest = prepare.load(config)
    brief = briefs.load()
    index = Index(faq, config.k1, config.b)
    choosing = [case for case in cases if not is_tested(case, config.test_share)]
    tried = list(_tried(config))
    runs = [
        _run(name, decision, settings, index, choosing, brief)
        for name, decision, settings in progress(tried, "training", len(tried))
    ]
    allowed = brief.launch["wrong_suggestions"].launch
    best = max(runs, key=lambda run: (run.wrong_suggestions <= allowed, run.correct))
    runs = [replace(run, chosen=run is best) for run in runs]
    results.write_experiments(PROJECT, runs)
    saved.save(Assistant(index, Settings(**best.settings), brief.refuses), manifest)
    return runs


def _tried(config: Config) -> Iterator[tuple[str, str, Settings]]:
    how = {
        SCORE: "sure by the score of BM25",
        COVERAGE: "sure by the share of the question that the article has",
        LEAD: "sure by that share and by the lead over the second article",
    }
    for boost, signal in product(config.boosts, how):
        title = "texts without their titles" if not boost else f"a word of the title counts {boost:g} times"
        yield f"boost {boost:g}, {signal}", f"{title}; {how[signal]}", Settings(boost, signal)
    yield "spelling kept", "words that no article has stay as they were typed", Settings(1.0, LEAD, corrects=False)
    yield "outdated kept", "articles that are out of date are suggested as well", Settings(1.0, LEAD, follows=False)


def _run(name: str, decision: str, settings: Settings, index: Index, cases: Sequence[Case], brief: Brief) -> Run:
    assistant = Assistant(index, replace(settings, threshold=0.0), brief.refuses)
    threshold = chosen_threshold(assistant, cases, brief.launch["wrong_suggestions"])
    settings = replace(settings, threshold=threshold)
    judged = outcomes.judge(replace(assistant, settings=settings), cases)
    correct, suggested, wrong = (share(judged) for share in (outcomes.correct, outcomes.suggested, outcomes.wrong))
    return Run(name, decision, round(correct, 4), round(suggested, 4), round(wrong, 4), settings=asdict(settings))


def chosen_threshold(assistant: Assistant, cases: Sequence[Case], allowed: Limits) -> float:
    """The threshold with most cases handled right, among those with few enough wrong suggestions.

    That is: their share is within the limit of a launch, and the upper end of its interval within that of a pilot,
    since a share of a few dozen may be low by luck. Where there is no such threshold, the assistant is to stay silent.
    """
    answers = [assistant.answer(case) for case in cases]
    sure = [(each.confidence, case, each) for case, each in zip(cases, answers, strict=True) if each.action == SUGGEST]
    silent = sum(not case.is_answerable for case in cases)  # right if nothing is suggested
    best, at, right, wrong = silent, SILENT, 0, 0
    subjects = set[str]()
    sure.sort(key=lambda each: -each[0])
    correct = silent
    for place, (confidence, case, answer) in enumerate(sure):
        is_right = answer.article is not None and answer.article.id == case.article
        right, wrong = right + is_right, wrong + (not is_right)
        subjects.add(case.subject)  # cases of one subject are alike: their number says how sure a share is
        correct += is_right - (not case.is_answerable)
        is_last_of_its_kind = place + 1 == len(sure) or sure[place + 1][0] < confidence
        share = wrong / (right + wrong)
        is_allowed = share <= allowed.launch and wilson(share, len(subjects))[1] <= allowed.pilot
        if is_last_of_its_kind and is_allowed and correct >= best:
            best, at = correct, confidence
    return at
