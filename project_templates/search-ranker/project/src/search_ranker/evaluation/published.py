"""Published numbers, reproduced: whoever cannot get BM25 right on known data is not to be believed on others."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from search_ranker.data import beir, cranfield
from search_ranker.data.passages import Question
from search_ranker.data.prepare import PUBLISHED, Manifest
from search_ranker.data.text import words
from search_ranker.evaluation.measures import ndcg
from search_ranker.models import features
from search_ranker.models.index import Index

MARGIN = 0.01  # analyzers differ: stop words, stemmer, k1 and b
KNOWN = {  # nDCG@10 of bm25s by the protocol of each collection, and the questions it is for
    cranfield.NAME: (0.352, "all of them", ""),
    beir.NAME: (0.671, f"those of {beir.TEST}", f"from {beir.TEST}"),
}


@dataclass(frozen=True)
class Reproduced:
    """BM25 here, and as published."""

    value: float
    known: float
    margin: float
    n: int
    questions: str  # which ones


def check(manifest: Manifest, questions: Sequence[Question], index: Index) -> dict[str, object] | None:
    """BM25 on the questions that the published number is for; None where there is none."""
    is_the_one = manifest.source in PUBLISHED and manifest.licence == PUBLISHED[manifest.source].LICENCE
    if not is_the_one:  # a folder of that name, say
        return None
    known, which, kind = KNOWN[manifest.source]
    asked = [each for each in questions if each.kind == kind]
    scores = []
    for question in asked:
        best = features.best(index.lexical.scores(words(question.text)), 10).tolist()
        scores.append(ndcg([index.passages[each].id for each in best], question.grades))
    return asdict(Reproduced(round(float(np.mean(scores)), 4), known, MARGIN, len(asked), which))
