"""The rankings are what the README says: better than what is simpler, repeatable, and measured without a mistake."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from recommender.config import Config
from recommender.data import split
from recommender.data.interactions import Interactions
from recommender.evaluation import beyond, exploration, importance, measures
from recommender.evaluation.beyond import spread
from recommender.evaluation.measures import Ranked
from recommender.kit.project import ExplainedError
from recommender.models import rankings, saved, training
from recommender.models.rankings import CatalogueTooLargeError
from recommender.models.saved import EASE, KNN, POPULAR, Card, Trained

WATCHED = sparse.csr_array(np.array([[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 1]], dtype=np.float32))


@pytest.fixture(scope="module")
def ndcg(interactions: Interactions, model: Trained, config: Config) -> dict[str, np.ndarray]:
    """For each ranking, that of every user."""
    everything = np.ones(len(interactions.users), dtype=bool)
    parts = split.last_out(interactions, everything)
    watched, held_out = interactions.matrix(parts.train), interactions.matrix(parts.test)
    weights = {POPULAR: rankings.popularity(watched), **model.weights}
    return {name: measures.rank(each, watched, held_out, config.length).ndcg for name, each in weights.items()}


def test_each_ranking_beats_the_simpler_one_by_a_margin(ndcg: dict[str, np.ndarray], config: Config) -> None:
    tested = measures.Tested("", len(ndcg[EASE]), config)
    _, (knn_over_popular, _) = tested.mean(ndcg[KNN] - ndcg[POPULAR])
    _, (ease_over_knn, _) = tested.mean(ndcg[EASE] - ndcg[KNN])
    assert knn_over_popular > 0.05
    assert ease_over_knn > 0.01
    assert 0.05 < ndcg[POPULAR].mean() < 0.2, "hard, but not hopeless"
    assert ndcg[EASE].mean() < 0.5


def test_a_few_random_rivals_flatter(interactions: Interactions, model: Trained, ndcg: dict[str, np.ndarray]) -> None:
    everything = np.ones(len(interactions.users), dtype=bool)
    parts = split.last_out(interactions, everything)
    matrices = (interactions.matrix(parts.train), interactions.matrix(parts.test))
    flattered = measures.among_sampled(model.weights[EASE], *matrices, sampled=100, length=10, seed=1)
    assert flattered.mean() > ndcg[EASE].mean() + 0.1


def test_ndcg_is_as_computed_by_hand() -> None:
    found = Ranked(np.zeros((3, 3)), np.array([[1, 0, 0], [0, 1, 0], [1, 0, 1]]), np.array([1, 1, 2]))
    second, third = 1 / np.log2(3), 1 / np.log2(4)
    assert found.ndcg == pytest.approx([1, second, (1 + third) / (1 + second)])
    assert found.recall == pytest.approx([1, 1, 1])


def test_no_list_holds_what_was_watched() -> None:
    scores = np.array([[4.0, 3.0, 2.0, 1.0]] * 4)
    assert measures.top(scores, WATCHED, 1).ravel().tolist() == [2, 2, 3, 0]


def test_equal_scores_keep_the_order_of_the_catalogue() -> None:
    assert measures.top(np.zeros((1, 4)), sparse.csr_array((1, 4)), 3).tolist() == [[0, 1, 2]]


def test_item_knn_is_the_cosine_of_who_watched_both() -> None:
    weights = rankings.item_knn(WATCHED, neighbors=4, shrink=0.0)
    assert weights[0, 1] == pytest.approx(1.0)
    assert weights[0, 2] == pytest.approx(1 / np.sqrt(3 * 2))
    assert not weights.diagonal().any()
    shrunk = rankings.item_knn(WATCHED, neighbors=4, shrink=3.0)
    assert shrunk[0, 1] == pytest.approx(3 / 6)
    assert (np.count_nonzero(rankings.item_knn(WATCHED, neighbors=1, shrink=0.0), axis=0) <= 1).all()


def test_ease_solves_its_ridge_regressions(config: Config) -> None:
    """Each column is the ridge regression of one film on all others, with every user weighing as they should."""
    weights = rankings.ease(WATCHED, pull=2.0, popular_pull=0.0)
    dense = WATCHED.toarray().astype(float)
    share = np.diag(dense.sum(axis=1) ** -0.5)
    for item in range(4):
        others = [each for each in range(4) if each != item]
        left = dense[:, others].T @ share @ dense[:, others] + 2.0 * np.eye(3)
        expected = np.linalg.solve(left, dense[:, others].T @ share @ dense[:, item])
        assert weights[others, item] == pytest.approx(expected, abs=1e-6)


def test_a_catalogue_that_does_not_fit_is_refused_before_it_is_tried(config: Config) -> None:
    small = dataclasses.replace(config, matrix_megabytes=1)
    with pytest.raises(CatalogueTooLargeError, match=r"need about 32 MB, and 1 are allowed.*--fewest"):
        rankings.check_size(1000, small)


def test_the_best_setting_is_kept_and_all_are_recorded(interactions: Interactions, config: Config) -> None:
    few = dataclasses.replace(config, neighbors=(5, 50), shrink=(0.0,), pull=(10.0, 1e6), popular_pull=(0.0,))
    everything = np.ones(len(interactions.users), dtype=bool)
    found = training.tune(interactions, everything, split.last_out, few)
    for name, budget in ((POPULAR, 1), (KNN, 2), (EASE, 2)):
        run = found[name].run
        assert run.tried == len(run.trials) == budget
        assert run.validation_ndcg == max(trial.ndcg for trial in run.trials)
    assert found[EASE].run.settings["L2"] == 10.0
    again = training.tune(interactions, everything, split.last_out, few)
    assert (again[EASE].weights == found[EASE].weights).all(), "the same events give the same model"


def test_spread_is_as_computed_by_hand() -> None:
    everybody_the_same = Ranked(np.array([[0], [0], [0], [0]]), np.zeros((4, 1)), np.ones(4))
    all_alike = Ranked(np.array([[0], [1], [2], [3]]), np.zeros((4, 1)), np.ones(4))
    assert spread(everybody_the_same, WATCHED)["gini"] == pytest.approx(0.75)  # the most that four films allow
    assert spread(everybody_the_same, WATCHED)["coverage"] == 0.25
    assert spread(all_alike, WATCHED)["gini"] == 0
    assert spread(all_alike, WATCHED)["coverage"] == 1
    assert spread(all_alike, WATCHED)["novelty"] > spread(everybody_the_same, WATCHED)["novelty"]


def test_strata_hold_a_third_of_the_events_each(interactions: Interactions) -> None:
    watched = interactions.matrix(np.ones(len(interactions.users), dtype=bool))
    strata, number = beyond.stratum(watched), rankings.popularity(watched)
    shares = [number[strata == each].sum() / number.sum() for each in range(3)]
    assert shares == pytest.approx([1 / 3] * 3, abs=0.03)
    assert number[strata == 0].min() >= number[strata == 2].max()


def test_what_is_saved_is_what_is_served(model: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MODEL", tmp_path / "model.npz")
    monkeypatch.setattr(saved, "CARD", tmp_path / "card.json")
    with pytest.raises(ExplainedError, match="no trained model yet"):
        saved.load()
    sha256 = saved.save(model.ids, model.titles, model.tags, model.popular, model.weights)
    saved.save_card(Card("a test", "film", "films", "0" * 64, sha256, {}))
    loaded = saved.load()
    for name in (KNN, EASE):
        assert (loaded.weights[name] == model.weights[name]).all()
    assert loaded.titles == model.titles
    (tmp_path / "model.npz").write_bytes((tmp_path / "model.npz").read_bytes() + b"\0")
    with pytest.raises(ExplainedError, match="is not the one"):
        saved.load()


def test_the_first_look_leaves_the_test_closed(interactions: Interactions, config: Config) -> None:
    open_to_see = exploration.open_to_see(interactions, config)
    everything = np.ones(len(interactions.users), dtype=bool)
    assert not (open_to_see & split.last_out(interactions, everything, config.fewest_events).test).any()


def test_a_list_rests_on_the_history_and_where_it_does_not_this_is_seen(
    interactions: Interactions, model: Trained, config: Config
) -> None:
    parts = split.last_out(interactions, np.ones(len(interactions.users), dtype=bool))
    held_out = interactions.matrix(parts.test)
    found = importance.importances(interactions, parts.train, model.weights[EASE], held_out, config)
    assert [each.name for each in found] == list(importance.PARTS)
    assert all(each.ci95[1] < 0 for each in found)
    assert found[-1].value == min(each.value for each in found), "without the whole history, nothing personal is left"
    popular = importance.importances(interactions, parts.train, model.popular, held_out, config)
    assert {each.value for each in popular} == {0.0}, "the most popular are the same for everybody"


def test_parts_of_a_history_are_by_age(config: Config) -> None:
    ages = importance._ages(np.array([0, 0, 0, 2, 2]), np.array([True, True, False, True, True]))
    assert ages[[0, 1, 3, 4]].tolist() == [1, 0, 1, 0]
