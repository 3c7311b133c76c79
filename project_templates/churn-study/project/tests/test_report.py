"""The report says only what was measured: each sentence with the results under which it may, and may not, be said."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from churn_study.decision import memo
from churn_study.decision.policies import EVERYBODY, NOBODY, RISKIEST, TARGETED
from churn_study.decision.words import many
from churn_study.experiment.analysis import BROKEN, NONE, SLIGHT
from churn_study.reporting import effects, paragraphs, tables

Measured = dict[str, Any]


def _row(model: str, role: str, value: float, metric: str = "roc_auc", label: str = "ROC AUC") -> Measured:
    return {
        "model": model,
        "role": role,
        "split": "test (held out)",
        "metric": metric,
        "label": label,
        "value": value,
        "ci95": [value - 0.02, value + 0.02],
        "n": 900,
        "higher_is_better": metric != "brier",
    }


def _test(name: str, difference: float, reach: float = 0.01, **more: Any) -> Measured:
    return {
        "name": name,
        "control": 0.12,
        "treated": 0.12 + difference,
        "difference": difference,
        "n": 4_000,
        "p": 0.001,
        "ci95": [difference - reach, difference + reach],
        **more,
    }


def _rung(name: str, value: float, stands: str, reach: float = 0.01) -> Measured:
    return {
        "name": name,
        "value": value,
        "ci95": [value - reach, value + reach],
        "n": 900,
        "stands": stands,
        "why": "so",
        "truth": None,
    }


def _policy(name: str, gain: float, reach: float = 1_000.0) -> Measured:
    return {"name": name, "offers": 0.5, "gain": gain, "ci95": [gain - reach, gain + reach]}


PLAN = {
    "question": "Does it?",
    "metric": "churned",
    "smallest_effect": 0.03,
    "power": 0.8,
    "share": 0.5,
    "stopping": "one look",
    "sha256": "a" * 64,
    "at": "2026-01-01T00:00:00Z",
    "needed": 1_600,
    "simulated_power": 0.8,
    "is_first": True,
}
LADDER = [
    _rung("experiment", -0.03, "yes"),
    _rung("difference-in-differences", -0.02, "with care"),
    _rung("doubly robust", 0.02, "no"),
    _rung("plain difference", 0.04, "no"),
]
CELLS = [
    {"levels": {"contract": "monthly"}, "effect": -0.08, "n": 500, "name": "contract: monthly"},
    {"levels": {"contract": "yearly"}, "effect": 0.04, "n": 500, "name": "contract: yearly"},
]
USUAL: Measured = {
    "data": {
        "source": "mine",
        "licence": "MIT",
        "synthetic": False,
        "noun": "member",
        "offer": "a free month",
        "rows": 4_000,
        "customers": 4_000,
        "churned": 0.12,
        "found": [],
        "forbidden": {},
        "placebo": "late",
    },
    "sizes": {"train": 2_000, "validation": 1_000, "test": 900},
    "results": [
        _row("base rate", "baseline", 0.1, "brier", "Brier score"),
        _row("tickets only", "baseline", 0.65),
        _row("logistic regression", "model", 0.7),
        _row("logistic regression", "model", 0.09, "brier", "Brier score"),
        _row("random forest, copied", "naive", 0.96),
    ],
    "comparisons": [
        {
            "metric": "roc_auc",
            "of": "logistic regression",
            "against": "tickets only",
            "difference": 0.05,
            "ci95": [0.02, 0.08],
        },
        {
            "metric": "brier",
            "of": "logistic regression",
            "against": "base rate",
            "difference": -0.01,
            "ci95": [-0.02, -0.005],
        },
    ],
    "calibration": {"slope": 1.0, "intercept": 0.0, "said": 0.12, "churned": 0.12, "bins": []},
    "slices": [{"name": "plan: pro", "n": 90, "value": 0.6, "ci95": [0.5, 0.7], "said": 0.1, "churned": 0.1}],
    "importance": [],
    "surprises": [],
    "too_good": 0.9,
    "queries": [],
    "left_out_queries": 6,
    "served": "logistic regression",
    "experiment": {
        "plan": PLAN,
        "arms": [2_000, 2_000],
        "ratio_p": 0.9,
        "state": NONE,
        "detectable": 0.028,
        "primary": _test("churned", -0.03),
        "adjusted": None,
        "secondary": [],
        "segments": [
            _test("contract: monthly", -0.08, p=0.001),
            _test("contract: yearly", 0.04, p=0.01),
        ],
    },
    "observed": {
        "placebo": {"value": 0.06, "ci95": [0.03, 0.09]},
        "balance": [],
        "treated": 500,
        "controls": 500,
        "controls_that_count": 300,
        "kept": 0.9,
        "trimmed": 0.02,
    },
    "ladder": LADDER,
    "strongest": LADDER[0],
    "registered": PLAN,
    "stakes": {"worth": 200.0, "cost": 5.0, "needed_effect": 0.025},
    "decision": {
        "unit": "dollars",
        "costs": {"offer": 5.0, "margin": 0.7, "months": 12.0, "has_money": True},
        "usual_worth": 200.0,
        "segments": ["contract"],
        "main": TARGETED,
        "break_even": {"cost": 13.0, "months": 4.5},
        "rule": {"overall": -0.03, "cells": CELLS},
        "policies": [
            _policy(NOBODY, 0.0, 0.0),
            _policy(EVERYBODY, -500.0),
            _policy(RISKIEST, 100.0),
            _policy(TARGETED, 4_000.0),
        ],
        "against": [_policy(NOBODY, 4_000.0), _policy(EVERYBODY, 4_500.0), _policy(RISKIEST, 3_900.0)],
    },
}


def _everything(measured: Measured) -> str:
    texts = [
        paragraphs.headline,
        paragraphs.data,
        paragraphs.weakest,
        tables.results,
        tables.calibration,
        tables.errors,
        tables.importance,
        effects.trial,
        effects.ladder,
        effects.observed,
        effects.decision,
    ]
    memos = " ".join(text for _, text in memo.sections(measured))
    return " ".join([memos, *(each(measured) for each in texts)])


def _set(*path: str | int, to: Any) -> Callable[[Measured], None]:
    def change(measured: Measured) -> None:
        place: Any = measured
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


def _without_experiment(measured: Measured) -> None:
    for name in ("experiment", "decision"):
        del measured[name]
    measured["ladder"] = LADDER[2:]
    measured["strongest"] = None


def _without_treatment(measured: Measured) -> None:
    _without_experiment(measured)
    del measured["observed"]
    measured["ladder"], measured["data"]["offer"] = [], ""


CASES: dict[str, tuple[list[Callable[[Measured], None]], list[str], list[str]]] = {
    "usual": (
        [],
        [
            "Give a free month to these members, as far as what they pay makes it worth its cost, and to nobody "
            "else: contract: monthly.",
            "drives away those with “contract: yearly”",
            "“Of those who got it, 4.0 points more left, so it does not work.”",
            "a cause is missing",
            "does worse than this rule",
            "better than tickets only",
            "is no skill",
            "before the arms were compared",
        ],
        ["Do not decide", "suspicious", "Nothing was tried", "synthetic", "look for a column"],
    ),
    "the rule may be worth nothing": (
        [_set("decision", "policies", 3, to=_policy(TARGETED, 500.0))],
        ["Do not decide yet"],
        ["Give a free month"],
    ),
    "nobody gains": (
        [_set("decision", "main", to=NOBODY)],
        ["Do not introduce a free month for members: they are not known to gain"],
        ["Give a free month"],
    ),
    "everybody is harmed": (
        [_set("decision", "main", to=NOBODY), _set("experiment", "primary", to=_test("churned", 0.03))],
        ["Do not introduce a free month for members: more of them leave with it"],
        ["not known to gain"],
    ),
    "no segment is driven away": (
        [_set("experiment", "segments", 1, to=_test("contract: yearly", 0.005, p=0.6))],
        ["It keeps those with"],
        ["drives away"],
    ),
    "the likeliest to leave are as good": (
        [_set("decision", "against", 2, to=_policy(RISKIEST, 200.0))],
        [],
        ["does worse than this rule"],
    ),
    "suspicious arms": ([_set("experiment", "state", to=SLIGHT)], ["That is suspicious"], ["not as they were drawn"]),
    "broken arms": (
        [
            _without_experiment,
            lambda m: m.update(
                experiment={"plan": PLAN, "arms": [9, 5], "ratio_p": 1e-9, "state": BROKEN, "detectable": 0.1}
            ),
        ],
        ["No effect is reported: the arms are not as they were drawn", "Find out whose records were lost"],
        ["Give a free month", "points, 95% interval [−"],
    ),
    "the plan was changed": (
        [_set("experiment", "plan", to={**PLAN, "is_first": False})],
        ["changed after the arms were compared", "confirms nothing"],
        ["before the arms were compared"],
    ),
    "adjusting comes out right": (
        [_set("ladder", 2, to=_rung("doubly robust", -0.025, "with care"))],
        ["it need not have"],
        ["a cause is missing", "The placebo shows why"],
    ),
    "the plain difference does not mislead": (
        [_set("ladder", 3, to=_rung("plain difference", -0.03, "no"))],
        [],
        ["does not work", "so it works"],
    ),
    "the plain difference exaggerates": (
        [_set("ladder", 3, to=_rung("plain difference", -0.09, "no"))],
        ["which is too large"],
        ["does not work", "so it works"],
    ),
    "only chosen customers": (
        [_without_experiment],
        ["Do not decide on a free month by these data", "there is no experiment to analyze"],
        ["Give a free month", "drives away"],
    ),
    "nobody was offered anything": (
        [_without_treatment],
        [
            "Offer nothing on this evidence, and run an experiment",
            "no effect can be estimated",
            "pays where it keeps at least 25 in a thousand",
        ],
        ["a free month", "Give ", "points of churn"],
    ),
    "too good": ([_set("results", 2, "value", to=0.95)], ["look for a column that knows the outcome"], ["is no skill"]),
    "no better than one column": (
        [_set("comparisons", 0, "ci95", to=[-0.01, 0.04])],
        ["not clearly better than tickets only"],
        ["by logistic regression, better than"],
    ),
    "no better than the base rate": (
        [_set("comparisons", 1, "ci95", to=[-0.01, 0.001])],
        ["Its Brier score is not clearly better than"],
        ["Its Brier score is better than"],
    ),
    "drawn": ([_set("data", "synthetic", to=True)], ["drawn by code", "nothing about real people"], []),
    "timid risks": ([_set("calibration", "slope", to=1.4)], ["too timid"], ["too extreme"]),
    "no kind is large enough": (
        [_set("slices", to=[])],
        ["No kind is large enough"],
        ["The worst order first"],
    ),
    "markup in a name": ([_set("data", "offer", to="<b>|*x*")], ["&lt;b&gt;"], ["<b>"]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_sentence_is_said_only_where_it_holds(case: str) -> None:
    changes, said, not_said = CASES[case]
    measured = copy.deepcopy(USUAL)
    for change in changes:
        change(measured)
    text = " ".join(_everything(measured).split())
    assert [each for each in said if each not in text] == []
    assert [each for each in not_said if each in text] == []


def test_the_page_shows_no_markup() -> None:
    shown = memo.for_page(copy.deepcopy(USUAL))
    assert "**" not in str(shown)
    assert shown["memo"][0][0] == "Decision"


@pytest.mark.parametrize(
    ("one", "more"), [("customer", "customers"), ("company", "companies"), ("boss", "bosses"), ("day", "days")]
)
def test_nouns_have_a_plural(one: str, more: str) -> None:
    assert many(one) == more
