"""Passages of your own: a folder of Markdown files, a CSV of passages, or a file in the form of SQuAD 2.0.

`questions.csv` beside them has questions and, if there are judgements, the passage that answers each.
"""

import csv
import hashlib
import html
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from search_ranker.data.passages import BadDataError, Collection, Passage, Question, collect

QUESTIONS = "questions.csv"
LONGEST = 150  # words of a passage; a longer section is cut between paragraphs
LARGEST = 2_000_000  # bytes of one Markdown file
FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.S)
HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
MARKUP = (  # of Markdown and HTML → what a reader sees
    (re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>", re.S | re.I), " "),
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\([^)]*\)"), r"\1"),
    (re.compile(r"</?[A-Za-z][^<>]*>"), " "),
    (re.compile(r"\{[%{].*?[%}]\}|\{:[^}]*\}"), " "),
    (re.compile(r"^\s*(?:[-*+]|\d+\.|>)\s+", re.M), ""),
    (re.compile(r"[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}"), r"\1"),
)
COLUMNS = {
    "id": ("id", "passage_id", "doc_id", "name"),
    "title": ("title", "heading", "question_title"),
    "text": ("text", "passage", "body", "content", "answer_text"),
    "updated": ("updated", "date", "modified", "last_updated"),
}


def read_folder(folder: Path) -> tuple[Collection, str]:
    """Every Markdown file below a folder, section by section."""
    paths = [
        path for path in sorted(folder.rglob("*")) if path.suffix.lower() in (".md", ".markdown") and path.is_file()
    ]
    paths = [path for path in paths if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    if not paths:
        raise BadDataError(f"there is no Markdown file in {folder}: name a folder with .md files, or a CSV of passages")
    passages, digest = list[Passage](), hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        if len(content) > LARGEST:
            raise BadDataError(f"{path.name} has more than {LARGEST:,} bytes: split it, or leave it out")
        digest.update(content)
        name = path.relative_to(folder).as_posix()
        passages += _sections(name, _decoded(content, name))
    return _with_questions(folder / QUESTIONS, passages, digest)


def read_csv(path: Path) -> tuple[Collection, str]:
    """A CSV file with the columns text and, if you like, id, title and updated."""
    rows = list(_rows(path))
    header = {name.strip().casefold(): number for number, name in enumerate(rows[0][1])} if rows else {}
    place = {key: next((header[name] for name in names if name in header), None) for key, names in COLUMNS.items()}
    if place["text"] is None:
        shown = ", ".join(rows[0][1])[:80] if rows else "nothing"
        raise BadDataError(f"{path.name} has no column 'text'; its first line is: {shown}")

    def cell(row: list[str], key: str) -> str:
        at = place[key]
        return row[at].strip() if at is not None and at < len(row) else ""

    passages = [
        Passage(cell(row, "id") or str(number), cell(row, "title"), cell(row, "text"), _date(cell(row, "updated")))
        for number, (_, row) in enumerate(rows[1:], start=1)
    ]
    return _with_questions(path.with_name(QUESTIONS), passages, hashlib.sha256(path.read_bytes()))


def read_squad(path: Path) -> tuple[Collection, str]:
    """A JSON file as SQuAD 2.0 has it: paragraphs, and questions of which some cannot be answered."""
    try:
        document = json.loads(_decoded(path.read_bytes(), path.name))
        passages, questions = list[Passage](), list[Question]()
        for article in document["data"]:
            title = article["title"].replace("_", " ")
            for number, paragraph in enumerate(article["paragraphs"], start=1):
                passages.append(Passage(f"{article['title']}#{number}", title, paragraph["context"]))
                questions += [_of_squad(each, passages[-1].id, paragraph["context"]) for each in paragraph["qas"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadDataError(f"{path.name} is not in the form of SQuAD 2.0 ({type(error).__name__}: {error})") from error
    return collect(passages, questions), hashlib.sha256(path.read_bytes()).hexdigest()


def _of_squad(asked: Mapping[str, Any], passage: str, context: str) -> Question:
    for each in asked["answers"]:
        if not context[each["answer_start"] :].startswith(each["text"]):
            raise BadDataError(f"question {asked['id']!r}: its answer is not where the file says")
    if asked.get("is_impossible") or not asked["answers"]:
        return Question(asked["id"], asked["question"], kind="nothing answers it")
    answers = tuple(dict.fromkeys(each["text"] for each in asked["answers"]))
    return Question(asked["id"], asked["question"], {passage: 1}, answers)


def _sections(name: str, text: str) -> Iterator[Passage]:
    """The passages of one file: its sections, cut where they are long, without front matter and markup."""
    front = FRONT.match(text)
    said = dict(re.findall(r"^(\w+):\s*[\"']?(.*?)[\"']?\s*$", front[1], re.M)) if front else {}
    date = _date(said.get("updated") or said.get("date") or "")
    title, heading, lines = said.get("title", ""), "", list[str]()
    parts: list[tuple[str, str]] = []
    is_code = False
    for line in [*(text[front.end() :] if front else text).splitlines(), "# "]:
        is_code ^= line.lstrip().startswith(("```", "~~~"))
        found = None if is_code else HEADING.match(line)
        if found or line == "# ":
            parts += [(heading, part) for part in _cut("\n".join(lines))]
            lines, level = [], len(found[1]) if found else 1
            heading = _plain(found[2]) if found else ""
            title = heading if level == 1 and not title else title
        else:
            lines.append(line)
    for number, (heading, part) in enumerate(parts, start=1):
        whole = " › ".join(dict.fromkeys(each for each in (title, heading) if each)) or Path(name).stem.replace(
            "-", " "
        )
        yield Passage(name if len(parts) == 1 else f"{name}#{number}", whole, part, date)


def _cut(text: str) -> list[str]:
    """A section's text in parts of about as many words as allowed, between paragraphs."""
    parts: list[list[str]] = [[]]
    for paragraph in re.split(r"\n\s*\n", _plain(text)):
        if not (words := paragraph.split()):
            continue
        if parts[-1] and sum(len(each.split()) for each in parts[-1]) + len(words) > LONGEST:
            parts.append([])
        parts[-1].append(" ".join(words))
    return ["\n".join(part) for part in parts if part]


def _plain(text: str) -> str:
    for pattern, replacement in MARKUP:
        text = pattern.sub(replacement, text)
    return html.unescape(text).strip()


def _with_questions(path: Path, passages: list[Passage], digest: "hashlib._Hash") -> tuple[Collection, str]:
    if not path.is_file():
        return collect(passages, []), digest.hexdigest()
    digest.update(path.read_bytes())
    return collect(passages, _questions(path, passages)), digest.hexdigest()


def _questions(path: Path, passages: list[Passage]) -> list[Question]:
    """One row a judgement: question, passage, grade (1 if there is none), answer, kind. No passage: nothing answers."""
    rows = list(_rows(path))
    header = {name.strip().casefold(): number for number, name in enumerate(rows[0][1])} if rows else {}
    if "question" not in header:
        raise BadDataError(f"{path.name} has no column 'question'")
    of_file: dict[str, list[str]] = {}
    for passage in passages:
        of_file.setdefault(passage.id.partition("#")[0], []).append(passage.id)
    found: dict[str, dict[str, Any]] = {}
    for line, row in rows[1:]:
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in header.items()}
        if not cells["question"]:
            raise BadDataError(f"{path.name}, line {line}: the question is empty")
        one = found.setdefault(cells["question"], {"grades": {}, "answers": [], "kind": cells.get("kind", "")})
        if named := cells.get("passage", ""):
            grade = cells.get("grade", "") or "1"
            if not grade.isdecimal():
                raise BadDataError(f"{path.name}, line {line}: the grade {grade!r} is no whole number from 0")
            ids = [named] if any(each.id == named for each in passages) else of_file.get(named, [])
            if not ids:
                raise BadDataError(f"{path.name}, line {line}: there is no passage or file {named!r}")
            one["grades"] |= dict.fromkeys(ids, int(grade))
        one["answers"] += [cells["answer"]] if cells.get("answer") else []
    return [Question(str(number), text, **facts) for number, (text, facts) in enumerate(found.items(), start=1)]


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(path.read_bytes(), path.name)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        yield from ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
    except csv.Error as error:
        raise BadDataError(f"{path.name} is not CSV ({error}); was the file cut short?") from error


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadDataError(f"{name} is not UTF-8 text ({error.reason}): save it as UTF-8") from error


def _date(text: str) -> str:
    """A date as 2026-05-31, or nothing where it is written otherwise."""
    found = DATE.match(text)
    return found[0] if found else ""
