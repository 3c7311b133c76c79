"""The page as one file that searches in the browser: passages, vectors and trees are in it, and no service is asked.

Run as: python -m search_ranker site
"""

import base64
from pathlib import Path
from typing import Any

import numpy as np

from search_ranker.config import Config
from search_ranker.data import prepare
from search_ranker.kit import page
from search_ranker.kit.page import Page
from search_ranker.models import saved
from search_ranker.models.dense import Dense
from search_ranker.models.saved import TREES, Saved
from search_ranker.models.trees import Trees
from search_ranker.serving.app import NO_WORD, SILENT, UNKNOWN, UNSURE, shown

SEARCH = Path(__file__).with_name("search.js")


def alone(config: Config) -> Page | None:
    """The page that needs no service; None where the license forbids to publish the passages, or they are too many."""
    model = saved.load(config)
    if not prepare.may_be_shown(model.card.licence):
        print(f"no page is written: it would publish the passages, and their license is: {model.card.licence}")
        return None
    if not isinstance(dense := model.engine.index.dense, Dense):
        print(f"no page is written: {dense.name} is too large for one")
        return None
    packed = page.as_data(_packed(model, dense, config))
    if (size := len(packed.encode()) / 1e6) > config.page_megabytes:
        print(
            f"no page is written: it would have {size:.1f} MB, and more than {config.page_megabytes:g} is too slow to "
            "open"
        )
        return None
    local = SEARCH.read_text(encoding="utf-8").replace("MODEL", packed)
    return shown(config, model, local)


def _packed(model: Saved, dense: Dense, config: Config) -> dict[str, Any]:
    """What the page computes with."""
    index, ranking = model.engine.index, model.engine.ranking
    settings = ("k1", "b", "rank_constant", "candidates", "read")
    return {
        "passages": [[each.id, each.title, each.text, each.updated] for each in index.passages],
        "terms": list(dense.rows),
        "weights": _numbers(dense.weights, "<f4"),
        "vectors": _numbers(dense.terms, "i1"),
        "dimensions": dense.terms.shape[1],
        "places": _numbers(dense.passages.steps, "i1"),
        "ranking": {"name": ranking.name, "boost": ranking.boost, "trees": _arrays(ranking.trees)},
        "judge": {"trees": _arrays(model.engine.judge.trees), "threshold": model.engine.judge.threshold},
        "reasons": {"no_word": NO_WORD, "unknown": UNKNOWN, "unsure": UNSURE, "silent": SILENT},
        **{name: getattr(config, name) for name in settings},
    }


def _arrays(trees: Trees | None) -> dict[str, list[list[float]]] | None:
    return {name: np.asarray(getattr(trees, name)).tolist() for name in TREES} if trees else None


def _numbers(values: np.ndarray, kind: str) -> str:
    return base64.b64encode(values.astype(kind).tobytes()).decode()
