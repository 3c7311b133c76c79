"""Real data first: by name, by path, and the sample as the offline test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from portfolio.create import dataset, templates
from portfolio.errors import WrongUse
from tests.conftest import Run

TEMPLATE = templates.get("forecast-dashboard")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of one's own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my load.csv").write_text("when;load")
    return tmp_path


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", []),
        ("sample", []),
        ("victoria", ["--data", "victoria"]),
        ("my load.csv", ["--data", "HERE/my load.csv"]),
        (
            "'my load.csv' --time when --value load --tz UTC",
            ["--data", "HERE/my load.csv", "--time", "when", "--value", "load", "--tz", "UTC"],
        ),
    ],
)
def test_data_are_chosen_by_name_or_by_path(written: str, words: list[str], here: Path) -> None:
    chosen = dataset.choose(TEMPLATE, written)
    assert list(chosen.words) == [word.replace("HERE", str(here.resolve())) for word in words]
    assert chosen.is_sample == (not words)
    assert bool(chosen.public) == (written == "victoria")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("victorai", "did you mean victoria?"),
        ("FILE.csv", "named are sample, victoria; or give the path of your own"),
        ("nowhere.csv", "named are"),
        ("'unclosed", "named are"),
        (" ", "named are"),
    ],
)
def test_what_is_not_there_is_refused_before_anything_is_made(written: str, hint: str, portfolio: Run) -> None:
    with pytest.raises(WrongUse) as refused:
        dataset.choose(TEMPLATE, written)
    assert hint in refused.value.hint
    outcome = portfolio("new", "forecast-dashboard", "--yes", "--dataset", written)
    assert outcome.code == 2
    assert not Path("forecast-dashboard").exists()


@pytest.mark.parametrize("template", templates.all(), ids=lambda each: each.name)
def test_each_template_has_real_data_by_name_and_says_how_to_run_on_it(
    template: templates.Template, portfolio: Run
) -> None:
    assert [each for each in template.data_sets if each.name != dataset.SAMPLE and not each.is_own]
    assert [each for each in template.data_sets if each.is_own]
    said = portfolio("new", template.name, "--yes", "--format", "json").json
    assert said["dataset"] == "sample"
    assert {each["licence"] for each in said["real_data"]} == {
        each.licence for each in template.data_sets if each.name != dataset.SAMPLE
    }


def test_the_end_message_runs_what_was_chosen(portfolio: Run) -> None:
    outcome = portfolio("new", "forecast-dashboard", "--yes", "--dataset", "victoria")
    assert "python -m forecast_dashboard run --data victoria" in outcome.out
    assert "--dataset=victoria" in outcome.out.partition("The same again")[2]
    assert "With real data" not in outcome.out


def test_names_are_completed_for_the_template_that_was_named() -> None:
    words = {"COMP_WORDS": "portfolio new recommender --dataset ", "COMP_CWORD": "4"}
    outcome = subprocess.run(
        [sys.executable, "-c", "from portfolio.cli import app; app(prog_name='portfolio')"],
        env={"_PORTFOLIO_COMPLETE": "complete_bash", **words},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.stdout.split() == ["sample", "ml-100k", "ml-1m"]
