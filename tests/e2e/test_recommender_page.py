"""The recommender's page in a real browser: by mouse, by keyboard, on a phone, in the dark, and without a service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browsing import WAYS, Visit, visited
from tests.e2e.conftest import Project, free_port, served


@pytest.fixture(scope="module")
def service(recommender: Project) -> Iterator[str]:
    """The address of the trained project's service."""
    port = free_port()
    with served(recommender.serve(port), recommender.folder, port) as address:
        yield address


@pytest.fixture(params=WAYS)
def visit(request: pytest.FixtureRequest, chromium: Browser, service: str) -> Iterator[Visit]:
    with visited(chromium, service, request.param) as visit:
        yield visit


def _titles(visit: Visit, ranking: int) -> list[str]:
    rows = visit.page.locator("#rankings section").nth(ranking).locator("li").all()
    return [row.inner_text().splitlines()[0] for row in rows]


def test_both_rankings_follow_what_is_chosen(visit: Visit) -> None:
    visit.page.get_by_text("Nothing is chosen yet").wait_for()
    popular = _titles(visit, 0)
    assert len(popular) == 8
    assert popular == _titles(visit, 1)
    for _ in range(3):
        visit.page.locator("#choices button[aria-pressed=false]").nth(9).click()
    visit.page.get_by_text("for 3 chosen").wait_for()
    chosen = visit.page.locator("#choices button[aria-pressed=true]").all_inner_texts()
    assert len(chosen) == 3
    for ranking in (0, 1):
        assert not set(_titles(visit, ranking)) & set(chosen)
        assert _titles(visit, ranking) != popular
    assert visit.page.locator("#rankings h2").all_inner_texts() == ["item-kNN", "EASE"]
    assert any(f"because of {title}" in visit.page.locator("#rankings").inner_text() for title in chosen)
    visit.page.locator("#choices button[aria-pressed=true]").first.click()
    visit.page.get_by_text("for 2 chosen").wait_for()


def test_a_film_is_found_by_its_name_and_chosen_by_keyboard(visit: Visit) -> None:
    visit.page.get_by_text("Nothing is chosen yet").wait_for()
    title = visit.page.evaluate("items[items.length - 1].title")
    for _ in range(5):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement.id === 'search'"):
            break
    visit.page.keyboard.type(title.lower())
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    visit.page.get_by_text("for 1 chosen").wait_for()
    assert visit.page.locator("#choices button[aria-pressed=true]").inner_text() == title
    assert visit.page.evaluate("document.activeElement.textContent") == title, "the focus stays where it was"


def test_without_the_service_it_says_so(visit: Visit) -> None:
    visit.page.get_by_text("Nothing is chosen yet").wait_for()
    visit.page.route("**/preview", lambda route: route.abort())
    visit.page.locator("#choices button").first.click()
    visit.page.get_by_text("The service cannot be reached").wait_for()
