"""What only `forecast-dashboard` promises: one page for any static host, a dashboard, and a monitor of real demand."""

from __future__ import annotations

import contextlib
import json
import shlex
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import WAYS, shown, visited
from tests.e2e.conftest import Project, free_port, run, served

TEMPLATE = "forecast-dashboard"
PICTURE = "[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg"


@pytest.fixture(scope="module")
def static(project: Project) -> Iterator[str]:
    """The one file, on a host that only shows files."""
    with shown(project.folder / "reports/site") as address:
        yield f"{address}/index.html"


@pytest.fixture(scope="module")
def dashboard(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the dashboard, which must stop when it is told to."""
    port, log = free_port(), tmp_path_factory.mktemp("dashboard") / "log"
    command = shlex.split(f"{project.python} -m {project.template.package} dashboard --port {port}")
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=project.folder, stdout=output, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).read()
                break
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/"
        process.terminate()
        process.wait(timeout=20)
    assert "usage statistics" not in log.read_text().lower()


def _post(address: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    data = json.dumps(body).encode()
    request = urllib.request.Request(f"{address}/{path}", data, {"Content-Type": "application/json"})
    answer: dict[str, Any] = json.loads(urllib.request.urlopen(request, timeout=30).read())
    return answer


@pytest.mark.parametrize("late", [0, 1], ids=["on time", "an hour late"])
def test_monitor_compares_forecasts_with_actual_demand(project: Project, tmp_path: Path, late: int) -> None:
    """Two weeks of November, served day after day from the sample's own history; then the feed is on time, or late."""
    rows = (project.folder / "data/sample/demand.csv").read_text(encoding="utf-8").splitlines()[1:]
    harbour = [line.split(",") for line in rows if ",Harbor," in line]
    times, demand = [each[0] for each in harbour], [float(each[2]) for each in harbour]
    felt, holiday = [float(each[3]) for each in harbour], [each[4] == "true" for each in harbour]
    logs, port = tmp_path / "logs", free_port()
    with served([*project.serve(port), "--log-dir", str(logs)], project.folder, port) as address:
        for day in range(6, 18):
            begins = times.index(f"2023-11-{day - 1:02d}T23:00:00Z")  # midnight in Berlin
            before = slice(begins - 24 * 30, begins)
            history = {"values": demand[before], "temperature": felt[before], "holiday": holiday[before]}
            asked = {"area": "Harbor", "day": f"2023-11-{day:02d}", "history": history, "counts": True}
            _post(address, "forecast", {**asked, "temperature": felt[begins : begins + 24]})
            came = zip(times[begins : begins + 24], demand[begins - late : begins + 24 - late], strict=True)
            observations = [{"time": time, "value": value} for time, value in came]
            _post(address, "actuals", {"area": "Harbor", "observations": observations})
    command = f"monitor --log-dir {shlex.quote(str(logs))}"
    if not late:
        assert "ALARM" not in project.do(command)
    else:
        with pytest.raises(AssertionError, match="ALARM "):
            project.do(command)


def test_the_page_is_one_file_for_any_static_host(project: Project) -> None:
    page = (project.folder / "reports/site/index.html").read_text(encoding="utf-8")
    assert "src=" not in page
    assert "https://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert len(page) < 400_000
    (project.folder / "reports/site/index.html").write_text(page.replace("<h1>", "<h1>Better: "), encoding="utf-8")
    with pytest.raises(AssertionError, match="not what was measured"):
        project.do("site --check")
    (project.folder / "reports/site/index.html").write_text(page, encoding="utf-8")
    run("! git check-ignore reports/site/index.html", project.folder)


@pytest.mark.parametrize("way", WAYS)
def test_tomorrow_is_asked_and_shown(chromium: Browser, its_service: str, way: str) -> None:
    with visited(chromium, its_service, way) as visit:
        page = visit.page
        page.get_by_label("Warmest").fill("31")
        page.get_by_role("button", name="Forecast").press("Enter")  # by keyboard alone
        page.get_by_text("The forecast for Harbor on 2024-01-17").wait_for()
        picture = page.locator("#tomorrow svg")
        assert "The forecast is highest" in (picture.get_attribute("aria-label") or "")
        page.locator("#tomorrow summary").press("Enter")
        assert page.locator("#tomorrow tbody tr").count() == 24


@pytest.mark.parametrize("way", WAYS)
def test_the_one_file_tells_the_same_story(chromium: Browser, static: str, way: str, project: Project) -> None:
    with visited(chromium, static, way) as visit:
        page = visit.page
        shown = next(
            row["value"]
            for row in project.metrics["results"]
            if row["metric"] == "mase" and row["model"] == project.metrics["data"]["served"]
        )
        assert f"{shown:.2f}" in page.locator("#headline").inner_text()
        assert not page.locator("#live").is_visible()
        page.locator("#area").select_option(label="Hills")
        before = page.locator("#one-day svg").get_attribute("aria-label")
        page.locator("#day").select_option(index=20)
        assert page.locator("#one-day svg").get_attribute("aria-label") != before
        pictures = page.locator("main svg")
        assert pictures.count() == page.locator("main svg[role=img][aria-label]").count() == 2
        assert page.locator("#slices tbody tr").count() >= 12


@pytest.mark.parametrize("way", WAYS)
def test_the_dashboard_shows_its_first_chart_at_once(chromium: Browser, dashboard: str, way: str) -> None:
    with visited(chromium, dashboard, way) as visit:
        page = visit.page
        page.locator(PICTURE).first.wait_for()
        # Painted since the address was given, by the browser's own clock; the first way also warms the server.
        taken = page.evaluate("performance.now()") / 1000
        if way != next(iter(WAYS)):
            assert taken < 4, "two seconds is the goal on an idle machine"
        for name in ("Backtest", "Where it fails", "Monitoring"):
            tab = page.get_by_role("tab", name=name)
            tab.press("Enter")
            expect(tab).to_have_attribute("aria-selected", "true")
        page.get_by_role("tab", name="Forecast").press("Enter")
        page.get_by_text("The day as a table").click()
        page.get_by_role("table").first.wait_for()
        assert page.get_by_role("table").first.locator("tbody tr").count() >= 23


def test_the_commitment_follows_the_visitor_s_costs(chromium: Browser, static: str, project: Project) -> None:
    shown = json.loads((project.folder / "reports/aggregates.json").read_text(encoding="utf-8"))
    decision, area = shown["decision"], shown["areas"][0]
    day = area["days"][0]

    def table(page: Page, where: str) -> list[list[str]]:
        return [row.locator("td").all_text_contents() for row in page.locator(f"{where} tbody tr").all()]

    with visited(chromium, static, "desk") as visit:
        page = visit.page
        measured = [[row["commit"], str(row["cost"]), " to ".join(map(str, row["ci95"]))] for row in decision["rows"]]
        assert table(page, "#decision") == measured
        assert [float(row[4]) for row in table(page, "#one-day")] == day["commit"]
        page.get_by_label("too little for an hour costs").fill("30")
        page.get_by_label("too much for an hour costs").fill("70")
        page.get_by_text("enough in 30% of the hours").wait_for()
        place = decision["levels"].index(0.3)
        for row in table(page, "#decision"):
            missing, left_over = decision["missed"][row[0]][place]
            assert int(row[1]) == pytest.approx(30 * missing + 70 * left_over, abs=1)
            assert row[2] == "–", "no interval that was not measured"
        shares = decision["shares"][0][place]
        expected = [point * (1 + shares[int(at[:2])]) for point, at in zip(day["point"], day["clock"], strict=True)]
        assert [float(row[4]) for row in table(page, "#one-day")] == pytest.approx(expected, rel=1e-3)
        page.get_by_label("too much for an hour costs").fill("0")
        page.get_by_text("Both costs have to be above zero").wait_for()
        assert [float(row[4]) for row in table(page, "#one-day")] == day["commit"]
