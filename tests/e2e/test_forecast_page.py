"""The page, served and as one file, and the Streamlit dashboard, in a real browser."""

from __future__ import annotations

import contextlib
import functools
import http.server
import shlex
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import WAYS, visited
from tests.e2e.conftest import Project, free_port, served

PICTURE = "[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg"


@pytest.fixture(scope="module")
def service(forecast: Project) -> Iterator[str]:
    """The address of the project's service."""
    port = free_port()
    with served(forecast.serve(port), forecast.folder, port) as address:
        yield address


@pytest.fixture(scope="module")
def static(forecast: Project) -> Iterator[str]:
    """The one file, on a host that only shows files."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(forecast.folder / "reports/site"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()


@pytest.fixture(scope="module")
def dashboard(forecast: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the dashboard, which must stop when it is told to."""
    port, log = free_port(), tmp_path_factory.mktemp("dashboard") / "log"
    command = shlex.split(f"{forecast.python} -m {forecast.template.package} dashboard --port {port}")
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=forecast.folder, stdout=output, stderr=subprocess.STDOUT)
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


@pytest.mark.parametrize("way", WAYS)
def test_tomorrow_is_asked_and_shown(chromium: Browser, service: str, way: str) -> None:
    with visited(chromium, service, way) as visit:
        page = visit.page
        page.get_by_label("Warmest").fill("31")
        page.get_by_role("button", name="Forecast").press("Enter")  # by keyboard alone
        page.get_by_text("The forecast for Harbor on 2024-01-01").wait_for()
        picture = page.locator("#tomorrow svg")
        assert "The forecast is highest" in (picture.get_attribute("aria-label") or "")
        page.locator("#tomorrow summary").press("Enter")
        assert page.locator("#tomorrow tbody tr").count() == 24


@pytest.mark.parametrize("way", WAYS)
def test_the_one_file_tells_the_same_story(chromium: Browser, static: str, way: str, forecast: Project) -> None:
    with visited(chromium, static, way) as visit:
        page = visit.page
        shown = next(
            row["value"]
            for row in forecast.metrics["results"]
            if row["metric"] == "mase" and row["model"] == forecast.metrics["data"]["served"]
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


def test_without_the_service_the_page_says_so(chromium: Browser, service: str) -> None:
    with visited(chromium, service, "desk") as visit:
        visit.page.route("**/forecast", lambda route: route.abort())
        visit.page.get_by_role("button", name="Forecast").click()
        visit.page.get_by_text("No answer:").wait_for()


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
