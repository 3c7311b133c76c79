"""An update: the merge of two pristine renders of the template, foreseen whole, then taken."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio import record
from portfolio.create import answers, questions, scaffold
from portfolio.errors import PortfolioError, WrongUse
from portfolio.git import merge, repository, state
from portfolio.git.merge import Merge
from portfolio.git.repository import EXECUTABLE, PLAIN, NewFile
from portfolio.readme.words import shingles, words
from portfolio.update import merge_base, merged_files
from portfolio.update.project import installed_template, open_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from portfolio.create.answers import Answers, Ask
    from portfolio.create.questions import Answer
    from portfolio.create.templates import Template
    from portfolio.git.repository import Identity, Repository
    from portfolio.update.broken_references import Broken
    from portfolio.update.merge_base import Base
    from portfolio.update.project import Living
    from portfolio.update.rewrite_imports import Rewrite


BACK = "back to what was committed: git reset --hard"

TO_BE_LOOKED_AT = 4


@dataclass(frozen=True)
class Update:
    """What an update would do, before it is done."""

    project: Living
    scratch: Repository  # holds what the project's repository does not have yet
    answers: Answers
    new_answers: dict[str, Answer]  # to questions that the project was not asked before
    who: Identity
    base: Base | None = None
    base_tree: str = ""  # as stored
    merge: Merge | None = None  # None where there is nothing to do
    broken: tuple[Broken, ...] = ()  # what git cannot see
    rewritten: tuple[Rewrite, ...] = ()

    @property
    def is_to_be_looked_at(self) -> bool:
        """Whether the merge is left uncommitted, for its user to finish."""
        return self.merge is not None and bool(self.merge.conflicts or self.broken)

    @property
    def exit_code(self) -> int:
        """0, or 4 where something is left to its user."""
        return TO_BE_LOOKED_AT if self.is_to_be_looked_at else 0

    @cached_property
    def diff(self) -> str:
        """The changes as a patch, but for those of the record, which nobody reads."""
        if self.merge is None:
            return ""
        return merge.diff(self.scratch, self.merge, self.project.prefix + record.NAME)

    @property
    def changes_packages(self) -> bool:
        """Whether the environment has to be set up again."""
        settings = self.project.prefix + "pyproject.toml"
        return self.merge is not None and any(change.path == settings for change in self.merge.changes)


@contextlib.contextmanager
def planned(folder: Path, asking: Callable[[Template], Ask] | None = None) -> Iterator[Update]:
    """The update of a project, ready to be taken while the block runs; nothing of the user's is touched.

    Asks only what the project was never asked.
    """
    with contextlib.ExitStack() as until_taken:
        try:
            project = open_project(folder)
            scratch = until_taken.enter_context(project.repository.scratch())
            update = _plan(project, scratch, asking)
        except OSError as error:
            raise PortfolioError(
                f"the update could not be prepared: {error.strerror or error}",
                f"make room in {tempfile.gettempdir()}, or name another folder in TMPDIR; then update again",
            ) from error
        yield update


def _plan(project: Living, scratch: Repository, asking: Callable[[Template], Ask] | None) -> Update:
    template = installed_template(project)
    collected = _answers(project, template, asking)
    new = {key: value for key, value in collected.values.items() if key not in project.record.answers}
    who = repository.identity(project.repository.root, str(collected.values["author"]))
    render = _render(collected)
    update = Update(project, scratch, collected, new, who)
    made_of = record.from_text(render[record.NAME].content.decode())
    if (made_of.version, made_of.files) == (project.record.version, project.record.files):
        return update
    base = merge_base.find(project, {path: file.content for path, file in render.items()})
    whole = {project.prefix + path: file for path, file in render.items()}
    merged = merged_files.foresee(project, scratch, base, whole, template)
    theirs = _commit_render(project, scratch, base, merged.render, template, who)
    changes = merge.changes(scratch, project.head, merged.tree)
    merge.check_way(project.repository, scratch, changes)
    ready = Merge(project.head, theirs, merged.tree, merged.sides, merged.conflicts, changes)
    return replace(
        update, base=base, base_tree=merged.base, merge=ready, broken=merged.broken, rewritten=merged.rewritten
    )


def apply(update: Update) -> str | None:
    """Merge: the merge's commit; None where it is left uncommitted to be looked at, or nothing is to do."""
    if update.merge is None:
        return None
    project = update.project
    title = f"{state.TITLE}{project.prefix.rstrip('/') or 'the project'} to {update.answers.template.release}\n"
    try:
        return merge.take(
            project.repository, update.scratch, update.merge, title, update.who, update.is_to_be_looked_at
        )
    except KeyboardInterrupt:
        raise PortfolioError("interrupted in the middle", BACK) from None
    except OSError as error:
        raise PortfolioError(f"the update stopped in the middle: {error.strerror or error}", BACK) from error


def _answers(project: Living, template: Template, asking: Callable[[Template], Ask] | None) -> Answers:
    name = str(project.record.answers.get("project_name", project.folder.resolve().name))
    try:
        return answers.collect(
            template, name, dict(_recorded_answers(project, template)), asking(template) if asking else None
        )
    except WrongUse as error:
        path = project.prefix + record.NAME
        raise PortfolioError(f"{path}: {error.message}", f"correct that answer in {path} and commit it") from error


def _recorded_answers(project: Living, template: Template) -> Iterator[tuple[str, str]]:
    """The recorded answers to questions that are still asked.

    A story that was the template's own is dropped, so that a newer template's default is used.
    """
    asked = {question.key for question in questions.questionnaire()}
    of_the_template = {shingle for hashes in project.record.readme.values() for shingle in hashes}
    for key, value in project.record.answers.items():
        own = shingles(words(str(value))) if key in template.story else frozenset()
        if key in asked and not (own and own <= of_the_template):
            yield key, str(value)


def _render(collected: Answers) -> dict[str, NewFile]:
    """Every file of the template's new version, by its path in the project."""
    with tempfile.TemporaryDirectory() as folder:
        files = scaffold.render(collected, Path(folder))
        executable = {path for path in files if os.access(Path(folder, path), os.X_OK)} if os.name != "nt" else set()
    return {path: NewFile(content, EXECUTABLE if path in executable else PLAIN) for path, content in files.items()}


def _commit_render(
    project: Living, scratch: Repository, base: Base, tree: str, template: Template, who: Identity
) -> str:
    """The new render as a commit on the base."""
    on = base.commit
    if on is None:
        note = f"Rebuild {project.record.release} as it was rendered\n"
        on = scratch.commit("refs/rebuilt^{tree}", (), note, who)
    message = f"Render {template.release}\n\n{scaffold.TRAILER}: {template.release}\n"
    return scratch.commit(tree, (on,), message, who)
