"""What makes an answer to a question a valid one, wherever it comes from."""

from __future__ import annotations

import contextlib
import keyword
import re
import sys
import unicodedata
from typing import TYPE_CHECKING

from portfolio.create import templates
from portfolio.errors import WrongUse

if TYPE_CHECKING:
    from portfolio.create.questions import Answer, Question
    from portfolio.create.templates import Template

LONGEST = 500  # characters of one answer
LONGEST_NAME = 60
NAME = re.compile(r"[a-z](?:[a-z0-9-]*[a-z0-9])?")
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


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


def slug(text: str) -> str:
    """A name that can be a project's: `my image-api é` → `my-image-api-e`."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    cleaned = re.sub(r"[^a-z0-9]+", "-", ascii_text).lstrip("-0123456789")
    return cleaned[:LONGEST_NAME].rstrip("-") or "my-project"


def _boolean(key: str, text: str) -> bool:
    if text.strip().lower() not in TRUE + FALSE:
        raise WrongUse(f"{key}: {text!r} is neither yes nor no", f"--data {key}=yes or --data {key}=no")
    return text.strip().lower() in TRUE


def _whole_number(key: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        raise WrongUse(f"{key}: {text!r} is not a whole number", f"give up to nine digits: --data {key}=2026")
    return int(text)


def _text(key: str, text: str) -> str:
    with contextlib.suppress(UnicodeError):  # in the C locale, UTF-8 arrives byte by byte
        text = text.encode("utf-8", "surrogateescape").decode("utf-8")
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
    text = text.strip()
    another = f"for example: --data project_name={slug(text)}"
    if any(mark in text for mark in "/\\"):
        raise WrongUse(f"project_name: {text!r} holds a path separator", another)
    if not NAME.fullmatch(text):
        rule = "a letter followed by lower-case letters, digits and inner hyphens"
        raise WrongUse(f"project_name: {text!r} is not {rule}", another)
    if len(text) > LONGEST_NAME:
        raise WrongUse(f"project_name: {text!r} is longer than {LONGEST_NAME} characters", another)
    another = f"for example: --data project_name=my-{text}"
    if text in RESERVED:
        raise WrongUse(f"project_name: {text!r} is the name of a device on Windows, and cannot be a folder", another)
    module = text.replace("-", "_")
    if keyword.iskeyword(module):
        raise WrongUse(f"project_name: {text!r} is a keyword of Python", another)
    if module in sys.stdlib_module_names:
        raise WrongUse(f"project_name: {text!r} is a module of Python's standard library", another)
    if templates.normalize(text) in template.dependencies:
        raise WrongUse(f"project_name: {text!r} is a package that the project depends on", another)
    return text
