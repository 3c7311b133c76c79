"""The bundled templates: where they are, which there are, and what each says of itself in its manifest."""

from __future__ import annotations

import itertools
import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portfolio.errors import WrongUse, did_you_mean

PLACEHOLDER = re.compile(r"\{\{.*?\}\}")  # of an answer, in a file that is not rendered yet
NAME_OF_REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class DataSet:
    """Data that a project can be run on: `--data NAME`."""

    name: str
    what: str
    licence: str

    @property
    def is_own(self) -> bool:
        """Whether the name stands for a path of the user's: FOLDER or FILE.csv."""
        return self.name[:1].isupper()


@dataclass(frozen=True)
class NextStep:
    """A command to run after creation, word for word, and what it does."""

    run: str
    why: str


@dataclass(frozen=True)
class SmallerBuild:
    """A build of a package that PyPI does not have: a saving where its index is reached, and never a condition."""

    package: str
    requirement: str
    index: str
    from_pypi: str  # how much PyPI's own build is
    newest_python: str  # that either has a build for
    platforms: tuple[str, ...]  # `sys.platform` and machine, such as darwin-arm64

    @property
    def host(self) -> str:
        """Where the index is."""
        return str(urlsplit(self.index).hostname)


@dataclass(frozen=True)
class Template:
    """One bundled template, from its `template.toml`."""

    name: str
    folder: Path
    version: str
    title: str
    summary: str
    role: str  # "mle", "ds", "ai" or "pm"
    profile: str  # the kind of project that the audit takes it for
    skills: tuple[str, ...]
    package: str  # the import name of the generated project
    minutes_cold: float  # to the first result, packages not yet downloaded
    minutes_warm: float
    story: dict[str, str]  # defaults of the questions about the story
    data_sets: tuple[DataSet, ...]
    verbs: dict[str, str]
    pip_install: str  # what follows `pip install` in a fresh environment
    steps: tuple[str, ...]  # verbs that `portfolio new --run` runs, in order
    next_steps: tuple[NextStep, ...]
    seconds: float  # that a run on the sample may take, on an idle machine with two cores
    smaller_build: SmallerBuild | None = None
    moved: dict[str, str] = field(default_factory=dict)  # old path → new path of files that a version moved

    @property
    def release(self) -> str:
        """`image-api@0.1.0`, as written into the first commit."""
        return f"{self.name}@{self.version}"

    @cached_property
    def dependencies(self) -> frozenset[str]:
        """Normalized names of what a generated project asks for and of what serving installs with it."""
        unrendered = (self.folder / "project/pyproject.toml.jinja").read_text(encoding="utf-8")
        project = tomllib.loads(PLACEHOLDER.sub("0", unrendered))["project"]  # TOML, whatever the answers will be
        extras: list[list[str]] = list(project["optional-dependencies"].values())
        requirements = itertools.chain(project["dependencies"], *extras)
        locked = (self.folder / "project/requirements.lock").read_text(encoding="utf-8").splitlines()
        lines = itertools.chain(requirements, (line for line in locked if "==" in line))
        return frozenset(normalize(name[0]) for line in lines if (name := NAME_OF_REQUIREMENT.match(line)))


def root() -> Path:
    """The folder with `copier.yml`: inside the installed package, or the checkout's when installed as editable."""
    packaged = Path(__file__).parents[1] / "project_templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "project_templates"


def all(role: str | None = None) -> tuple[Template, ...]:
    """Every bundled template, by name, or those that show a role's work."""
    bundled = (_read(manifest) for manifest in sorted(root().glob("*/template.toml")))
    return tuple(template for template in bundled if role in (None, template.role))


def get(name: str) -> Template:
    """The template of that name."""
    bundled = {template.name: template for template in all()}
    if name not in bundled:
        raise WrongUse(
            f"there is no template called {name!r}",
            did_you_mean(name, list(bundled), "see which there are: portfolio list"),
        )
    return bundled[name]


def normalize(name: str) -> str:
    """A distribution name as package indexes compare it: `Scikit_Learn` and `scikit-learn` are one."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _read(manifest: Path) -> Template:
    facts: dict[str, Any] = tomllib.loads(manifest.read_text(encoding="utf-8"))
    minutes = facts.pop("minutes")
    smaller = facts.pop("smaller_build", None)
    return Template(
        name=manifest.parent.name,
        folder=manifest.parent,
        minutes_cold=minutes["cold"],
        minutes_warm=minutes["warm"],
        skills=tuple(facts.pop("skills")),
        steps=tuple(facts.pop("steps")),
        data_sets=tuple(DataSet(**each) for each in facts.pop("data_sets")),
        next_steps=tuple(NextStep(**each) for each in facts.pop("next_steps")),
        seconds=facts.pop("budget")["seconds"],
        smaller_build=smaller and SmallerBuild(**{**smaller, "platforms": tuple(smaller["platforms"])}),
        **facts,
    )
