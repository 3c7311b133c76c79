"""A student's way with `image-api`, from the wheel: with uv and with pip, on the sample and on real photographs."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import outside
from tests.e2e.conftest import Project, Workshop, assert_explained, copied, free_port, run, served

SAMPLE_WORDS = ("rust", "leaf miner", "powdery mildew", "drawn", "laboratory", "bench")


def _metrics(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "reports/metrics.json").read_text(encoding="utf-8"))
    return document


def _macro_f1(measured: dict[str, Any], **wanted: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = measured["results"]
    return next(row for row in rows if row["metric"] == "macro_f1" and wanted.items() <= row.items())


def _photograph(folder: Path) -> Path:
    return next((folder / "data/sample").rglob("*.png"))


def test_next_steps_end_with_a_server_that_answers(workshop: Workshop, project: Project) -> None:
    last = workshop.project("image-api")[0]["next_steps"][-1]["run"]
    assert last == "uv run python -m image_api serve"
    port = free_port()
    command = shlex.split(f"{project.python} -m image_api serve --port {port}")
    with served(command, project.folder, port) as address:
        photograph = _photograph(project.folder)
        answer = run(f"curl -sS -F file=@{shlex.quote(str(photograph))} {address}/predict", project.folder)
        page = urllib.request.urlopen(f"{address}/", timeout=5).read().decode()
    prediction = json.loads(answer)
    assert prediction["label"] in _metrics(project.folder)["data"]["classes"]
    assert prediction["model_version"] == _metrics(project.folder)["artefacts"][0]["sha256"][:12]
    assert "powdery mildew" in page
    assert "requests in logs" in project.do("monitor --log-dir logs")


@pytest.mark.parametrize("seed", [11])
def test_results_stay_in_their_band_over_seeds(project: Project, seed: int, tmp_path: Path) -> None:
    """Hard enough that the baseline is far from perfect; the network's gain, the leak and the shortcut are real."""
    copy = copied(project, tmp_path)
    for verb in ("data", "train", "evaluate"):
        copy.do(f"{verb} --seed {seed}")
    measured = _metrics(copy.folder)
    baseline, model = _macro_f1(measured, model="linear on colors and edges"), _macro_f1(measured, role="model")
    assert 0.55 <= baseline["value"] <= 0.85
    assert measured["comparisons"][0]["ci95"][0] > 0
    assert _macro_f1(measured, role="naive")["value"] >= model["value"] + 0.03
    assert _macro_f1(measured, role="model", split="field")["value"] <= model["value"] - 0.10
    in_laboratory, in_field = measured["shortcut"]["rows"]
    assert in_laboratory["value"] >= 2 * in_laboratory["chance"]
    assert in_field["value"] < 2 * in_field["chance"]
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in (copy.folder / "reports/runs").glob("*.json")]
    assert [run["name"] for run in runs if run["chosen"]] != [run["name"] for run in runs if run["careless"]]
    realised = measured["abstention"]["rows"][0]
    assert realised["risk"]["ci95"][0] <= measured["abstention"]["risk"]
    assert realised["coverage"]["value"] >= 0.25
    assert measured["duplicates"] == {"copies": 0, "near": 0, "n": 480}


def test_a_model_is_not_measured_on_what_it_was_trained_on(project: Project, tmp_path: Path) -> None:
    copy = copied(project, tmp_path)
    shutil.copytree(project.folder / "data", copy.folder / "data")
    with pytest.raises(AssertionError, match="may have met those it is tested on"):
        copy.do("evaluate --seed 5")


def test_real_photographs_go_through_the_whole_pipeline(project: Project, tmp_path: Path) -> None:
    """360 photographs of PlantVillage, some of them again as "the field": nothing speaks of the sample any more."""
    folder = Path(outside("PORTFOLIO_DATA")) / "plantvillage-tomato"
    elsewhere = tmp_path / "PlantDoc"
    for name, theirs in (("Tomato leaf", "healthy"), ("Tomato leaf late blight", "Late_blight"), ("Potato", "healthy")):
        (elsewhere / name).mkdir(parents=True)
        for path in sorted((folder / f"Tomato___{theirs}").iterdir())[:20]:
            shutil.copy(path, elsewhere / name)
    copy = copied(project, tmp_path)
    copy.do(f"run --data {shlex.quote(str(folder))} --ood {shlex.quote(str(elsewhere))}")
    measured = _metrics(copy.folder)
    assert measured["data"]["source"] == "plantvillage-tomato"
    assert (measured["data"]["rows"], measured["data"]["field_rows"], measured["data"]["skipped"]) == (400, 40, 20)
    assert len(measured["data"]["classes"]) == 9
    assert measured["data"]["synthetic"] is False
    assert measured["data"]["grouped_by"] == "near-duplicate group"
    for name in ("README.md", "MODEL_CARD.md"):
        text = (copy.folder / name).read_text(encoding="utf-8")
        assert "plantvillage-tomato" in text
        assert "Tomato: Early blight" in text
        assert not [word for word in SAMPLE_WORDS if re.search(rf"\b{word}\b", _blocks(text))]
    port = free_port()
    with served(shlex.split(f"{copy.python} -m image_api serve --port {port}"), copy.folder, port) as address:
        page = urllib.request.urlopen(f"{address}/", timeout=5).read().decode()
    assert "Tomato: Early blight" in page
    assert "plantvillage-tomato" in page
    assert not [word for word in SAMPLE_WORDS if word in page.partition("<script>")[0]]


def _blocks(text: str) -> str:
    return "\n".join(found[0] for found in re.finditer(r"<!-- report:(\S+) -->.*?<!-- /report:\1 -->", text, re.S))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("data --data no/such/folder", "nor a folder"),
        ("evaluate", "no photographs yet"),
        ("report", "metrics.json is not there yet"),
        ("serve", "no trained model yet"),
        ("monitor --log-dir nowhere", "there is no folder nowhere"),
        ("ask --print", "no example photograph yet"),
        ("loadtest", "metrics.json is not there yet"),
    ],
)
def test_its_own_mistakes_are_explained_without_a_traceback(
    project: Project, tmp_path: Path, arguments: str, message: str
) -> None:
    assert_explained(project, tmp_path, arguments, message)
