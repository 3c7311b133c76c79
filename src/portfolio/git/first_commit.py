"""The first commit of a project: everything in its folder, byte for byte, whatever the machine's git is set to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portfolio.errors import PortfolioError
from portfolio.git.repository import Repository, identity

if TYPE_CHECKING:
    from pathlib import Path

BRANCH = "main"
AS_IT_IS = {
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.autocrlf": "false",
    "commit.gpgSign": "false",
}


@dataclass(frozen=True)
class Commit:
    """A commit that was made, and in whose name."""

    sha: str
    identity: str  # "Ada <ada@example.org>"
    identity_is_configured: bool


def commit_all(folder: Path, subject: str, trailer: str, fallback_name: str) -> Commit:
    """Make `folder` a repository whose first commit holds everything in it.

    Works without a configured identity (then as `fallback_name`), runs no hook, signs nothing and applies no filter, so
    the commit holds the same on every machine.
    """
    repository = Repository(folder)
    who = identity(None, fallback_name)
    note = [] if who.is_configured else [f"No git identity was configured: committed as {who}."]
    message = "\n\n".join([subject, *note, trailer])  # a trailer counts in the last paragraph only
    try:
        repository.ask("init", "--quiet")
        repository.ask("symbolic-ref", "HEAD", f"refs/heads/{BRANCH}")  # `init --initial-branch` needs git 2.28
        repository.ask("add", "--all", "--force", config=AS_IT_IS)
        words = ("commit", "--quiet", "--cleanup=verbatim", "--file=-")
        repository.ask(*words, stdin=f"{message}\n", config=AS_IT_IS, environment=who.environment)
        return Commit(repository.head() or "", str(who), who.is_configured)
    except PortfolioError as error:
        raise PortfolioError(
            f"git could not make the first commit: {error.message.partition(': ')[2]}",
            f"{error.hint}; or make the project without a commit: --no-git",
        ) from error
