"""What only one template can know, a file each: its mistakes, its band, its page, and data of other worlds."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from portfolio.create.templates import Template
from tests.e2e.conftest import Project
from tests.e2e.mirror import Mirror

Measured = dict[str, Any]


@dataclass(frozen=True)
class OnThePage:
    """How a visitor asks the page something, by keyboard alone."""

    ask: Callable[[Page], None]
    answered: str  # selector of what is there once the answer is
    endpoint: str  # that the page asks, as a pattern
    unreachable: str  # what it says when nobody answers there
    asks_alone: bool = True  # whether the page in one file answers the same question


@dataclass(frozen=True)
class World:
    """Other data than the sample, and what has to hold once they went through a project."""

    name: str
    options: Callable[[Project, Path, Mirror], str]  # prepares the data, in that folder or on that mirror
    check: Callable[[Project, str], None]  # the project afterwards, and what the commands said
    verbs: tuple[str, ...] = ("run",)  # the first takes the options
    gone: tuple[str, ...] = ()  # words of the sample that no generated block may hold
    nowhere: tuple[str, ...] = ()  # nor any page, card, answer or description of the service, generated or not


@dataclass(frozen=True)
class Published:
    """A data set that a project fetches by its name."""

    options: str  # of `data`
    publish: Callable[[Mirror], None]  # puts it on the mirror, as it is
    licence: str  # shown before anything is fetched
    spoiled: Mapping[str, tuple[Callable[[Mirror], None], str]]  # what became of it there, and what is said of that


@dataclass(frozen=True)
class Facts:
    """One template."""

    mistakes: Mapping[str, str]  # command → the message, where nothing was made yet
    band: Callable[[Project], None]  # what holds for any seed
    page: OnThePage
    one_seed: str  # Python of the project's: `one(seed)` draws small data and has every kind of case answered
    published: Published
    worlds: tuple[World, ...]
    heavy: Callable[[], bytes] | None = None  # a file that takes long to answer, for a service of files


def of(template: Template) -> Facts:
    """The facts of a template."""
    facts: Facts = importlib.import_module(f"tests.e2e.journeys.{template.package}").FACTS
    return facts
