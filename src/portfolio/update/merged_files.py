"""Three versions of a project → the files that the update leaves, with what in them has to be looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portfolio import record
from portfolio.git import merge
from portfolio.git.repository import Entry, NewFile
from portfolio.update import broken_references, git_filters, report_blocks, rewrite_imports
from portfolio.update.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portfolio.create.templates import Template
    from portfolio.git.merge import Conflict, Foreseen
    from portfolio.git.repository import Files, Repository
    from portfolio.update.broken_references import Broken
    from portfolio.update.merge_base import Base
    from portfolio.update.project import Living
    from portfolio.update.rewrite_imports import Rewrite

LINK = "120000"  # the mode of a symbolic link, whose content is its target


@dataclass(frozen=True)
class Merged:
    """The outcome, stored in the scratch repository."""

    tree: str  # of the whole work tree
    base: str  # the tree that both sides were compared with
    render: str  # the tree of the template's new version, in place of the project's folder of the base
    sides: tuple[Entry, ...]
    conflicts: tuple[Conflict, ...]
    broken: tuple[Broken, ...]
    rewritten: tuple[Rewrite, ...]


def foresee(
    project: Living, scratch: Repository, base: Base, theirs: Mapping[str, NewFile], template: Template
) -> Merged:
    """Merge by git, then put right and look through what git cannot see."""
    versions = _versions(project, base, theirs, template)
    foreseen, merged = _merge(project, scratch, versions, template.release)
    conflicting = frozenset(conflict.path for conflict in foreseen.conflicts)
    before, after = _trees(project, scratch, versions, merged)
    after, rewritten = _with_rewritten_imports(project, versions, before, after, conflicting)
    for path in {rewrite.path for rewrite in rewritten}:
        content = after.texts[path].encode("utf-8", "surrogateescape")
        merged[project.prefix + path] = NewFile(content, merged[project.prefix + path].mode)
    their_tree = _tree(project, versions.theirs, {})
    skipped = frozenset(path.removeprefix(project.prefix) for path in conflicting)
    findings = broken_references.find(before, their_tree, after, versions.went, skipped)
    merged |= git_filters.cleaned(project, scratch, merged, conflicting)
    outside = {path: entry for path, entry in project.files.items() if not project.own(path)}
    base_outside = {path: file for path, file in base.files.items() if not project.own(path)}
    scratch.import_trees({"rebuilt": base.files, "merged": {**outside, **merged}, "render": {**base_outside, **theirs}})
    names = ("refs/merged^{tree}", "refs/rebuilt^{tree}", "refs/render^{tree}")
    tree, base_tree, render = scratch.ask("rev-parse", *names).split()
    # As all other paths, from the top of the work tree.
    broken = tuple(replace(each, path=project.prefix + each.path) for each in findings)
    shown = tuple(replace(each, path=project.prefix + each.path) for each in rewritten)
    return Merged(tree, base_tree, render, foreseen.sides, foreseen.conflicts, broken, shown)


@dataclass(frozen=True)
class _Versions:
    """The project's own files in three versions, by their path from the top of the work tree."""

    base: Files
    ours: Files
    theirs: Files
    went: dict[str, str]  # old path in the project → new path, of files that the template moved


def _versions(project: Living, base: Base, theirs: Mapping[str, NewFile], template: Template) -> _Versions:
    """What is merged: our files and the base's stand where the template moved them, so that edits move along.

    The record is a machine's own file: whatever was done to ours, the new one is taken.
    """
    ours: Files = {path: entry for path, entry in project.files.items() if project.own(path)}
    pristine = {path: file for path, file in base.files.items() if project.own(path)}
    name = project.prefix + record.NAME
    ours[name] = pristine[name]
    there = {path.removeprefix(project.prefix) for path in theirs}
    own = {path.removeprefix(project.prefix) for path in ours}
    made = {path for path in own if project.prefix + path in pristine}  # by the template, and not the user's own
    went = {old: new for old, new in rewrite_imports.paths(template.moved, made, there).items() if new in there}
    followed = rewrite_imports.that_edits_can_follow(went, own)
    places = {project.prefix + old: project.prefix + new for old, new in followed.items()}
    return _Versions(_at_new_places(pristine, places), _at_new_places(ours, places), dict(theirs), went)


