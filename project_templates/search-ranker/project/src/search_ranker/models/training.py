"""Tries rankings on validation questions, keeps the best, and learns which sentence answers and when to say nothing.

Run as: python -m search_ranker train
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from search_ranker.config import PROJECT, Config
from search_ranker.data import prepare, split
from search_ranker.data.passages import Question
from search_ranker.evaluation.measures import Tested, ndcg
from search_ranker.kit import results
from search_ranker.kit.progress import progress
from search_ranker.models import engine, features, judging, saved
from search_ranker.models.answers import NEVER, Judge
from search_ranker.models.engine import BM25, DENSE, FUSION, LAMBDAMART, TITLE, Engine, Ranking
from search_ranker.models.features import Candidates
from search_ranker.models.index import Index
from search_ranker.models.lessons import Lesson, grown, lessons

DECISIONS = {
    BM25: "words that a passage shares with the question, the rarer the better",
    TITLE: "does a word in the title say more than one in the text?",
    DENSE: "does it help to find what shares no word with the question?",
    FUSION: "are both retrievers better together?",
    LAMBDAMART: "does it pay to learn an order from judgements?",
}


@dataclass(frozen=True)
class Run:
    """One ranking and what it came to in validation; one file each in reports/runs."""

    name: str
    decision: str
    settings: dict[str, float]
    seed: int
    validation_ndcg: float | None  # None where nothing could be measured
    chosen: bool
    seconds: float
    trials: list[dict[str, Any]] = field(default_factory=list)


def train(config: Config) -> list[Run]:
    """Choose a ranking and write the model; returns what was tried."""
    collection, manifest = prepare.load()
    index = Index.of(collection.passages, config)
    if not split.is_enough(collection.questions, config):
        ranking, judge, runs = Ranking(FUSION), Judge(None, config.least_coverage), [_untried(config)]
        met = prepare.digest([])
    else:
        parts = split.by_question(collection.questions, config)
        taught = lessons(parts.train, index, config)
        ranking, runs = _choose(index, taught, parts.validation, config)
        judge = judging.learned(Engine(index, ranking, Judge(None, NEVER), config), taught, parts)
        met = prepare.digest([*parts.train, *parts.validation])
    served = Engine(index, ranking, judge, config)
    described = (manifest.title, manifest.licence, manifest.noun, saved.save(served), met)
    saved.save_card(
        saved.Card(*described, ranking.name, ranking.boost, judge.threshold, config.risk, saved.settings_of(config))
    )
    results.write_experiments(PROJECT, runs)
    return runs


def _untried(config: Config) -> Run:
    return Run(FUSION, "with too few judged questions, nothing can be tried", {}, config.seed, None, True, 0.0)


def _choose(
    index: Index, taught: Sequence[Lesson], validation: Sequence[Question], config: Config
) -> tuple[Ranking, list[Run]]:
    """Every ranking on the validation questions; the best is kept."""
    tested = Tested("validation", [each for each in validation if each.is_answerable], config)
    known = [features.retrieve(each.text, index, config) for each in progress(tested.questions, "retrieving")]
    tried: list[tuple[Ranking, Run]] = []
    for name in engine.RANKINGS:
        started = time.monotonic()
        scored = [(round(_score(each, known, tested, index), 4), each) for each in _candidates(name, taught, config)]
        if not scored:
            continue
        score, ranking = max(scored, key=lambda each: each[0])
        trials = [{"settings": {"title": each.boost}, "ndcg": one} for one, each in scored if len(scored) > 1]
        if name == LAMBDAMART:
            trials = _ablation(index, taught, known, tested)
        settings = {"title": ranking.boost} if ranking.boost else _settings(name, config)
        seconds = round(time.monotonic() - started, 1)
        tried.append((ranking, Run(name, DECISIONS[name], settings, config.seed, score, False, seconds, trials)))
    best, chosen = max(tried, key=lambda each: each[1].validation_ndcg or 0.0)
    return best, [replace(run, chosen=run is chosen) for _, run in tried]


def _candidates(name: str, taught: Sequence[Lesson], config: Config) -> list[Ranking]:
    """What is tried under that name; no trees where no lesson could be learned."""
    if name == TITLE:
        return [Ranking(name, boost) for boost in config.title_boosts]
    if name == LAMBDAMART:
        return [Ranking(name, trees=grown(taught, config))] if taught else []
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


def _ablation(
    index: Index, taught: Sequence[Lesson], known: Sequence[Candidates], tested: Tested
) -> list[dict[str, Any]]:
    """What the trees come to without each group of features."""
    found = []
    for name, places in progress(features.GROUPS.items(), "leaving features out"):
        ranking = Ranking(LAMBDAMART, trees=grown(taught, tested.config, places))
        found.append({"settings": {"without": name}, "ndcg": round(_score(ranking, known, tested, index), 4)})
    return found
