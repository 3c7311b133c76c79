"""Sections and their words are found however a README is written."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.audit.engine import audit
from portfolio.audit.project import Project, open_project
from portfolio.readme import markdown, restructured
from portfolio.readme.words import heading_words


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
    assert [(section.title, section.words) for section in markdown.parse(text).sections] == sections


def test_shingles_survive_rewrapping_and_formatting() -> None:
    one, other = "a b c d e f g h", "a b\nc **d**\ne f [g](x) h"
    first, second = (markdown.parse(text).sections[0].shingles for text in (one, other))
    assert first == second
    assert len(first) == 4


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    markdown.parse(text)


HTML = """\
<h1 align="center">Frost <b>tonight</b></h1>
<p>Told at <i>dusk</i>.<br>By phone.</p>
<table><tr><th>Model</th><th>F1</th></tr>
<tr><td>trees</td><td>0.84</td></tr></table>
<a href="https://example.net"><img src="x.png" alt="a sky"></a>
<div hidden>unseen</div><!-- a note -->
"""


def test_html_is_read_as_a_reader_sees_it() -> None:
    page = markdown.parse(HTML)
    (section,) = page.sections
    assert (section.title, section.level) == ("Frost tonight", 1)
    assert [each.text for each in section.passages] == ["Told at dusk . By phone.".replace(" .", ".")]
    assert [(table.header, table.rows, table.lines) for table in page.tables] == [
        (("Model", "F1"), (("trees", "0.84"),), (4,))
    ]
    assert [(each.target, each.is_image) for each in page.links] == [("https://example.net", True)]
    assert [(each.alt, each.target, each.line) for each in page.images] == [("a sky", "x.png", 5)]
    assert [each.text for each in page.comments] == ["a note"]


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display: none">{}</div>',
        '<div style="display:none">\n\n{}\n\n</div>',
        '<font color="#FFFFFF">{}</font>',
        '<span style="color:white">{}</span>',
        '<p style="font-size:0">{}</p>',
        "<!-- {} -->",
        "<!--\n\n{}\n\n-->",
        "<script>{}</script>",
    ],
)
def test_hidden_text_is_not_there(hidden: str) -> None:
    page = markdown.parse("# A\n\nseen\n\n" + hidden.format("secret words") + "\n\nafter\n")
    assert page.sections[0].words == ("seen", "after")


def test_every_thing_has_its_line() -> None:
    page = markdown.parse("# A\n\ntext\n\n- [link](x)\n- two\n\n```sh\nrun\n```\n\n| a |\n| - |\n| 1 |\n\n![i](j)\n")
    assert [each.line for each in page.passages] == [3, 5, 6]
    assert [(page.links[0].line, page.code[0].line, page.tables[0].line, page.images[0].line)] == [(5, 8, 12, 16)]
    assert page.tables[0].lines == (14,)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("3. 🚀 How to run:", ("how", "to", "run")),
        ("What I'd do next!", ("what", "id", "do", "next")),
        ("**Trade-offs**", ("trade-offs",)),
        ("2024", ()),
    ],
)
def test_a_heading_is_its_words(title: str, words: tuple[str, ...]) -> None:
    assert heading_words(title) == words


def test_anchors_are_those_of_the_host() -> None:
    page = markdown.parse("# A & B\n## Set-up 🚀\n## Same\n## Same\n<a name='own'></a>\n")
    assert {"a--b", "set-up-", "same", "same-1", "own"} <= page.link_targets


MONSTERS = {
    "a megabyte": "word word, and a sentence. " * 40_000,
    "one line": "a" * 1_000_000,
    "ten thousand rows": "| a | b |\n| - | - |\n" + "| 1 | 2 |\n" * 10_000,
    "html rows": "<table>" + "<tr><td>accuracy</td><td>0.5</td></tr>\n" * 10_000,
    "five thousand links": "\n".join(f"[a{i}](b{i}.md)" for i in range(5_000)),
    "deep quotes": ">" * 5_000 + " a",
    "deep lists": "".join(f"{' ' * 2 * i}- a\n" for i in range(300)),
    "brackets": "[" * 20_000,
    "emphasis": "*a " * 20_000,
    "backticks": "`" * 20_000 + "a",
    "unclosed comment": "<!-- " + "a " * 100_000,
    "unclosed tags": "<div>" * 20_000,
    "headings": "# a\n" * 10_000,
    "nul and surrogates": "\x00\ud800 a",
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in MONSTERS.items()])
def test_monsters_are_survived_in_bounded_time(text: str) -> None:
    started = time.process_time()
    audit_text(text)
    assert time.process_time() - started < 8  # it is below one; what is not linear takes minutes


def audit_text(text: str) -> None:
    project = Project(Path("/nowhere"), Path("/nowhere/README.md"))
    project.__dict__["readme_text"] = text
    audit(project, "x")


@given(st.text(max_size=400))
def test_any_text_is_audited(text: str) -> None:
    audit_text(text)


PIECES = st.sampled_from(
    ["# ", "## Limitations\n", "<div>", "</div>", "<table><tr><td>", "</table>", "| a | F1 |\n| - | - |\n",
     "| b | 0.5 |\n", "```\n", "```mermaid\n", "<!-- report:x -->\n", "<!-- /report:x -->\n", "[a](b)", "![c](d.png)",
     "\n\n", "**", "- ",
     "<h2>", "</h2>", "0.5 [0.4, 0.6]", "accuracy because it costs", "é\u200b", "<a href='", "{{ x }}", "    code\n"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40))
def test_any_heap_of_pieces_is_audited(pieces: list[str]) -> None:
    audit_text("".join(pieces))


@pytest.mark.parametrize("name", ["README.md", "readme.MD", "Readme.markdown", "README", "README.txt", "readme.rst"])
def test_any_name_will_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("Frost\n=====\n\nTold at dusk.\n", encoding="utf-8")
    (tmp_path / "a.py").write_text("")
    project = open_project(tmp_path)
    assert project.readme_path == name
    assert [section.title for section in project.readme.sections] == ["Frost"]


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbf# A\r\n\r\nb\r\n", "# A\n\nb\n".encode("utf-16"), b"# A\n\nb\xff\xfe\n", b"# A\r\rb\r"],
    ids=["bom and crlf", "utf-16", "bad bytes", "cr alone"],
)
def test_any_bytes_will_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "README.md").write_bytes(content)
    assert [section.title for section in open_project(tmp_path).readme.sections] == ["A"]


def test_restructured_text_gives_the_same_readme() -> None:
    text = "A\n=\n\n`b <http://c>`_ and ``d``.\n\n- e\n\n.. image:: f.png\n   :alt: g\n\n.. code:: sh\n\n   h\n\n.. i\n"
    page = restructured.parse(text)
    (section,) = page.sections
    assert section.title == "A"
    assert [(each.text, each.is_item) for each in section.passages] == [("b and d.", False), ("e", True)]
    assert [each.target for each in section.links] == ["http://c"]
    assert [(each.alt, each.target) for each in section.images] == [("g", "f.png")]
    assert [(each.language, each.text) for each in section.code] == [("sh", "h")]
    assert [each.text for each in page.comments] == ["i"]


def test_restructured_text_reads_no_file_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret words")
    page = restructured.parse(f"A\n=\n\n.. include:: {tmp_path}/secret\n\n.. raw:: html\n   :file: {tmp_path}/secret\n")
    assert "secret words" not in repr(page)


@pytest.mark.parametrize("after", ["", "<!-- /report:results -->\n", "\n<!-- /report:results -->\n"])
def test_the_last_cell_of_a_table_is_no_prose(after: str) -> None:
    text = f"# Leaves\n\n| Compared with | Interval |\n| :-- | --: |\n| a histogram | [−0.2, −0.1] |\n{after}"
    assert markdown.parse(text).passages == ()
