"""What only `forecast-dashboard` can know."""

from __future__ import annotations

import math
import shlex
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.conftest import outside
from tests.e2e.conftest import Project
from tests.e2e.journeys import Facts, Measured, OnThePage, Published, World
from tests.e2e.mirror import Mirror

VICTORIA = "/raw.githubusercontent.com/skforecast/skforecast-datasets/f8c3d7fe/data/vic_electricity.csv"
NONE, FORECAST, ACTUAL = (
    f"boosting {words}" for words in ("without weather", "with a weather forecast", "with the actual weather")
)
DAY, WEEK = "same time yesterday", "same time last week"
PLAIN, ADAPTIVE = "plain conformal", "adaptive conformal"
HOT = "33 °C and hotter"


def values(measured: Measured, metric: str) -> dict[str, float]:
    """One measure of every model."""
    return {row["model"]: row["value"] for row in measured["results"] if row["metric"] == metric}


def coverage(measured: Measured, method: str, model: str) -> float:
    """Share of the hottest hours inside the intervals."""
    (found,) = (each for each in measured["intervals"] if (each["method"], each["model"]) == (method, model))
    value: float = next(each["coverage"] for each in found["slices"] if each["name"] == HOT)
    return value


def band(project: Project) -> None:
    """The gains are real, the leak flatters, and the plain intervals fail in the heat where the adaptive do not."""
    measured = project.metrics
    error = values(measured, "mase")
    assert 0.9 <= error[DAY] <= 1.2
    assert 0.35 <= error[FORECAST] <= 0.65
    assert error[ACTUAL] < error[FORECAST] < error[NONE] < min(error[DAY], error[WEEK])
    assert all(each["ci95"][0] > 0.15 for each in measured["skill"])
    plain, adaptive = (coverage(measured, method, FORECAST) for method in (PLAIN, ADAPTIVE))
    assert plain <= 0.90
    assert adaptive >= plain + 0.05
    kinds = [each["kind"] for each in measured["data"]["findings"]]
    assert [kinds.count(each) for each in ("gap", "stuck meter", "change of level")] == [1, 1, 1]


ONE_SEED = """
import tempfile
from datetime import timedelta
from pathlib import Path
import numpy as np
from forecast_dashboard.config import Config
from forecast_dashboard.data import prepare, quality, sample, table
from forecast_dashboard.models import saved
from forecast_dashboard.serving import tomorrow
from forecast_dashboard.serving.tomorrow import Question

MODEL = saved.load()
KEPT = 35 * 24

def one(seed):
    config = Config(seed=seed)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "demand.csv"
        hidden = sample.draw(path, seed)
        series, findings = quality.clean(table.read(path, prepare.SAMPLE).series, config)
    kinds = [each.kind for each in findings]
    assert {"gap", "stuck meter", "change of level"} <= set(kinds), kinds
    day = series.date(series.days - 1) + timedelta(days=1)
    for number, area in enumerate(series.areas):
        history = series.demand[number, -KEPT:]
        known = series.temperature[number, -KEPT:]
        for temperature in (None, np.full(24, -20.0), np.full(24, 45.0)):
            question = Question(area, day, history, known, temperature, series.holiday[-KEPT:], bool(number))
            found = tomorrow.answer(MODEL, question).found
            assert all(np.isfinite(each).all() for each in found.values())
            assert (found["low"] <= found["point"]).all() and (found["point"] <= found["high"]).all()
"""


def ask_for_a_hot_day(page: Page) -> None:
    page.get_by_label("Warmest").fill("31")
    page.get_by_role("button", name="Forecast").press("Enter")


def publish(mirror: Mirror) -> None:
    """Victoria's demand, half-hourly for three years."""
    mirror.files[VICTORIA] = (Path(outside("PORTFOLIO_DATA")) / "electricity/vic_electricity.csv").read_bytes()


def _another_value(mirror: Mirror) -> None:
    mirror.files[VICTORIA] = mirror.files[VICTORIA].replace(b"4382.825174", b"4382.825175")


def victoria(_: Project, __: Path, mirror: Mirror) -> str:
    publish(mirror)
    return f"--data victoria --mirror {mirror.address}"


def check_victoria(project: Project, said: str) -> None:
    """The published numbers of 2014, issued at local midnight. The loader itself checks 308.375 MW for December."""
    assert "victoria: 52,608 rows, 2012-01-01 to 2014-12-31" in said
    measured = project.metrics
    assert (measured["data"]["synthetic"], measured["data"]["test_first"]) == (False, "2014-01-01")
    error = values(measured, "mae")
    assert error[DAY] == pytest.approx(366.9, rel=0.005)
    assert error[WEEK] == pytest.approx(343.3, rel=0.005)
    assert error[NONE] <= 226
    assert error[FORECAST] <= 158
    assert error[ACTUAL] < error[FORECAST]
    assert {row["role"] for row in measured["results"] if row["model"] == ACTUAL} == {"naive"}
    for model in (NONE, FORECAST):
        assert coverage(measured, ADAPTIVE, model) > max(0.03, coverage(measured, PLAIN, model) + 0.2)
    assert measured["seconds"] <= 300
    text = (project.folder / "README.md").read_text(encoding="utf-8")
    assert f"| {HOT} | 211 |" in text
    assert "upper bound that no real forecast can reach" in text
    assert "drawn by code" not in text


def town(_: Project, folder: Path, __: Mirror) -> str:
    """A file as a town might publish it: semicolons, decimal commas, local times, no weather."""
    start, rows = datetime(2023, 1, 9), ["wann;last"]
    for hour in range(24 * 200):
        moment = start + timedelta(hours=hour)
        value = 80 + 20 * math.sin(moment.hour / 24 * 2 * math.pi) + 10 * (moment.weekday() < 5) + hour * 7919 % 13
        shown = f"{value:.2f}".replace(".", ",")
        rows.append(f"{moment:%d.%m.%Y %H:%M};{shown}")
    (folder / "my-town.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return f"--data {shlex.quote(str(folder / 'my-town.csv'))} --time wann --value last --tz UTC"


def check_town(project: Project, _: str) -> None:
    measured = project.metrics
    assert (measured["data"]["source"], measured["data"]["has_weather"]) == ("my-town", False)
    assert {row["role"] for row in measured["results"]} == {"baseline", "model"}
    text = (project.folder / "README.md").read_text(encoding="utf-8")
    assert "No weather was measured" in text
    assert not [word for word in ("Old Town", "drawn by code", "emulated**") if word in text.split("## Approach")[0]]


FACTS = Facts(
    mistakes={
        "data --data nowhere.csv": "no file of that name is there",
        "data --data README.md --time a": "--value and --tz must be given too",
        "data --data README.md --time a --value b --tz UTC": "has no column 'a'",
        "data --data victoria --mirror http://127.0.0.1:9": "the connection to 127.0.0.1:9 failed",
        "train": "there are no data yet",
        "evaluate": "there are no data yet",
        "report": "is not there yet: measure first",
        "serve": "there is no trained model yet",
        "monitor": "there is no trained model yet",
    },
    band=band,
    page=OnThePage(ask_for_a_hot_day, "#tomorrow svg", "**/forecast", "No answer:"),
    one_seed=ONE_SEED,
    published=Published(
        options="--data victoria",
        publish=publish,
        licence="do not redistribute",
        spoiled={"another value": (_another_value, "not the file that was published")},
    ),
    worlds=(
        World("victoria", victoria, check_victoria, gone=("drawn by code", "Old Town", "Harbor")),
        World("town", town, check_town, gone=("drawn by code", "Old Town", "Harbor", "emulated**")),
    ),
)
