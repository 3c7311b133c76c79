"""Report blocks: one grammar for the audit, the update and a generated project's own `report`."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from portfolio.readme import blocks
from tests.conftest import CHECKOUT

# A page → the names of its blocks.
PAGES = {
    "<!-- report:results -->\nold\n<!-- /report:results -->\n": ["results"],
    "<!-- report:top_5 -->\nold\n<!-- /report:top_5 -->\n": ["top_5"],
    "<!-- report:top-5 -->\nold\n<!-- /report:top-5 -->\n": ["top-5"],
    "<!-- report:Top5 -->\nold\n<!-- /report:Top5 -->\n": ["Top5"],
    "<!--report:x-->\nold\n<!--/report:x-->\n": ["x"],
    "<!--  report:x\t-->  \nold\n<!-- /report:x  -->\n": ["x"],
    "<!-- report:x -->\r\nold\r\n<!-- /report:x -->\r\n": ["x"],
    "<!-- report:x -->\n<!-- /report:x -->\n": ["x"],
    "<!-- report:x -->\nold\n<!-- /report:x -->\n\n<!-- report:y -->\nold\n<!-- /report:y -->\n": ["x", "y"],
    "<!-- report:x -->\nold\n<!-- /report:y -->\n": [],
    "<!-- report:x -->\nnever closed\n": [],
    "<!-- report: x -->\nold\n<!-- /report: x -->\n": [],
    "<!-- report:x y -->\nold\n<!-- /report:x y -->\n": [],
    "<!-- report:é.x -->\nold\n<!-- /report:é.x -->\n": [],
    "no block": [],
}


@pytest.fixture(scope="module")
def generated() -> ModuleType:
    """The module that fills blocks in every generated project."""
    path = CHECKOUT / "project_templates/_shared/kit/blocks.py"
    spec = importlib.util.spec_from_file_location("generated_blocks", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES)
def test_a_block_that_one_of_them_sees_all_of_them_see(page: str, generated: ModuleType) -> None:
    names = PAGES[page]
    assert blocks.names(page) == frozenset(names)
    assert list(blocks.contents(page)) == names
    assert len(blocks.lines(page)) == len(names)
    filled = blocks.fill(page, dict.fromkeys(names, "new\n"))
    assert filled.count("new") == len(names)
    assert generated.filled(page, dict.fromkeys(["x", "y", *names], "new")) == filled


def test_its_lines_are_those_between_the_marks() -> None:
    page = "# A\n\n<!-- report:x -->\none\ntwo\n<!-- /report:x -->\n\n<!-- report:y -->\n<!-- /report:y -->\n"
    assert blocks.lines(page) == (range(4, 6), range(9, 9))


def test_a_name_that_stands_twice_holds_nothing_for_sure() -> None:
    block = "<!-- report:x -->\nold\n<!-- /report:x -->\n"
    assert blocks.contents(block * 2) == {}


def test_thousands_of_marks_are_read_in_one_pass() -> None:
    assert blocks.names("<!-- report:x -->\n" * 50_000) == frozenset()
