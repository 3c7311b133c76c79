"""`.portfolio.json`: what a project was made of. Written by `new`, read by `update` and `audit` years later."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from portfolio.readme import markdown, pages
from portfolio.readme.words import shingles, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = ".portfolio.json"
SCHEMA = 1
BLOB = re.compile(r"[0-9a-f]{40}")
VERSION = re.compile(r"\d{1,9}(\.\d{1,9}){0,3}")


@dataclass(frozen=True)
class Record:
    """Written once per render; holds no path of the user's machine and no time."""

    schema: int
    template: str
    version: str
    answers: dict[str, str | int | bool]
    files: dict[str, str]  # path → SHA-1 name that git gives to the pristine file
    readme: dict[str, list[str]]  # section title → hashes of its five-word shingles: the template's own words
    profile: str = ""  # the kind of project that the audit takes it for; empty in records of earlier versions

    @property
    def release(self) -> str:
        """`image-api@0.1.0`: the template's version that it was made with."""
        return f"{self.template}@{self.version}"


def of(
    release: tuple[str, str, str],
    answers: Mapping[str, str | int | bool],
    files: Mapping[str, bytes],
    own_words: Sequence[str],
) -> Record:
    """The record of a fresh render of a (template, version, profile).

    Shingles of the author's own answers, `own_words`, are left out of the template's.
    """
    template, version, profile = release
    readme = markdown.parse(files["README.md"].decode())
    linked = (markdown.parse(files[path].decode()) for path in pages.linked(readme) if path in files)
    hashes: dict[str, set[str]] = {}
    for section in (each for page in (readme, *linked) for each in page.sections):
        hashes.setdefault(section.title, set()).update(section.shingles)
    own = frozenset[str]().union(*(shingles(words(text)) for text in own_words))
    return Record(
        schema=SCHEMA,
        template=template,
        version=version,
        answers=dict(answers),
        files={path: blob_name(content) for path, content in sorted(files.items())},
        readme={title: sorted(each - own) for title, each in hashes.items() if each - own},
        profile=profile,
    )


def from_text(text: str) -> Record:
    """Read it again, whoever wrote it; ValueError if it is not a record of this schema."""
    try:
        match json.loads(text):
            case {
                "schema": 1,
                "template": str(template),
                "version": str(version),
                "answers": dict(answers),
                "files": dict(files),
                "readme": dict(own_words),
                **rest,
            } if (
                VERSION.fullmatch(version)
                and all(isinstance(value, str | int | bool) for value in answers.values())
                and all(_is_blob(name) and _is_inside(path) for path, name in files.items())
                and all(_is_list_of_texts(hashes) for hashes in own_words.values())
                and isinstance(profile := rest.get("profile", ""), str)
            ):
                return Record(SCHEMA, template, version, answers, files, own_words, profile)
    except RecursionError:
        pass
    raise ValueError(f"{NAME} is not a record of schema {SCHEMA}")


def _is_blob(name: Any) -> bool:
    return isinstance(name, str) and bool(BLOB.fullmatch(name))


def _is_inside(path: str) -> bool:
    path.encode()  # UnicodeEncodeError, a ValueError, for what is no text
    parts = path.split("/")
    return not (set(parts) & {"", ".", ".."} or ".git" in path.casefold().split("/") or set(path) & set('\0\n\\:"'))


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def to_text(record: Record) -> str:
    """The record as JSON, one fact to a line, so that a difference of two versions stays readable."""
    return json.dumps(asdict(record), indent=1, ensure_ascii=False) + "\n"


def blob_name(content: bytes, hash_name: str = "sha1") -> str:
    """The name that git gives to a file of that content."""
    import hashlib

    return hashlib.new(hash_name, b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()
