"""Git: the first commit, and whose name is on it. The only module that knows GitPython."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.errors import PortfolioError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True)
class Repository:
    """Git in one work tree, asked in its own words."""

    root: Path

    def ask(
        self,
        *words: str,
        stdin: str = "",
        config: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """What git answers, to the letter; PortfolioError with git's own words where it refuses."""
        code, said, complaint = self.try_to(*words, stdin=stdin, config=config, environment=environment)
        if code:
            raise PortfolioError(f"git {words[0]} failed: {_first_line(complaint)}", "mend that, then try again")
        return said

    def try_to(
        self,
        *words: str,
        stdin: str = "",
        config: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> tuple[int, str, str]:
        """(exit code, standard output, standard error) of a git command."""
        git = _git()
        settings = [word for key, value in (config or {}).items() for word in ("-c", f"{key}={value}")]
        with tempfile.TemporaryFile() as given, _outside_any_repository():
            given.write(stdin.encode("utf-8", "surrogateescape"))
            given.seek(0)
            code, said, complaint = git.Git(self.root).execute(
                ["git", *settings, *words],
                istream=given,
                env=environment,
                with_extended_output=True,
                with_exceptions=False,
                strip_newline_in_stdout=False,
            )
        return int(code), str(said), str(complaint)

    def path(self, name: str) -> Path:
        """A file of git's own, such as MERGE_HEAD, of this work tree."""
        return self.root / self.ask("rev-parse", "--git-path", name).rstrip("\n")


@dataclass(frozen=True)
class Identity:
    """In whose name commits are made."""

    name: str
    email: str
    is_configured: bool

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def environment(self) -> dict[str, str]:
        """For a git that commits."""
        return {
            "GIT_AUTHOR_NAME": self.name,
            "GIT_AUTHOR_EMAIL": self.email,
            "GIT_COMMITTER_NAME": self.name,
            "GIT_COMMITTER_EMAIL": self.email,
        }


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
    who = identity(None, fallback_name)
    note = [] if who.is_configured else [f"No git identity was configured: committed as {who}."]
    message = "\n\n".join([subject, *note, trailer])  # a trailer counts in the last paragraph only
    try:
        with _outside_any_repository(), git.Repo.init(folder, initial_branch=BRANCH) as repo:
            repo.git.update_environment(**who.environment)
            repo.git(c=AS_IT_IS).add("--all", "--force")
            repo.git(c=AS_IT_IS).commit("--quiet", "--cleanup=verbatim", f"--message={message}\n")
            # From the file, without starting git once more.
            sha = git.SymbolicReference.dereference_recursive(repo, "HEAD")
            return Commit(sha, str(who), who.is_configured)
    except git.GitCommandError as error:
        raise PortfolioError(
            f"git could not make the first commit: {_first_line(str(error.stderr).strip().removeprefix('stderr:'))}",
            "mend that, or make the project without one: --no-git",
        ) from error


def identity(within: Path | None, fallback_name: str) -> Identity:
    """Who commits, as configured for everything or for the repository `within`; else `fallback_name`."""
    name, email = _identity(within)
    # .invalid is reserved: the address can be nobody's.
    return Identity(name or fallback_name, email or "nobody@example.invalid", bool(name and email))


def _first_line(complaint: str) -> str:
    """What git gives as its reason; its warnings come before that."""
    lines = complaint.strip(" '\n").splitlines()
    return next((line for line in lines if line.startswith(("fatal:", "error:"))), "".join(lines[:1]))


@contextlib.contextmanager
def _outside_any_repository() -> Iterator[None]:
    """Without the variables that a hook sets, which would send our commit into the repository it runs in."""
    taken = {name: os.environ.pop(name) for name in OF_A_REPOSITORY if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)


def _identity(within: Path | None = None) -> tuple[str | None, str | None]:
    """The (name, email) that git would commit with; None for what is not configured."""
    if not is_available():
        return None, None
    git = _git()
    try:
        lines = str(git.Git(within).config("--get-regexp", r"^user\.(name|email)$")).splitlines()
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
