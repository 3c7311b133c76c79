"""Collections in the layout of BEIR (corpus.jsonl, queries.jsonl, qrels/test.tsv), and SciFact by its name.

Run as: python -m search_ranker data --data scifact [--mirror URL], or --data FOLDER
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from search_ranker.data.passages import BadDataError, Collection, Passage, Question, collect
from search_ranker.kit.download import Wanted, fetch

NAME, LICENCE = "scifact", "claims CC BY 4.0, abstracts ODC-By 1.0"
URL = "https://public.ukp.informatik.tu-darmstadt.de/thakur/BEIR/datasets/scifact.zip"
CORPUS, QUERIES = "corpus.jsonl", "queries.jsonl"
QRELS = TEST, DEV, TRAIN = "qrels/test.tsv", "qrels/dev.tsv", "qrels/train.tsv"
SHA256 = {
    CORPUS: "dec31c8182f3d744c7d2c09423756fd1d17cbef75808db13ba01cc0aab4d1ac6",
    QUERIES: "8ff84a7c903f722981cd8d595c022660140c51867b27608a6d4910db86080313",
}
JUDGED = {TEST: 339, TRAIN: 919}  # rows; their bytes differ between copies, by how lines end


def fetch_collection(folder: Path, mirror: str | None = None) -> tuple[Collection, str]:
    """SciFact: (what it holds, its sha256); what is there already and whole is not fetched again."""
    print(f"{NAME}: from public.ukp.informatik.tu-darmstadt.de. License: {LICENCE}", flush=True)
    archive = folder / f"{NAME}.zip"
    fetch([Wanted(URL, archive, _is_archive)], "archive", mirror)
    try:
        files = _files(archive.read_bytes())
        for name, wanted in SHA256.items():
            if (found := hashlib.sha256(files[name]).hexdigest()) != wanted:
                raise BadDataError(f"{name} has the checksum (sha256) {found[:12]}…: it is not what was published")
        for name, number in JUDGED.items():
            if (rows := len(list(_judgements(name, files[name])))) != number:
                raise BadDataError(f"{name} has {rows} judgements instead of {number}")
        return parse(files), hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest()
    except BadDataError:
        archive.unlink()  # or it would be taken for the right one the next time
        raise


def is_layout(folder: Path) -> bool:
    """Whether a folder is a collection of this kind."""
    return (folder / CORPUS).is_file() and (folder / QUERIES).is_file()


def read(folder: Path) -> tuple[Collection, str]:
    """A folder in this layout."""
    files = {name: (folder / name).read_bytes() for name in (CORPUS, QUERIES, *QRELS) if (folder / name).is_file()}
    return parse(files), hashlib.sha256(b"".join(files.values())).hexdigest()


def parse(files: Mapping[str, bytes]) -> Collection:
    """Passages, and the questions that any judgement names; their kind is the file that judges them."""
    passages = [
        Passage(_text(row, "_id", CORPUS, line), str(row.get("title") or ""), _text(row, "text", CORPUS, line))
        for line, row in _lines(CORPUS, files[CORPUS])
    ]
    texts = {
        _text(row, "_id", QUERIES, line): _text(row, "text", QUERIES, line)
        for line, row in _lines(QUERIES, files[QUERIES])
    }
    grades, of_file = dict[str, dict[str, int]](), dict[str, str]()
    for name in QRELS:
        for line, (question, passage, grade) in enumerate(_judgements(name, files.get(name, b"")), start=2):
            if question not in texts:
                raise BadDataError(f"{name}, line {line}: there is no question {question!r} in {QUERIES}")
            grades.setdefault(question, {})[passage] = grade
            of_file.setdefault(question, name)
    questions = [Question(name, texts[name], judged, kind=f"from {of_file[name]}") for name, judged in grades.items()]
    return collect(passages, questions)


def _lines(name: str, content: bytes) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            row = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError:
            raise BadDataError(f"{name}, line {number}: it is not UTF-8 text") from None
        except ValueError:
            raise BadDataError(f"{name}, line {number}: it is not JSON; was the file cut short?") from None
        if not isinstance(row, dict):
            raise BadDataError(f"{name}, line {number}: it is no JSON object")
        yield number, row


def _text(row: Mapping[str, Any], key: str, name: str, line: int) -> str:
    if not isinstance(row.get(key), str):
        raise BadDataError(f"{name}, line {line}: {key!r} is missing, or no text")
    return str(row[key])


def _judgements(name: str, content: bytes) -> Iterator[tuple[str, str, int]]:
    """The rows below the header: question, passage, grade."""
    for number, line in enumerate(content.decode("utf-8", errors="replace").splitlines()[1:], start=2):
        cells = line.split("\t")
        if line.strip():
            if len(cells) != 3 or not cells[2].strip().lstrip("-").isdecimal():
                raise BadDataError(f"{name}, line {number}: not question, passage and grade, separated by tabs")
            yield cells[0], cells[1], int(cells[2])


def _files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        there = {each.partition("/")[2]: each for each in archive.namelist()}
        if missing := [name for name in (CORPUS, QUERIES, TEST, TRAIN) if name not in there]:
            raise BadDataError(f"{NAME}.zip holds no {missing[0]}")
        return {name: archive.read(there[name]) for name in (CORPUS, QUERIES, TEST, TRAIN)}


def _is_archive(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, OSError):
        return False
