"""What README, docs and model card say of the results: what `report` writes into their report blocks."""

from typing import Any

from search_ranker.config import PROJECT
from search_ranker.kit import blocks as numbers
from search_ranker.reporting import answers, paragraphs, tables


def blocks(measured: dict[str, Any], runs: list[dict[str, Any]]) -> dict[str, str]:
    """Every report block, by name."""
    return {
        "headline": paragraphs.headline(measured),
        "data": paragraphs.data(measured),
        "experiments": tables.experiments(runs),
        "results": tables.results(measured),
        "answers": answers.answers(measured),
        "support": answers.support(measured),
        "llm": answers.llm(measured),
        "errors": tables.errors(measured),
        "worst": tables.worst(measured),
        "published": tables.published(measured),
        "importance": tables.importance(measured),
        "serving": paragraphs.serving(measured),
        "page": paragraphs.page(measured),
        "weakest": paragraphs.weakest(measured),
        "tracking": numbers.tracked(PROJECT),
        "provenance": numbers.provenance_table(measured),
    }
