"""The portfolio page of real projects, and a cohort's, in a real browser: quiet, readable, on its own host."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

import pytest
from playwright.sync_api import Browser

from tests.e2e.browsing import WAYS, shown, visited
from tests.e2e.conftest import Project, Tool, run

AUTHOR = """
name = "Ada Lovelace"
headline = "Models that say how sure they are"
email = "ada@example.org"
links = { Code = "https://example.org/ada" }
"""


@pytest.fixture(scope="module")
def pages(tool: Tool, each: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site of a project that was just run, on a host that only shows files, below its root."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "me.toml").write_text(AUTHOR, encoding="utf-8")
    run(f"{tool.command} site {quote(str(each.folder))} --author me.toml --out deep/site", folder)
    run(
        f"{tool.command} audit {quote(str(each.folder))} me.toml --format html > deep/cohort.html || test $? = 2",
        folder,
    )
    with shown(folder) as address:
        yield f"{address}/deep"


@pytest.mark.parametrize("way", WAYS)
def test_it_leads_to_the_project_and_back(each: Project, chromium: Browser, pages: str, way: str) -> None:
    with visited(chromium, f"{pages}/site/index.html", way) as visit:
        visit.page.get_by_role("heading", name="Ada Lovelace").wait_for()
        picture = visit.page.locator("img.picture")
        assert picture.evaluate("image => image.complete && image.naturalWidth > 300")
        visit.page.get_by_role("link", name=each.template.title).first.click()
        visit.page.get_by_role("heading", level=1, name=each.template.title).wait_for()
        visit.page.get_by_role("heading", name="What I would improve next").wait_for()
        visit.page.get_by_role("link", name="All projects").click()
        visit.page.get_by_role("heading", name="Ada Lovelace").wait_for()


@pytest.mark.parametrize("way", WAYS)
def test_a_cohort_s_page_is_readable(chromium: Browser, pages: str, way: str) -> None:
    with visited(chromium, f"{pages}/cohort.html", way) as visit:
        visit.page.get_by_role("heading", name="2 projects").wait_for()
        visit.page.locator("summary").first.click()
        visit.page.get_by_text("what I would improve next").wait_for()


def test_its_numbers_are_those_of_the_run(each: Project, tool: Tool, tmp_path: Path) -> None:
    document = json.loads(run(f"{tool.command} site {quote(str(each.folder))} --out again --format json", tmp_path))
    served = each.metrics["data"].get("served")
    models = [row for row in each.metrics["results"] if row["role"] == "model"]
    main = next((row for row in models if row["model"] == served), models[0])
    said = document["shown"][0]["result"]
    assert f"{main['label']} {main['value']:.3f}" in said
    assert f"{main['ci95'][0]:.3f} to {main['ci95'][1]:.3f}" in said
