"""What only `search-ranker` promises: cited answers or none, thumbs that are kept, one order in Python and browser."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.browsing import WAYS, Visit, visited
from tests.e2e.conftest import Project

TEMPLATE = "search-ranker"
ASKED = 100
STRANGE = ["to be or not to be", "🎉", "שלום", "qqqqq wwwww", "GUEST  LIST\tﬁle", "1/32 of 0.5", "x" * 900]


@pytest.fixture(params=WAYS)
def visit(request: pytest.FixtureRequest, chromium: Browser, its_service: str) -> Iterator[Visit]:
    """The page, each way."""
    with visited(chromium, its_service, request.param) as visit:
        yield visit


def _asked(address: str, path: str, **body: Any) -> Any:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}{path}", json.dumps(body).encode(), headers)
    return json.loads(urllib.request.urlopen(request, timeout=10).read())


def _questions(project: Project) -> list[str]:
    """Of the test, also those that nothing answers."""
    lines = (project.folder / "data/questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines[:: len(lines) // ASKED]]


def test_in_one_file_it_ranks_and_answers_as_the_service_does(
    chromium: Browser, its_service: str, project: Project
) -> None:
    questions = [*_questions(project), *STRANGE]
    assert len(questions) >= ASKED + len(STRANGE)
    answered = 0
    with visited(chromium, (project.folder / "reports/site/index.html").as_uri(), "desk") as visit:
        for question in questions:
            expected = _asked(its_service, "/answer", question=question, length=10)
            shown = visit.page.evaluate("(question) => local(question, 10)", question)
            assert [each["id"] for each in shown["results"]] == [each["id"] for each in expected["results"]], question
            for name in ("reason", "unknown", "answer"):
                assert shown[name] == expected[name], (question, name)
            assert shown["confidence"] == pytest.approx(expected["confidence"], abs=1e-3)
            answered += expected["answer"] is not None
    assert 5 <= answered < len(questions)


def test_an_answer_is_shown_with_its_source_and_takes_a_thumb(visit: Visit) -> None:
    visit.page.get_by_label("Your question").fill(visit.page.evaluate("example"))
    visit.page.get_by_role("button", name="Ask").click()
    quote = visit.page.locator("blockquote").inner_text()
    marked = visit.page.locator("mark")
    assert marked.first.inner_text() == quote
    assert "Source: " in visit.page.locator("#answer").inner_text()
    visit.page.get_by_role("button", name="No").click()
    visit.page.get_by_text("it is noted").wait_for()
    assert visit.page.get_by_role("button", name="No").get_attribute("aria-pressed") == "true"


def test_where_nothing_answers_it_says_so(visit: Visit) -> None:
    visit.page.get_by_label("Your question").fill("Who won the cup in 1954?")
    visit.page.keyboard.press("Enter")
    visit.page.get_by_text("Not in these documents").wait_for()
    assert visit.page.locator("blockquote").count() == 0


def test_a_thumb_is_in_the_log_that_monitor_reads(its_service: str) -> None:
    token = _asked(its_service, "/answer", question="guest list")["token"]
    assert _asked(its_service, "/events", token=token, thumb="down") == {"stored": True}
