"""What training leaves and serving reads: the assistant with its articles, and a card with brief and results."""

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from product_brief.config import PROJECT, Config
from product_brief.data.articles import Article, Faq
from product_brief.kit import results
from product_brief.kit.drift import Reference
from product_brief.kit.project import ExplainedError
from product_brief.models.assistant import Assistant, Settings
from product_brief.models.index import Index

if TYPE_CHECKING:
    from product_brief.data.prepare import Manifest

MODEL = PROJECT.models / "model.json"
CARD = PROJECT.models / "card.json"


@dataclass(frozen=True)
class Card:
    """What belongs to the assistant."""

    source: str  # the articles, as a sentence calls them
    licence: str
    sha256: str  # of the model
    examples: list[str] = field(default_factory=list)  # questions to try
    brief: dict[str, Any] = field(default_factory=dict)  # what the page shows of it
    goal: dict[str, Any] = field(default_factory=dict)  # goal, guardrails and kill criterion, for the monitor
    trial: dict[str, Any] = field(default_factory=dict)
    reference: Reference = field(default_factory=Reference)  # of the tested cases: what `monitor` compares with

    @property
    def version(self) -> str:
        """Short, for answers and logs."""
        return self.sha256[:12]


@dataclass(frozen=True)
class Saved:
    """What is served, and its card."""

    assistant: Assistant
    card: Card


def save(assistant: Assistant, manifest: "Manifest") -> None:
    """Write the assistant, and a card that knows no results yet."""
    document = {
        "settings": asdict(assistant.settings),
        "refuses": assistant.refuses,
        "articles": [asdict(each) for each in assistant.faq.articles],
    }
    MODEL.parent.mkdir(exist_ok=True)
    MODEL.write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n", encoding="utf-8", newline="\n")
    save_card(Card(manifest.title, manifest.licence, results.file_hash(MODEL)))


def save_card(card: Card) -> None:
    """Write models/card.json."""
    CARD.write_text(json.dumps(asdict(card), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(config: Config) -> Saved:
    """What `train` left; ExplainedError if there is none, or its files do not belong together."""
    if not (MODEL.is_file() and CARD.is_file()):
        raise ExplainedError("there is no trained assistant yet: run `python -m product_brief run` first")
    described = json.loads(CARD.read_text(encoding="utf-8"))
    card = Card(**{**described, "reference": Reference(**described["reference"])})
    if results.file_hash(MODEL) != card.sha256:
        raise ExplainedError("the files in models/ do not belong together: run `python -m product_brief train`")
    stored = json.loads(MODEL.read_text(encoding="utf-8"))
    faq = Faq(tuple(Article(**each) for each in stored["articles"]))
    settings, refuses = Settings(**stored["settings"]), tuple(stored["refuses"])
    return Saved(Assistant(Index(faq, config.k1, config.b), settings, refuses), card)
