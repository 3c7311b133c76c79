"""What training leaves and serving reads: the items, the weights of both rankings, and what they were trained on."""

import json
from dataclasses import asdict, dataclass, field

import numpy as np

from recommender.config import PROJECT
from recommender.kit import results
from recommender.kit.drift import Reference
from recommender.kit.project import ExplainedError

POPULAR, KNN, EASE = "most popular", "item-kNN", "EASE"  # the rankings
MODEL = PROJECT.models / "model.npz"
CARD = PROJECT.models / "card.json"


@dataclass(frozen=True)
class Card:
    """What belongs to the weights, and fits into a text file."""

    source: str  # the data, as a sentence calls them
    noun: str  # what is recommended
    nouns: str
    met_sha256: str  # of the events that trained
    sha256: str  # of the weights
    settings: dict[str, dict[str, float]]  # of each ranking, as tried and chosen
    licence: str = ""  # of the data
    reference: Reference = field(default_factory=Reference)  # of simulated lists: what `monitor` compares with

    @property
    def version(self) -> str:
        """Short, for answers and logs."""
        return self.sha256[:12]


@dataclass(frozen=True)
class Trained:
    """The weights."""

    ids: list[str]
    titles: list[str]
    tags: list[str]
    popular: np.ndarray  # (items,) how many chose each lately
    weights: dict[str, np.ndarray]  # of each ranking, (items, items): what the row says for the column
    card: Card


def save(
    ids: list[str], titles: list[str], tags: list[str], popular: np.ndarray, weights: dict[str, np.ndarray]
) -> str:
    """Write the weights; returns their sha256. Of item-kNN only what is not zero is kept."""
    MODEL.parent.mkdir(exist_ok=True)
    rows, columns = np.nonzero(weights[KNN])
    np.savez_compressed(
        MODEL,
        ids=ids,
        titles=titles,
        tags=tags,
        popular=popular.astype(np.float32),
        ease=weights[EASE],
        knn_rows=rows.astype(np.int32),
        knn_columns=columns.astype(np.int32),
        knn_values=weights[KNN][rows, columns],
    )
    return results.file_hash(MODEL)


def save_card(card: Card) -> None:
    """Write models/card.json."""
    CARD.write_text(json.dumps(asdict(card), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load() -> Trained:
    """What `train` left; ExplainedError if there is none, or the two files do not belong together."""
    if not (MODEL.is_file() and CARD.is_file()):
        raise ExplainedError("there is no trained model yet: run `python -m recommender run` first")
    stored = json.loads(CARD.read_text(encoding="utf-8"))
    card = Card(**{**stored, "reference": Reference(**stored["reference"])})
    if results.file_hash(MODEL) != card.sha256:
        raise ExplainedError(
            f"{MODEL.name} is not the one that {CARD.name} describes: run `python -m recommender train`"
        )
    with np.load(MODEL) as stored:
        knn = np.zeros_like(stored["ease"])
        knn[stored["knn_rows"], stored["knn_columns"]] = stored["knn_values"]
        return Trained(
            ids=stored["ids"].tolist(),
            titles=stored["titles"].tolist(),
            tags=stored["tags"].tolist(),
            popular=stored["popular"],
            weights={KNN: knn, EASE: stored["ease"]},
            card=card,
        )
