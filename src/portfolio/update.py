"""A newer template into a living project: a merge of two pristine renders, by git, in which no line is lost."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio import answers, fillings, merge, readme, record, repository, scaffold, templates
from portfolio.errors import PortfolioError
from portfolio.merge import PLAIN, Entry
from portfolio.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from portfolio.answers import Answer, Answers, Ask
    from portfolio.merge import Change, Merge
    from portfolio.record import Record
    from portfolio.repository import Identity
    from portfolio.templates import Template

BLOB = re.compile(r"[0-9a-f]{40}")
EMPTY = ""  # stands for a pristine file that is known no more: then whatever differs is a conflict


@dataclass(frozen=True)
class Living:
    """A project as it is committed."""

    folder: Path
    repository: Repository
    prefix: str  # of its folder within the work tree: empty, or ending in /
    head: str  # the commit that is checked out
    record: Record

    @property
    def release(self) -> str:
        """Of the template that it was made with."""
        return f"{self.record.template}@{self.record.version}"


@dataclass(frozen=True)
class Base:
    """The project as the template once made it: what both sides are compared with."""

    tree: str
    commit: str | None  # in the project's history; None where it was put together again from its recorded files
    forgotten: tuple[str, ...] = ()  # edited files whose pristine content is nowhere to be found


@dataclass(frozen=True)
class Update:
    """What an update would do, before it is done."""

    project: Living
    answers: Answers
    new_answers: dict[str, Answer]  # to questions that the project was not asked before
    who: Identity
    base: Base | None = None
    merge: Merge | None = None  # None where there is nothing to do

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """To files, by path."""
        return merge.changes(self.project.repository, self.merge) if self.merge else ()

    @property
    def diff(self) -> str:
        """As a patch, but for the record, which nobody reads."""
        if self.merge is None:
            return ""
        return merge.diff(self.project.repository, self.merge, self.project.prefix + record.NAME)

    @property
    def changes_packages(self) -> bool:
        """Whether the environment has to be set up again."""
        return any(each.path.removeprefix(self.project.prefix) == "pyproject.toml" for each in self.changes)


def plan(folder: Path, asking: Callable[[Template], Ask] | None = None) -> Update:
    """Foresee the merge; nothing of the user's is touched. Asks only what the project was never asked."""
    project = _open(folder)
    template = _installed(project)
    given = dict(_known_answers(project.record, template))
    name = str(project.record.answers.get("project_name", folder.name))
    collected = answers.collect(template, name, given, asking(template) if asking else None)
    new = {key: value for key, value in collected.values.items() if key not in project.record.answers}
    who = repository.identity(project.repository.root, str(collected.values["author"]))
    with tempfile.TemporaryDirectory() as stage:
        made_of = record.from_text(scaffold.render(collected, Path(stage))[record.NAME].decode())
        if (made_of.version, made_of.files) == (project.record.version, project.record.files):
            return Update(project, collected, new, who)
        pristine = merge.tree_of(project.repository, Path(stage))
    base = _base(project)
    theirs = _commit_render(project, base, pristine, template, who)
    merged = _merge(project, base, theirs, template)
    update = Update(project, collected, new, who, base, merged)
    merge.check_way(project.repository, update.changes)
    return update


def apply(update: Update) -> str | None:
    """Merge: the merge's commit; None where conflicts are left in the files, or nothing is to do."""
    if update.merge is None:
        return None
    title = f"Update {update.project.prefix.rstrip('/') or 'the project'} to {update.answers.template.release}\n"
    return merge.take(update.project.repository, update.merge, title, update.who)


def export(update: Update, tree: str, folder: Path) -> None:
    """Write the project as `tree`, or a commit, has it into an empty folder, to be looked at."""
    merge.export(update.project.repository, tree, update.project.prefix, folder)


def _open(folder: Path) -> Living:
    if not folder.is_dir():
        raise PortfolioError(f"{folder} is not a folder", "name the project's folder: portfolio update PATH")
    if not repository.is_available():
        raise PortfolioError("git was not found, and the merge is made with it", "install git")
    around = repository.enclosing(folder)
    if around is None:
        raise PortfolioError(
            f"{folder} is not in a git repository, so nothing could be merged or undone",
            "in its folder: git init -b main && git add -A && git commit -m 'My project'",
        )
    git = Repository(around)
    path = folder.resolve().relative_to(around).as_posix()
    prefix = "" if path == "." else f"{path}/"
    if not (folder / record.NAME).is_file():
        raise PortfolioError(
            f"{folder} holds no {record.NAME}, so it was not made by portfolio",
            "name the folder of a project that portfolio new made: portfolio update PATH",
        )
    head = merge.check_state(git)
    code, text, _ = git.try_to("cat-file", "blob", f"{head}:{prefix}{record.NAME}")
    if code:
        raise PortfolioError(f"{prefix}{record.NAME} is not committed", "git add -A && git commit -m 'My project'")
    try:
        made_of = record.from_text(text)
        if not all(BLOB.fullmatch(blob) and _is_inside(path) for path, blob in made_of.files.items()):
            raise ValueError
    except ValueError as error:
        raise PortfolioError(
            f"{prefix}{record.NAME} is damaged: it says no more what the project was made of",
            f"bring an older one back: git log -- {prefix}{record.NAME}",
        ) from error
    return Living(folder, git, prefix, head, made_of)


def _is_inside(path: str) -> bool:
    return not (set(path.split("/")) & {"", ".", "..", ".git"} or set(path) & {"\0", "\n"})


