"""How often an answer is given, how often it is wrong, and what is answered that no passage answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search_ranker.data.passages import Question
from search_ranker.data.text import sentences
from search_ranker.evaluation.measures import Tested
from search_ranker.kit.results import Result
from search_ranker.models.engine import Answer, Engine
from search_ranker.models.training import answers_rightly, is_right

ANSWERED, WRONG, INVENTED = "answered", "wrong_answers", "answered_unanswerable"
LABELS = {
    ANSWERED: "Share answered",
    WRONG: "Share wrong of these",
    INVENTED: "Share answered where nothing answers",
}
POINTS = 40  # of the curve
SENTENCES, EAGER = "sentence above the threshold", "first sentence of the first passage, always"


@dataclass(frozen=True)
class Answered:
    """(Q,) what one way to answer did with each question."""

    is_given: np.ndarray
    is_right: np.ndarray

    def rows(self, name: str, role: str, tested: Tested) -> list[Result]:
        """Share answered, share of these that is wrong, share answered of those that nothing answers."""
        nothing = np.array([not each.is_answerable for each in tested.questions])
        measured = (
            (ANSWERED, self.is_given, None, True),
            (WRONG, ~self.is_right, self.is_given, False),
            (INVENTED, self.is_given, nothing, False),
        )
        return [
            Result(name, role, tested.split, metric, LABELS[metric], *tested.share(values, among), better)
            for metric, values, among, better in measured
            if among is None or among.any()
        ]


def answered(questions: Sequence[Question], said: Sequence[Answer], engine: Engine) -> Answered:
    """By what is served."""
    right = [answers_rightly(q, a, engine.index) for q, a in zip(questions, said, strict=True)]
    return Answered(np.array([each.is_given for each in said]), np.array(right))


def eager(questions: Sequence[Question], said: Sequence[Answer], engine: Engine) -> Answered:
    """As a system that never abstains: the first sentence of the passage that is ranked first."""
    passages = engine.index.passages
    right, given = [], []
    for question, answer in zip(questions, said, strict=True):
        first = passages[answer.ranked.numbers[0]] if len(answer.ranked.numbers) else None
        opening = (sentences(first.text) or [first.title])[0] if first else ""
        given.append(first is not None)
        right.append(first is not None and is_right(question, opening, first.id))
    return Answered(np.array(given), np.array(right))


def risk_curve(done: Answered, confidence: np.ndarray) -> list[dict[str, float]]:
    """Share answered and share of these that is wrong, for thresholds from the surest answers downwards."""
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~done.is_right[order])
    places = np.unique(np.linspace(max(1, len(order) // 20), len(order), POINTS).astype(int))
    return [{"answered": round(n / len(order), 4), "wrong": round(float(wrong[n - 1] / n), 4)} for n in places.tolist()]
