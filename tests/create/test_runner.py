"""`--run` sets up, runs step by step, and says what happened; a failed step keeps the project."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portfolio.create import runner, templates
from portfolio.create.dataset import Chosen
from portfolio.create.environment import Command
from portfolio.errors import PortfolioError
from tests.conftest import Run

TEMPLATE = templates.get("image-api")
F1 = {"metric": "f1", "label": "F1", "split": "test"}
METRICS = {
    "results": [
        {"model": "simple", "role": "baseline", **F1, "value": 0.5, "ci95": [0.4, 0.6]},
        {"model": "net", "role": "model", **F1, "value": 0.7, "ci95": [0.6, 0.8]},
        {"model": "net", "role": "model", **F1, "metric": "acc", "label": "Accuracy", "value": 0.9, "ci95": [0.8, 1]},
    ]
}
WRITE = f"import pathlib; pathlib.Path('reports/metrics.json').write_text({json.dumps(METRICS)!r}); print('measured')"
FAIL = "import sys; print('line one'); print('the reason', file=sys.stderr); sys.exit(7)"


def _steps(monkeypatch: pytest.MonkeyPatch, **scripts: str) -> None:
    """Stands in for the commands that set up and run a project: each a line of Python."""

    def commands(*_: object) -> Iterator[Command]:
        for name, script in scripts.items():
            yield Command(name, [sys.executable, "-c", script])

    monkeypatch.setattr(runner, "_commands", commands)


def test_it_runs_every_step_and_reads_the_results(portfolio: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _steps(monkeypatch, install="print('ready')", train=WRITE)
    outcome = portfolio("new", "image-api", "--yes", "--run")
    assert outcome.code == 0
    assert "0.700      [0.600, 0.800]   net     test" in outcome.out
    assert "Accuracy" not in outcome.out
    assert "Seconds: install 0." in outcome.out
    assert "image_api run" not in outcome.out.partition("With real data")[0]
    assert "measured" in Path("image-api/logs/first-run.log").read_text(encoding="utf-8")


def test_json_has_results_and_seconds_and_nothing_else_on_stdout(
    portfolio: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _steps(monkeypatch, install="print('ready')", train=WRITE)
    run = portfolio("new", "image-api", "--yes", "--run", "--format", "json").json["run"]
    assert [step["name"] for step in run["steps"]] == ["install", "train"]
    assert [row["value"] for row in run["headlines"]] == [0.5, 0.7]


@pytest.mark.parametrize("name", ["install", "train"])
def test_a_failed_step_keeps_the_project_and_shows_why(
    portfolio: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    _steps(monkeypatch, **{"before": "", name: FAIL, "after": WRITE})
    outcome = portfolio("new", "image-api", "--yes", "--run")
    assert outcome.code == 3
    assert f"its step {name!r} failed" in outcome.err
    assert "| the reason" in outcome.err
    assert "hint:  the whole output is in" in outcome.err
    assert Path("image-api/README.md").is_file()
    assert not Path("image-api/reports/metrics.json").exists()


def test_a_program_that_is_not_there_is_a_failed_step(portfolio: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_commands", lambda *_: iter([Command("install", ["no-such-program"])]))
    outcome = portfolio("new", "image-api", "--yes", "--run")
    assert outcome.code == 3
    assert "no-such-program" in outcome.err


def test_run_failed_is_told_apart_from_not_made() -> None:
    assert runner.RunFailed("a", "b").exit_code == 3
    assert PortfolioError("a", "b").exit_code == 1


def test_a_smaller_build_that_is_not_reached_is_said_and_made_do_without(
    portfolio: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = [sys.executable, "-c"]

    def commands(*_: object) -> Iterator[Command]:
        excuse, instead = "torch comes from PyPI, 2.7 GB", [*python, "print('from PyPI')"]
        yield Command("find torch", [*python, FAIL], excuse=excuse, instead=instead)
        yield Command("train", [*python, WRITE])

    monkeypatch.setattr(runner, "_commands", commands)
    outcome = portfolio("new", "image-api", "--yes", "--run")
    assert outcome.code == 0
    said = " ".join(outcome.err.split())
    assert "torch comes from PyPI, 2.7 GB (the reason)" in said
    assert "uv run --no-sync python -m pytest" in outcome.out or "python -m pytest" in outcome.out
    assert "from PyPI" in Path("image-api/logs/first-run.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("is_reached", [True, False])
def test_real_data_are_run_on_and_the_sample_where_they_cannot_be_fetched(
    portfolio: Run, monkeypatch: pytest.MonkeyPatch, is_reached: bool
) -> None:
    real = runner._commands
    monkeypatch.setattr("portfolio.create.environment.commands", lambda _: iter(()))

    def commands(template: templates.Template, data: Chosen) -> Iterator[Command]:
        step = next(iter(real(template, data)))
        assert step.words[-2:] == ["--data", "plantvillage"]
        assert step.instead == step.words[:-2]
        python = [sys.executable, "-c"]
        yield replace(step, words=[*python, WRITE if is_reached else FAIL], instead=[*python, WRITE])

    monkeypatch.setattr(runner, "_commands", commands)
    outcome = portfolio("new", "image-api", "--yes", "--run", "--dataset", "plantvillage")
    assert outcome.code == 0
    assert ("plantvillage could not be fetched: the sample runs instead" in " ".join(outcome.err.split())) != is_reached
    assert ("With real data" in outcome.out) != is_reached
    assert "--dataset=plantvillage" in outcome.out


def test_json_names_the_data_that_were_run_on(portfolio: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    python = [sys.executable, "-c"]
    step = Command("data", [*python, FAIL], excuse="not fetched", instead=[*python, WRITE])
    monkeypatch.setattr(runner, "_commands", lambda *_: iter([step]))
    said = portfolio("new", "image-api", "--yes", "--run", "--dataset=plantvillage", "--format=json").json
    assert (said["dataset"], said["run"]["fell_back"]) == ("sample", ["data"])
    assert said["real_data"]
