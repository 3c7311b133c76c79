"""The evaluation set as a file that a product person edits: docs/cases.csv, one question a line."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from product_brief.data.articles import HALF, UNSAFE, BadDataError, Case, Faq
from product_brief.data.own import table

COLUMNS = ("question", "article", "kind", "without", "about")
LONGEST = 500  # characters of a question


def read(path: Path, faq: Faq) -> list[Case]:
    """The cases; BadDataError naming the line that cannot be one."""
    rows, places, cases, seen = table(path), faq.places, list[Case](), dict[str, int]()
    for column in COLUMNS[:2]:
        if column not in rows[0][1]:
            raise BadDataError(f"{path.name} has no column {column!r}: it needs {', '.join(COLUMNS[:3])}")
    for line, row in rows:
        question, article, kind, without, about = (row.get(name, "").strip() for name in COLUMNS)
        if not question or len(question) > LONGEST or HALF.search(question):
            raise BadDataError(f"{path.name}, line {line}: the question is empty, or longer than {LONGEST} characters")
        kind = UNSAFE if kind.casefold() == UNSAFE else kind  # a spreadsheet may have given it a capital
        for name in filter(None, (article, without)):
            if name not in places:
                raise BadDataError(f"{path.name}, line {line}: there is no article {name[:60]!r}")
        if article and (kind == UNSAFE or article == without):
            why = "an unsafe question has no right article" if kind == UNSAFE else "its article is taken away"
            raise BadDataError(f"{path.name}, line {line}: {why}")
        if article in faq.outdated:
            raise BadDataError(f"{path.name}, line {line}: {article!r} is out of date, and cannot be the right one")
        if (key := f"{question.casefold()}\x00{without}") in seen:
            raise BadDataError(f"{path.name}, line {line}: the question of line {seen[key]}, once more")
        seen[key] = line
        cases.append(Case(question, article, kind or "no kind given", without, about))
    if not any(case.is_answerable for case in cases) or all(case.is_answerable for case in cases):
        raise BadDataError(f"{path.name} needs questions that an article answers, and questions that none does")
    return cases


def as_text(cases: Sequence[Case]) -> str:
    """The file's content."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([each.question, each.article, each.kind, each.without, each.about] for each in cases)
    return lines.getvalue()
