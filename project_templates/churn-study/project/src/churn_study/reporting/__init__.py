"""What README, docs and model card say of the results: what `report` writes into their report blocks."""

from typing import Any

from churn_study.config import PROJECT
from churn_study.kit import blocks as numbers
from churn_study.reporting import effects, paragraphs, tables


def blocks(measured: dict[str, Any], runs: list[dict[str, Any]]) -> dict[str, str]:
    """Every report block, by name."""
    return {
        "headline": paragraphs.headline(measured),
        "data": paragraphs.data(measured),
        "sql": tables.sql(measured),
        "experiments": tables.experiments(runs),
        "results": tables.results(measured),
        "calibration": tables.calibration(measured),
        "errors": tables.errors(measured),
        "surprises": tables.surprises(measured),
        "importance": tables.importance(measured),
        "trial": effects.trial(measured),
        "ladder": effects.ladder(measured),
        "panel": effects.panel(measured),
        "observed": effects.observed(measured),
        "decision": effects.decision(measured),
        "serving": paragraphs.serving(measured),
        "page": paragraphs.page(measured),
        "weakest": paragraphs.weakest(measured),
        "tracking": numbers.tracked(PROJECT),
        "provenance": numbers.provenance_table(measured),
    }
