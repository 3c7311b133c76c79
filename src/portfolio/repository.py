"""Git: the first commit, and whose name is on it. The only module that knows GitPython."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

BRANCH = "main"


@dataclass(frozen=True)
class Commit:
    """A commit that was made, and in whose name."""

    sha: str
    identity: str  # "Ada <ada@example.org>"
    identity_is_configured: bool


def is_available() -> bool:
    """Whether there is a git to run."""
    return shutil.which("git") is not None


def enclosing(folder: Path) -> Path | None:
    """The work tree that holds `folder`, which need not exist yet."""
    absolute = folder.absolute()
    return next((each for each in (absolute, *absolute.parents) if (each / ".git").exists()), None)


def user_name() -> str | None:
    """What git calls the user, if anything."""
    return _configured("user.name", "GIT_AUTHOR_NAME")


def commit_all(folder: Path, paths: list[str], message: str, fallback_name: str) -> Commit:
    """Make `folder` a repository whose first commit holds exactly `paths`, byte for byte.

    Works without a configured identity (then as `fallback_name`), runs no hook, signs nothing and applies no filter, so
    the commit is the same on every machine.
    """
    git = _git()
    name, email = _configured("user.name", "GIT_AUTHOR_NAME"), _configured("user.email", "GIT_AUTHOR_EMAIL")
    is_configured = bool(name and email)
    # .invalid is reserved: the address can be nobody's.
    actor = git.Actor(name or fallback_name, email or "nobody@example.invalid")
    identity = f"{actor.name} <{actor.email}>"
    if not is_configured:
        message = f"{message.rstrip()}\n\nNo git identity was configured: committed as {identity}.\n"
    # GitDB writes objects itself; the default starts git once for every file.
    with git.Repo.init(folder, odbt=git.GitDB, initial_branch=BRANCH) as repo:
        index = repo.index  # each look at it is a new one
        index.add(paths)
        commit = index.commit(message, author=actor, committer=actor, skip_hooks=True)
        return Commit(commit.hexsha, identity, is_configured)


def _configured(key: str, variable: str) -> str | None:
    if not is_available():
        return None
    git = _git()
    try:
        value = os.environ.get(variable) or git.Git().config("--get", key)
    except git.GitCommandError:  # not set
        return None
    return str(value).strip() or None


def _git() -> ModuleType:
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # else the import fails where there is no git
    import git

    return git
