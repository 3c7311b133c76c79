"""A README and the pages of `docs/` that it links to are read as one, and every line is still found again."""

from __future__ import annotations

import pytest

from portfolio.readme import markdown, pages
from portfolio.readme.model import Readme

README = "# Bread\n\nSee [how](docs/how.md#ovens) and [why](./docs/why.md).\n\n## Results\n\nTen loaves.\n"
HOW = "# How\n\n![oven](../figures/oven.png) [back](../README.md) [why](why.md#x) [out](https://example.org)\n"


def _joined(*texts: tuple[str, str]) -> tuple[tuple[pages.Page, ...], Readme]:
    numbered = pages.numbered(texts)
    return numbered, pages.joined([(page, markdown.parse(page.text)) for page in numbered])


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("docs/a.md", "docs/a.md"),
        ("./docs/a.md#part", "docs/a.md"),
        ("docs/sub/a.md?plain=1", "docs/sub/a.md"),
        ("docs/a%20b.md", "docs/a b.md"),
        ("Docs/a.MD", "Docs/a.MD"),
        ("docs/../secret.md", None),
        ("../docs/a.md", None),
        ("docs/a.pdf", None),
        ("docs/", None),
        ("https://example.org/docs/a.md", None),
        ("other/docs/a.md", None),
    ],
)
def test_which_links_lead_to_a_page(link: str, path: str | None) -> None:
    assert pages.linked(markdown.parse(f"[a]({link})\n")) == ((path,) if path else ())


def test_a_page_is_read_once_and_not_without_end() -> None:
    links = "\n".join(f"[{number}](docs/{number % 50}.md)" for number in range(200))
    assert len(pages.linked(markdown.parse(links))) == pages.MOST


def test_lines_are_numbered_on_and_found_again() -> None:
    numbered, readme = _joined(("README.md", README), ("docs/how.md", HOW), ("docs/why.md", "Why not?"))
    text = "".join(page.text for page in numbered).splitlines()
    for section in readme.sections:
        if section.title:
            path, line = pages.place(numbered, section.line)
            assert section.title in text[section.line - 1]
            assert {"README.md": README, "docs/how.md": HOW}[path].splitlines()[line - 1].endswith(section.title)
    (passage,) = (each for each in readme.passages if each.text == "Why not?")
    assert pages.place(numbered, passage.line) == ("docs/why.md", 1)


def test_a_page_stands_below_the_readme_and_its_links_lead_where_they_led() -> None:
    _, readme = _joined(("README.md", README), ("docs/how.md", HOW))
    assert [(each.title, each.level) for each in readme.sections if each.title] == [
        ("Bread", 1),
        ("Results", 2),
        ("How", 2),
    ]
    assert [each.target for each in readme.images] == ["figures/oven.png"]
    assert [each.target for each in readme.links[2:]] == ["README.md", "docs/why.md#x", "https://example.org"]


def test_a_readme_alone_stays_as_it_is() -> None:
    numbered, readme = _joined(("README.md", "# No newline at the end"))
    assert numbered[0].text == "# No newline at the end"
    assert readme == markdown.parse("# No newline at the end")
