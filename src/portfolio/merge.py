"""A three-way merge by git: foreseen whole before a file is touched, then taken as a merge that can be aborted."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from portfolio.errors import PortfolioError
from portfolio.repository import AS_IT_IS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portfolio.repository import Identity, Repository

PLAIN = "100644"
# Whatever the user has set, moved files are followed, and line ends alone are no difference.
MERGING = {"merge.renames": "true", "merge.directoryRenames": "conflict", "merge.renormalize": "true"}
OURS = "yours"  # as the conflict marks call it
UNDER_WAY = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
}


@dataclass(frozen=True)
class Entry:
    """A file in a tree, or one side of a conflict."""

    path: str
    mode: str
    blob: str
    stage: int = 0  # 1 the base, 2 ours, 3 theirs

    def __str__(self) -> str:
        """As `git update-index --index-info` reads it."""
        return f"{self.mode} {self.blob} {self.stage}\t{self.path}\0"


@dataclass(frozen=True)
class Change:
    """What happens to one file."""

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
class Merge:
    """The outcome of a merge, before it is taken."""

    head: str
    theirs: str  # the commit
    tree: str  # holds conflict marks, where there are conflicts
    entries: tuple[Entry, ...]  # the sides of each conflict
    conflicts: tuple[Conflict, ...]


def check_state(repository: Repository) -> str:
    """The commit that is checked out; PortfolioError where a merge could mix with what is not committed."""
    for name, what in UNDER_WAY.items():
        if repository.path(name).exists():
            raise PortfolioError(
                f"a {what} is in progress in {repository.root}", f"finish it, or undo it: git {what} --abort"
            )
    code, head, _ = repository.try_to("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if code:
        raise PortfolioError(f"{repository.root} has no commit yet", "git add -A && git commit -m 'My project'")
    words = ("status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=dirty", "--no-renames")
    if changed := [each[3:] for each in repository.ask(*words).split("\0") if each]:
        shown = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
        raise PortfolioError(
            f"{shown}: changed and not committed", "commit that first (git commit -a), or put it aside (git stash)"
        )
    return head.strip()


def entries(repository: Repository, tree: str, prefix: str = "") -> dict[str, Entry]:
    """Every file of a tree below `prefix` (empty, or ending in /), by its path from there."""
    listed = repository.ask("ls-tree", "-r", "-z", "--full-tree", f"{tree}:{prefix}").split("\0")
    found = {}
    for line in filter(None, listed):
        (mode, _, blob), path = line.partition("\t")[0].split(), line.partition("\t")[2]
        found[path] = Entry(path, mode, blob)
    return found


def tree_of(repository: Repository, folder: Path) -> str:
    """The tree of everything in a folder outside the work tree, byte for byte."""
    with _index() as index:
        as_it_is = dict(setting.split("=", 1) for setting in AS_IT_IS)
        place = {"GIT_WORK_TREE": str(folder), "GIT_DIR": str(repository.path("."))}
        # By its own git folder: from inside the work tree, git would look for the paths of that.
        repository.ask("add", "--all", "--force", "--", ":/", config=as_it_is, environment={**index, **place})
        return repository.ask("write-tree", environment=index).strip()


def tree_with(repository: Repository, tree: str | None, files: Mapping[str, Entry]) -> str:
    """A tree with some files put into it, or in place of what is there."""
    with _index() as index:
        if tree:
            repository.ask("read-tree", tree, environment=index)
        told = "".join(map(str, files.values()))
        repository.ask("update-index", "-z", "--index-info", stdin=told, environment=index)
        return repository.ask("write-tree", environment=index).strip()


def tree_at(repository: Repository, around: str, prefix: str, tree: str) -> str:
    """The tree `around`, with `tree` in place of its folder `prefix` (empty: in place of all)."""
    if not prefix:
        return tree
    with _index() as index:
        repository.ask("read-tree", around, environment=index)
        inside = entries(repository, around, prefix) if has(repository, f"{around}:{prefix}") else {}
        gone = "".join(f"0 {'0' * 40}\t{prefix}{path}\0" for path in inside)
        repository.ask("update-index", "-z", "--index-info", stdin=gone, environment=index)
        repository.ask("read-tree", f"--prefix={prefix}", tree, environment=index)
        return repository.ask("write-tree", environment=index).strip()


def has(repository: Repository, name: str) -> bool:
    """Whether there is an object of that name."""
    return repository.try_to("cat-file", "-e", name)[0] == 0


def missing(repository: Repository, blobs: set[str]) -> set[str]:
    """Those of the blobs that the object database does not hold."""
    answer = repository.ask("cat-file", "--batch-check", stdin="".join(f"{blob}\n" for blob in blobs))
    return {line.split()[0] for line in answer.splitlines() if line.endswith(" missing")}


def text_of(repository: Repository, blob: str) -> str:
    """A blob as text, whatever its bytes."""
    return repository.ask("cat-file", "blob", blob)


def blob_of(repository: Repository, text: str) -> str:
    """Store a text."""
    return repository.ask("hash-object", "-w", "--stdin", "--no-filters", stdin=text).strip()


def commit(repository: Repository, tree: str, parents: tuple[str, ...], message: str, who: Identity, sign: bool) -> str:
    """Store a commit that no branch knows yet; no hook runs."""
    words = [word for parent in parents for word in ("-p", parent)] + (["-S"] if sign else [])
    code, sha, complaint = repository.try_to("commit-tree", *words, tree, stdin=message, environment=who.environment)
    if code:
        reason = (complaint.strip() or "it gives no reason").splitlines()[-1]
        raise PortfolioError(
            f"git could not make the commit: {reason}",
            "mend that, or do without signing: git config commit.gpgSign false"
            if sign
            else "mend that, then try again",
        )
    return sha.strip()


def signs(repository: Repository) -> bool:
    """Whether the user has git sign commits."""
    return repository.try_to("config", "--type=bool", "commit.gpgSign")[1].strip() == "true"


def merged(repository: Repository, head: str, base: str, ours: str, theirs: str, name: str) -> Merge:
    """What `theirs`, a commit called `name` whose parent is `base`, makes of the tree `ours`; nothing is touched."""
    who = {"GIT_AUTHOR_NAME": "-", "GIT_AUTHOR_EMAIL": "-", "GIT_COMMITTER_NAME": "-", "GIT_COMMITTER_EMAIL": "-"}
    # For merge-tree only: it finds the base by ancestry, and after a squash or a re-init HEAD has another.
    ours_on_base = repository.ask("commit-tree", "-p", base, "-m", "-", ours, environment=who).strip()
    words = ("merge-tree", "--write-tree", "-z", "--messages", OURS, name)
    with _called(repository, {OURS: ours_on_base, name: theirs}):
        code, said, complaint = repository.try_to(*words, config=MERGING)
    if code not in (0, 1):
        if "usage:" in complaint:
            raise PortfolioError("this git cannot merge without touching files", "install git 2.38 or newer")
        raise PortfolioError(f"git merge-tree failed: {complaint.strip()}", "nothing was changed; report this, please")
    tree, *rest = said.split("\0")
    sides = []
    for line in itertools.takewhile(bool, rest):
        (mode, blob, stage), path = line.partition("\t")[0].split(), line.partition("\t")[2]
        sides.append(Entry(path, mode, blob, int(stage)))
    conflicts = tuple(_conflicts(rest[len(sides) + 1 :], sides))
    return Merge(head, theirs, tree, tuple(sides), conflicts)


def _conflicts(told: list[str], sides: list[Entry]) -> Iterator[Conflict]:
    """A conflict for each path with several sides, and what git says of it."""
    said: dict[str, tuple[str, str]] = {}
    rest = iter(told)
    for count in rest:
        if not count.isdecimal():
            break
        paths = [next(rest) for _ in range(int(count))]
        kind, message = next(rest), next(rest).strip()
        if kind.startswith("CONFLICT"):
            said |= {path: (kind.removeprefix("CONFLICT ").strip("()"), message) for path in paths if path not in said}
    stages: dict[str, set[int]] = {}
    for each in sides:
        stages.setdefault(each.path, set()).add(each.stage)
    for path, which in stages.items():
        kind, message = said.get(path, ("other", ""))
        yield Conflict(path, kind, message, 2 in which, 3 in which)


@contextlib.contextmanager
def _called(repository: Repository, commits: Mapping[str, str]) -> Iterator[None]:
    """Commits under names, which git writes into conflict marks."""
    for name, sha in commits.items():
        repository.ask("update-ref", f"refs/{name}", sha)
    try:
        yield
    finally:
        for name in commits:
            repository.try_to("update-ref", "-d", f"refs/{name}")


def changes(repository: Repository, merge: Merge) -> tuple[Change, ...]:
    """What taking the merge does to the files."""
    words = ("diff-tree", "-r", "-z", "-M", "--raw", "--no-abbrev", merge.head, merge.tree)
    told = iter(repository.ask(*words).split("\0"))
    found = []
    for line in filter(None, told):
        old_mode, new_mode, old, new, status = line.lstrip(":").split()
        path = next(told)
        match status[0]:
            case "R":
                found.append(Change("moved", next(told), new, moved_from=path))
            case "A" | "D":
                found.append(Change("new" if status == "A" else "deleted", path, new if status == "A" else None))
            case _:
                found.append(Change("mode" if old == new and old_mode != new_mode else "changed", path, new))
    return tuple(found)


def diff(repository: Repository, merge: Merge, without: str) -> str:
    """The same as a patch, without that of one file."""
    words = ("diff-tree", "-r", "-p", "-M", "--no-color", "--no-ext-diff", merge.head, merge.tree)
    return repository.ask(*words, "--", ":/", f":(top,exclude,literal){without}")


def check_way(repository: Repository, found: tuple[Change, ...]) -> None:
    """Refuse where a file that git does not know, ignored or not, would be overwritten."""
    leaving = {path for each in found for path in (each.moved_from, each.path if each.action == "deleted" else None)}
    in_the_way = []
    for each in found:
        if each.action in ("new", "moved"):
            above = [str(parent) for parent in PurePosixPath(each.path).parents][:-1]
            taken = [path for path in above if not (repository.root / path).is_dir()] + [each.path]
            in_the_way += [path for path in taken if os.path.lexists(repository.root / path) and path not in leaving]
    if in_the_way:
        raise PortfolioError(
            f"{', '.join(dict.fromkeys(in_the_way))}: in the way of a file that the update brings, and not in git",
            "commit it, or move it elsewhere; then update again",
        )


def take(repository: Repository, merge: Merge, message: str, who: Identity) -> str | None:
    """Make the merge true: (the merge's commit), or None where conflicts are left, which `git merge --abort` undoes."""
    if not merge.conflicts:
        parents = (merge.head, merge.theirs)
        sha = commit(repository, merge.tree, parents, message, who, sign=signs(repository))
        repository.ask("merge", "--ff-only", "--no-overwrite-ignore", "--quiet", sha)
        return sha
    # The notes come first: stopped at any moment, `git merge --abort` finds its way back.
    repository.ask("update-ref", "ORIG_HEAD", merge.head)
    repository.path("MERGE_MSG").write_text(message, encoding="utf-8")
    repository.path("MERGE_MODE").write_text("no-ff", encoding="utf-8")
    repository.path("MERGE_HEAD").write_text(f"{merge.theirs}\n", encoding="utf-8")
    try:
        repository.ask("read-tree", "-m", "-u", merge.head, merge.tree)
    except PortfolioError:  # it refuses before it begins
        for name in ("MERGE_HEAD", "MERGE_MODE", "MERGE_MSG"):
            repository.path(name).unlink()
        raise
    gone = "".join(f"0 {'0' * 40}\t{path}\0" for path in {each.path for each in merge.entries})
    sides = "".join(map(str, merge.entries))
    repository.ask("update-index", "-z", "--index-info", stdin=gone + sides)
    return None


def export(repository: Repository, tree: str, prefix: str, folder: Path) -> None:
    """Write the files of a tree's folder `prefix` below `folder`."""
    with _index() as index:
        repository.ask("read-tree", f"{tree}:{prefix}", environment=index)
        repository.ask("checkout-index", "--all", "--force", f"--prefix={folder.as_posix()}/", environment=index)


def with_ours(merge: Merge, path: str, blob: str) -> Merge:
    """The merge, where a conflict's own side is another blob."""
    sides = (replace(each, blob=blob) if (each.path, each.stage) == (path, 2) else each for each in merge.entries)
    return replace(merge, entries=tuple(sides))


@contextlib.contextmanager
def _index() -> Iterator[dict[str, str]]:
    """An index of its own, for trees that are never checked out."""
    with tempfile.TemporaryDirectory() as folder:
        yield {"GIT_INDEX_FILE": str(Path(folder) / "index")}
