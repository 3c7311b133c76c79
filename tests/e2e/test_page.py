"""What every project's page promises: on a desk, on a phone, in the dark, by keyboard, and without its service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e import journeys
from tests.e2e.browsing import WAYS, shown, visited
from tests.e2e.conftest import Project

MOST = 3_000_000  # bytes of a page in one file


@pytest.fixture(scope="module")
def static(each: Project) -> Iterator[str]:
    """The page in one file, on a host that only shows files, below its root."""
    with shown(each.folder / "reports") as address:
        yield f"{address}/site/index.html"


@pytest.mark.parametrize("way", WAYS)
def test_in_one_file_it_answers_without_a_service(each: Project, chromium: Browser, static: str, way: str) -> None:
    page = journeys.of(each.template).page
    with visited(chromium, static, way) as visit:
        if page.asks_alone:
            page.ask(visit.page)
            visit.page.locator(page.answered).first.wait_for()


def test_in_one_file_it_is_small_asks_nobody_and_opens_from_a_disk(each: Project, chromium: Browser) -> None:
    path = each.folder / "reports/site/index.html"
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) <= MOST
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text
    with visited(chromium, path.as_uri(), "desk") as visit:
        visit.page.get_by_role("heading", level=1).wait_for()


@pytest.mark.parametrize("way", WAYS)
def test_it_answers_who_has_no_mouse(each: Project, chromium: Browser, service: str, way: str) -> None:
    page = journeys.of(each.template).page
    with visited(chromium, service, way) as visit:
        page.ask(visit.page)
        visit.page.locator(page.answered).first.wait_for()


def test_without_the_service_it_says_so(each: Project, chromium: Browser, service: str) -> None:
    page = journeys.of(each.template).page
    with visited(chromium, service, "desk") as visit:
        visit.page.wait_for_load_state("networkidle")
        visit.page.route(page.endpoint, lambda route: route.abort())
        page.ask(visit.page)
        visit.page.get_by_text(page.unreachable).wait_for()
