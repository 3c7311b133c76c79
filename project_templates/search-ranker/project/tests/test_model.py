"""Retrieval, ranking and the saved model: each claim of the README with a test that fails where it is not true."""

import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import lightgbm
import numpy as np
import pytest

from search_ranker.config import Config
from search_ranker.data.passages import Collection, Passage, Question
from search_ranker.data.split import Split
from search_ranker.evaluation import measures
from search_ranker.kit.project import ExplainedError
from search_ranker.models import (
    dense,
    features,
    lessons,
    neural,
    saved,
    training,
    trees,
)
from search_ranker.models.answers import Judge
from search_ranker.models.engine import BM25, RANKINGS, Engine, Ranking
from search_ranker.models.index import Index
from search_ranker.models.trees import Growth
from search_ranker.serving import site


def test_trees_as_arrays_score_as_lightgbm_does() -> None:
    rng = np.random.default_rng(2)
    rows, labels = rng.random((400, 5)), rng.integers(2, size=400)
    settings = {"objective": "binary", "num_leaves": 8, "verbosity": -1, "min_data_in_leaf": trees.FEWEST}
    grown = lightgbm.train(settings, lightgbm.Dataset(rows, labels), 30)
    ours = trees._as_arrays(grown.dump_model()["tree_info"])
    assert np.allclose(ours.scores(rows), grown.predict(rows, raw_score=True))


def test_trees_that_never_split_are_the_same_for_all() -> None:
    flat = trees.that_decide(np.zeros((60, 2)), np.arange(60) % 2 == 0, Growth(3, 4, 0.1, 1))
    assert len(set(flat.scores(np.zeros((5, 2))).tolist())) == 1


def _ndcg(engine: Engine, ranking: Ranking, questions: Sequence[Question], config: Config) -> np.ndarray:
    found = [features.retrieve(each.text, engine.index, config) for each in questions]
    lists = [training.listed(ranking, each, engine.index) for each in found]
    return measures.Tested("test", questions, config).values(lists, measures.ndcg)


def test_the_ranking_is_better_than_bm25_on_unseen_questions(engine: Engine, parts: Split, config: Config) -> None:
    questions = [each for each in parts.test if each.is_answerable]
    gain = _ndcg(engine, engine.ranking, questions, config) - _ndcg(engine, Ranking(BM25), questions, config)
    assert gain.mean() > 0.03
    assert measures.Tested("test", questions, config).share(gain)[1][0] > 0


def test_the_same_seed_grows_the_same_trees(engine: Engine, parts: Split, config: Config) -> None:
    again = lessons.grown(lessons.lessons(parts.train, engine.index, config), config)
    assert engine.ranking.trees is not None
    assert np.array_equal(again.value, engine.ranking.trees.value)


def test_candidates_hold_most_of_what_answers(engine: Engine, parts: Split, config: Config) -> None:
    questions = [each for each in parts.test if each.is_answerable]
    found = [features.retrieve(each.text, engine.index, config) for each in questions]
    lists = [[engine.index.passages[n].id for n in each.numbers.tolist()] for each in found]
    assert measures.Tested("test", questions, config).values(lists, measures.recall).mean() > 0.75


def test_the_dense_retriever_survives_a_typing_mistake(engine: Engine) -> None:
    right, wrong = engine.index.dense.encode(["guest list", "geust lits"])
    other = engine.index.dense.encode(["budget planner"])[0]
    assert right @ wrong > right @ other


