"""What training leaves and serving reads: the passages, the vectors and trees, and what they were trained on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from search_ranker.config import PROJECT, Config
from search_ranker.data.passages import Passage
from search_ranker.kit import results
from search_ranker.kit.drift import Reference
from search_ranker.kit.project import ExplainedError
from search_ranker.models import features
from search_ranker.models.answers import Judge
from search_ranker.models.dense import Dense
from search_ranker.models.engine import Engine, Ranking
from search_ranker.models.index import Index
from search_ranker.models.neural import Neural
from search_ranker.models.trees import Trees
from search_ranker.models.vectors import Vectors

MODEL = PROJECT.models / "ranker.npz"
PASSAGES = PROJECT.models / "passages.jsonl"
CARD = PROJECT.models / "card.json"
EXAMPLES, LONGEST = 200, 100  # passages, and characters of each
SETTINGS = ("k1", "b", "encoder", "terms", "dimensions", "rank_constant", "candidates", "read")
TREES = ("feature", "threshold", "left", "right", "value")


@dataclass(frozen=True)
class Card:
    """What belongs to the model, and fits into a text file."""

    source: str  # the data, as a sentence calls them
    licence: str  # of the passages
    noun: str  # what the passages are together: "help center", say
    sha256: str  # of the model, which holds that of the passages
    met_sha256: str  # of the questions it has seen, in training or validation
    ranking: str
    boost: float
    threshold: float
    risk: float
    settings: dict[str, Any] = field(default_factory=dict)  # that its numbers depend on
    examples: list[str] = field(default_factory=list)  # questions to try
    abstained: float = 0.0  # share of the test questions that got no answer
    reference: Reference = field(default_factory=Reference)  # of the test questions: what `monitor` compares with

    @property
    def version(self) -> str:
        """Short, for answers and logs."""
        return self.sha256[:12]


@dataclass(frozen=True)
class Saved:
    """What is served, and its card."""

    engine: Engine
    card: Card

    @property
    def examples(self) -> list[str]:
        """Questions to try; where nobody has asked anything yet, titles of passages, or how they begin."""
        passages = self.engine.index.passages[:EXAMPLES]
        return self.card.examples or [(each.title or each.text)[:LONGEST] for each in passages]


def save(engine: Engine) -> str:
    """Write passages and model; returns the sha256 of the model."""
    MODEL.parent.mkdir(exist_ok=True)
    lines = (json.dumps(asdict(each), ensure_ascii=False) for each in engine.index.passages)
    PASSAGES.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    dense = engine.index.dense
    terms: dict[str, Any] = (
        {"names": list(dense.rows), "weights": dense.weights, "terms": dense.terms}
        if isinstance(dense, Dense)
        else {"encoder": dense.name}
    )
    trees: dict[str, Any] = _arrays("ranking", engine.ranking.trees) | _arrays("judge", engine.judge.trees)
    np.savez_compressed(
        MODEL,
        passages_sha256=results.file_hash(PASSAGES),
        order=features.ORDER,
        vectors=dense.passages.steps,
        lengths=dense.passages.lengths,
        **terms,
        **trees,
    )
    return results.file_hash(MODEL)


def save_card(card: Card) -> None:
    """Write models/card.json."""
    CARD.write_text(json.dumps(asdict(card), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(config: Config | None = None) -> Saved:
    """What `train` left; ExplainedError if there is none, or its files do not belong together."""
    if not (MODEL.is_file() and CARD.is_file() and PASSAGES.is_file()):
        raise ExplainedError("there is no trained model yet: run `python -m search_ranker run` first")
    described = json.loads(CARD.read_text(encoding="utf-8"))
    card = Card(**{**described, "reference": Reference(**described["reference"])})
    with np.load(MODEL) as stored:
        is_ours = results.file_hash(MODEL) == card.sha256 and stored["order"] == features.ORDER
        if not is_ours or str(stored["passages_sha256"]) != results.file_hash(PASSAGES):
            raise ExplainedError("the files in models/ do not belong together: run `python -m search_ranker train`")
        dense = _dense(stored)
        order, judge = (_trees(stored, which) for which in ("ranking", "judge"))
    settings = config or Config()
    if card.settings != settings_of(settings):
        raise ExplainedError("config.py has other settings than the model: run `python -m search_ranker train`")
    index = Index.of(read_passages(), settings, dense)
    ranking = Ranking(card.ranking, card.boost, order)
    return Saved(Engine(index, ranking, Judge(judge, card.threshold), settings), card)


def settings_of(config: Config) -> dict[str, Any]:
    """The settings without which a model's trees would meet other features than those they were grown on."""
    return {name: getattr(config, name) for name in SETTINGS}


def _dense(stored: Mapping[str, np.ndarray]) -> Dense | Neural:
    vectors = Vectors(stored["vectors"], stored["lengths"])
    if "encoder" in stored:
        return Neural(str(stored["encoder"]), vectors)
    rows = {name: number for number, name in enumerate(stored["names"].tolist())}
    return Dense(rows, stored["weights"], stored["terms"], vectors)


def _arrays(which: str, trees: Trees | None) -> dict[str, np.ndarray]:
    return {f"{which}_{name}": getattr(trees, name) for name in TREES} if trees else {}


def _trees(stored: Mapping[str, np.ndarray], which: str) -> Trees | None:
    return Trees(*(stored[f"{which}_{name}"] for name in TREES)) if f"{which}_value" in stored else None


def read_passages() -> Sequence[Passage]:
    """The passages that are served."""
    return [Passage(**json.loads(line)) for line in PASSAGES.read_text(encoding="utf-8").strip().split("\n")]
