"""A three-way merge by git: foreseen whole before a file is touched, then taken as a merge that can be aborted."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from portfolio.errors import PortfolioError
from portfolio.git import state
from portfolio.git.repository import Entry, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set
    from pathlib import Path

    from portfolio.git.repository import Files, Identity, Repository

# Whatever the user has set, moved files are followed, and line ends alone are no difference.
MERGING = {"merge.renames": "true", "merge.directoryRenames": "conflict", "merge.renormalize": "true"}
OURS = "yours"  # as the conflict marks call it
UNKNOWN_OPTION = 129  # the exit code of a git that does not know an option


@dataclass(frozen=True)
class Change:
    """What the merge does to one file."""

    action: str  # "new", "changed", "deleted", "moved" or "mode"
    path: str
    blob: str | None  # what it will hold, as git names it
    moved_from: str | None = None


@dataclass(frozen=True)
class Conflict:
    """A file that the user has to look at."""

    path: str
    kind: str  # git's word for it
    message: str  # git's own
    has_ours: bool
    has_theirs: bool


@dataclass(frozen=True)
class Foreseen:
    """What git makes of three trees."""

    tree: str  # holds conflict marks, where there are conflicts
    sides: tuple[Entry, ...]  # the base's, ours and theirs of each conflict
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True)
class Merge:
    """A merge that is ready to be taken."""

    head: str
    theirs: str  # the commit
    tree: str
    sides: tuple[Entry, ...]
    conflicts: tuple[Conflict, ...]
    changes: tuple[Change, ...]


def foresee(scratch: Repository, base: Files, ours: Files, theirs: Files, name: str) -> Foreseen:
    """What the version called `name` makes of our files; everything is stored in the scratch repository only."""
    scratch.import_trees({"base": base, OURS: ours, name: theirs})
    words = ("merge-tree", "--write-tree", "-z", "--messages", OURS, name)
    code, answer, complaint = scratch.try_to(*words, config=MERGING)
    if code == UNKNOWN_OPTION:
        raise PortfolioError("this git cannot merge without touching files", "install git 2.38 or newer")
    if code not in (0, 1):
        raise refusal("git merge-tree failed", complaint, "nothing was changed; please report this")
    tree, *rest = answer.split("\0")
    sides = []
    for line in itertools.takewhile(bool, rest):
        facts, _, path = line.partition("\t")
        mode, blob, stage = facts.split()
        sides.append(Entry(path, mode, blob, int(stage)))
    return Foreseen(tree, tuple(sides), tuple(_conflicts(rest[len(sides) + 1 :], sides, is_clean=code == 0)))


def _conflicts(messages: Sequence[str], sides: Sequence[Entry], is_clean: bool) -> Iterator[Conflict]:
    """A conflict for each path with several sides, and what git says of it."""
    by_path: dict[str, tuple[str, str]] = {}
    rest = iter(messages)
    for count in rest:
        if not count.isdecimal():
            break
        paths = [next(rest) for _ in range(int(count))]
        kind, message = next(rest), next(rest).strip()
        if kind.startswith("CONFLICT"):
            kind = kind.removeprefix("CONFLICT ").strip("()")
            by_path |= {path: (kind, message) for path in paths if path not in by_path}
    stages: dict[str, set[int]] = {}
    for side in sides:
        stages.setdefault(side.path, set()).add(side.stage)
    if not is_clean and not stages:  # such as a folder that was split
        stages = {path: {2, 3} for path in by_path}
    for path, present in stages.items():
        kind, message = by_path.get(path, ("other", ""))
        yield Conflict(path, kind, message, 2 in present, 3 in present)


def changes(scratch: Repository, head: str, tree: str) -> tuple[Change, ...]:
    """What putting a tree in place of a commit's does to the files."""
    words = ("diff-tree", "-r", "-z", "-M", "--raw", "--no-abbrev", head, tree)
    answer = iter(scratch.ask(*words).split("\0"))
    made = []
    for line in filter(None, answer):
        old_mode, new_mode, old, new, status = line.lstrip(":").split()
        path = next(answer)
        match status[0]:
            case "R":
                made.append(Change("moved", next(answer), new, moved_from=path))
            case "A" | "D":
                made.append(Change("new" if status == "A" else "deleted", path, new if status == "A" else None))
            case _:
                made.append(Change("mode" if old == new and old_mode != new_mode else "changed", path, new))
    return tuple(made)


def diff(scratch: Repository, merge: Merge, without: str) -> str:
    """The changes as a patch, without that of one file."""
    words = ("diff-tree", "-r", "-p", "-M", "--no-color", "--no-ext-diff", "--no-textconv", merge.head, merge.tree)
    return scratch.ask(*words, "--", ":/", f":(top,exclude,literal){without}")


