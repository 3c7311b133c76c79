"""Questions and their answers: wherever an answer comes from, it passes the one validation here."""

from __future__ import annotations

import datetime
import hashlib
import json
import keyword
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from portfolio import repository, templates
from portfolio.errors import WrongUse, did_you_mean
from portfolio.templates import Template

Answer = str | int | bool
Ask = Callable[["Question", Answer], str]  # shows the question with its default, returns what was typed

LONGEST = 500  # characters of one answer
NAME = re.compile(r"[a-z](?:[a-z0-9-]*[a-z0-9])?")
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
DEPENDING_ON_WHO_AND_WHEN = ("author", "year")
MARKDOWN = re.compile(r"[\\`*_\[\]|~$&#=]")  # what would be read as formatting inside a line
AT_THE_START = re.compile(r"^(\d{0,9})([-+.)])")  # what would be read as a list or a rule at its start
AMPERSANDS = {"<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True)
class Question:
    """One question of the questionnaire."""

    key: str
    kind: str  # "str", "int" or "bool"
    help: str
    is_asked: bool  # at a prompt; the others are worked out, and may be set by `--data`


@dataclass(frozen=True)
class Answers:
    """A full set of valid answers for one template."""

    template: Template
    values: dict[str, Answer]
    unpredictable: dict[str, Answer]  # those that the same command might not arrive at by itself elsewhere or later

    @property
    def project_name(self) -> str:
        """The project's folder, distribution and command."""
        return str(self.values["project_name"])

    @cached_property
    def context(self) -> dict[str, Any]:
        """What a template's files may use: each answer, and each text as it is written in quotes and in Markdown."""
        texts = {key: value for key, value in self.values.items() if isinstance(value, str)}
        return {
            **self.values,
            "template": self.template.name,
            "release": self.template.release,
            "quoted": {key: in_quotes(value) for key, value in texts.items()},
            "markdown": {key: in_markdown(value) for key, value in texts.items()},
        }


def questions() -> tuple[Question, ...]:
    """The questionnaire that all templates share, from `copier.yml`."""
    import yaml

    entries = yaml.safe_load((templates.root() / "copier.yml").read_text(encoding="utf-8"))
    return tuple(
        Question(key, entry["type"], entry["help"], entry.get("when", True))
        for key, entry in entries.items()
        if not key.startswith("_")
    )


def collect(template: Template, name: str, given: Mapping[str, str], ask: Ask | None = None) -> Answers:
    """Every answer: as `given`, else as the user answers `ask`, else the default."""
    known = {question.key: question for question in questions()}
    for key in given:
        if key not in known:
            raise WrongUse(
                f"there is no question called {key!r}",
                did_you_mean(key, list(known), f"see its questions: portfolio list {template.name}"),
            )
    valid = {key: validate(known[key], text, template) for key, text in given.items()}  # before the first prompt
    values: dict[str, Answer] = {}
    unpredictable: dict[str, Answer] = {}
    for key, question in known.items():
        default = _default(question, template, name, values)
        if key in valid:
            values[key] = valid[key]
        else:
            text = ask(question, default) if ask and question.is_asked else str(default)
            values[key] = validate(question, text, template)
        if values[key] != default or key in DEPENDING_ON_WHO_AND_WHEN:
            unpredictable[key] = values[key]
    return Answers(template, values, unpredictable)


def _default(question: Question, template: Template, name: str, values: Mapping[str, Answer]) -> Answer:
    match question.key:
        case "project_name":
            return slug(name)
        case "title":
            return template.title
        case "author":
            return repository.user_name() or "Anonymous"
        case "seed":  # so that two students' numbers differ
            digest = hashlib.sha256(f"{values['project_name']}\n{values['author']}".encode()).digest()
            return int.from_bytes(digest[:4], "big") % 9000 + 1000
        case "year":
            return datetime.date.today().year
        case story:
            return template.story[story]


def validate(question: Question, text: str, template: Template) -> Answer:
    """The answer that `text` stands for; raises WrongUse, naming the question, if it is not a valid one."""
    match question.kind:
        case "bool":
            return _boolean(question.key, text)
        case "int":
            return _whole_number(question.key, text)
        case _ if question.key == "project_name":
            return _project_name(text, template)
        case _:
            return _text(question.key, text)


def _boolean(key: str, text: str) -> bool:
    if text.strip().lower() not in TRUE + FALSE:
        raise WrongUse(f"{key}: {text!r} is neither yes nor no", f"--data {key}=yes or --data {key}=no")
    return text.strip().lower() in TRUE


def _whole_number(key: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        raise WrongUse(f"{key}: {text!r} is not a whole number", f"give up to nine digits: --data {key}=2026")
    return int(text)


def _text(key: str, text: str) -> str:
    text = " ".join(text.split())  # one line: a name over two would end a header of the package it is built into
    if not text:
        raise WrongUse(f"{key}: the answer is empty", f"give some text, or leave {key} out for its default")
    if len(text) > LONGEST:
        raise WrongUse(f"{key}: the answer has {len(text)} characters", f"use {LONGEST} at most")
    for character in text:
        # Control characters, lone surrogates and noncharacters have no spelling that TOML, YAML and Markdown share.
        if unicodedata.category(character) in ("Cc", "Cs") or ord(character) & 0xFFFE == 0xFFFE:
            raise WrongUse(f"{key}: the answer holds the character U+{ord(character):04X}", "leave it out")
    return text


def _project_name(text: str, template: Template) -> str:
    """A name that works as a folder, a distribution and a command, and hides no module the project needs."""
    hint = f"for example: --data project_name={slug(text)}"
    if any(mark in text for mark in "/\\"):
        raise WrongUse(f"project_name: {text!r} holds a path separator", hint)
    if not NAME.fullmatch(text):
        raise WrongUse(
            f"project_name: {text!r} is not a letter followed by lower-case letters, digits and inner hyphens", hint
        )
    if len(text) > 60:
        raise WrongUse(f"project_name: {text!r} is longer than 60 characters", hint)
    hint = f"for example: --data project_name=my-{text}"
    module = text.replace("-", "_")
    if keyword.iskeyword(module):
        raise WrongUse(f"project_name: {text!r} is a keyword of Python", hint)
    if module in sys.stdlib_module_names:
        raise WrongUse(f"project_name: {text!r} is a module of Python's standard library", hint)
    if templates.normalise(text) in template.dependencies:
        raise WrongUse(f"project_name: {text!r} is a package that the project depends on", hint)
    return text


def slug(text: str) -> str:
    """`my image-api é` → `my-image-api-e`."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).lstrip("-0123456789")[:60].rstrip("-") or "my-project"


def in_quotes(text: str) -> str:
    """As it stands between double quotes in TOML, JSON and YAML alike."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def in_markdown(text: str) -> str:
    """As it stands on one line of Markdown, also alone on it: nothing in it is read as formatting or HTML."""
    line = MARKDOWN.sub(r"\\\g<0>", " ".join(text.split()))
    line = re.sub("[<>]", lambda found: AMPERSANDS[found[0]], line)
    return AT_THE_START.sub(r"\1\\\2", line)
