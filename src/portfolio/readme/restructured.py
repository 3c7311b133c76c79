"""reStructuredText → the same Readme as Markdown gives. The only module that knows docutils."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portfolio.readme.model import Code, Comment, Image, Link, Passage, Readme, Section, Table
from portfolio.readme.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 100_000  # characters that are read: its parser takes ten times as long as that of Markdown
SETTINGS = {
    "report_level": 5,  # say nothing of what it does not understand
    "halt_level": 5,
    "file_insertion_enabled": False,  # a README may not read this machine's files
    "raw_enabled": False,
    "_disable_config": True,
}


def parse(text: str) -> Readme:
    """Read reStructuredText; what is not understood is left out; never raises."""
    from docutils import core
    from docutils.readers import standalone

    class Bounded(standalone.Reader):  # type: ignore[type-arg]  # it takes none where it runs
        """Puts in nothing that is put together from other substitutions: ten lines of those make a gigabyte."""

        def get_transforms(self) -> list[Any]:
            known: list[Any] = super().get_transforms()
            return [each for each in known if each.__name__ != "Substitutions"] if _nests(text) else known

    settings = {**SETTINGS, "doctitle_xform": False}  # keep a lone title
    try:
        tree: Any = core.publish_doctree(text[:LONGEST], reader=Bounded(), settings_overrides=settings)
        comments = tuple(Comment(_line(node), node.astext()) for node in _all(tree, "comment"))
        sections = [_section("", 0, tree), *_sections(tree, 1)]
    except Exception:  # it was made for pages that their authors build, and raises whatever it meets in others
        return Readme((), is_cut=True)
    read = tuple(each for each in sections if each.level or not each.is_empty)
    return Readme(read, comments, is_cut=len(text) > LONGEST)


def _nests(text: str) -> bool:
    """Whether a substitution's definition refers to another."""
    indent = -1  # of the definition we are in
    for line in text.splitlines():
        plain, at = line.lstrip(), line.find(".. |")
        if at >= 0:  # also in an item or a quotation
            indent, plain = at, line[at + 4 :].partition("|")[2]
        elif plain and len(line) - len(plain) <= indent:
            indent = -1
        if indent >= 0 and plain.count("|") > 1:
            return True
    return False


def _sections(node: Any, level: int) -> Iterator[Section]:
    for child in node.children:
        if child.tagname == "section":
            yield _section(child.children[0].astext(), level, child)
            yield from _sections(child, level + 1)


def _section(title: str, level: int, node: Any) -> Section:
    own = [child for child in node.children if child.tagname not in ("section", "title")]
    found = [each for child in own for each in child.findall() if hasattr(each, "tagname")]

    def by_tag(*tags: str) -> list[Any]:
        return [each for each in found if each.tagname in tags]

    return Section(
        title,
        min(level, 6),
        _line(node),
        passages=tuple(
            _passage(each) for each in by_tag("paragraph", "term") if not _is_within(each, "entry", "comment")
        ),
        tables=tuple(_table(each) for each in by_tag("table")),
        links=tuple(Link(_line(each), each.astext(), each.get("refuri", "")) for each in by_tag("reference")),
        images=tuple(Image(_line(each), each.get("alt", ""), each.get("uri", "")) for each in by_tag("image")),
        code=tuple(
            Code(_line(each), _language(each), each.astext()) for each in by_tag("literal_block", "doctest_block")
        ),
    )


def _passage(node: Any) -> Passage:
    linked = sum(len(words(each.astext())) for each in _all(node, "reference"))
    text = " ".join(node.astext().split())
    return Passage(
        _line(node), text, text, is_item=_is_within(node, "list_item"), own_words=max(0, len(words(text)) - linked)
    )


def _table(node: Any) -> Table:
    rows = [tuple(" ".join(entry.astext().split()) for entry in _all(row, "entry")) for row in _all(node, "row")]
    lines = [_line(row) or _line(node) for row in _all(node, "row")]
    return Table(_line(node), rows[0] if rows else (), tuple(rows[1:]), tuple(lines[1:]))


def _language(node: Any) -> str:
    return next((name for name in node.get("classes", []) if name != "code"), "")


def _all(node: Any, tag: str) -> list[Any]:
    return [each for each in node.findall() if getattr(each, "tagname", "") == tag]


def _is_within(node: Any, *tags: str) -> bool:
    while node := node.parent:
        if node.tagname in tags:
            return True
    return False


def _line(node: Any) -> int:
    while node is not None:
        if node.line:
            return int(node.line)
        node = node.parent
    return 1
