"""Where numbers come from: which code made them, and under which licence the data are."""

import subprocess
from pathlib import Path

from .config import ROOT


def version() -> tuple[str | None, bool | None]:
    """The commit, and whether code that matters differs from it; (None, None) outside git."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")
        return commit, bool(git("status", "--porcelain", "--", "src", "pyproject.toml", "requirements.lock"))
    except (OSError, subprocess.CalledProcessError):
        return None, None


def licence(folder: Path) -> str:
    """The first line of the licence file in a folder of data, if there is one."""
    for name in ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE"):
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8", errors="replace").strip().partition("\n")[0][:100]
    return "not stated"
