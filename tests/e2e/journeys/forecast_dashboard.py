"""What only `forecast-dashboard` can know."""

from __future__ import annotations

import math
import random
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
WITHOUT, WITH, KNOWN = "without weather", "with a weather forecast", "with the actual weather"
DAY, WEEK = "same time yesterday", "same time last week"
PLAIN, ADAPTIVE = "plain conformal", "adaptive conformal"
HOT = "33 °C and hotter"


def values(measured: Measured, metric: str) -> dict[str, float]:
    """One measure of every model."""
    return {row["model"]: row["value"] for row in measured["results"] if row["metric"] == metric}


def of_model(measured: Measured, metric: str, weather: str) -> float:
    """The same of the model that was chosen for what it is told of the weather."""
    found = values(measured, metric)
    (name,) = (each for each in found if each.endswith(weather) and not each.startswith("ridge"))
    return found[name]


def coverage(measured: Measured, method: str, weather: str = WITH) -> float:
    """Share of the hottest hours inside the intervals."""
    (found,) = (each for each in measured["intervals"] if each["method"] == method and each["model"].endswith(weather))
    value: float = next(each["coverage"] for each in found["slices"] if each["name"] == HOT)
    return value


def band(project: Project) -> None:
    """The gains are real, the leak flatters, and the plain intervals fail in the heat where the adaptive do not."""
    measured = project.metrics
    error = values(measured, "mase")
    assert 0.9 <= error[DAY] <= 1.2
    none, forecast, actual = (of_model(measured, "mase", weather) for weather in (WITHOUT, WITH, KNOWN))
    assert 0.35 <= forecast <= 0.65
    assert actual < none
    assert forecast < none < min(error[DAY], error[WEEK])
    assert forecast < min(error[f"ridge {WITH}"], none)
    assert all(each["ci95"][0] > 0.15 for each in measured["skill"] if each["against"] in (DAY, WEEK))
    plain, adaptive = (coverage(measured, method) for method in (PLAIN, ADAPTIVE))
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
        series, findings = quality.clean(table.read(path, prepare.OF_SAMPLE).series, config)
    kinds = [each.kind for each in findings]
    assert {"gap", "stuck meter", "change of level"} <= set(kinds), kinds
    day = series.date(series.days - 1) + timedelta(days=1)
    for number, area in enumerate(series.areas):
        history = series.demand[number, -KEPT:]
        known = series.temperature[number, -KEPT:]
        for temperature in (None, np.full(24, -20.0), np.full(24, 45.0)):
            question = Question(area, day, history, known, temperature, series.holiday[number, -KEPT:], bool(number))
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
    assert "the license of the data forbids to pass them on" in project.do("site")
    assert not (project.folder / "reports/site/index.html").exists()
    error = values(measured, "mae")
    assert error[DAY] == pytest.approx(366.9, rel=0.005)
    assert error[WEEK] == pytest.approx(343.3, rel=0.005)
    none, forecast = (of_model(measured, "mae", weather) for weather in (WITHOUT, WITH))
    assert none <= 226
    assert forecast <= 158
    assert forecast < error[f"ridge {WITH}"]
    assert {row["role"] for row in measured["results"] if row["model"].endswith(KNOWN)} == {"naive"}
    for weather in (WITHOUT, WITH):
        assert coverage(measured, ADAPTIVE, weather) > max(0.03, coverage(measured, PLAIN, weather) + 0.2)
    assert measured["seconds"] <= 300
    text = (project.folder / "README.md").read_text(encoding="utf-8")
    assert f"| {HOT} | 211 |" in text
    assert "No real forecast can know it" in text
    assert "drawn by code" not in text


def solar(_: Project, folder: Path, __: Mirror) -> str:
    """A roof's meter: kWh of each hour, nothing at night, months first, times that name the end of their hour."""
    chance, start, rows = random.Random(3), datetime(2023, 1, 9), ["wann;kwh"]
    cloud = 0.5
    for hour in range(24 * 200):
        moment = start + timedelta(hours=hour)
        if moment.hour == 0:
            cloud = min(1.0, max(0.2, 0.6 * cloud + 0.4 * chance.random() + 0.1))
        height = math.sin((moment.hour - 6) / 12 * math.pi) if 6 < moment.hour < 18 else 0.0
        value = max(0.0, 6 * height * cloud * (1 + 0.1 * chance.gauss(0, 1)))
        shown = f"{value:.2f}".replace(".", ",")
        rows.append(f"{moment + timedelta(hours=1):%m/%d/%Y %H:%M};{shown}")
    (folder / "my-roof.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    columns = "--time wann --value kwh --tz UTC --time-format '%m/%d/%Y %H:%M' --hour-ending"
    return f"--data {shlex.quote(str(folder / 'my-roof.csv'))} {columns} --unit kWh --noun production"


def check_solar(project: Project, said: str) -> None:
    measured = project.metrics
    assert (measured["data"]["source"], measured["data"]["has_weather"]) == ("my-roof", False)
    assert {row["role"] for row in measured["results"]} == {"baseline", "model"}
    assert "stuck meter" not in said
    text = (project.folder / "README.md").read_text(encoding="utf-8")
    assert "**Production a day ahead: MASE" in text
    assert "MAE, kWh" in text
    assert "No weather was measured" in text


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
    page=OnThePage(ask_for_a_hot_day, "#tomorrow svg", "**/forecast", "No answer:", asks_alone=False),
    one_seed=ONE_SEED,
    published=Published(
        options="--data victoria",
        publish=publish,
        licence="do not redistribute",
        spoiled={"another value": (_another_value, "not the file that was published")},
    ),
    worlds=(
        World("victoria", victoria, check_victoria, gone=("drawn by code", "Old Town", "Harbor")),
        World(
            "solar",
            solar,
            check_solar,
            gone=("drawn by code", "emulated**"),
            nowhere=("town", "megawatt", "MW", "harbor", "electric", "demand", "factory", "house", "city"),
        ),
    ),
)
