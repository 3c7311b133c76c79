"""What a repository is in the middle of, and whether all is committed: else a merge could mix with other work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portfolio.errors import PortfolioError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portfolio.git.repository import Repository

TITLE = "Update "  # what the message of our merges begins with
OUR_MERGE = re.compile(rf"{TITLE}.+ to [\w-]+@\d[\d.]*\n")
# A file of git's own → what it says is going on, and how that is ended.
UNDER_WAY = {
    "MERGE_HEAD": ("a merge", "git merge --abort"),
    "CHERRY_PICK_HEAD": ("a cherry-pick", "git cherry-pick --abort"),
    "REVERT_HEAD": ("a revert", "git revert --abort"),
    "rebase-merge": ("a rebase", "git rebase --abort"),
    "rebase-apply/applying": ("git am", "git am --abort"),
    "rebase-apply": ("a rebase", "git rebase --abort"),
    "sequencer": ("a series of picks or reverts", "git cherry-pick --abort or git revert --abort"),
    "BISECT_LOG": ("a bisect", "git bisect reset"),
}


def check(repository: Repository) -> str:
    """The commit that is checked out; PortfolioError where a merge could mix with what is not committed."""
    head = repository.head()
    _check_that_nothing_is_under_way(repository)
    if head is None:
        raise PortfolioError(f"{repository.root} has no commit yet", "git add -A && git commit -m 'My project'")
    words = ("status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=dirty", "--no-renames")
    untouched = {"GIT_OPTIONAL_LOCKS": "0"}  # else git writes what it sees of the files' times into its index
    if changed := [line[3:] for line in repository.ask(*words, environment=untouched).split("\0") if line]:
        raise PortfolioError(
            f"{some_of(changed)}: changed and not committed",
            "commit that first (git commit -a), or put it aside (git stash)",
        )
    _check_that_all_is_here(repository, head)
    return head


def _check_that_all_is_here(repository: Repository, head: str) -> None:
    """Refuse a partial clone that lacks files: git would ask another host for them, and an update asks none."""
    code, _, _ = repository.try_to("config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$")
    if code:
        return
    listed = repository.ask("rev-list", "--objects", "--no-object-names", "--missing=print", head).splitlines()
    if missing := sum(line.startswith("?") for line in listed):
        raise PortfolioError(
            f"{repository.root} is a partial clone: {missing} files of its history are at the other host only",
            "bring them here first: git fetch --refetch --no-filter",
        )


def _check_that_nothing_is_under_way(repository: Repository) -> None:
    for name, (what, remedy) in UNDER_WAY.items():
        if not repository.file(name).exists():
            continue
        message = repository.file("MERGE_MSG")
        if name == "MERGE_HEAD" and message.is_file() and OUR_MERGE.match(message.read_text("utf-8", "replace")):
            what = "an update that was not finished, or was stopped,"
            remedy = "git merge --abort, or where git refuses that: git reset --hard, as nothing else was uncommitted"
        raise PortfolioError(f"{what} is in progress in {repository.root}", f"finish it, or undo it: {remedy}")


def some_of(paths: Sequence[str]) -> str:
    """The first paths, and how many more there are."""
    unique = list(dict.fromkeys(paths))
    return ", ".join(unique[:3]) + (f" and {len(unique) - 3} more" if len(unique) > 3 else "")
