"""A living project: its folder, its repository and its record, checked before anything else is done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio import record
from portfolio.create import templates
from portfolio.errors import PortfolioError
from portfolio.git import repository, state
from portfolio.git.repository import Repository

if TYPE_CHECKING:
    from portfolio.create.templates import Template
    from portfolio.git.repository import Entry
    from portfolio.record import Record


@dataclass(frozen=True)
class Living:
    """A project as it is committed."""

    folder: Path
    repository: Repository
    prefix: str  # of its folder within the work tree: empty, or ending in /
    head: str  # the commit that is checked out
    record: Record

    @cached_property
    def files(self) -> dict[str, Entry]:
        """Every file of the commit that is checked out, by its path from the top of the work tree."""
        return self.repository.entries(self.head)

    def own(self, path: str) -> bool:
        """Whether a path from the top of the work tree lies in the project."""
        return path.startswith(self.prefix)


def open_project(folder: Path) -> Living:
    """The project in a folder; PortfolioError where it cannot be updated, or where that could mix with other work."""
    if not folder.is_dir():
        raise PortfolioError(f"{folder} is not a folder", "name the project's folder: portfolio update PATH")
    if not repository.is_available():
        raise PortfolioError(f"{repository.why_not()}, and the merge is made with it", "install git, or repair it")
    around = repository.enclosing(folder)
    if around is None:
        raise PortfolioError(
            f"{folder} is not in a git repository, so nothing could be merged or undone",
            "in its folder: git init -b main && git add -A && git commit -m 'My project'",
        )
    if not (folder / record.NAME).is_file():
        raise PortfolioError(
            f"{folder} holds no {record.NAME}, so it was not made by portfolio",
            "name the folder of a project that portfolio new made: portfolio update PATH",
        )
    git = Repository(around)
    path = folder.resolve().relative_to(around).as_posix()
    prefix = "" if path == "." else f"{path}/"
    head = state.check(git)
    return Living(folder, git, prefix, head, _recorded(git, head, prefix + record.NAME))


def _recorded(git: Repository, head: str, path: str) -> Record:
    code, text, _ = git.try_to("cat-file", "blob", f"{head}:{path}")
    if code:
        raise PortfolioError(f"{path} is not committed", "git add -A && git commit -m 'My project'")
    try:
        return record.from_text(text)
    except ValueError as error:
        raise PortfolioError(
            f"{path} is damaged: it no longer says what the project was made of",
            f"bring an older one back: git log -- {path}",
        ) from error


def installed_template(project: Living) -> Template:
    """The bundled template, which may not be older than the project's."""
    made_of = project.record
    template = {template.name: template for template in templates.all()}.get(made_of.template)
    if template is None:
        raise PortfolioError(
            f"this portfolio has no template {made_of.template!r}",
            "install a newer portfolio; see: portfolio list",
        )
    if _as_numbers(template.version) < _as_numbers(made_of.version):
        raise PortfolioError(
            f"the project is of {made_of.release}, and this portfolio has only {template.release}",
            "install a newer portfolio, then update again",
        )
    return template


def _as_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
