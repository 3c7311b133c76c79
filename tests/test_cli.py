"""What users see: lists, help, errors of two lines, JSON for programs."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

from tests.conftest import Run

ONE_TEMPLATE = """\
image-api (mle) · Photographs in, classes out: trained without leakage,
calibrated, served as a REST API, monitored
  shows PyTorch, ONNX Runtime, FastAPI, leakage-free evaluation, calibration,
  Docker, monitoring
"""


def test_list_shows_every_template(portfolio: Run) -> None:
    outcome = portfolio("list")
    assert outcome.code == 0
    assert ONE_TEMPLATE in outcome.out
    assert all(len(line) <= 80 for line in outcome.out.splitlines())


@pytest.mark.parametrize(("role", "names"), [("mle", ["image-api"]), ("pm", [])])
def test_list_can_be_limited_to_a_role(portfolio: Run, role: str, names: list[str]) -> None:
    found = portfolio("list", "--role", role, "--format", "json").json["templates"]
    assert [each["name"] for each in found if each["name"] in ("image-api",)] == names


def test_list_of_one_template_names_its_questions_data_sets_and_verbs(portfolio: Run) -> None:
    about = portfolio("list", "image-api", "--format", "json").json
    assert [question["key"] for question in about["questions"]][:3] == ["project_name", "title", "author"]
    assert [each["name"] for each in about["data_sets"]] == ["sample", "plantvillage", "FOLDER"]
    text = portfolio("list", "image-api").out
    assert all(word in text for word in [*about["verbs"], "project_name", "FOLDER"])
    assert all(len(line) <= 80 for line in text.splitlines())


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (["list", "image-ap"], "there is no template called 'image-ap'", "did you mean image-api?"),
        (["new", "zzz"], "there is no template called 'zzz'", "see which there are: portfolio list"),
        (["lst"], "no such command 'lst'. Did you mean 'list'?", "see how it is used: portfolio --help"),
        (["list", "--rol", "mle"], "no such option: --rol", "see how it is used: portfolio list --help"),
        (["list", "--role", "xx"], "invalid value for '--role'", "see how it is used: portfolio list --help"),
        (["new", "image-api", "--data", "tilte=x"], "there is no question called 'tilte'", "did you mean title?"),
        (
            ["new", "image-api", "--data", "qqq=x"],
            "there is no question",
            "see its questions: portfolio list image-api",
        ),
    ],
)
def test_wrong_use_is_answered_in_two_lines(portfolio: Run, arguments: list[str], error: str, hint: str) -> None:
    outcome = portfolio(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    first, second = outcome.err.splitlines()
    assert first.startswith(f"error: {error}")
    assert second == f"hint:  {hint}"


def test_without_a_template_and_without_a_terminal_the_list_is_shown(portfolio: Run) -> None:
    outcome = portfolio("new")
    assert outcome.code == 2
    assert ONE_TEMPLATE in outcome.out
    assert "no template was named" in outcome.err


def test_version_is_the_packages(portfolio: Run) -> None:
    assert portfolio("--version").out == f"portfolio {version('portfolio')}\n"


def test_a_bug_gives_a_traceback(portfolio: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portfolio.create.templates.all", lambda role: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        portfolio("list")


def test_completion_knows_the_templates() -> None:
    environment = {"_PORTFOLIO_COMPLETE": "complete_bash", "COMP_WORDS": "portfolio new im", "COMP_CWORD": "2"}
    command = [sys.executable, "-c", "from portfolio.cli import app; app(prog_name='portfolio')"]
    outcome = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "image-api" in outcome.stdout.split()
