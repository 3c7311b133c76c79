"""What README, docs and model card say of the results: what `report` writes into their report blocks."""

from typing import Any

from product_brief.brief import brief as briefs
from product_brief.brief.node import BadBriefError
from product_brief.config import PROJECT
from product_brief.kit import blocks as numbers
from product_brief.reporting import documents, paragraphs, tables


def blocks(measured: dict[str, Any], runs: list[dict[str, Any]]) -> dict[str, str]:
    """Every report block, by name; refused where the brief is not the one that was evaluated."""
    if briefs.load().sha256 != measured["brief_sha256"]:
        raise BadBriefError("brief.yaml is not the one that was evaluated: run `python -m product_brief run`")
    return {
        "headline": paragraphs.headline(measured),
        "one-pager": documents.one_pager(measured),
        "stories": documents.stories(measured),
        "risks": documents.risks(measured),
        "data": paragraphs.data(measured),
        "launch": tables.launch(measured),
        "experiments": tables.experiments(runs),
        "results": tables.results(measured),
        "failures": tables.failures(measured),
        "language": tables.language(measured),
        "value": tables.value(measured),
        "readiness": tables.readiness(measured),
        "users": tables.users(measured),
        "players": tables.players(measured),
        "serving": paragraphs.serving(measured),
        "page": paragraphs.page(measured),
        "weakest": paragraphs.weakest(measured),
        "tracking": numbers.tracked(PROJECT),
        "provenance": numbers.provenance_table(measured),
    }
