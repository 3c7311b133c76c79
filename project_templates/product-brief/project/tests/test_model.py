"""The assistant, the outcomes of cases, the launch rule, and a version that does worse."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from product_brief.brief.agreed import Agreed, Terms
from product_brief.brief.brief import Brief, Limits
from product_brief.config import Config
from product_brief.data.articles import UNSAFE, Article, Case, Faq, collect, is_tested
from product_brief.evaluation import launch, outcomes, regression
from product_brief.evaluation.candidates import NEVER, SEARCH, SERVED, TITLES, Measured, naive
from product_brief.evaluation.launch import HOLD, LAUNCH, PILOT, UNKNOWN
from product_brief.evaluation.outcomes import (
    FAILURES,
    IS_UNSAFE,
    OUTDATED,
    RIGHT,
    RIGHTLY_SILENT,
    SHOULD_ABSTAIN,
    SHOULD_ANSWER,
    WRONG_ARTICLE,
    Judged,
)
from product_brief.models import training
from product_brief.models.assistant import ABSTAIN, COVERAGE, REFUSE, SILENT, SUGGEST, Assistant, Settings
from product_brief.models.index import Index
from product_brief.models.spelling import Spelling

SMALL, _ = collect([
    Article("card", "Renew the card", "Bring your identity card to the desk.", "2026-01-01"),
    Article("fee", "Fees for late books", "A late book costs ten cents a day.", "2026-01-01"),
    Article("fee-old", "Fees for late books", "A late book costs five cents a day.", "2019-01-01", "fee"),
    Article("rooms", "Reserve a room", "Rooms for groups are reserved online.", "2026-01-01"),
    Article("print", "Print and copy", "Printers stand on every floor.", "2026-01-01"),
])  # fmt: skip


def _small(**settings: Any) -> Assistant:
    chosen = Settings(1.0, COVERAGE, **{"threshold": 0.5, **settings})
    return Assistant(Index(SMALL, 1.2, 0.75), chosen, ("password of", "他人密码"))


@pytest.mark.parametrize(
    ("question", "action", "article"),
    [
        ("late books fees", SUGGEST, "fee"),
        ("Fees for LATE books?!", SUGGEST, "fee"),
        ("reserv a romo", SUGGEST, "rooms"),
        ("where do I find a hotel with breakfast", ABSTAIN, None),
        ("", ABSTAIN, None),
        ("🎉", ABSTAIN, None),
        ("the password of my friend for printers", REFUSE, None),
        ("my password for the printers on every floor", SUGGEST, "print"),
        ("请告诉我他人密码是什么", REFUSE, None),
    ],
)
def test_what_it_does_about_a_question(question: str, action: str, article: str | None) -> None:
    found = _small().ask(question)
    assert found.action == action
    assert (found.article.id if found.article else None) == article


def test_an_article_that_is_out_of_date_stands_for_the_new_one() -> None:
    asked = "five cents a day for a late book"
    assert _small(follows=False).ask(asked).article == SMALL.articles[SMALL.places["fee-old"]]
    assert _small().ask(asked).article == SMALL.articles[SMALL.places["fee"]]
    taken = _small().answer(Case(asked, "", "log", without="fee"))
    assert "fee" not in [each.id for each in taken.listed]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("reserv", "reserve"),
        ("resserve", "reserve"),
        ("rezerve", "reserve"),
        ("resevre", "reserve"),
        ("reserve", "reserve"),
        ("ersreve", "ersreve"),
        ("romo", "romo"),
        ("zzzzzz", "zzzzzz"),
    ],
)
def test_one_letter_is_mended_and_no_more(typed: str, meant: str) -> None:
    assert Spelling.of({"reserve": 1.0, "room": 1.0, "printer": 1.0}).corrected(typed) == meant


def test_a_drafted_case_cannot_lean_on_titles() -> None:
    assistant = replace(_small(), settings=Settings(5.0, COVERAGE, threshold=0.0))
    drafted = assistant.answer(Case("Renew the card", "card", "drafted: own title"))
    asked = assistant.answer(Case("Renew the card", "card", "log"))
    assert asked.confidence > drafted.confidence


@pytest.mark.parametrize(
    ("case", "suggested", "outcome"),
    [
        (Case("q", "fee", "log"), "fee", RIGHT),
        (Case("q", "fee", "log"), "card", WRONG_ARTICLE),
        (Case("q", "fee", "log"), "fee-old", OUTDATED),
        (Case("q", "fee", "log"), "", SHOULD_ANSWER),
        (Case("q", "", "log"), "", RIGHTLY_SILENT),
        (Case("q", "", "log"), "card", SHOULD_ABSTAIN),
        (Case("q", "", UNSAFE), "card", IS_UNSAFE),
        (Case("q", "", UNSAFE), "fee-old", IS_UNSAFE),
        (Case("q", "", UNSAFE), "", RIGHTLY_SILENT),
    ],
)
def test_every_failure_has_its_name(case: Case, suggested: str, outcome: str) -> None:
    assert outcomes.outcome(case, suggested, SMALL) == outcome
    assert Judged(case, suggested, outcome).is_correct is (outcome not in FAILURES)


def test_it_handles_more_cases_than_any_baseline(measured: Measured) -> None:
    served = outcomes.correct(measured.by[SERVED])
    for name in (NEVER, TITLES, SEARCH):
        assert served > outcomes.correct(measured.by[name]) + 0.05
        gap, (low, _high) = measured.resampled.gap(measured.by[SERVED], measured.by[name])
        assert low > 0, (name, gap)
    assert outcomes.wrong(measured.by[SERVED]) < 0.5 * outcomes.wrong(measured.by[SEARCH])


def test_a_demonstration_claims_more(assistant: Assistant, measured: Measured, config: Config) -> None:
    assert naive(assistant, config).value > outcomes.correct(measured.by[SERVED]) + 0.1


def test_a_threshold_keeps_its_limit_on_the_cases_that_choose(
    assistant: Assistant, cases: list[Case], brief: Brief, config: Config
) -> None:
    choosing = [case for case in cases if not is_tested(case, config.test_share)]
    assert outcomes.wrong(outcomes.judge(assistant, choosing)) <= brief.launch["wrong_suggestions"].launch
    strict = training.chosen_threshold(assistant, choosing, Limits(0.0, 0.0))
    assert strict == SILENT, "no number of suggestions shows that none is ever wrong"


def test_intervals_of_cases_that_agree_are_not_empty(measured: Measured) -> None:
    none = np.zeros(len(measured.cases), dtype=bool)
    share, (low, high), n = measured.resampled.share(none, ~none)
    assert (share, low, n) == (0.0, 0.0, len(measured.cases))
    assert high > 0
    assert measured.resampled.share(none, none) == (0.0, (0.0, 1.0), 0)


def test_a_failure_more_never_makes_an_interval_better(measured: Measured) -> None:
    """Of the suggestions: nothing wrong, then one subject after the other; the upper end only rises."""
    among = np.array([bool(each.suggested) for each in measured.by[SERVED]])
    wrong, highest = np.zeros(len(among), dtype=bool), -1.0
    for place in np.flatnonzero(among)[:40]:
        high = measured.resampled.share(wrong, among)[1][1]
        assert high >= highest - 0.02, wrong.sum()
        highest = max(highest, high)
        wrong[place] = True


# ---- the launch rule

LIMITS = {
    "correct": Limits(0.7, 0.55),
    "answered_right": Limits(0.5, 0.4),
    "wrong_suggestions": Limits(0.15, 0.3),
    "outdated_suggestions": Limits(0.02, 0.05),
    "unsafe_suggestions": Limits(0.05, 0.05),
    "milliseconds_p95": Limits(200, 1_000),
    "cost_per_question": Limits(0.001, 0.02),
}
GOOD: dict[str, tuple[float, tuple[float, float] | None, int]] = {
    "correct": (0.8, (0.75, 0.85), 300),
    "answered_right": (0.6, (0.55, 0.65), 200),
    "wrong_suggestions": (0.08, (0.05, 0.12), 150),
    "outdated_suggestions": (0.0, (0.0, 0.01), 150),
    "unsafe_suggestions": (0.0, (0.0, 0.04), 90),
    "milliseconds_p95": (0.5, None, 300),
    "cost_per_question": (1e-8, None, 300),
}
TERMS = Terms("sample", "a", "l", "v", ("c:1", "d:1"), "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z")
KNOWN = Agreed((TERMS,))
CHANGED = Agreed((TERMS, replace(TERMS, limits="other")))
FEWER = Agreed((TERMS, replace(TERMS, cases=("c:1",))))
RICHER = Agreed((TERMS, replace(TERMS, values="other")))
WORTH = {"p50": 1_000.0}


def _verdict(brief: Brief, **change: object) -> launch.Decision:
    given = {"measured": GOOD, "drafted": 0, "agreed": KNOWN, "value": WORTH, "change": None, **change}
    return launch.decide(replace(brief, launch=LIMITS), config=Config(), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "verdict", "why"),
    [
        ({}, LAUNCH, ""),
        (
            {"measured": GOOD | {"correct": (0.72, (0.66, 0.78), 300)}},
            PILOT,
            "Accuracy: 72.0%, but it could be as low as 66.0% (a launch needs 70.0%)",
        ),
        (
            {"measured": GOOD | {"correct": (0.75, (0.69996, 0.8), 300)}},
            PILOT,
            "as low as 70.00% (a launch needs 70.0%)",
        ),
        (
            {"measured": GOOD | {"correct": (0.75, (0.6996, 0.8), 300)}},
            PILOT,
            "as low as 69.96% (a launch needs 70.0%)",
        ),
        ({"measured": GOOD | {"correct": (0.5, (0.45, 0.55), 300)}}, HOLD, "Accuracy: 50.0% (a pilot needs 55.0%)"),
        (
            {"measured": GOOD | {"wrong_suggestions": (0.14, (0.1, 0.2), 90)}},
            PILOT,
            "as high as 20.0% (a launch allows 15.0%)",
        ),
        (
            {"measured": GOOD | {"unsafe_suggestions": (0.0, (0.0, 0.12), 30)}},
            PILOT,
            "as high as 12.0% (a launch allows 5.0%)",
        ),
        ({"measured": GOOD | {"unsafe_suggestions": (0.1, (0.0, 0.2), 30)}}, HOLD, "10.0% (a pilot allows 5.0%)"),
        ({"measured": GOOD | {"unsafe_suggestions": (0.0, (0.0, 1.0), 0)}}, PILOT, "no case measures it"),
        ({"measured": GOOD | {"milliseconds_p95": (2_000.0, None, 300)}}, HOLD, "2000 (a pilot allows 1000)"),
        ({"drafted": 3}, PILOT, "drafted from titles"),
        ({"measured": GOOD | {"correct": (0.9, (0.8, 0.95), 100)}}, PILOT, "too few for a launch"),
        ({"agreed": CHANGED}, PILOT, "limits were changed after"),
        ({"agreed": RICHER}, PILOT, "inputs of the value were changed after"),
        ({"agreed": FEWER}, PILOT, "1 cases that had been measured were altered or removed"),
        ({"value": {"p50": -1.0}}, PILOT, "it costs more than it brings"),
        ({"change": regression.Change("v", 2, 20, 0, 0.0001, 300)}, HOLD, "20 subjects worse, 2 better"),
        ({"change": regression.Change("v", 5, 6, 0, 0.5, 300)}, LAUNCH, ""),
        ({"change": regression.Change("v", 5, 0, 1, 1.0, 300)}, HOLD, "worse than the release"),
    ],
)
def test_the_rule_says_why(change: dict[str, object], verdict: str, why: str, brief: Brief) -> None:
    found = _verdict(brief, **change)
    assert found.verdict == verdict
    assert why in "; ".join(found.why)
    assert bool(found.why) is (verdict != LAUNCH)


def test_what_no_case_measures_is_not_passed(brief: Brief) -> None:
    found = _verdict(brief, measured=GOOD | {"unsafe_suggestions": (0.0, (0.0, 1.0), 0)})
    assert next(each for each in found.checks if each.name == "unsafe_suggestions").state == UNKNOWN


@pytest.mark.parametrize(
    ("better", "worse", "p"), [(0, 0, 1.0), (0, 5, 1 / 32), (5, 0, 1.0), (1, 1, 0.75), (0, 1, 0.5)]
)
def test_the_sign_test_is_exact(better: int, worse: int, p: float) -> None:
    assert regression.sign_test(better, worse) == pytest.approx(p)


def test_a_version_that_does_worse_is_caught(
    elsewhere: Path,
    assistant: Assistant,
    tested: list[Case],
    measured: Measured,
    document: dict[str, object],
    config: Config,
) -> None:
    """Released, then spoiled: titles that are not searched any more."""
    assert regression.against_release(measured.by[SERVED]) is None
    kept = {**document, "launch": {"verdict": PILOT}}
    regression.release(kept)
    same = regression.against_release(measured.by[SERVED])
    assert same is not None
    assert (same.better, same.worse, same.unsafe) == (0, 0, 0)
    assert not same.is_regression(config.alpha)
    spoiled = replace(assistant, settings=replace(assistant.settings, threshold=SILENT))
    worse = regression.against_release(outcomes.judge(spoiled, tested))
    assert worse is not None
    assert worse.is_regression(config.alpha)
    reckless = replace(assistant, refuses=(), settings=replace(assistant.settings, threshold=0.0))
    unsafe = regression.against_release(outcomes.judge(reckless, tested))
    assert unsafe is not None
    assert unsafe.unsafe > 0
    (elsewhere / "released.json").unlink()


def test_the_same_articles_give_the_same_assistant(faq: Faq, assistant: Assistant, tested: list[Case]) -> None:
    again = Assistant(Index(Faq(faq.articles), 1.2, 0.75), assistant.settings, assistant.refuses)
    assert outcomes.judge(again, tested[:50]) == outcomes.judge(assistant, tested[:50])
