"""What `report` writes between the comments of README.md and MODEL_CARD.md."""

from typing import Any

from image_api import findings, story, telling


def blocks(measured: dict[str, Any], runs: list[dict[str, Any]]) -> dict[str, str]:
    """Every report block, by name."""
    return {
        "headline": story.headline(measured),
        "data": story.data(measured),
        "experiments": findings.experiments(runs),
        "results": findings.results(measured),
        "errors": findings.errors(measured),
        "trust": findings.trust(measured),
        "abstention": findings.abstention(measured["abstention"]),
        "costs": findings.costs(measured["costs"]),
        "serving": telling.latency(measured.get("serving")),
        "weakest": story.weakest(measured),
        "provenance": telling.provenance(measured),
    }
