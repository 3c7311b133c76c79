"""Tries rankings on validation questions, keeps the best, and learns which sentence answers and when to say nothing.

Run as: python -m search_ranker train
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from search_ranker.config import PROJECT, Config
from search_ranker.data import prepare, split
from search_ranker.data.passages import Question
from search_ranker.data.split import Split
from search_ranker.evaluation.measures import Tested, ndcg
from search_ranker.kit import results
from search_ranker.kit.intervals import stream
from search_ranker.kit.progress import progress
from search_ranker.models import answers, engine, features, saved, trees
from search_ranker.models.answers import Judge
from search_ranker.models.engine import BM25, DENSE, FUSION, LAMBDAMART, TITLE, Answer, Engine, Ranking
from search_ranker.models.features import Candidates
from search_ranker.models.index import Index
from search_ranker.models.trees import Growth, Trees

DECISIONS = {
    BM25: "words that a passage shares with the question, the rarer the better",
    TITLE: "does a word in the title say more than one in the text?",
    DENSE: "does it help to find what shares no word with the question?",
    FUSION: "are both retrievers better together?",
    LAMBDAMART: "does it pay to learn an order from judgements?",
}
FOLDS = 3  # in which the training questions are ranked by trees that have not met them


@dataclass(frozen=True)
class Run:
    """One ranking and what it came to in validation; one file each in reports/runs."""

    name: str
    decision: str
    settings: dict[str, float]
    seed: int
    validation_ndcg: float
    chosen: bool
    seconds: float
    trials: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Lesson:
    """One question with its candidates, and the grade of each."""

    question: Question
    found: Candidates
    features: np.ndarray  # (C, features)
    grades: np.ndarray  # (C,)


def train(config: Config) -> list[Run]:
    """Choose a ranking and write the model; returns what was tried."""
    collection, manifest = prepare.load()
    index = Index.of(collection.passages, config)
    if len(collection.answerable) < config.fewest_questions:
        ranking, judge, runs = Ranking(FUSION), Judge(None, config.least_coverage), [_untried(config)]
        met = prepare.digest([])
    else:
        parts = split.by_question(collection.questions, config)
        ranking, runs = _choose(index, parts, config)
        judge = learned_judge(index, ranking, parts, config)
        met = prepare.digest([*parts.train, *parts.validation])
    served = Engine(index, ranking, judge, config)
    described = (manifest.title, manifest.licence, manifest.noun, saved.save(served), met)
    saved.save_card(saved.Card(*described, ranking.name, ranking.boost, judge.threshold, config.risk))
    results.write_experiments(PROJECT, runs)
    return runs


def _untried(config: Config) -> Run:
    return Run(FUSION, "with too few judged questions, nothing can be tried", {}, config.seed, 0.0, True, 0.0)


def _choose(index: Index, parts: Split, config: Config) -> tuple[Ranking, list[Run]]:
    """Every ranking on the validation questions; the best is kept."""
    tested = Tested("validation", [each for each in parts.validation if each.is_answerable], config)
    known = [features.retrieve(each.text, index, config) for each in progress(tested.questions, "retrieving")]
    tried: list[tuple[Ranking, Run]] = []
    for name in engine.RANKINGS:
        started = time.monotonic()
        candidates = _candidates(name, index, parts, config)
        scored = [(round(_score(each, known, tested, index), 4), each) for each in candidates]
        score, ranking = max(scored, key=lambda each: each[0])
        trials = [{"settings": {"title": each.boost}, "ndcg": one} for one, each in scored if len(scored) > 1]
        if name == LAMBDAMART:
            trials = _ablation(index, parts, known, tested, config)
        settings = {"title": ranking.boost} if ranking.boost else _settings(name, config)
        seconds = round(time.monotonic() - started, 1)
        tried.append((ranking, Run(name, DECISIONS[name], settings, config.seed, score, False, seconds, trials)))
    best, chosen = max(tried, key=lambda each: each[1].validation_ndcg)
    return best, [replace(run, chosen=run is chosen) for _, run in tried]


def _candidates(name: str, index: Index, parts: Split, config: Config) -> list[Ranking]:
    if name == TITLE:
        return [Ranking(name, boost) for boost in config.title_boosts]
    if name == LAMBDAMART:
        return [Ranking(name, trees=grown(lessons(parts.train, index, config), config))]
    return [Ranking(name)]


def _settings(name: str, config: Config) -> dict[str, float]:
    known: dict[str, dict[str, float]] = {
        BM25: {"k1": config.k1, "b": config.b},
        DENSE: {"dimensions": config.dimensions},
        FUSION: {"rank constant": config.rank_constant},
        LAMBDAMART: {"trees": config.trees, "leaves": config.leaves, "learning rate": config.learning_rate},
    }
    return known.get(name, {})


def _score(ranking: Ranking, known: Sequence[Candidates], tested: Tested, index: Index) -> float:
    return float(tested.values([listed(ranking, each, index) for each in known], ndcg).mean())


def listed(ranking: Ranking, found: Candidates, index: Index) -> list[str]:
    """The ids of the passages, best first."""
    return [index.passages[each].id for each in engine.order(ranking, found, index)[0].tolist()]


def lessons(questions: Sequence[Question], index: Index, config: Config) -> list[Lesson]:
    """What trees learn from: the answerable questions of which any candidate answers."""
    found = []
    for question in progress(questions, "reading training questions"):
        candidates = features.retrieve(question.text, index, config)
        ids = (index.passages[each].id for each in candidates.numbers.tolist())
        grades = np.array([max(0, question.grades.get(name, 0)) for name in ids])
        if grades.any():
            found.append(Lesson(question, candidates, features.of(candidates, index), grades))
    return found


def grown(taught: Sequence[Lesson], config: Config, without: Sequence[int] = ()) -> Trees:
    """LambdaMART on those lessons; features that are left out are the same everywhere."""
    shown = [each.features.copy() for each in taught]
    for each in shown:
        each[:, list(without)] = 0.0
    growth = Growth(config.trees, config.leaves, config.learning_rate, config.seed)
    return trees.that_order(shown, [each.grades for each in taught], growth)


def _ablation(
    index: Index, parts: Split, known: Sequence[Candidates], tested: Tested, config: Config
) -> list[dict[str, Any]]:
    """What the trees come to without each group of features."""
    taught, found = lessons(parts.train, index, config), []
    for name, places in progress(features.GROUPS.items(), "leaving features out"):
        ranking = Ranking(LAMBDAMART, trees=grown(taught, config, places))
        found.append({"settings": {"without": name}, "ndcg": round(_score(ranking, known, tested, index), 4)})
    return found


def learned_judge(index: Index, ranking: Ranking, parts: Split, config: Config) -> Judge:
    """Learn on the training questions which sentence answers; choose in validation when to say nothing."""
    rows, labels = [], []
    for question, one in _unmet(index, ranking, parts.train, config):
        ranked = Engine(index, one, Judge(None, 0.0), config).search(question.text)
        numbers = ranked.numbers[: config.read].tolist()
        sentences, known = answers.read(question.text, numbers, ranked.scores[: config.read + 1], index)
        rows.append(known)
        labels += [is_right(question, each.text, index.passages[each.passage].id) for each in sentences]
    growth = Growth(config.judge_trees, config.judge_leaves, config.learning_rate, config.seed)
    learned = trees.that_decide(np.concatenate(rows), np.array(labels), growth)
    bare = Engine(index, ranking, Judge(learned, 0.0), config)
    said = [bare.answer(each.text) for each in parts.validation]
    right = [answers_rightly(q, a, index) for q, a in zip(parts.validation, said, strict=True)]
    confidence = np.array([each.confidence for each in said])
    drawn = Tested("validation", parts.validation, config).drawn
    return Judge(learned, answers.threshold(confidence, np.array(right), drawn, config.risk))


def _unmet(
    index: Index, ranking: Ranking, questions: Sequence[Question], config: Config
) -> list[tuple[Question, Ranking]]:
    """Each training question with trees that have not met it: on those they have met, their scores are too sure."""
    if ranking.name != LAMBDAMART:
        return [(each, ranking) for each in questions]
    names = sorted({split.intent(each) for each in questions})
    fold = dict(zip(names, stream(config.seed, "folds").integers(FOLDS, size=len(names)).tolist(), strict=True))
    taught = lessons(questions, index, config)
    others = [
        Ranking(LAMBDAMART, trees=grown([x for x in taught if fold[split.intent(x.question)] != each], config))
        for each in range(FOLDS)
    ]
    return [(each, others[fold[split.intent(each)]]) for each in questions]


def answers_rightly(question: Question, answer: Answer, index: Index) -> bool:
    """Whether the likeliest sentence answers, be it given or not."""
    found = answer.sentence
    return found is not None and is_right(question, found.text, index.passages[found.passage].id)


def is_right(question: Question, sentence: str, passage: str) -> bool:
    """Whether a sentence answers: it stands in one of the best passages and, where the data say so, has the words."""
    said = sentence.casefold()
    return passage in question.best and (
        not question.answers or any(each.casefold() in said for each in question.answers)
    )
