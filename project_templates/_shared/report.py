"""Writes what was measured into README.md and MODEL_CARD.md, between their report comments; nothing is typed by hand.

Run with `report`, or `report --check`, which writes nothing.
"""

import json
import sys

from . import results
from .blocks import fill
from .config import METRICS, REPORTS, ROOT, ExplainedError
from .contents import blocks

DOCUMENTS = ("README.md", "MODEL_CARD.md")


def report(only_check: bool = False) -> int:
    """Fill the documents; with `only_check`, write nothing and return 1 if one of them differs."""
    if not METRICS.is_file():
        raise ExplainedError(f"{METRICS.name} is not there yet: measure first, with `python -m {__package__} run`")
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
        told = f"{' and '.join(differing)}: not what was measured; run `python -m {__package__} report`"
        print(told, file=sys.stderr)
        return 1
    return 0
