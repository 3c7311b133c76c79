"""What README, docs and model card say of the results: what `report` writes into their report blocks."""

from typing import Any

from forecast_dashboard.config import PROJECT
from forecast_dashboard.kit import blocks as numbers
from forecast_dashboard.reporting import paragraphs, tables


def blocks(measured: dict[str, Any], runs: list[dict[str, Any]]) -> dict[str, str]:
    """Every report block, by name."""
    return {
        "headline": paragraphs.headline(measured),
        "data": paragraphs.data(measured),
        "experiments": tables.experiments(runs),
        "results": tables.results(measured),
        "skill": tables.skill(measured),
        "coverage": tables.coverage(measured),
        "errors": tables.errors(measured),
        "importance": tables.importance(measured),
        "decision": tables.decision(measured),
        "serving": paragraphs.serving(measured.get("serving")),
        "weakest": paragraphs.weakest(measured),
        "tracking": numbers.tracked(PROJECT),
        "provenance": numbers.provenance_table(measured),
    }