def _at_new_places(files: Mapping[str, Entry | NewFile], places: Mapping[str, str]) -> Files:
    return {places.get(path, path): file for path, file in files.items()}


def _merge(
    project: Living, scratch: Repository, versions: _Versions, name: str
) -> tuple[Foreseen, dict[str, Entry | NewFile]]:
    """Git's merge of the pages without what a run wrote into their report blocks, and that put back."""
    aside = report_blocks.set_aside(project.repository, versions.base, versions.ours, versions.theirs)
    if aside.pages:
        blank = {**versions.ours, **aside.pages}
        foreseen = merge.foresee(scratch, versions.base, blank, versions.theirs, name)
        merged = scratch.entries(foreseen.tree)
        filled = report_blocks.put_back(scratch, merged, aside)
        if filled is not None:
            sides = tuple(_with_our_blob(side, versions.ours) for side in foreseen.sides)
            return replace(foreseen, sides=sides), {**merged, **filled}
    foreseen = merge.foresee(scratch, versions.base, versions.ours, versions.theirs, name)
    return foreseen, dict(scratch.entries(foreseen.tree))


def _with_our_blob(side: Entry, ours: Files) -> Entry:
    """Our side of a conflict as it is committed, with its report blocks filled."""
    own = ours.get(side.path)
    return replace(side, blob=own.blob) if side.stage == 2 and isinstance(own, Entry) else side


def _trees(project: Living, scratch: Repository, versions: _Versions, merged: Files) -> tuple[Tree, Tree]:
    """The project as it is committed, and as merged."""
    own = {path: entry for path, entry in project.files.items() if project.own(path)}
    entries = [
        file
        for files in (own, merged)
        for path, file in files.items()
        if isinstance(file, Entry)
        and (file.mode == LINK or broken_references.is_read(path.removeprefix(project.prefix)))
    ]
    contents = scratch.contents(entry.blob for entry in entries)
    return _tree(project, own, contents), _tree(project, merged, contents)


def _tree(project: Living, files: Mapping[str, Entry | NewFile], contents: Mapping[str, bytes]) -> Tree:
    texts, links = {}, {}
    for path, file in files.items():
        content = contents.get(file.blob, b"") if isinstance(file, Entry) else file.content
        name, text = path.removeprefix(project.prefix), content.decode("utf-8", "surrogateescape")
        if file.mode == LINK:
            links[name] = text
        elif broken_references.is_read(name) and len(content) <= _largest(name) and "\0" not in text:
            texts[name] = text
    return Tree(frozenset(path.removeprefix(project.prefix) for path in files), texts, links)


def _largest(path: str) -> int:
    """Bytes of a file that is read for what it refers to; a notebook holds its pictures too."""
    return 30_000_000 if path.endswith(".ipynb") else 1_000_000


def _with_rewritten_imports(
    project: Living, versions: _Versions, before: Tree, after: Tree, conflicting: frozenset[str]
) -> tuple[Tree, list[Rewrite]]:
    """The merged files, in which those that are the user's follow the modules that the template moved."""
    renamed = rewrite_imports.modules(versions.went)
    came_from = {new: old for old, new in versions.went.items()}
    texts, rewritten = dict(after.texts), []
    for path, text in after.texts.items() if versions.went else ():
        whole = project.prefix + path
        theirs = versions.theirs.get(whole)
        is_theirs = isinstance(theirs, NewFile) and theirs.content == text.encode("utf-8", "surrogateescape")
        if path.endswith(".py") and not is_theirs and whole not in conflicting:
            texts[path], lines = rewrite_imports.rewrite(path, before, after, renamed, came_from.get(path, ""))
            rewritten += lines
    return replace(after, texts=texts), rewritten
