"""The page as one file that ranks in the browser: the weights are in it, and no service is asked.

Run as: python -m recommender site
"""

import base64
from pathlib import Path
from typing import Any

import numpy as np

from recommender.config import Config
from recommender.data.movielens import LICENCE
from recommender.experiment.assignment import Experiment
from recommender.kit import page
from recommender.kit.page import Page
from recommender.models import rankings, saved
from recommender.models.saved import POPULAR, Trained
from recommender.serving.app import PAGE, catalogue

RANKING = Path(__file__).with_name("ranking.js")


def alone(config: Config) -> Page | None:
    """The page that needs no service; None where the license of the data forbids to publish what it shows."""
    model = saved.load()
    if model.card.licence == LICENCE:
        print(f"no page is written: the license of the data forbids to pass them on ({LICENCE})")
        return None
    words = {"title": config.title, "source": model.card.source, "noun": model.card.noun, "nouns": model.card.nouns}
    ranking = RANKING.read_text(encoding="utf-8").replace("MODEL", page.as_data(_packed(model, config)))
    return page.render(PAGE, words, {"local": ranking})


def _packed(model: Trained, config: Config) -> dict[str, Any]:
    """What the page computes with."""
    packed: dict[str, Any] = {}
    for name, _ in Experiment.of(config).variants:
        packed[name] = None  # the same for everybody
        if name != POPULAR:
            columns, values = rankings.cut(model.weights[name], config.page_entries)
            packed[name] = {"columns": _text(columns.astype("<u2")), "values": _text(values.astype("<f4"))}
    return {
        "items": catalogue(model),
        "popular": (-model.popular).argsort(kind="stable").tolist(),
        "noun": model.card.noun,
        "rankings": packed,
    }


def _text(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()
