"""Sections and their words are found however a README is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio import readme


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("", []),
        ("only a lead", [("", ("only", "a", "lead"))]),
        ("# A\none\n## B\ntwo three", [("A", ("one",)), ("B", ("two", "three"))]),
        ("A\n===\none\n\nB\n---\ntwo", [("A", ("one",)), ("B", ("two",))]),
        ("# A\n```\n# not a heading\n```\nword", [("A", ("word",))]),
        ("# A\n| x | y |\n|---|---|\n| 1 | 2 |\n\nword", [("A", ("word",))]),
        ("# A\n<!-- hidden words -->\n![image words](x.png) `code` **Bold** [link](y)", [("A", ("bold", "link"))]),
        ("# A *b* `c`\nIt's well-kept\r\nand wrapped", [("A b c", ("it's", "well-kept", "and", "wrapped"))]),
    ],
    ids=["empty", "lead", "atx", "setext", "fence", "table", "not prose", "inline"],
)
def test_sections_hold_their_prose(text: str, sections: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(section.title, section.words) for section in readme.parse(text).sections] == sections


def test_shingles_survive_rewrapping_and_formatting() -> None:
    one, other = "a b c d e f g h", "a b\nc **d**\ne f [g](x) h"
    first, second = (readme.parse(text).sections[0].shingles for text in (one, other))
    assert first == second
    assert len(first) == 4


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    readme.parse(text)
