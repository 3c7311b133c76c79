"""The forecast on the sample over seeds, on Victoria's real demand, on a file of one's own, and watched."""

from __future__ import annotations

import datetime
import functools
import http.server
import json
import math
import shlex
import shutil
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import outside
from tests.e2e.conftest import Project, assert_explained, copied, free_port, run, served

PUBLISHED = "raw.githubusercontent.com/skforecast/skforecast-datasets/f8c3d7fe/data/vic_electricity.csv"
NONE, FORECAST, ACTUAL = (
    f"boosting {words}" for words in ("without weather", "with a weather forecast", "with the actual weather")
)
DAY, WEEK = "same time yesterday", "same time last week"
PLAIN, ADAPTIVE = "plain conformal", "adaptive conformal"


def _values(measured: dict[str, Any], metric: str) -> dict[str, float]:
    return {row["model"]: row["value"] for row in measured["results"] if row["metric"] == metric}


def _coverage(measured: dict[str, Any], method: str, model: str, part: str) -> float:
    (found,) = (each for each in measured["intervals"] if (each["method"], each["model"]) == (method, model))
    value: float = next(each["coverage"] for each in found["slices"] if each["name"] == part)
    return value


@pytest.mark.parametrize("seed", [11])
def test_results_stay_in_their_band_over_seeds(forecast: Project, seed: int, tmp_path: Path) -> None:
    """The gains are real, the leak flatters, and the plain intervals fail where the adaptive ones do not."""
    copy = copied(forecast, tmp_path)
    for verb in ("data", "train", "evaluate"):
        copy.do(f"{verb} --seed {seed}")
    measured = copy.metrics
    error = _values(measured, "mase")
    assert 0.9 <= error[DAY] <= 1.2
    assert 0.35 <= error[FORECAST] <= 0.65
    assert error[ACTUAL] < error[FORECAST] < error[NONE] < min(error[DAY], error[WEEK])
    assert all(each["ci95"][0] > 0.15 for each in measured["skill"])
    hot = "33 °C and hotter"
    plain, adaptive = (_coverage(measured, method, FORECAST, hot) for method in (PLAIN, ADAPTIVE))
    assert plain <= 0.75
    assert adaptive >= plain + 0.15
    kinds = [each["kind"] for each in measured["data"]["findings"]]
    assert [kinds.count(each) for each in ("gap", "stuck meter", "change of level")] == [1, 1, 1]


def test_the_same_seed_gives_the_same_numbers(forecast: Project, tmp_path: Path) -> None:
    copy = copied(forecast, tmp_path)
    for verb in ("data", "train", "evaluate"):
        copy.do(verb)
    assert copy.metrics["results"] == forecast.metrics["results"]
    assert copy.metrics["artefacts"] == forecast.metrics["artefacts"]


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """An address that holds the published file, and that file."""
    folder = tmp_path_factory.mktemp("mirror")
    place = folder / PUBLISHED
    place.parent.mkdir(parents=True)
    shutil.copyfile(Path(outside("PORTFOLIO_DATA")) / "electricity/vic_electricity.csv", place)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", place
        server.shutdown()


def test_victoria_gives_the_published_numbers(forecast: Project, mirror: tuple[str, Path], tmp_path: Path) -> None:
    """Half-hourly, all of 2014, issued at local midnight. The loader itself checks 308.375 MW for December."""
    copy = copied(forecast, tmp_path)
    said = copy.do(f"run --data victoria --mirror {mirror[0]}")
    assert said.index("do not redistribute") < said.index("victoria: 52,608 rows, 2012-01-01 to 2014-12-31")
    measured = copy.metrics
    assert (measured["data"]["synthetic"], measured["data"]["test_first"]) == (False, "2014-01-01")
    error = _values(measured, "mae")
    assert error[DAY] == pytest.approx(366.9, rel=0.005)
    assert error[WEEK] == pytest.approx(343.3, rel=0.005)
    assert error[NONE] <= 226
    assert error[FORECAST] <= 158
    assert error[ACTUAL] < error[FORECAST]
    assert {row["role"] for row in measured["results"] if row["model"] == ACTUAL} == {"naive"}
    hot = "33 °C and hotter"
    for model in (NONE, FORECAST):
        assert _coverage(measured, ADAPTIVE, model, hot) > max(0.03, _coverage(measured, PLAIN, model, hot) + 0.2)
    assert measured["seconds"] <= 300
    text = (copy.folder / "README.md").read_text(encoding="utf-8")
    assert "| 33 °C and hotter | 211 |" in text
    assert "upper bound that no real forecast can reach" in text
    assert "drawn by code" not in text
    copy.do("report --check")


def test_a_file_that_is_not_the_published_one_is_thrown_away(
    forecast: Project, mirror: tuple[str, Path], tmp_path: Path
) -> None:
    address, place = mirror
    copy, whole = copied(forecast, tmp_path), place.read_bytes()
    try:
        place.write_bytes(whole.replace(b"4382.825174", b"4382.825175"))
        with pytest.raises(AssertionError, match="not the file that was published"):
            copy.do(f"data --data victoria --mirror {address}")
    finally:
        place.write_bytes(whole)
    assert not list((copy.folder / "data").rglob("*.csv"))
    copy.do(f"data --data victoria --mirror {address}")
    copy.do("data --data victoria --mirror http://127.0.0.1:9")  # it is here already


