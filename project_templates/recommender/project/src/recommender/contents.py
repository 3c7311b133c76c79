"""What `report` writes between the comments of README.md and MODEL_CARD.md."""

from typing import Any

from recommender import findings, story, telling, verdict


def blocks(measured: dict[str, Any], runs: list[dict[str, Any]]) -> dict[str, str]:
    """Every report block, by name."""
    return {
        "headline": story.headline(measured),
        "data": story.data(measured),
        "experiments": findings.experiments(runs),
        "results": findings.results(measured),
        "errors": findings.errors(measured),
        "beyond": findings.beyond(measured),
        "abtest": verdict.abtest(measured),
        "peeking": verdict.peeking(measured),
        "ope": verdict.ope(measured),
        "serving": story.serving(measured),
        "weakest": story.weakest(measured),
        "provenance": telling.provenance(measured),
    }
