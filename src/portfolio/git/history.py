"""What git knows of a folder, asked read-only and offline; works without git, and runs nothing of the repository's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portfolio.git import OF_A_REPOSITORY, OFFLINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PATIENCE = 5  # seconds
MOST = 20_000_000  # bytes of blobs that are read at once
# A repository's own configuration may name programs to run: none of them here, and no remote is asked for anything.
HARMLESS = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "protocol.allow=never")


@dataclass(frozen=True)
class History:
    """The commits that can be seen from here."""

    commits: int
    is_shallow: bool
    newest: int = 0  # seconds since 1970: when the newest of them was made


def files(folder: Path) -> tuple[str, ...] | None:
    """The files below the folder that are tracked, or would be with `git add`; None where there is no repository."""
    output = _git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", ".")
    return tuple(sorted(filter(None, output.split("\0")))) if output is not None else None


def of(folder: Path) -> History | None:
    """How many commits touched the folder; None where nothing is known."""
    commits = _git(folder, "rev-list", "--timestamp", "HEAD", "--", ".")
    if commits is None:
        return None
    times = [int(time) for line in commits.splitlines() if (time := line.partition(" ")[0]).isdigit()]
    is_shallow = (_git(folder, "rev-parse", "--is-shallow-repository") or "").strip() == "true"
    return History(len(times), is_shallow, max(times, default=0))


def has_commit(folder: Path, sha: str) -> bool:
    """Whether the repository has that commit."""
    return _git(folder, "cat-file", "-e", f"{sha}^{{commit}}") is not None


def versions(folder: Path, path: str, most: int = 10) -> Iterator[bytes]:
    """What a file held in the newest commits that changed it, the newest first."""
    commits = _git(folder, "rev-list", f"--max-count={most}", "HEAD", "--", path) if path else None
    for commit in (commits or "").split():
        content = _output(folder, "cat-file", "blob", f"{commit}:./{path}")
        if content is not None and len(content) <= MOST:
            yield content


def contents(folder: Path, blobs: Iterable[str]) -> dict[str, bytes]:
    """What those blobs hold, by name, as far as the repository still has them; nothing where it is too much to read."""
    asked = "".join(f"{blob}\n" for blob in sorted(blobs)).encode()
    sizes = [
        line.split()[-1] for line in (_output(folder, "cat-file", "--batch-check", stdin=asked) or b"").splitlines()
    ]
    if sum(int(size) for size in sizes if size.isdigit()) > MOST:
        return {}
    output = _output(folder, "cat-file", "--batch", stdin=asked)
    found: dict[str, bytes] = {}
    at = 0
    while output and at < len(output):
        head, _, _ = output[at:].partition(b"\n")
        at += len(head) + 1
        match head.split():
            case [name, b"blob", size]:
                found[name.decode()] = output[at : at + int(size)]
                at += int(size) + 1
    return found


def _git(folder: Path, *arguments: str) -> str | None:
    output = _output(folder, *arguments)
    return None if output is None else output.decode(errors="surrogateescape")


def _output(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes | None:
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
            input=stdin,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
