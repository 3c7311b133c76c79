"""What every project's page promises: on a desk, on a phone, in the dark, by keyboard, and without its service."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.e2e import journeys
from tests.e2e.browsing import WAYS, visited
from tests.e2e.conftest import Project


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
