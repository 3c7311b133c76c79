"""How often an answer is given, how often it is wrong, and what is answered that no passage answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search_ranker.data.passages import Question
from search_ranker.data.text import sentences
from search_ranker.evaluation.measures import Tested
from search_ranker.kit.results import Result
from search_ranker.models.engine import Answer, Engine
from search_ranker.models.judging import answers_rightly, is_right

ANSWERED, WRONG, INVENTED = "answered", "wrong_answers", "answered_unanswerable"
LABELS = {
    ANSWERED: "Share answered, of those that a passage answers",
    WRONG: "Share wrong, of all answers given",
    INVENTED: "Share answered, of those that nothing answers",
}
POINTS = 40  # of the curve
SERVED, ALWAYS, FIRST = (
    "sentence above the threshold",
    "likeliest sentence, always",
    ("first sentence of the first passage"),
)


@dataclass(frozen=True)
class Answered:
    """(Q,) what one way to answer did with each question."""

    is_given: np.ndarray
    is_right: np.ndarray

    def rows(self, name: str, role: str, tested: Tested) -> list[Result]:
        """What of the answerable is answered, what of all answers is wrong, what is answered that nothing answers."""
        answerable = np.array([each.is_answerable for each in tested.questions])
        measured = (
            (ANSWERED, self.is_given, answerable, True),
            (WRONG, ~self.is_right, self.is_given, False),
            (INVENTED, self.is_given, ~answerable, False),
        )
        return [
            Result(name, role, tested.split, metric, LABELS[metric], *tested.share(values, among), better)
            for metric, values, among, better in measured
            if among.any()
        ]


def answered(questions: Sequence[Question], said: Sequence[Answer], engine: Engine) -> Answered:
    """By what is served."""
    right = [answers_rightly(q, a, engine.index) for q, a in zip(questions, said, strict=True)]
    return Answered(np.array([each.is_given for each in said]), np.array(right))


def always(questions: Sequence[Question], said: Sequence[Answer], engine: Engine) -> Answered:
    """The same, without a threshold: whatever is likeliest."""
    done = answered(questions, said, engine)
    return Answered(np.array([each.sentence is not None for each in said]), done.is_right)


def first(questions: Sequence[Question], said: Sequence[Answer], engine: Engine) -> Answered:
    """The first sentence of the passage that is ranked first."""
    passages = engine.index.passages
    right, given = [], []
    for question, answer in zip(questions, said, strict=True):
        best = passages[answer.ranked.numbers[0]] if len(answer.ranked.numbers) else None
        opening = (sentences(best.text) or [best.title])[0] if best else ""
        given.append(best is not None)
        right.append(best is not None and is_right(question, opening, best.id))
    return Answered(np.array(given), np.array(right))


def risk_curve(done: Answered, confidence: np.ndarray) -> list[dict[str, float]]:
    """Share answered and share of these that is wrong, for thresholds from the surest answers downwards."""
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~done.is_right[order])
    places = np.unique(np.linspace(max(1, len(order) // 20), len(order), POINTS).astype(int))
    return [{"answered": round(n / len(order), 4), "wrong": round(float(wrong[n - 1] / n), 4)} for n in places.tolist()]
