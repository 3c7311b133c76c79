"""Where the ranking is wrong: kinds of questions, and the worst questions one by one."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from search_ranker.data.passages import Question
from search_ranker.data.text import words
from search_ranker.evaluation.measures import Tested, ndcg
from search_ranker.models.engine import Engine

ABSENT = "not among the candidates"
LATE = "found, but below the first ten"
OUTRANKED = "a passage that does not answer comes first"
WEAKER = "one that answers less well comes first"
UNJUDGED = "a passage that nobody has judged comes first"
FEWEST = 10  # questions of a kind, below which its mean says little


def errors(
    tested: Tested,
    served: Sequence[Sequence[str]],
    baseline: Sequence[Sequence[str]],
    engine: Engine,
    may_show: bool,
) -> dict[str, Any]:
    """nDCG by kind of question, and the lowest of all with what went wrong; texts only where they may be shown."""
    mine, theirs = (tested.values(each, ndcg) for each in (served, baseline))
    title = {each.id: each.title or each.text[:80] for each in engine.index.passages}
    worst = []
    for at in np.argsort(mine, kind="stable")[: tested.config.worst].tolist():
        question, ranked = tested.questions[at], served[at]
        if mine[at] == 1:
            break
        place = next((n for n, name in enumerate(ranked, 1) if question.grades.get(name, 0) > 0), None)
        facts = {
            "kind": question.kind,
            "ndcg": round(float(mine[at]), 3),
            "place": place,
            "fault": fault(question, ranked),
        }
        texts = {"question": question.text, "first": title[ranked[0]] if ranked else ""} if may_show else {}
        worst.append({"id": question.id, **texts, **facts})
    return {"slices": _slices(tested, mine, theirs), "worst": worst}


def fault(question: Question, ranked: Sequence[str]) -> str:
    """What went wrong with one list."""
    place = next((n for n, name in enumerate(ranked) if question.grades.get(name, 0) > 0), None)
    if place is None:
        return ABSENT
    if place >= 10:
        return LATE
    if ranked[0] not in question.grades:
        return UNJUDGED
    return OUTRANKED if question.grades[ranked[0]] <= 0 else WEAKER


def _slices(tested: Tested, mine: np.ndarray, theirs: np.ndarray) -> list[dict[str, Any]]:
    """By the kind that the data name, or else by length."""
    kinds = np.array([each.kind for each in tested.questions])
    if not any(kinds):
        lengths = np.array([len(words(each.text)) for each in tested.questions])
        middle = float(np.median(lengths))
        kinds = np.where(
            lengths > middle, f"more than {middle:g} words that count", f"at most {middle:g} words that count"
        )
    names, number = np.unique(kinds, return_counts=True)
    kinds = np.where(np.isin(kinds, names[number >= FEWEST]), kinds, "all other kinds")
    rows = []
    for kind in np.unique(kinds).tolist():
        value, ci95, n = tested.share(mine, kinds == kind)
        if n < len(mine):
            baseline = tested.share(theirs, kinds == kind)[0]
            rows.append(
                {"name": kind or "of no stated kind", "value": value, "ci95": list(ci95), "n": n, "baseline": baseline}
            )
    return sorted(rows, key=lambda row: row["value"])
