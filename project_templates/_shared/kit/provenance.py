"""Where numbers come from: which code made them, from which data, and under which license those are.

Git is asked by its own command: a library would bring more than the two questions need.
"""

import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What `data` leaves for the later steps to know; a project adds fields of its own."""

    source: str  # "sample", or the name of a data set
    licence: str
    synthetic: bool  # drawn by code
    rows: int
    sha256: str
    commit: str | None  # of the code that was run
    dirty: bool | None  # whether code differed from that commit
    seed: int

    @property
    def title(self) -> str:
        """What the data are called in a sentence."""
        return "a synthetic sample" if self.synthetic else self.source

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def version(root: Path) -> tuple[str | None, bool | None]:
    """The commit, and whether code that matters differs from it; (None, None) outside git."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True).stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")
        return commit, bool(git("status", "--porcelain", "--", "src", "pyproject.toml", "requirements.lock"))
    except (OSError, subprocess.CalledProcessError):
        return None, None


def licence(folder: Path) -> str:
    """The first line of the license file in a folder of data, if there is one; a heading "License" says nothing."""
    paths = list(filter(Path.is_file, map(folder.joinpath, ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE"))))
    text = paths[0].read_text(encoding="utf-8", errors="replace").replace("*", "") if paths else ""
    lines = (line.strip("#_= \t")[:100] for line in text.splitlines())
    return next((line for line in lines if line.casefold() not in ("", "license", "licence")), "not stated")
