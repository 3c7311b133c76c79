"""Learns which sentence answers, and chooses below which probability it is better to say nothing.

Run as: python -m search_ranker train
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from search_ranker.data import split
from search_ranker.data.passages import Question
from search_ranker.data.split import Split
from search_ranker.evaluation.measures import Tested
from search_ranker.kit.intervals import stream
from search_ranker.models import answers, trees
from search_ranker.models.answers import NEVER, Judge
from search_ranker.models.engine import LAMBDAMART, Answer, Engine, Ranking
from search_ranker.models.index import Index
from search_ranker.models.lessons import Lesson, grown
from search_ranker.models.trees import Growth

FOLDS = 3  # in which the training questions are ranked by trees that have not seen them
LETTER = "[0-9A-Za-zÀ-ÿ]"  # of scripts that put blanks between words: "4 euro" is not in "24 euro"


def learned(bare: Engine, taught: Sequence[Lesson], parts: Split) -> Judge:
    """The judge of an engine that has none yet: trees by the training questions, the threshold by validation."""
    config, index, rows, labels = bare.config, bare.index, list[np.ndarray](), list[bool]()
    for question, one in _unseen(bare, taught, parts.train):
        ranked = replace(bare, ranking=one).search(question.text)
        numbers = ranked.numbers[: config.read].tolist()
        sentences, known = answers.read(question.text, numbers, ranked.scores[: config.read + 1], index)
        rows.append(known)
        labels += [is_right(question, each.text, index.passages[each.passage].id) for each in sentences]
    if not any(labels):
        return Judge(None, NEVER)
    growth = Growth(config.judge_trees, config.judge_leaves, config.learning_rate, config.seed)
    judge = Judge(trees.that_decide(np.concatenate(rows), np.array(labels), growth), NEVER)
    said = [replace(bare, judge=judge).answer(each.text) for each in parts.validation]
    right = [answers_rightly(q, a, index) for q, a in zip(parts.validation, said, strict=True)]
    confidence = np.array([each.confidence for each in said])
    drawn = Tested("validation", parts.validation, config).drawn
    return replace(judge, threshold=answers.threshold(confidence, np.array(right), drawn, config.risk))


def _unseen(bare: Engine, taught: Sequence[Lesson], questions: Sequence[Question]) -> list[tuple[Question, Ranking]]:
    """Each training question with trees that have not seen it: on those they were grown on, they are too sure."""
    if bare.ranking.name != LAMBDAMART:
        return [(each, bare.ranking) for each in questions]
    names = sorted({split.intent(each) for each in questions})
    drawn = stream(bare.config.seed, "folds").integers(FOLDS, size=len(names)).tolist()
    fold = dict(zip(names, drawn, strict=True))
    rest = [[each for each in taught if fold[split.intent(each.question)] != number] for number in range(FOLDS)]
    others = [Ranking(LAMBDAMART, trees=grown(some or taught, bare.config)) for some in rest]
    return [(each, others[fold[split.intent(each)]]) for each in questions]


def answers_rightly(question: Question, answer: Answer, index: Index) -> bool:
    """Whether the likeliest sentence answers, be it given or not."""
    found = answer.sentence
    return found is not None and is_right(question, found.text, index.passages[found.passage].id)


def is_right(question: Question, sentence: str, passage: str) -> bool:
    """Whether a sentence of one of the best passages answers: where the data name words, it has to have them, whole."""
    wanted = (f"(?<!{LETTER}){re.escape(each.strip())}(?!{LETTER})" for each in question.answers)
    return passage in question.best and (
        not question.answers or any(re.search(each, sentence, re.IGNORECASE) for each in wanted)
    )
