"""A folder that somebody else filled: what is in it, and the one way to read from it. Only its regular files are."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.git import history

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_FILES = 50_000
NOT_OURS = frozenset(
    {".git", ".venv", "venv", "env", "node_modules", "__pycache__", ".tox", ".mypy_cache", ".ruff_cache"}
)
# Neither the last link of a path nor a pipe that nobody writes to may be waited for.
UNLINKED = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Listing:
    """What a folder holds, as paths with `/` below it."""

    files: frozenset[str]
    is_cut: bool = False  # whether there is more than was listed


def listed(root: Path) -> Listing:
    """What is tracked or would be; without git, what is there. Devices, pipes and links that lead out do not count."""
    known = history.files(root)
    found: list[str] = []
    for path in known if known else _walked(root):
        if len(found) == MOST_FILES:
            return Listing(frozenset(found), is_cut=True)
        if _is_of(root, path):
            found.append(path)
    return Listing(frozenset(found))


def _walked(root: Path) -> Iterator[str]:
    for at, folders, names in os.walk(root):
        here = Path(at)
        folders[:] = sorted(each for each in folders if each not in NOT_OURS)
        linked = [each for each in folders if (here / each).is_symlink()]
        yield from _below(root, here, [*sorted(names), *linked])


def _below(root: Path, here: Path, names: Iterable[str]) -> Iterator[str]:
    return ((here / name).relative_to(root).as_posix() for name in names)


def _is_of(root: Path, path: str) -> bool:
    """Whether it is a file, a folder, or a link that stays inside."""
    try:
        mode = os.lstat(root / path).st_mode
        if stat.S_ISLNK(mode):
            target = (root / path).resolve(strict=True)
            return target.is_relative_to(root.resolve()) and (target.is_file() or target.is_dir())
    except (OSError, ValueError, RuntimeError):  # gone, not a path, or a link that leads to itself
        return False
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def regular_file(root: Path, path: str) -> Path | None:
    """The regular file that a path names, with every link followed; None where there is none inside the folder."""
    try:
        full = (root / path).resolve(strict=True)
        return full if full.is_relative_to(root.resolve()) and stat.S_ISREG(full.stat().st_mode) else None
    except (OSError, ValueError, RuntimeError):
        return None


def content(root: Path, path: str, most: int) -> bytes | None:
    """The first `most` bytes of a regular file inside the folder; None where it cannot be read."""
    full = regular_file(root, path)
    if full is None:
        return None
    try:
        with os.fdopen(os.open(full, os.O_RDONLY | UNLINKED), "rb") as file:
            # It may have become another one since it was looked at.
            return file.read(most) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except OSError:
        return None
