"""The results of a run of the image template, as short as they can be."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from portfolio.readme import blocks

NETWORK = b"a network"
MODEL = {"model": "convolutional network", "role": "model", "split": "test (by plant)", "metric": "macro_f1",
         "label": "Macro F1", "value": 0.8123, "ci95": [0.75, 0.87], "n": 480, "higher_is_better": True}  # fmt: skip
METRICS: dict[str, Any] = {
    "schema": 1,
    "created": "2026-11-27T07:19:41Z",
    "seed": 7,
    "seconds": 81.0,
    "data": {"source": "sample", "licence": "CC0-1.0", "rows": 2010, "synthetic": True, "grouped_by": "plant",
             "test_groups": 160},
    "results": [
        MODEL,
        {**MODEL, "model": "linear on colors and edges", "role": "baseline", "value": 0.61, "ci95": [0.55, 0.66]},
        {**MODEL, "model": "“no augmentation”", "role": "naive", "split": "split by photograph",
         "value": 0.95, "ci95": [0.9, 0.99]},
        {**MODEL, "model": "“no augmentation”", "role": "baseline", "value": 0.6, "ci95": [0.5, 0.65]},
        {**MODEL, "metric": "recall_1", "label": "Recall, rust", "value": 0.7, "ci95": [0.6, 0.8]},
    ],
    "comparisons": [{"metric": "macro_f1", "of": "convolutional network", "against": "linear on colors and edges",
                     "split": "test (by plant)", "difference": 0.2, "ci95": [0.1, 0.3]}],
    "artefacts": [
        {"path": "models/model.onnx", "sha256": hashlib.sha256(NETWORK).hexdigest(), "bytes": len(NETWORK)}
    ],
    "confusions": [{"truth": "rust", "answer": "healthy", "n": 9, "of": 96}],
    "calibration": {"temperature": 0.7, "rows": [{"split": "test (by plant)", "ece_before": 0.04, "ece_after": 0.03}]},
    "abstention": {"risk": 0.1, "threshold": 0.6, "rows": [
        {"split": "test (by plant)", "coverage": {"value": 0.9, "ci95": [0.85, 0.95]},
         "risk": {"value": 0.08, "ci95": [0.05, 0.1]}, "unlike": {"value": 0.02, "ci95": [0.0, 0.05]}},
        {"split": "field", "unlike": {"value": 0.5, "ci95": [0.4, 0.6]}}]},
    "latency_ms": {"p50": 3.5},
    "serving": {"loads": [{"concurrency": 8, "p99": 32.4, "per_second": 352.8}]},
}  # fmt: skip


def record(folder: Path, **other: Any) -> None:
    """Let the project's newest run have these results."""
    for name in ("models", "reports"):
        (folder / name).mkdir(exist_ok=True)
    page = folder / "README.md"
    text = page.read_text(encoding="utf-8")
    filling = dict.fromkeys(blocks.names(text), "") | {"results": _table((METRICS | other)["results"])}
    page.write_text(blocks.fill(text, filling), encoding="utf-8")
    (folder / "models/model.onnx").write_bytes(NETWORK)
    (folder / "reports/metrics.json").write_text(json.dumps(METRICS | other), encoding="utf-8")


def _table(rows: Any) -> str:
    """The results as a run writes them into the README."""
    if not isinstance(rows, list) or any(not row["ci95"] for row in rows):
        return ""
    main = [row for row in rows if row["label"] == rows[0]["label"]]
    cells = [
        (row["model"].replace("|", " "), row["split"].replace("|", " "), row["value"], row["ci95"], row["n"])
        for row in main
    ]
    head = f"| Model | Measured on | {rows[0]['label']} | 95% interval | n |\n| :-- | :-- | --: | --: | --: |\n"
    return head + "".join(f"| {' | '.join(map(str, row))} |\n" for row in cells)
