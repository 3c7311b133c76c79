"""Git: the first commit, and whose name is on it. The only module that knows GitPython."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.errors import PortfolioError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

BRANCH = "main"
AS_IT_IS = [
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    f"core.excludesFile={os.devnull}",
    "core.autocrlf=false",
    "commit.gpgSign=false",
    "maintenance.auto=false",
]
OF_A_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_COMMON_DIR")


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
    folder = folder.resolve()
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def user_name() -> str | None:
    """What git calls the user, if anything."""
    return _identity()[0]


def commit_all(folder: Path, subject: str, trailer: str, fallback_name: str) -> Commit:
    """Make `folder` a repository whose first commit holds everything in it, byte for byte.

    Works without a configured identity (then as `fallback_name`), runs no hook, signs nothing and applies no filter, so
    the commit holds the same on every machine.
    """
    git = _git()
    name, email = _identity()
    is_configured = bool(name and email)
    # .invalid is reserved: the address can be nobody's.
    name, email = name or fallback_name, email or "nobody@example.invalid"
    note = [] if is_configured else [f"No git identity was configured: committed as {name} <{email}>."]
    message = "\n\n".join([subject, *note, trailer])  # a trailer counts in the last paragraph only
    try:
        with _outside_any_repository(), git.Repo.init(folder, initial_branch=BRANCH) as repo:
            repo.git.update_environment(
                GIT_AUTHOR_NAME=name, GIT_AUTHOR_EMAIL=email, GIT_COMMITTER_NAME=name, GIT_COMMITTER_EMAIL=email
            )
            repo.git(c=AS_IT_IS).add("--all", "--force")
            repo.git(c=AS_IT_IS).commit("--quiet", "--cleanup=verbatim", f"--message={message}\n")
            # From the file, without starting git once more.
            sha = git.SymbolicReference.dereference_recursive(repo, "HEAD")
            return Commit(sha, f"{name} <{email}>", is_configured)
    except git.GitCommandError as error:
        said = str(error.stderr).strip().removeprefix("stderr:").strip(" '\n").partition("\n")[0]
        raise PortfolioError(
            f"git could not make the first commit: {said}", "mend that, or make the project without one: --no-git"
        ) from error


@contextlib.contextmanager
def _outside_any_repository() -> Iterator[None]:
    """Without the variables that a hook sets, which would send our commit into the repository it runs in."""
    taken = {name: os.environ.pop(name) for name in OF_A_REPOSITORY if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)


def _identity() -> tuple[str | None, str | None]:
    """The (name, email) that git would commit with; None for what is not configured."""
    if not is_available():
        return None, None
    git = _git()
    try:
        lines = str(git.Git().config("--get-regexp", r"^user\.(name|email)$")).splitlines()
    except git.GitCommandError:  # neither is set
        lines = []
    configured = dict(line.partition(" ")[::2] for line in lines)
    name = os.environ.get("GIT_AUTHOR_NAME") or configured.get("user.name", "")
    email = os.environ.get("GIT_AUTHOR_EMAIL") or configured.get("user.email", "")
    return name.strip() or None, email.strip() or None


def _git() -> ModuleType:
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # else the import fails where there is no git
    import git

    return git
