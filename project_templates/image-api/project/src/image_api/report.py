"""Writes what was measured into README.md and MODEL_CARD.md, between their report comments; nothing is typed by hand.

Run as: python -m image_api report [--check]
"""

import json
import sys
from typing import Any

from image_api import findings, results, story
from image_api.blocks import fill
from image_api.config import METRICS, REPORTS, ROOT, ExplainedError

DOCUMENTS = ("README.md", "MODEL_CARD.md")


def report(only_check: bool = False) -> int:
    """Fill the documents; with `only_check`, write nothing and return 1 if one of them differs."""
    if not METRICS.is_file():
        raise ExplainedError(f"{METRICS.name} is not there yet: measure first, with `python -m image_api run`")
    measured = results.read(METRICS)
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((REPORTS / "runs").glob("*.json"))]
    contents = blocks(measured, runs)
    differing = []
    for name in DOCUMENTS:
        path = ROOT / name
        if not path.is_file():  # its author's decision
            continue
        before = path.read_text(encoding="utf-8")
        after = fill(before, contents)
        if after != before:
            differing.append(name)
            if not only_check:
                path.write_text(after, encoding="utf-8", newline="\n")
    if only_check and differing:
        print(f"{' and '.join(differing)}: not what was measured; run `python -m image_api report`", file=sys.stderr)
        return 1
    return 0


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
        "serving": story.serving(measured),
        "weakest": story.weakest(measured),
        "provenance": story.provenance(measured),
    }
