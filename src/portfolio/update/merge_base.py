"""The base of the merge: the project as the template once made it, which both sides are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portfolio import record
from portfolio.create.scaffold import TRAILER
from portfolio.git.repository import PLAIN, Entry, NewFile
from portfolio.record import blob_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portfolio.git.repository import Files, Repository
    from portfolio.update.project import Living

LOST = b""  # stands for a template's file whose original content is lost: every difference from it then conflicts


@dataclass(frozen=True)
class Base:
    """The files that both sides are compared with, by their path from the top of the work tree."""

    files: Files
    commit: str | None  # in the project's history; None where it was put together again from its recorded files
    forgotten: tuple[str, ...] = ()  # edited files whose original content is nowhere to be found


def find(project: Living, render: Mapping[str, bytes]) -> Base:
    """The newest commit in the history that holds what the record says; else its files, one by one.

    A file whose content is neither in the repository nor in the new render is taken as lost.
    """
    git, prefix = project.repository, project.prefix
    words = ("log", "--topo-order", "--format=%H", "--fixed-strings", f"--grep={TRAILER}: {project.record.release}")
    for sha in git.ask(*words, project.head).split():
        files = git.entries(sha)
        pristine = {path: entry for path, entry in files.items() if project.own(path)}
        if pristine.pop(prefix + record.NAME, None) is None:
            continue
        names = _sha1_names(git, pristine)
        if {path.removeprefix(prefix): names.get(path) for path in pristine} == project.record.files:
            return Base(dict(files), sha)  # and not a squash that only took over the message
    return _rebuilt(project, render)


def _sha1_names(git: Repository, files: Mapping[str, Entry]) -> dict[str, str]:
    """The SHA-1 name of each file, as the record has it, whatever hash the repository uses."""
    if git.hash_name == "sha1":
        return {path: entry.blob for path, entry in files.items()}
    contents = git.contents(entry.blob for entry in files.values())
    return {path: blob_name(contents[entry.blob]) for path, entry in files.items() if entry.blob in contents}


def _rebuilt(project: Living, render: Mapping[str, bytes]) -> Base:
    """From the object database, which may know every file by its recorded name, or only those nobody edited."""
    prefix, recorded = project.prefix, project.record.files
    known = _known_blobs(project)
    rendered = {blob_name(content): content for content in render.values()}
    files: Files = {path: entry for path, entry in project.files.items() if not project.own(path)}
    files[prefix + record.NAME] = project.files[prefix + record.NAME]
    forgotten = []
    for path, name in recorded.items():
        if name in known:
            files[prefix + path] = Entry(prefix + path, PLAIN, known[name])
        else:
            files[prefix + path] = NewFile(rendered.get(name, LOST))
            if name not in rendered:
                forgotten.append(path)
    return Base(files, None, tuple(sorted(forgotten)))


def _known_blobs(project: Living) -> dict[str, str]:
    """The recorded SHA-1 names that the repository has a blob for."""
    git = project.repository
    if git.hash_name == "sha1":
        held = git.contents(project.record.files.values())
        return {name: name for name in held}
    names = _sha1_names(git, {path: entry for path, entry in project.files.items() if project.own(path)})
    return {name: project.files[path].blob for path, name in names.items()}
