"""What `report` writes between the comments of README.md and MODEL_CARD.md."""

from typing import Any

from forecast_dashboard import findings, story, telling


def blocks(measured: dict[str, Any], runs: list[dict[str, Any]]) -> dict[str, str]:
    """Every report block, by name."""
    return {
        "headline": story.headline(measured),
        "data": story.data(measured),
        "experiments": findings.experiments(runs),
        "results": findings.results(measured),
        "coverage": findings.coverage(measured),
        "errors": findings.errors(measured),
        "decision": findings.decision(measured),
        "serving": story.serving(measured),
        "weakest": story.weakest(measured),
        "provenance": telling.provenance(measured),
    }
