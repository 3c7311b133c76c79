"""Draws, fetches or reads passages and questions, and stores them for the other steps.

Run as: python -m search_ranker data [--data sample | cranfield | scifact | FOLDER | FILE.csv | FILE.json]
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from search_ranker.config import PROJECT, Config
from search_ranker.data import beir, cranfield, own, sample, split
from search_ranker.data.passages import BadDataError, Collection, Passage, Question
from search_ranker.kit import provenance

PASSAGES = PROJECT.data / "passages.jsonl"
QUESTIONS = PROJECT.data / "questions.jsonl"
MANIFEST = PROJECT.data / "manifest.json"
SAMPLE = "sample"
PUBLISHED = {cranfield.NAME: cranfield, beir.NAME: beir}
FORBIDDEN = frozenset({cranfield.LICENCE})  # to show what they cover to anybody else
NOUNS = {SAMPLE: "help center", cranfield.NAME: "aerodynamics", beir.NAME: "science"}


@dataclass(frozen=True)
class Request:
    """Which passages are wanted."""

    source: str = SAMPLE  # or the name of a public collection, or a path
    mirror: str | None = None  # where a public collection is fetched instead
    noun: str | None = None  # what the passages are together


@dataclass(frozen=True, kw_only=True)
class Manifest(provenance.Manifest):
    """Where the passages came from; `rows` counts them."""

    noun: str  # what is searched: "help center"; "document" where nobody has said
    questions: int
    intents: int  # different things that they ask for and that a passage answers
    answerable: int
    unanswerable: int  # questions that no passage answers, as the data say
    judgements: int
    left_out: int  # passages without a word
    dated: int
    quoted: int  # questions with the words that answer


def prepare(request: Request, config: Config) -> Manifest:
    """Bring the passages here and store them for the other steps."""
    commit, dirty = provenance.version(PROJECT.root)  # first: what the run writes must not count
    name, licence, (collection, sha256) = _source(request, config)
    questions = collection.questions
    manifest = Manifest(
        source=name,
        licence=licence,
        synthetic=request.source == SAMPLE,
        rows=len(collection.passages),
        sha256=sha256,
        commit=commit,
        dirty=dirty,
        seed=config.seed,
        noun=request.noun or NOUNS.get(request.source, "document"),
        questions=len(questions),
        intents=split.intents(questions),
        answerable=len(collection.answerable),
        unanswerable=sum(not each.is_answerable for each in questions),
        judgements=sum(len(each.grades) for each in questions),
        left_out=collection.left_out,
        dated=sum(bool(each.updated) for each in collection.passages),
        quoted=sum(bool(each.answers) for each in questions),
    )
    _write(PASSAGES, collection.passages)
    _write(QUESTIONS, questions)
    manifest.save(MANIFEST)
    return manifest


def describe(manifest: Manifest) -> str:
    """What was found, in a line or two."""
    told = f"{manifest.source}: {manifest.rows:,} passages, {manifest.questions:,} questions"
    told += f", {manifest.answerable:,} of them with an answer" if manifest.questions else ": no score will be claimed"
    return f"{told}\n{manifest.left_out:,} empty passages were left out" if manifest.left_out else told


def may_be_shown(licence: str) -> bool:
    """Whether passages and questions under this license may be quoted and published."""
    return licence not in FORBIDDEN


def load() -> tuple[Collection, Manifest]:
    """What `prepare` stored."""
    if not (PASSAGES.is_file() and QUESTIONS.is_file()):
        raise BadDataError("there are no passages yet: run `python -m search_ranker data` first")
    manifest = Manifest.load(MANIFEST)
    passages = [Passage(**row) for row in _read(PASSAGES)]
    return Collection(passages, [Question(**row) for row in _read(QUESTIONS)], manifest.left_out), manifest


def digest(questions: Sequence[Question]) -> str:
    """SHA-256 of those questions and their judgements: a saved model records which it has seen."""
    texts = sorted(json.dumps(asdict(each), sort_keys=True) for each in questions)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _source(request: Request, config: Config) -> tuple[str, str, tuple[Collection, str]]:
    """(name, licence, (passages and questions, sha256))."""
    if request.source == SAMPLE:
        drawn = sample.draw(config.seed)
        content = json.dumps([[asdict(each) for each in some] for some in (drawn.passages, drawn.questions)])
        return SAMPLE, "CC0-1.0", (drawn, hashlib.sha256(content.encode()).hexdigest())
    if request.source in PUBLISHED:
        module, folder = PUBLISHED[request.source], PROJECT.data / request.source
        folder.mkdir(parents=True, exist_ok=True)
        return request.source, module.LICENCE, module.fetch_collection(folder, request.mirror)
    if not request.source.strip():
        raise BadDataError("--data is empty: name a data set, a folder or a file")
    place = Path(request.source).resolve()
    found = _own(place, request.source)
    return place.stem, provenance.licence(place if place.is_dir() else place.parent), found


def _own(place: Path, named: str) -> tuple[Collection, str]:
    """What is read from a folder or a file."""
    if place.is_dir():
        return beir.read(place) if beir.is_layout(place) else own.read_folder(place)
    if not place.is_file():
        known = ", ".join(repr(each) for each in (SAMPLE, *PUBLISHED))
        raise BadDataError(f"{named!r} is none of {known}, and no file or folder of that name is there")
    if place.suffix.lower() in (".csv", ".tsv"):
        return own.read_csv(place)
    if place.suffix.lower() == ".json":
        return own.read_squad(place)
    raise BadDataError(f"{place.name}: passages are read from a folder of Markdown, a .csv or a .json file")


def _write(path: Path, rows: Sequence[Passage] | Sequence[Question]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(asdict(each), ensure_ascii=False)}\n" for each in rows), encoding="utf-8")


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
