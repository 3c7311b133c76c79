"""The questionnaire that all templates share."""

from __future__ import annotations

from dataclasses import dataclass

from portfolio.create import templates

Answer = str | int | bool


@dataclass(frozen=True)
class Question:
    """One question of the questionnaire."""

    key: str
    kind: str  # "str", "int" or "bool"
    help: str
    is_asked: bool  # at a prompt; the others are worked out, and may be set by `--data`


def questionnaire() -> tuple[Question, ...]:
    """Every question of `copier.yml`, in its order."""
    import yaml

    entries = yaml.safe_load((templates.root() / "copier.yml").read_text(encoding="utf-8"))
    return tuple(
        Question(key, entry["type"], entry["help"], entry.get("when", True))
        for key, entry in entries.items()
        if not key.startswith("_")
    )
