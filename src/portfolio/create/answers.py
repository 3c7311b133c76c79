"""A full set of answers: as given on the command line, as typed at the prompt, or by default."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from portfolio.create.escaping import in_markdown, in_quotes
from portfolio.create.questions import Answer, Question, questionnaire
from portfolio.create.templates import Template
from portfolio.create.validation import slug, validate
from portfolio.errors import WrongUse, did_you_mean
from portfolio.git import repository

Ask = Callable[[Question, Answer], str]  # shows a question with its default, returns what was typed

DEPENDING_ON_WHO_AND_WHEN = ("author", "year")


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
            "package": self.template.package,
            "release": self.template.release,
            "quoted": {key: in_quotes(value) for key, value in texts.items()},
            "markdown": {key: in_markdown(value) for key, value in texts.items()},
        }


def given(options: Sequence[str]) -> dict[str, str]:
    """The answers on the command line, each written as KEY=VALUE."""
    pairs = {}
    for option in options:
        key, equals, value = option.partition("=")
        if not equals:
            raise WrongUse(f"--data {option!r} is not KEY=VALUE", "for example: --data author='Ada Lovelace'")
        pairs[key.strip()] = value
    return pairs


def collect(template: Template, name: str, given: Mapping[str, str], ask: Ask | None = None) -> Answers:
    """Every answer: as `given`, else as the user answers `ask`, else the default."""
    known = {question.key: question for question in questionnaire()}
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
        depends = key in DEPENDING_ON_WHO_AND_WHEN
        if key in valid and depends:  # its default, which git is asked for, makes no difference
            values[key] = unpredictable[key] = valid[key]
            continue
        default = _default(question, template, name, values)
        if key in valid:
            values[key] = valid[key]
        else:
            text = ask(question, default) if ask and question.is_asked else str(default)
            values[key] = validate(question, text, template)
        if values[key] != default or depends:
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
