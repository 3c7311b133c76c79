"""What README, docs and model card say of the results: what `report` writes into their report blocks."""

from typing import Any

from image_api.config import PROJECT
from image_api.kit import blocks as numbers
from image_api.reporting import paragraphs, tables


def blocks(measured: dict[str, Any], runs: list[dict[str, Any]]) -> dict[str, str]:
    """Every report block, by name."""
    return {
        "headline": paragraphs.headline(measured),
        "data": paragraphs.data(measured),
        "experiments": tables.experiments(runs, measured),
        "results": tables.results(measured),
        "errors": tables.errors(measured),
        "importance": tables.importance(measured),
        "trust": tables.trust(measured),
        "abstention": tables.abstention(measured["abstention"], measured["data"]),
        "costs": tables.costs(measured["costs"]),
        "serving": paragraphs.serving(measured.get("serving")),
        "weakest": paragraphs.weakest(measured),
        "tracking": numbers.tracked(PROJECT),
        "provenance": numbers.provenance_table(measured),
    }
