"""What LambdaMART learns from: judged questions with their candidates, and the trees grown on them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search_ranker.config import Config
from search_ranker.data.passages import Question
from search_ranker.kit.progress import progress
from search_ranker.models import features, trees
from search_ranker.models.features import Candidates
from search_ranker.models.index import Index
from search_ranker.models.trees import Growth, Trees


@dataclass(frozen=True)
class Lesson:
    """One question with its candidates, and the grade of each."""

    question: Question
    found: Candidates
    features: np.ndarray  # (C, features)
    grades: np.ndarray  # (C,)


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
