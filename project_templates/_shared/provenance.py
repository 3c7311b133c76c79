"""Which code makes the numbers: its commit, and whether something that matters was changed since."""

import subprocess

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
