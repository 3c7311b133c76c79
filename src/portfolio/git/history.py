"""What git knows of a folder, asked read-only and offline; works without git, and runs nothing of the repository's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portfolio.git import OF_A_REPOSITORY, OFFLINE

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 5  # seconds
# A repository's own configuration may name programs to run: none of them here, and no remote is asked for anything.
HARMLESS = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "protocol.allow=never")


@dataclass(frozen=True)
class History:
    """The commits that can be seen from here."""

    commits: int
    is_shallow: bool


def files(folder: Path) -> tuple[str, ...] | None:
    """The files below the folder that are tracked, or would be with `git add`; None where there is no repository."""
    output = _git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", ".")
    return tuple(sorted(filter(None, output.split("\0")))) if output is not None else None


def of(folder: Path) -> History | None:
    """How many commits touched the folder; None where nothing is known."""
    count = _git(folder, "rev-list", "--count", "HEAD", "--", ".")
    if count is None or not count.strip().isdigit():
        return None
    return History(int(count), (_git(folder, "rev-parse", "--is-shallow-repository") or "").strip() == "true")


def has_commit(folder: Path, sha: str) -> bool:
    """Whether the repository has that commit."""
    return _git(folder, "cat-file", "-e", f"{sha}^{{commit}}") is not None


def _git(folder: Path, *arguments: str) -> str | None:
    if not any((each / ".git").exists() for each in (folder, *folder.parents)):
        return None  # without starting git to find that out
    import subprocess

    environment = {name: value for name, value in os.environ.items() if name not in OF_A_REPOSITORY}
    environment |= {**OFFLINE, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", *HARMLESS, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="surrogateescape") if done.returncode == 0 else None