def _installed(project: Living) -> Template:
    """The bundled template, which may not be older than the project's."""
    found = {template.name: template for template in templates.all()}
    template = found.get(project.record.template)
    if template is None:
        raise PortfolioError(
            f"this portfolio has no template {project.record.template!r}",
            "install a newer portfolio; see: portfolio list",
        )
    if _as_numbers(template.version) < _as_numbers(project.record.version):
        raise PortfolioError(
            f"the project is of {project.release}, and this portfolio has only {template.release}",
            "install a newer portfolio, then update again",
        )
    return template


def _as_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _known_answers(made_of: Record, template: Template) -> Iterator[tuple[str, str]]:
    """The recorded answers to questions that are still asked, but for stories that were the template's own: a better
    template tells a better one."""
    asked = {question.key for question in answers.questions()}
    own_words = {shingle for hashes in made_of.readme.values() for shingle in hashes}
    for key, value in made_of.answers.items():
        shingles = readme.shingles(readme.words(str(value))) if key in template.story else frozenset()
        if key in asked and not (shingles and shingles <= own_words):
            yield key, str(value)


def _base(project: Living) -> Base:
    """The newest commit in the history that holds what the record says; else the tree, from the recorded files."""
    git = project.repository
    words = ("log", "--topo-order", "--format=%H", "--fixed-strings", f"--grep={scaffold.TRAILER}: {project.release}")
    for sha in git.ask(*words, project.head).split():
        if merge.has(git, f"{sha}:{project.prefix}{record.NAME}"):
            found = {path: each.blob for path, each in merge.entries(git, sha, project.prefix).items()}
            del found[record.NAME]
            if found == project.record.files:  # and not a squash that only took over the message
                return Base(git.ask("rev-parse", f"{sha}^{{tree}}").strip(), sha)
    return _rebuilt(project)


def _rebuilt(project: Living) -> Base:
    """From the object database, which may know every file by its recorded name, or only those nobody edited.

    What is forgotten is empty in it. Called when the new render is stored, so what both versions share is known.
    """
    git, recorded = project.repository, project.record.files
    unknown = merge.missing(git, set(recorded.values()))
    empty = merge.blob_of(git, EMPTY)
    files = {path: Entry(path, PLAIN, empty if blob in unknown else blob) for path, blob in recorded.items()}
    here = merge.entries(git, project.head, project.prefix)
    files[record.NAME] = here[record.NAME]
    tree = merge.tree_with(git, None, files)
    around = merge.tree_at(git, project.head, project.prefix, tree)
    return Base(around, None, tuple(sorted(path for path, blob in recorded.items() if blob in unknown)))


def _commit_render(project: Living, base: Base, pristine: str, template: Template, who: Identity) -> str:
    """The new render, committed on the base, whose folder it replaces."""
    git = project.repository
    on = base.commit or merge.commit(git, base.tree, (), f"Rebuild {project.release} as it was rendered\n", who, False)
    tree = merge.tree_at(git, base.tree, project.prefix, pristine)
    message = f"Render {template.release}\n\n{scaffold.TRAILER}: {template.release}\n"
    return merge.commit(git, tree, (on,), message, who, sign=False)


def _merge(project: Living, base: Base, theirs: str, template: Template) -> Merge:
    """The merge of texts without what a run wrote into their report blocks, and with it again."""
    git, prefix = project.repository, project.prefix
    parent = f"{theirs}^"
    head = {path: each for path, each in merge.entries(git, project.head, prefix).items() if path.endswith(".md")}
    before, after = merge.entries(git, base.tree, prefix), merge.entries(git, theirs, prefix)
    filled: dict[str, dict[str, str]] = {}  # by path: what stands in its blocks
    bare: dict[str, Entry] = {}
    for path, each in head.items():
        if path in before and path in after and len({each.blob, before[path].blob, after[path].blob}) == 3:
            ours, pristine, new = (merge.text_of(git, one[path].blob) for one in (head, before, after))
            if contents := fillings.to_set_aside(ours, pristine, new):
                filled[path] = contents
                blank = merge.blob_of(git, fillings.put(ours, fillings.of(pristine)))
                bare[prefix + path] = Entry(prefix + path, each.mode, blank)
    tree = git.ask("rev-parse", f"{project.head}^{{tree}}").strip()
    name = template.release
    if bare:
        result = merge.merged(git, project.head, parent, merge.tree_with(git, tree, bare), theirs, name)
        if whole := _filled(project, result, filled, {path: each.blob for path, each in head.items()}):
            return whole
    return merge.merged(git, project.head, parent, tree, theirs, name)


def _filled(project: Living, merged: Merge, filled: dict[str, dict[str, str]], ours: dict[str, str]) -> Merge | None:
    """The merge with the contents back in their blocks; None if a block is not there any more to take them."""
    git, prefix = project.repository, project.prefix
    there = merge.entries(git, merged.tree, prefix)
    changed: dict[str, Entry] = {}
    for path, contents in filled.items():
        text = merge.text_of(git, there[path].blob) if path in there else ""
        if not contents.keys() <= {block[1] for block in fillings.BLOCK.findall(text)}:
            return None
        blob = merge.blob_of(git, fillings.put(text, contents))
        changed[prefix + path] = Entry(prefix + path, there[path].mode, blob)
        merged = merge.with_ours(merged, prefix + path, ours[path])
    tree = merge.tree_with(git, merged.tree, changed)
    return replace(merged, tree=tree)
