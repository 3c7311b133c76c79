"""What is a table of results: one that holds numbers under, or beside, the name of a measure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from portfolio.audit import notation, phrases
from portfolio.readme.words import heading_words, words

if TYPE_CHECKING:
    from portfolio.readme.model import Passage, Readme, Table

VALUE = re.compile(r"\.\d|\b\d{1,3}\s?%")
SHARE = re.compile(r"[01]?\.\d{2,6}|\d{1,2}\.\d{1,4}")
MOST_ROWS = 500


def metric_tables(readme: Readme) -> tuple[Table, ...]:
    """Tables with at least two different numbers under, or beside, the name of a measure."""
    return tuple(table for table in readme.tables if _is_metric_table(table))


@lru_cache(maxsize=256)
def _is_metric_table(table: Table) -> bool:
    rows = table.rows[:MOST_ROWS]
    columns = [i for i, head in enumerate(table.header) if is_metric(head)] or _columns_of_models(table)
    cells = [row[i] for row in rows for i in columns if i < len(row)]
    in_rows = [cell for row in rows if row and is_metric(row[0]) for cell in row[1:]]
    if (
        not columns and len(in_rows) < 2 and rows and table.header and is_metric(table.header[0])
    ):  # no header: the first row is data
        in_rows += table.header[1:]
    measured = {shown.value for cell in (*cells, *in_rows) if (shown := notation.first(cell))}
    return len(measured) >= 2 and any(measured)


def _columns_of_models(table: Table) -> list[int]:
    """The columns under names of models, where there are at least two and nearly all below is a share: a score."""
    models = phrases.members("models", "words")
    columns = [i for i, head in enumerate(table.header) if " ".join(heading_words(head)) in models]
    cells = [row[i] for row in table.rows[:MOST_ROWS] for i in columns if i < len(row)]
    shares = sum(bool(SHARE.fullmatch(cell.strip(" *%"))) for cell in cells)
    return columns if len(columns) >= 2 and cells and shares >= 0.8 * len(cells) else []


def measures() -> frozenset[str]:
    """Names of measures that are one word."""
    return phrases.members("metrics", "words")


@lru_cache(maxsize=10_000)
def is_metric(name: str) -> bool:
    """Whether a heading of a column or a row names a measure."""
    plain = notation.plain(name).replace("_", " ").replace("-", " ").replace("@", " ")
    named = heading_words(plain)
    whole = " ".join(named)
    without_digits = {word.strip("0123456789") if word.startswith(("map", "recall", "top")) else word for word in named}
    return bool(
        whole in phrases.members("metrics", "names")
        or whole.replace(" ", "") in measures()
        or measures() & (without_digits | set(words(plain)))
    )


def states_a_measure(passage: Passage) -> bool:
    """Whether it names a measure and a number."""
    return not measures().isdisjoint(passage.all_words) and bool(VALUE.search(passage.text))
