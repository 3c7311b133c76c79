"""What training leaves and serving reads: the model with its encoder, and a card with rule, costs and memo."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from churn_study.config import PROJECT
from churn_study.kit import results
from churn_study.kit.drift import Reference
from churn_study.kit.project import ExplainedError
from churn_study.models.features import Encoder, Number, Value, Words
from churn_study.models.risk import Model
from churn_study.models.trees import Trees

if TYPE_CHECKING:
    import pandas as pd

    from churn_study.data.prepare import Manifest

MODEL = PROJECT.models / "model.json"
CARD = PROJECT.models / "card.json"
TREES = ("feature", "threshold", "left", "right", "value")


@dataclass(frozen=True)
class Card:
    """What belongs to the model, and what the decision rests on."""

    source: str  # the data, as a sentence calls them
    licence: str
    noun: str  # what a case is: "customer"
    offer: str  # empty where nothing was tried
    sha256: str  # of the model
    met_sha256: str  # of the rows it has seen, in training or validation
    money: str = ""  # column of what a customer pays a month
    segments: list[str] = field(default_factory=list)  # columns that the effect differs by
    cells: list[dict[str, Any]] = field(default_factory=list)  # levels and effect of each
    overall: float | None = None  # effect on everybody; None where no decision may stand on one
    error: float = 0.0  # half of its 95% interval
    costs: dict[str, Any] = field(default_factory=dict)
    examples: list[dict[str, Value]] = field(default_factory=list)  # customers to try
    page: dict[str, Any] = field(default_factory=dict)  # memo and ladder, as the page shows them
    reference: Reference = field(default_factory=Reference)  # of the test customers: what `monitor` compares with

    @property
    def version(self) -> str:
        """Short, for answers and logs."""
        return self.sha256[:12]


@dataclass(frozen=True)
class Saved:
    """What is served, and its card."""

    model: Model
    card: Card


def save(model: Model, manifest: "Manifest", met: str) -> None:
    """Write the model, and a card that knows nothing of a decision yet."""
    document = {
        "name": model.name,
        "order": model.encoder.order,
        "numbers": [asdict(each) for each in model.encoder.numbers],
        "words": [asdict(each) for each in model.encoder.words],
        "intercept": model.intercept,
        "weights": None if model.weights is None else model.weights.tolist(),
        "trees": {name: getattr(model.trees, name).tolist() for name in TREES} if model.trees else None,
    }
    MODEL.parent.mkdir(exist_ok=True)
    MODEL.write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    about = (manifest.title, manifest.licence, manifest.noun, manifest.offer)
    save_card(Card(*about, results.file_hash(MODEL), met, manifest.described.money))


def save_card(card: Card) -> None:
    """Write models/card.json."""
    CARD.write_text(json.dumps(asdict(card), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load() -> Saved:
    """What `train` left; ExplainedError if there is none, or its files do not belong together."""
    if not (MODEL.is_file() and CARD.is_file()):
        raise ExplainedError("there is no trained model yet: run `python -m churn_study run` first")
    described = json.loads(CARD.read_text(encoding="utf-8"))
    card = Card(**{**described, "reference": Reference(**described["reference"])})
    stored = json.loads(MODEL.read_text(encoding="utf-8"))
    words = tuple(Words(each["name"], tuple(each["levels"]), each["typical"]) for each in stored["words"])
    encoder = Encoder(tuple(Number(**each) for each in stored["numbers"]), words)
    if results.file_hash(MODEL) != card.sha256 or encoder.order != stored["order"]:
        raise ExplainedError("the files in models/ do not belong together: run `python -m churn_study train`")
    kinds = {"threshold": float, "value": float}
    trees = stored["trees"] and Trees(
        *(np.array(stored["trees"][name], dtype=kinds.get(name, np.int32)) for name in TREES)
    )
    weights = None if stored["weights"] is None else np.array(stored["weights"])
    return Saved(Model(stored["name"], encoder, stored["intercept"], weights, trees), card)


def digest(rows: "pd.DataFrame") -> str:
    """SHA-256 of those customers and moments."""
    keys = sorted(f"{customer} {date}" for customer, date in zip(rows["customer"], rows["date"], strict=True))
    outcomes = str(int(rows["churned"].sum()))
    return hashlib.sha256("\n".join([*keys, outcomes]).encode()).hexdigest()