def check_way(repository: Repository, scratch: Repository, made: Sequence[Change]) -> None:
    """Refuse where a file would be overwritten that git does not know, or does not look at."""
    if in_the_way := list(_in_the_way(repository, scratch, made)):
        raise PortfolioError(
            f"{state.some_of(in_the_way)}: in the way of a file that the update brings, and not in git",
            "commit it, or move it elsewhere; then update again",
        )
    if unwatched := _unwatched(repository, made):
        raise PortfolioError(
            f"{state.some_of(unwatched)}: git is set not to look at it (skip-worktree or assume-unchanged), "
            "and the update changes it",
            f"git update-index --no-skip-worktree --no-assume-unchanged {unwatched[0]}; then commit what it holds",
        )


def _in_the_way(repository: Repository, scratch: Repository, made: Sequence[Change]) -> Iterator[str]:
    leaving = {path for each in made for path in (each.moved_from, each.path if each.action == "deleted" else None)}
    for change in made:
        if change.action not in ("new", "moved"):
            continue
        above = [str(parent) for parent in PurePosixPath(change.path).parents][:-1]
        taken = [path for path in above if not (repository.root / path).is_dir()]
        if change.path not in leaving and not _is_left_over(repository, scratch, change):
            taken.append(change.path)
        yield from (path for path in taken if path not in leaving and _stays(repository.root, path, leaving))


def _stays(root: Path, path: str, leaving: Set[str | None]) -> bool:
    """Whether something stands at a path, other than a folder all of whose files the update takes away."""
    if not os.path.lexists(root / path):
        return False
    if not (root / path).is_dir() or (root / path).is_symlink():
        return True
    return any(
        file.relative_to(root).as_posix() not in leaving for file in (root / path).rglob("*") if not file.is_dir()
    )


def _is_left_over(repository: Repository, scratch: Repository, change: Change) -> bool:
    """Whether the very file stands there already, as an update leaves it that was stopped and undone."""
    path = repository.root / change.path
    if change.blob is None or path.is_symlink() or not path.is_file():
        return False
    return path.read_bytes() == scratch.contents([change.blob])[change.blob]


def _unwatched(repository: Repository, made: Sequence[Change]) -> list[str]:
    """Files that the update touches and whose own changes git is set not to see; not those of a sparse checkout."""
    touched = {path for change in made for path in (change.path, change.moved_from)}
    listed = repository.ask("ls-files", "-v", "-z", "--", ":/").split("\0")
    marked = [line[2:] for line in listed if line[:1] == "S" or line[:1].islower()]
    return [path for path in marked if path in touched and os.path.lexists(repository.root / path)]


def take(
    repository: Repository, scratch: Repository, merge: Merge, title: str, who: Identity, is_to_be_looked_at: bool
) -> str | None:
    """Make the merge true: the merge's commit; None where it is left uncommitted, which `git merge --abort` undoes.

    The notes come first and HEAD moves last: stopped at any moment, the way back is open.
    """
    repository.adopt(scratch)
    commit = None
    if not is_to_be_looked_at:
        parents = (merge.head, merge.theirs)
        commit = repository.commit(merge.tree, parents, title, who, repository.signs_commits)
    repository.ask("update-ref", "ORIG_HEAD", merge.head)
    notes = {"MERGE_MSG": title, "MERGE_MODE": "no-ff", "MERGE_HEAD": f"{merge.theirs}\n"}
    for name, text in notes.items():
        repository.file(name).write_text(text, encoding="utf-8")
    try:
        _check_out(repository, scratch, merge)
    except PortfolioError as error:
        words = ("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=dirty")
        if repository.try_to(*words)[1].strip():  # it failed in the middle
            hint = f"{error.hint}; back to what was committed: git reset --hard"
            raise PortfolioError(error.message, hint) from error
        _remove(repository, notes)
        raise
    if commit:
        repository.ask("update-ref", "-m", f"portfolio: {title.strip()}", "HEAD", commit, merge.head)
        _remove(repository, notes)
    elif merge.sides:
        nothing = "0" * len(merge.head)
        gone = "".join(f"0 {nothing}\t{path}\0" for path in {side.path for side in merge.sides})
        repository.ask("update-index", "-z", "--index-info", stdin=gone + "".join(map(str, merge.sides)))
    return commit


def _check_out(repository: Repository, scratch: Repository, merge: Merge) -> None:
    coming = [change for change in merge.changes if change.action in ("new", "moved")]
    there = [repository.root / change.path for change in coming if _is_left_over(repository, scratch, change)]
    kept = {path: path.read_bytes() for path in there}
    for path in kept:
        path.unlink()  # git refuses to write over it; the same comes back
    try:
        repository.try_to("update-index", "-q", "--refresh")  # a new time alone is no change
        repository.ask("read-tree", "-m", "-u", merge.head, merge.tree)
    except PortfolioError:
        for path, content in kept.items():
            path.write_bytes(content)
        raise


def _remove(repository: Repository, notes: dict[str, str]) -> None:
    for name in reversed(notes):
        repository.file(name).unlink(missing_ok=True)
