"""Measures rankings and answers on questions that trained nothing, and what a careless evaluation would claim.

Run as: python -m search_ranker evaluate
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from search_ranker.config import PROJECT, Config
from search_ranker.data import prepare, split
from search_ranker.data.passages import Collection, Question
from search_ranker.data.prepare import Manifest
from search_ranker.data.split import Split
from search_ranker.evaluation import answering, errors, figures, importance, measures, planted, published, significance
from search_ranker.evaluation.measures import Tested
from search_ranker.kit import drift, results
from search_ranker.kit.intervals import stream
from search_ranker.kit.progress import progress
from search_ranker.kit.project import ExplainedError
from search_ranker.kit.results import Comparison, Result
from search_ranker.models import answers, engine, features, lessons, saved, training
from search_ranker.models.engine import BM25, LAMBDAMART, TITLE, Answer, Engine, Ranking
from search_ranker.models.features import Candidates
from search_ranker.models.saved import Saved
from search_ranker.monitoring.signals import signals

SPLIT = "test (by question)"
RANDOM, ORACLE = "candidates in random order", "best order of the candidates"
METRICS = {
    "ndcg_at_10": ("nDCG@10", measures.ndcg),
    "mrr_at_10": ("MRR@10", measures.reciprocal_rank),
    "success_at_1": ("Success@1", measures.success),
    "judged_at_10": ("Judged@10", measures.judged),
}
EXAMPLES = 200  # questions of the load test
Lists = dict[str, list[list[str]]]  # by ranking: the ids of the passages for each question, best first


@dataclass(frozen=True)
class Careless:
    """What an evaluation would have claimed that splits judged pairs, and how much more that is."""

    rows: list[Result]
    gap: dict[str, Any] | None


@dataclass(frozen=True)
class Trial:
    """The test questions that something answers, with the candidates of each."""

    tested: Tested
    found: Sequence[Candidates]
    served: Engine

    @property
    def chosen(self) -> str:
        """The name of the ranking that is served."""
        return self.served.ranking.name

    def lists(self, ranking: Ranking) -> list[list[str]]:
        """The ids of the passages for each question, best first."""
        return [training.listed(ranking, each, self.served.index) for each in self.found]

    @cached_property
    def at_random(self) -> list[list[str]]:
        """The candidates, shuffled."""
        rng, passages = stream(self.served.config.seed, "random order"), self.served.index.passages
        return [[passages[each].id for each in rng.permutation(one.numbers).tolist()] for one in self.found]

    @cached_property
    def at_best(self) -> list[list[str]]:
        """The candidates as nobody could order them better."""
        return [
            sorted(each, key=lambda name, grades=one.grades: -grades.get(name, 0))  # type: ignore[misc]
            for each, one in zip(self.at_random, self.tested.questions, strict=True)
        ]


def evaluate(config: Config) -> None:
    """Write reports/metrics.json and the figures."""
    collection, manifest = prepare.load()
    served, parts = _checked(collection, config)
    if not parts.test:
        _write(manifest, served, {"questions_needed": config.fewest_questions}, [], [])
        return
    may_show = prepare.may_be_shown(manifest.licence)
    asked = [each for each in parts.test if each.is_answerable]
    found = [features.retrieve(each.text, served.engine.index, config) for each in progress(asked, "retrieving")]
    trial = Trial(Tested(SPLIT, asked, config), found, served.engine)
    lists = {each.name: trial.lists(each) for each in _rankings(served, parts, config)}
    rows, careless = _rows(trial, lists), _split_by_row(trial, lists, parts)
    figures.scores([each for each in rows if each.metric == "ndcg_at_10"], careless.rows, manifest.title)
    comparisons, duels = _compared(trial, lists)
    given, more = _answers(parts.test, len(parts.validation), served.engine, manifest)
    ranked = {
        "published": published.check(manifest, collection.answerable, served.engine.index),
        "by_row": careless.gap,
        "duels": [asdict(each) for each in duels],
        "ceiling": _ceiling(trial),
        "ablation": _ablation(),
        "importance": importance.importances(trial.tested, trial.found, served.engine),
        "errors": errors.errors(trial.tested, lists[trial.chosen], lists[BM25], served.engine, may_show),
        "support": planted.check(served.engine.index.passages, config.seed),
    }
    served = _remember(served, parts.test, more.pop("said"), may_show)
    sizes = {"train": len(parts.train), "validation": len(parts.validation), "test": len(parts.test)}
    _write(manifest, served, {**sizes, **ranked, **more}, [*rows, *careless.rows, *given], comparisons)


def _checked(collection: Collection, config: Config) -> tuple[Saved, Split]:
    """What is served, and the questions by their use: none where they are too few."""
    served = saved.load(config)
    is_enough = split.is_enough(collection.questions, config)
    parts = split.by_question(collection.questions, config) if is_enough else Split([], [], [])
    is_same = served.card.met_sha256 == prepare.digest([*parts.train, *parts.validation])
    if not is_same or list(served.engine.index.passages) != collection.passages:
        raise ExplainedError(
            "the model was trained on other data, and may have met those it is tested on: "
            "run `python -m search_ranker train` first"
        )
    return served, parts


def _rankings(served: Saved, parts: Split, config: Config) -> list[Ranking]:
    """All of them, the served one last; LambdaMART as it is served, or else grown here on the training questions."""
    chosen = served.engine.ranking
    others = {name: Ranking(name, _boost(name)) for name in engine.RANKINGS if name != chosen.name}
    if others.pop(LAMBDAMART, None) and (taught := lessons.lessons(parts.train, served.engine.index, config)):
        others[LAMBDAMART] = Ranking(LAMBDAMART, trees=lessons.grown(taught, config))
    return [*others.values(), chosen]


def _boost(name: str) -> float:
    """What validation chose for the title."""
    runs = {each["name"]: each for each in results.experiments(PROJECT)}
    return float(runs[name]["settings"]["title"]) if name == TITLE and name in runs else 0.0


def _rows(trial: Trial, lists: Lists) -> list[Result]:
    """Every measure of every ranking, the random order first and what is served last."""
    everything = {RANDOM: trial.at_random, **lists}
    return [
        trial.tested.result(
            name, "model" if name == trial.chosen else "baseline", metric, label, trial.tested.values(each, score)
        )
        for metric, (label, score) in METRICS.items()
        for name, each in everything.items()
    ]


def _ablation() -> list[dict[str, Any]]:
    """What LambdaMART came to in validation without each group of features, as `train` recorded it."""
    return [
        {
            "name": each["settings"]["without"],
            "validation_ndcg": each["ndcg"],
            "change": round(each["ndcg"] - run["validation_ndcg"], 4),
        }
        for run in results.experiments(PROJECT)
        if run["name"] == LAMBDAMART
        for each in run["trials"]
    ]


def _split_by_row(trial: Trial, lists: Lists, parts: Split) -> Careless:
    """The same trees after a split by row; nothing where there are no trees."""
    if LAMBDAMART not in lists:
        return Careless([], None)
    tested = replace(trial.tested, split="test (pairs at random)")
    naive = tested.values(trial.lists(_by_row(trial.served, parts, tested.config)), measures.ndcg)
    fair = tested.values(lists[LAMBDAMART], measures.ndcg)
    row = tested.result(f"{LAMBDAMART}, split by row", "naive", "ndcg_at_10", "nDCG@10", naive)
    return Careless([row], asdict(tested.compare("ndcg_at_10", (row.model, naive), (LAMBDAMART, fair))))


def _by_row(served: Engine, parts: Split, config: Config) -> Ranking:
    """LambdaMART where judged pairs are split, not questions: it was trained on some candidates of each test question.

    From as many pairs as the honest one has, so that nothing but the split differs.
    """
    rng = stream(config.seed, "split by row")
    everything = lessons.lessons([*parts.train, *parts.test], served.index, config)
    honest = sum(len(each.grades) for each in lessons.lessons(parts.train, served.index, config))
    share, taught = honest / sum(len(each.grades) for each in everything), []
    for each in everything:
        kept = rng.random(len(each.grades)) < share
        if each.grades[kept].any():
            taught.append(replace(each, features=each.features[kept], grades=each.grades[kept]))
    return Ranking(LAMBDAMART, trees=lessons.grown(taught, config))


def _compared(trial: Trial, lists: Lists) -> tuple[list[Comparison], list[significance.Duel]]:
    """What is served against every other ranking, question by question."""
    tested, config = trial.tested, trial.served.config
    values = {name: tested.values(each, measures.ndcg) for name, each in lists.items()}
    model, groups = values.pop(trial.chosen), [split.intent(each) for each in tested.questions]
    compared = [tested.compare("ndcg_at_10", (trial.chosen, model), other) for other in values.items()]
    duels = [
        significance.duel(name, model - other, groups, config.flips, config.seed) for name, other in values.items()
    ]
    return compared, significance.holm(duels)


def _ceiling(trial: Trial) -> dict[str, Any]:
    """What the best order of the candidates would reach: what is not among them, no ranking finds."""
    tested, config = trial.tested, trial.served.config
    recall = tested.result(
        "candidates",
        "model",
        "recall_of_candidates",
        f"Recall@{config.candidates}",
        tested.values(trial.at_random, measures.recall),
    )
    oracle = tested.result(ORACLE, "model", "ndcg_at_10", "nDCG@10", tested.values(trial.at_best, measures.ndcg))
    return {"recall": asdict(recall), "oracle": asdict(oracle)}


def _answers(
    questions: Sequence[Question], validation: int, served: Engine, manifest: Manifest
) -> tuple[list[Result], dict[str, Any]]:
    """Every test question, answerable or not, as the service would answer it."""
    config = served.config
    tested = Tested(SPLIT, questions, config)
    said = [served.answer(each.text) for each in progress(questions, "answering")]
    first, always, done = (
        how(questions, said, served) for how in (answering.first, answering.always, answering.answered)
    )
    confidence = np.array([each.confidence for each in said])
    curve = answering.risk_curve(done, confidence)
    figures.risk(curve, float(done.is_given.mean()), config.risk, manifest.title)
    rows = [
        *first.rows(answering.FIRST, "baseline", tested),
        *always.rows(answering.ALWAYS, "baseline", tested),
        *done.rows(answering.SERVED, "model", tested),
    ]
    stages = {name: [getattr(*each) for each in _times(said, name)] for name in ("retrieve", "rank", "answer")}
    times = {
        name: {f"p{p}": round(float(np.percentile(each, p)), 2) for p in (50, 99)} for name, each in stages.items()
    }
    facts = {
        "threshold": served.judge.threshold,
        "risk": config.risk,
        "validation": validation,
        "needed": answers.fewest(config.risk),
        "curve": curve,
    }
    return rows, {"answers": facts, "stages": times, "said": said}


def _times(said: Sequence[Answer], stage: str) -> list[tuple[object, str]]:
    return [(each if stage == "answer" else each.ranked, f"{stage}_ms") for each in said]


def _remember(served: Saved, questions: Sequence[Question], said: Sequence[Answer], may_show: bool) -> Saved:
    """What answers to the test questions look like, for the monitor; and these questions to try, the clearest first."""
    config = served.engine.config
    values = drift.signals([signals(each, served.engine) for each in said])
    groups = np.array([split.intent(each) for each in questions])
    settings = (min(config.window, len(said)), config.drift_alarms, config.resamples, config.seed)
    clearest = sorted(zip(said, questions, strict=True), key=lambda each: -each[0].confidence)
    examples = [each.text[: config.longest_question] for _, each in clearest if may_show][:EXAMPLES]
    abstained = round(1 - sum(each.is_given for each in said) / len(said), 4)
    reference = drift.reference(values, groups, *settings)
    card = replace(served.card, examples=examples, abstained=abstained, reference=reference)
    saved.save_card(card)
    return replace(served, card=card)


def _write(
    manifest: Manifest,
    served: Saved,
    more: dict[str, Any],
    rows: Sequence[Result],
    comparisons: Sequence[Comparison],
) -> None:
    facts = ("noun", "questions", "intents", "answerable", "unanswerable", "judgements", "left_out", "dated", "quoted")
    described = {name: getattr(manifest, name) for name in facts} | {"words": len(served.engine.index.texts.numbers)}
    artefacts = [saved.MODEL, saved.PASSAGES]
    document = results.document(PROJECT, manifest, served.engine.config.seed, described, rows, comparisons, artefacts)
    results.write(
        PROJECT.metrics,
        {
            **document,
            **more,
            "chosen": served.card.ranking,
            "example": served.examples[0] if prepare.may_be_shown(manifest.licence) else "",
        },
    )
