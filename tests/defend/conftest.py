"""A project of the image template with the results of a run, as short as one can be."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from portfolio.create import scaffold, templates
from tests.conftest import default_answers

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
        {**MODEL, "model": "“no augmentation”", "role": "naive", "value": 0.95, "ci95": [0.9, 0.99]},
        {**MODEL, "metric": "recall_1", "label": "Recall, rust", "value": 0.7, "ci95": [0.6, 0.8]},
    ],
    "comparisons": [{"metric": "macro_f1", "of": "convolutional network", "against": "linear on colors and edges",
                     "split": "test (by plant)", "difference": 0.2, "ci95": [0.1, 0.3]}],
    "artefacts": [{"path": "models/model.onnx", "sha256": "0", "bytes": 535345}],
    "confusions": [{"truth": "rust", "answer": "healthy", "n": 9, "of": 96}],
    "calibration": {"temperature": 0.7, "rows": [{"split": "test (by plant)", "ece_before": 0.04, "ece_after": 0.03}]},
    "abstention": {"risk": 0.1, "threshold": 0.6, "rows": [
        {"split": "test (by plant)", "coverage": {"value": 0.9, "ci95": [0.85, 0.95]},
         "risk": {"value": 0.08, "ci95": [0.05, 0.1]}, "unlike": {"value": 0.02, "ci95": [0.0, 0.05]}}]},
    "latency_ms": {"p50": 3.5},
    "serving": {"loads": [{"concurrency": 8, "p99": 32.4, "per_second": 352.8}]},
}  # fmt: skip


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it was made."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{name}_NAME", "Ada Lovelace")
            patch.setenv(f"GIT_{name}_EMAIL", "ada@example.org")
        folder = tmp_path_factory.mktemp("pristine") / "leaves"
        return scaffold.create(default_answers(templates.get("image-api")), folder, git=True).folder


@pytest.fixture
def ran(pristine: Path, tmp_path: Path) -> Path:
    """The project after a run."""
    folder = tmp_path / "leaves"
    shutil.copytree(pristine, folder, symlinks=True)
    record(folder)
    return folder


def record(folder: Path, **other: Any) -> None:
    """Let the project's newest run have these results."""
    (folder / "reports").mkdir(exist_ok=True)
    (folder / "reports/metrics.json").write_text(json.dumps(METRICS | other), encoding="utf-8")
