"""`.portfolio.json`: what a project was made of, so that it can be updated and audited years later."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from portfolio import readme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = ".portfolio.json"
SCHEMA = 1


@dataclass(frozen=True)
class Record:
    """Written once per render; holds no path of the user's machine and no time."""

    schema: int
    template: str
    version: str
    answers: dict[str, str | int | bool]
    files: dict[str, str]  # path → git blob id of the pristine file
    readme: dict[str, list[str]]  # section title → hashes of its five-word shingles: the template's own words


def of(
    template: str,
    version: str,
    answers: Mapping[str, str | int | bool],
    files: Mapping[str, bytes],
    own_words: Sequence[str],
) -> Record:
    """The record of a fresh render; what the author answered in `own_words` is not taken for the template's."""
    sections = readme.parse(files["README.md"].decode()).sections
    own = frozenset[str]().union(*(readme.shingles(readme.words(text)) for text in own_words))
    return Record(
        schema=SCHEMA,
        template=template,
        version=version,
        answers=dict(answers),
        files={path: blob_id(content) for path, content in sorted(files.items())},
        readme={section.title: sorted(section.shingles - own) for section in sections if section.shingles - own},
    )


def from_text(text: str) -> Record:
    """Read it again; ValueError if it is not a record of this schema."""
    match json.loads(text):
        case {
            "schema": 1,
            "template": str(template),
            "version": str(version),
            "answers": dict(answers),
            "files": dict(files),
            "readme": dict(own),
        }:
            return Record(SCHEMA, template, version, answers, files, own)
        case _:
            raise ValueError(f"{NAME} is not a record of schema {SCHEMA}")


def to_text(record: Record) -> str:
    """JSON, one fact to a line, so that a merge of two versions stays readable."""
    return json.dumps(asdict(record), indent=1, ensure_ascii=False) + "\n"


def blob_id(content: bytes) -> str:
    """The name git gives to a file of that content."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()
