"""Measures, tests of significance and kinds of mistakes: what the tables rest on."""

import math
from collections.abc import Sequence
from typing import Any

import lightgbm
import numpy as np
import pytest

from search_ranker.config import Config
from search_ranker.data.passages import Question
from search_ranker.evaluation import errors, measures, significance
from search_ranker.kit.intervals import stream

GRADES = {"a": 2, "b": 1, "c": 0}


@pytest.mark.parametrize(
    ("score", "ranked", "expected"),
    [
        (measures.ndcg, ["a", "b"], 1.0),
        (measures.ndcg, ["b", "a"], (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3))),
        (measures.ndcg, ["x"] * 10 + ["a"], 0.0),  # the eleventh place does not count
        (measures.ndcg, [], 0.0),
        (measures.reciprocal_rank, ["c", "x", "b"], 1 / 3),
        (measures.reciprocal_rank, ["c"], 0.0),
        (measures.success, ["b", "a"], 0.0),  # the first one answers, but less well than another
        (measures.success, ["a"], 1.0),
        (measures.recall, ["x", "a"], 0.5),
        (measures.judged, ["c", "x"], 0.5),
    ],
)
def test_measures(score: measures.Score, ranked: Sequence[str], expected: float) -> None:
    assert score(ranked, GRADES) == pytest.approx(expected)


def test_ndcg_is_that_of_lightgbm() -> None:
    rng = np.random.default_rng(1)
    grades = [np.array([1, *rng.integers(3, size=19)]) for _ in range(40)]
    scores = [rng.random(20) for _ in grades]
    ours = [
        measures.ndcg([str(each) for each in np.argsort(-score)], {str(n): int(g) for n, g in enumerate(grade)})
        for score, grade in zip(scores, grades, strict=True)
    ]
    data = lightgbm.Dataset(
        np.zeros((800, 1)), np.concatenate(grades), group=[20] * 40, init_score=np.concatenate(scores)
    )
    found: dict[str, Any] = {}
    settings = {"objective": "lambdarank", "metric": "ndcg", "eval_at": [10], "label_gain": [0, 1, 2], "verbosity": -1}
    recorded = [lightgbm.record_evaluation(found)]
    lightgbm.train(settings, data, 1, valid_sets=[data], callbacks=recorded)  # nothing to split by: scores stay
    assert found["training"]["ndcg@10"][0] == pytest.approx(np.mean(ours), abs=1e-9)


def test_a_difference_by_chance_is_no_discovery_and_a_real_one_is() -> None:
    rng = stream(1, "test")
    groups = [str(each) for each in range(200)]
    by_chance = significance.duel("x", rng.normal(0, 1, 200), groups, 2000, 1)
    real = significance.duel("y", rng.normal(0.5, 1, 200), groups, 2000, 1)
    none = significance.duel("z", np.zeros(200), groups, 2000, 1)
    assert real.p < 0.01 < by_chance.p
    assert (none.p, none.ties) == (1.0, 200)
    corrected = significance.holm([by_chance, real, none])
    assert [each.p_holm >= each.p for each in corrected] == [True] * 3
    assert corrected[1].p_holm == pytest.approx(3 * real.p, abs=1e-3)


def test_questions_that_ask_for_the_same_are_no_further_evidence() -> None:
    """A hundred copies of four questions prove as little as the four."""
    difference = np.repeat([1.0, 1.0, 1.0, 1.0], 100)
    assert significance.duel("x", difference, [str(n) for n in range(400)], 2000, 1).p < 0.01
    assert significance.duel("x", difference, [str(n // 100) for n in range(400)], 2000, 1).p > 0.05
    alike = [Question(str(n), f"q{n}", {str(n // 100): 1}) for n in range(400)]
    apart = [Question(str(n), f"q{n}", {str(n): 1}) for n in range(400)]
    values = np.repeat([0.0, 1.0, 0.0, 1.0], 100)
    (low, high), (least, most) = (
        measures.Tested("t", each, Config(seed=1)).share(values)[1] for each in (alike, apart)
    )
    assert high - low > 3 * (most - least)


def test_where_nothing_differs_the_interval_is_a_point() -> None:
    tested = measures.Tested("test", [Question(str(n), f"q{n}", {"a": 1}) for n in range(20)], Config(seed=1))
    assert tested.mean(np.zeros(20)) == (0.0, (0.0, 0.0))


def test_the_interval_of_equal_values_is_not_a_point() -> None:
    tested = measures.Tested("test", [Question(str(n), f"q{n}", {"a": 1}) for n in range(20)], Config(seed=1))
    value, (low, high), n = tested.share(np.ones(20))
    assert (value, high, n) == (1.0, 1.0, 20)
    assert 0.8 < low < 0.9
    assert tested.share(np.ones(20), np.zeros(20, dtype=bool)) == (0.0, (0.0, 1.0), 0)


@pytest.mark.parametrize(
    ("ranked", "expected"),
    [
        (["x", "y"], errors.ABSENT),
        ([*"defghijklm", "a"], errors.LATE),
        (["c", "a"], errors.OUTRANKED),
        (["b", "a"], errors.WEAKER),
        (["x", "a"], errors.UNJUDGED),
    ],
)
def test_faults_are_told_apart(ranked: Sequence[str], expected: str) -> None:
    assert errors.fault(Question("1", "q", GRADES), ranked) == expected
