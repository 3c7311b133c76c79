"""The page as one file: the memo, the ladder and the model are in it, and no service is asked.

Run as: python -m churn_study site
"""

from pathlib import Path
from typing import Any

import numpy as np

from churn_study.config import Config
from churn_study.data.licenses import may_be_shown
from churn_study.decision import offers
from churn_study.kit import page
from churn_study.kit.page import Page
from churn_study.models import saved
from churn_study.models.risk import LEAST
from churn_study.models.saved import TREES, Saved
from churn_study.serving.app import shown, unit

SCORE = Path(__file__).with_name("score.js")


def alone(config: Config) -> Page | None:
    """The page that needs no service. Of data that may not be passed on it holds counts and shares, and no row."""
    model = saved.load()
    if not may_be_shown(model.card.licence):
        print(f"the page holds no {model.card.noun} of these data, since their license is: {model.card.licence}")
    local = SCORE.read_text(encoding="utf-8").replace("MODEL", page.as_data(packed(model)))
    return shown(config, model, local)


def packed(model: Saved) -> dict[str, Any]:
    """What the page computes with."""
    risk, card = model.model, model.card
    numbers = [{**vars(each), "margin": 0.05 * (each.high - each.low)} for each in risk.encoder.numbers]
    return {
        "numbers": numbers,
        "words": [{"name": each.name, "levels": each.levels, "typical": each.typical} for each in risk.encoder.words],
        "intercept": risk.intercept,
        "weights": None if risk.weights is None else risk.weights.tolist(),
        "trees": {name: np.asarray(getattr(risk.trees, name)).tolist() for name in TREES} if risk.trees else None,
        "least": LEAST,
        "cells": card.cells,
        "overall": card.overall,
        "costs": card.costs or None,
        "money": card.money,
        "unit": unit(model),
        "reasons": {
            name.lower(): getattr(offers, name) for name in ("NO_EFFECT", "UNLIKE", "PAYS", "COSTS_MORE", "HARMS")
        },
    }