def _city(path: Path, days: int) -> str:
    """A file as a town might publish it: semicolons, decimal commas, local times, no weather. Returns its options."""
    start = datetime.datetime(2023, 1, 9)
    rows = ["wann;last"]
    for hour in range(24 * days):
        moment = start + datetime.timedelta(hours=hour)
        value = 80 + 20 * math.sin(moment.hour / 24 * 2 * math.pi) + 10 * (moment.weekday() < 5) + hour * 7919 % 13
        shown = f"{value:.2f}".replace(".", ",")
        rows.append(f"{moment:%d.%m.%Y %H:%M};{shown}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return f"--data {shlex.quote(str(path))} --time wann --value last --tz UTC"


def test_a_city_of_ones_own_speaks_of_itself(forecast: Project, tmp_path: Path) -> None:
    copy = copied(forecast, tmp_path)
    options = _city(tmp_path / "my-town.csv", 200)
    copy.do(f"run {options}")
    measured = copy.metrics
    assert (measured["data"]["source"], measured["data"]["has_weather"]) == ("my-town", False)
    assert {row["role"] for row in measured["results"]} == {"baseline", "model"}
    text = (copy.folder / "README.md").read_text(encoding="utf-8")
    assert "No weather was measured" in text
    assert not [word for word in ("Old Town", "drawn by code", "emulated**") if word in text.split("## Approach")[0]]
    copy.do("report --check")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("data --data nowhere.csv", "no file of that name is there"),
        ("data --data README.md --time a", "--value and --tz must be given too"),
        ("data --data README.md --time a --value b --tz UTC", "has no column 'a'"),
        ("data --data victoria --mirror http://127.0.0.1:9", "the connection to 127.0.0.1:9 failed"),
        ("monitor --log-dir nowhere", "there is no folder nowhere"),
    ],
)
def test_what_cannot_be_done_is_explained(forecast: Project, tmp_path: Path, options: str, told: str) -> None:
    copy = copied(forecast, tmp_path)
    with pytest.raises(AssertionError, match=told.replace("(", r"\(")) as failure:
        copy.do(options)
    assert "Traceback" not in str(failure.value)


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        ("train", "there are no data yet"),
        ("evaluate", "there are no data yet"),
        ("serve", "there is no trained model yet"),
        ("report", "is not there yet: measure first"),
    ],
)
def test_a_step_too_early_says_which_comes_first(forecast: Project, tmp_path: Path, verb: str, told: str) -> None:
    assert_explained(forecast, tmp_path, verb, told)


def test_new_data_need_new_models(forecast: Project, tmp_path: Path) -> None:
    copy = copied(forecast, tmp_path)
    copy.do("data --seed 99")
    with pytest.raises(AssertionError, match="the model was trained on other days"):
        copy.do("evaluate")


def _post(address: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    data = json.dumps(body).encode()
    request = urllib.request.Request(f"{address}/{path}", data, {"Content-Type": "application/json"})
    answer: dict[str, Any] = json.loads(urllib.request.urlopen(request, timeout=30).read())
    return answer


@pytest.mark.parametrize("late", [0, 1], ids=["on time", "an hour late"])
def test_monitor_compares_forecasts_with_actual_demand(forecast: Project, tmp_path: Path, late: int) -> None:
    """Two weeks of November, served day after day from the sample's own history; then the feed is on time, or late."""
    rows = (forecast.folder / "data/sample/demand.csv").read_text(encoding="utf-8").splitlines()[1:]
    harbour = [line.split(",") for line in rows if ",Harbor," in line]
    times, demand = [each[0] for each in harbour], [float(each[2]) for each in harbour]
    felt, holiday = [float(each[3]) for each in harbour], [each[4] == "true" for each in harbour]
    logs, port = tmp_path / "logs", free_port()
    with served([*forecast.serve(port), "--log-dir", str(logs)], forecast.folder, port) as address:
        for day in range(6, 18):
            begins = times.index(f"2023-11-{day - 1:02d}T23:00:00Z")  # midnight in Berlin
            before = slice(begins - 24 * 30, begins)
            history = {"demand": demand[before], "temperature": felt[before], "holiday": holiday[before]}
            asked = {"area": "Harbor", "day": f"2023-11-{day:02d}", "history": history}
            _post(address, "forecast", {**asked, "temperature": felt[begins : begins + 24]})
            came = zip(times[begins : begins + 24], demand[begins - late : begins + 24 - late], strict=True)
            observations = [{"time": time, "value": value} for time, value in came]
            _post(address, "actuals", {"area": "Harbor", "observations": observations})
    command = f"monitor --log-dir {shlex.quote(str(logs))}"
    if not late:
        assert "ALARM" not in forecast.do(command)
    else:
        with pytest.raises(AssertionError, match="ALARM  share outside intervals"):
            forecast.do(command)


def test_the_page_is_one_file_for_any_static_host(forecast: Project) -> None:
    page = (forecast.folder / "reports/site/index.html").read_text(encoding="utf-8")
    assert "src=" not in page
    assert "https://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert len(page) < 400_000
    (forecast.folder / "reports/site/index.html").write_text(page.replace("<h1>", "<h1>Better: "), encoding="utf-8")
    with pytest.raises(AssertionError, match="not what was measured"):
        forecast.do("site --check")
    (forecast.folder / "reports/site/index.html").write_text(page, encoding="utf-8")
    run("! git check-ignore reports/site/index.html", forecast.folder)