class Stub:
    """Stands for a sentence-transformers model: two texts are alike if they have as many vowels of each kind."""

    def __init__(self, name: str) -> None:
        if name != "vowels":
            raise OSError(name)

    def encode(self, texts: list[str], **_: object) -> np.ndarray:
        counts = np.array([[1e-9 + text.lower().count(letter) for letter in "aeiou"] for text in texts])
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library of neural encoders, without what it downloads."""
    module = ModuleType("sentence_transformers")
    module.SentenceTransformer = Stub  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    neural._model.cache_clear()


@pytest.mark.usefixtures("library")
def test_a_neural_encoder_takes_the_place_of_the_svd(
    collection: Collection, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MODEL", "PASSAGES", "CARD"):
        monkeypatch.setattr(saved, name, tmp_path / getattr(saved, name).name)
    passages = [Passage("1", "", "banana"), Passage("2", "", "onion soup"), *collection.passages[:20]]
    index = Index.of(passages, dataclasses.replace(config, encoder="vowels"))
    engine = Engine(index, Ranking("dense"), Judge(None, 0.5), config)
    assert engine.search("papaya pastrama").numbers[0] == 0  # no word in common
    digest = saved.save(engine)
    saved.save_card(saved.Card("x", "MIT", "text", digest, "", "dense", 0.0, 0.5, 0.1, saved.settings_of(Config())))
    assert saved.load().engine.search("papaya pastrama").numbers[0] == 0
    assert site.alone(config) is None


@pytest.mark.usefixtures("library")
def test_an_encoder_that_is_not_there_is_named() -> None:
    with pytest.raises(ExplainedError, match="there is no model 'consonants'"):
        neural.fit(["x"], "consonants")


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    neural._model.cache_clear()
    with pytest.raises(ExplainedError, match="needs the extra `encoder`"):
        neural.fit(["x"], "vowels")


@pytest.mark.parametrize("texts", [[["a1"]], [["a1"], ["b2"]], [["a1", "b2"]] * 3, [[], []]])
def test_few_passages_are_searched_too(texts: list[list[str]]) -> None:
    fitted = dense.fit(texts, 100, 8, 1)
    cosines = fitted.passages.cosines(fitted.encode(["a1"])[0])
    assert cosines.shape == (len(texts),)
    assert np.isfinite(cosines).all()


@pytest.mark.parametrize("name", [name for name in RANKINGS if name != "LambdaMART"])
@pytest.mark.parametrize("asked", ["bread", "the of and", "", "🎉", "zzzz", "שלום", "bread " * 300, "\u200f(bread)"])
def test_any_question_is_answered_somehow(name: str, asked: str, config: Config) -> None:
    passages = [
        Passage("1", "Bread", "Bread rises. It is baked."),
        Passage("2", "", "Milk is white."),
        Passage("3", "שלום", ""),
    ]
    small = Engine(Index.of(passages, config), Ranking(name, 1.0), Judge(None, 0.6), config)
    answer = small.answer(asked)
    assert np.isfinite(answer.ranked.scores).all()
    if name != "dense":  # of three passages, no direction can be learned
        assert answer.is_given == ("bread" in asked or asked == "שלום")


def test_equal_scores_keep_the_order_of_the_passages() -> None:
    assert features.best(np.array([1.0, 2.0, 2.0, 0.0, 2.00000000001]), 3).tolist() == [1, 2, 4]
    assert features.best(np.array([]), 3).tolist() == []


# ---- the saved model


@pytest.fixture
def stored(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> saved.Card:
    """A model on disk."""
    for name in ("MODEL", "PASSAGES", "CARD"):
        monkeypatch.setattr(saved, name, tmp_path / getattr(saved, name).name)
    digest = saved.save(engine)
    card = saved.Card(
        "x",
        "CC0-1.0",
        "text",
        digest,
        "",
        engine.ranking.name,
        0.0,
        engine.judge.threshold,
        0.1,
        saved.settings_of(engine.config),
    )
    saved.save_card(card)
    return card


def test_a_model_answers_the_same_after_it_was_saved(stored: saved.Card, engine: Engine, parts: Split) -> None:
    loaded = saved.load(engine.config)
    assert loaded.card == stored
    for question in parts.test[:20]:
        before, after = engine.answer(question.text), loaded.engine.answer(question.text)
        assert before.ranked.numbers.tolist() == after.ranked.numbers.tolist()
        assert (before.sentence, before.confidence) == (after.sentence, after.confidence)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("change", ["features", "passages", "settings"])
def test_files_that_do_not_belong_together_are_refused(
    change: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if change == "features":
        monkeypatch.setattr(features, "ORDER", "another order")
    elif change == "passages":
        saved.PASSAGES.write_text('{"id": "1", "title": "", "text": "another"}\n', encoding="utf-8")
    config = engine.config if change != "settings" else dataclasses.replace(engine.config, k1=9.0)
    with pytest.raises(ExplainedError, match=r"do not belong together|other settings than the model"):
        saved.load(config)
