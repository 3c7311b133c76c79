"""The page as one file that answers in the browser: the network is in it, and no photograph leaves the device.

Run as: python -m image_api site
"""

import base64
from pathlib import Path

import numpy as np

from image_api.config import WEIGHTS, Config
from image_api.kit import page
from image_api.kit.page import Page
from image_api.kit.project import ExplainedError
from image_api.models import classifier
from image_api.serving.app import TOP, shown

NETWORK = Path(__file__).with_name("network.js")


def alone(config: Config) -> Page:
    """The page that needs no service."""
    model = classifier.load()
    if not WEIGHTS.is_file():
        raise ExplainedError(f"{WEIGHTS.name} is not kept in git: run `python -m image_api train` first")
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        weights = {name: _packed(stored[name]) for name in stored.files}
    card, known = model.card, model.known
    facts = {
        "classes": card.classes,
        "side": card.side,
        "top": TOP,
        "temperature": card.temperature,
        "threshold": card.threshold,
        "limit": known.limit,
        "version": card.version,
        "weights": {**weights, "whitening": _packed(known.whitening), "centers": _packed(known.centers)},
    }
    return shown(config.title, card, NETWORK.read_text(encoding="utf-8").replace("MODEL", page.as_data(facts)))


def _packed(values: np.ndarray) -> dict[str, object]:
    """The shape, and the numbers as the page reads them."""
    return {"shape": values.shape, "data": base64.b64encode(values.astype("<f4").tobytes()).decode()}
