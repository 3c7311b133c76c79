"""Passages of your own: a folder of Markdown files, a CSV of passages, or a file in the form of SQuAD 2.0.

`questions.csv` beside them has questions and, if there are judgements, the passage that answers each.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from search_ranker.data import markdown
from search_ranker.data.passages import BadDataError, Collection, Passage, Question, collect

QUESTIONS = "questions.csv"
LARGEST = 2_000_000  # bytes of one Markdown file
NO_PASSAGE = re.compile(r"licen[sc]e", re.I)  # a file of that name says who may use the others
COLUMNS = {
    "id": ("id", "passage_id", "doc_id", "name"),
    "title": ("title", "heading", "question_title"),
    "text": ("text", "passage", "body", "content", "answer_text"),
    "updated": ("updated", "date", "modified", "last_updated"),
}


def read_folder(folder: Path) -> tuple[Collection, str]:
    """Every Markdown file below a folder, section by section; without those of its license."""
    paths = [
        path for path in sorted(folder.rglob("*")) if path.suffix.lower() in (".md", ".markdown") and path.is_file()
    ]
    names = {path: path.relative_to(folder) for path in paths if not NO_PASSAGE.match(path.stem)}
    visible = {path: name for path, name in names.items() if not any(part.startswith(".") for part in name.parts)}
    if not visible:
        raise BadDataError(f"there is no Markdown file in {folder}: name a folder with .md files, or a CSV of passages")
    passages, digest = list[Passage](), hashlib.sha256()
    for path, name in visible.items():
        content = path.read_bytes()
        if len(content) > LARGEST:
            raise BadDataError(f"{path.name} has more than {LARGEST:,} bytes: split it, or leave it out")
        digest.update(content)
        passages += markdown.passages(name.as_posix(), _decoded(content, path.name))
    return _with_questions(folder / QUESTIONS, passages, digest)


def read_csv(path: Path) -> tuple[Collection, str]:
    """A CSV file with the columns text and, if you like, id, title and updated; HTML in it is read as it is shown."""
    header, rows = _table(path)
    place = {key: next((name for name in names if name in header), None) for key, names in COLUMNS.items()}
    if place["text"] is None:
        raise BadDataError(
            f"{path.name} has no column 'text'; its first line is: {', '.join(header)[:80] or 'nothing'}"
        )
    passages = []
    for number, (line, row) in enumerate(rows, start=1):
        cells = {key: row[name] if name else "" for key, name in place.items()}
        updated = markdown.iso_date(cells["updated"])
        if cells["updated"] and not updated:
            raise BadDataError(f"{path.name}, line {line}: {cells['updated']!r} is no date as 2026-05-31")
        text, title = (markdown.plain(cells[key]) for key in ("text", "title"))
        passages.append(Passage(cells["id"] or str(number), title, text, updated))
    return _with_questions(path.with_name(QUESTIONS), passages, hashlib.sha256(path.read_bytes()))


def read_squad(path: Path) -> tuple[Collection, str]:
    """A JSON file as SQuAD 2.0 has it: paragraphs, and questions of which some cannot be answered."""
    try:
        document = json.loads(_decoded(path.read_bytes(), path.name))
        passages, questions = list[Passage](), list[Question]()
        for article in document["data"]:
            title = article["title"].replace("_", " ")
            for number, paragraph in enumerate(article["paragraphs"], start=1):
                if not isinstance(paragraph["context"], str):
                    raise TypeError("a context is no text")
                passages.append(Passage(f"{article['title']}#{number}", title, paragraph["context"]))
                questions += [_of_squad(each, passages[-1].id, paragraph["context"]) for each in paragraph["qas"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadDataError(f"{path.name} is not in the form of SQuAD 2.0 ({type(error).__name__}: {error})") from error
    return collect(passages, questions), hashlib.sha256(path.read_bytes()).hexdigest()


def _of_squad(asked: Mapping[str, Any], passage: str, context: str) -> Question:
    if not isinstance(asked["question"], str):
        raise TypeError("a question is no text")
    for each in asked["answers"]:
        if not context[each["answer_start"] :].startswith(each["text"]):
            raise BadDataError(f"question {asked['id']!r}: its answer is not where the file says")
    if asked.get("is_impossible") or not asked["answers"]:
        return Question(asked["id"], asked["question"], kind="nothing answers it")
    answers = tuple(dict.fromkeys(each["text"] for each in asked["answers"]))
    return Question(asked["id"], asked["question"], {passage: 1}, answers)


def _with_questions(path: Path, passages: list[Passage], digest: "hashlib._Hash") -> tuple[Collection, str]:
    if not path.is_file():
        return collect(passages, []), digest.hexdigest()
    digest.update(path.read_bytes())
    return collect(passages, _questions(path, passages)), digest.hexdigest()


def _questions(path: Path, passages: list[Passage]) -> list[Question]:
    """One row a judgement: question, passage, grade (1 if there is none), answer, kind. No passage: nothing answers."""
    header, rows = _table(path)
    if "question" not in header:
        raise BadDataError(f"{path.name} has no column 'question'")
    of_file: dict[str, list[str]] = {}
    for passage in passages:
        of_file.setdefault(passage.id.partition("#")[0], []).append(passage.id)
    ids, found = {each.id for each in passages}, dict[str, dict[str, Any]]()
    for line, row in rows:
        if not row["question"]:
            raise BadDataError(f"{path.name}, line {line}: the question is empty")
        one = found.setdefault(
            row["question"], {"grades": {}, "answers": [], "kind": row.get("kind", ""), "intent": row.get("intent", "")}
        )
        if named := row.get("passage", ""):
            grade = row.get("grade", "") or "1"
            if not grade.isdecimal():
                raise BadDataError(f"{path.name}, line {line}: the grade {grade!r} is no whole number from 0")
            judged = [named] if named in ids else of_file.get(named, [])
            if not judged:
                raise BadDataError(f"{path.name}, line {line}: there is no passage or file {named!r}")
            if any(one["grades"].get(each, int(grade)) != int(grade) for each in judged):
                raise BadDataError(
                    f"{path.name}, line {line}: {named!r} has another grade above, for the same question"
                )
            one["grades"] |= dict.fromkeys(judged, int(grade))
        one["answers"] += [row["answer"]] if row.get("answer") else []
    return [Question(str(number), text, **facts) for number, (text, facts) in enumerate(found.items(), start=1)]


def _table(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """(names of the columns in lower case, (line, cells by name) of each row below them)."""
    text = _decoded(path.read_bytes(), path.name)
    text = text.partition("\n")[2] if text.startswith("sep=") else text  # what spreadsheets put there
    separator = max(",;\t", key=text.partition("\n")[0].count)
    csv.field_size_limit(LARGEST)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise BadDataError(f"{path.name} is not CSV ({error}); was the file cut short?") from error
    rows = [(line, row) for line, row in rows if any(row)]
    header = [name.casefold() for name in rows[0][1]] if rows else []
    for line, row in rows:
        if any(row[len(header) :]):
            raise BadDataError(
                f"{path.name}, line {line}: more cells than the first line names; quote what has a {separator!r}"
            )
    return header, [(line, dict(zip_longest(header, row[: len(header)], fillvalue=""))) for line, row in rows[1:]]


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadDataError(f"{name} is not UTF-8 text ({error.reason}): save it as UTF-8") from error
