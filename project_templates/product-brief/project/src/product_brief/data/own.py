"""Articles of your own: a folder of Markdown files, or a CSV file with title and text."""

import csv
from itertools import zip_longest
from pathlib import Path

from product_brief.data import markdown
from product_brief.data.articles import Article, BadDataError

TITLES, TEXTS = ("title", "question", "name"), ("text", "answer", "body", "content")
MOST = 20_000  # articles
LARGEST = 50_000_000  # bytes of a file
NOT_ARTICLES = {"readme.md", "license.md", "contributing.md", "changelog.md", "code_of_conduct.md"}


def read(path: Path) -> list[Article]:
    """Every article there."""
    if path.is_dir():
        files = [each for each in sorted(path.rglob("*.md")) if _is_article(each, path)]
        if not files:
            raise BadDataError(f"there is no Markdown file in {path}")
        if len(files) > MOST:
            raise BadDataError(f"{path} has {len(files):,} Markdown files: at most {MOST:,} are read")
        return [markdown.article(each.relative_to(path).as_posix(), text_of(each)) for each in files]
    rows = table(path)
    title, text = (next((each for each in names if each in rows[0][1]), None) for names in (TITLES, TEXTS))
    if title is None or text is None:
        raise BadDataError(
            f"{path.name} needs a column {TITLES[0]!r} and a column {TEXTS[0]!r}; it has: {_names(rows[0][1])}"
        )
    return [
        Article(
            row.get("id", "").strip() or f"row-{line}",
            row[title].strip(),
            row[text].strip(),
            markdown.iso_date(row.get("updated", "")),
            row.get("replaced_by", "").strip(),
        )
        for line, row in rows
    ]


def table(path: Path) -> list[tuple[int, dict[str, str]]]:
    """(line, cells by the lower-case names of their columns) of each row of a CSV file; BadDataError if it is none."""
    text = text_of(path)
    first = text.partition("\n")[0]
    try:
        lines = csv.reader(text.splitlines(keepends=True), delimiter=max(",;\t", key=first.count), strict=True)
        header, *rows = [(lines.line_num, cells) for cells in lines if cells] or [(0, [])]
    except csv.Error as error:
        raise BadDataError(f"{path.name} is not CSV ({error})") from error
    if not rows:
        raise BadDataError(f"{path.name} has no rows")
    names = [name.strip().casefold() for name in header[1]]
    if len(set(names)) < len(names):
        raise BadDataError(f"{path.name} has a column twice; its first line is: {first[:80]}")
    for line, cells in rows:
        if len(cells) > len(names):
            raise BadDataError(f"{path.name}, line {line}: it has more cells than the first line has names")
    return [(line, dict(zip_longest(names, cells, fillvalue=""))) for line, cells in rows]


def text_of(path: Path) -> str:
    """The text of a file; BadDataError where it is none."""
    if not path.is_file():
        raise BadDataError(f"there is no file {path}")
    if path.stat().st_size > LARGEST:
        raise BadDataError(f"{path.name} has {path.stat().st_size:,} bytes: at most {LARGEST:,} are read")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadDataError(f"{path.name} is not UTF-8 text ({error.reason}): save it as UTF-8") from error


def _is_article(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    is_inside = path.resolve().is_relative_to(folder.resolve())
    return (
        is_inside and path.name.lower() not in NOT_ARTICLES and not any(part.startswith((".", "_")) for part in parts)
    )


def _names(row: dict[str, str]) -> str:
    return ", ".join(map(str, row))[:90]
