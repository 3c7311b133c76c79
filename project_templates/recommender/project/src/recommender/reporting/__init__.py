"""What README, docs and model card say of the results: what `report` writes into their report blocks."""

from typing import Any

from recommender.config import PROJECT
from recommender.kit import blocks as numbers
from recommender.reporting import paragraphs, tables, verdict


def blocks(measured: dict[str, Any], runs: list[dict[str, Any]]) -> dict[str, str]:
    """Every report block, by name."""
    return {
        "headline": paragraphs.headline(measured),
        "data": paragraphs.data(measured),
        "experiments": tables.experiments(runs),
        "results": tables.results(measured),
        "errors": tables.errors(measured),
        "importance": tables.importance(measured),
        "beyond": tables.beyond(measured),
        "verdict": verdict.verdict(measured),
        "abtest": verdict.abtest(measured),
        "peeking": verdict.peeking(measured),
        "ope": verdict.ope(measured),
        "serving": paragraphs.serving(measured.get("serving")),
        "page": paragraphs.page(measured),
        "weakest": paragraphs.weakest(measured),
        "tracking": numbers.tracked(PROJECT),
        "provenance": numbers.provenance_table(measured),
    }
