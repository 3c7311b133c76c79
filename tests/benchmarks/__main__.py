"""Our start and our `new` beside Copier's, in turn, so that a machine that slows down slows both.

Run as: python -m tests.benchmarks
"""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from portfolio.create import answers, templates

RUNS = 15
PROGRAMS = Path(sys.executable).parent


def measure(command: list[str], folder: Path, allowed: tuple[int, ...] = (0,)) -> tuple[float, float]:
    """(seconds on the wall, seconds of CPU) of one process and its children, which ends with an allowed code."""
    started, before = time.perf_counter(), os.times()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    assert done.returncode in allowed, command
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - started, cpu


def compare(
    what: str, ours: list[str], theirs: list[str], goal: float, which: int, allowed: tuple[int, ...] = (0,)
) -> None:
    """Print the median of both, and the median of the ratio pair by pair; `{}` stands for a fresh folder's name."""
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        for number in itertools.count():
            if number > RUNS:  # the first pair only warms the disk's cache
                break
            pair = [
                measure([word.replace("{}", f"{name}-{number}") for word in command], Path(folder), allowed)[which]
                for name, command in (("ours", ours), ("theirs", theirs))
            ]
            pairs.append(pair)
    ours_median, theirs_median = (statistics.median(column) for column in zip(*pairs[1:], strict=True))
    ratio = statistics.median(one / other for one, other in pairs[1:])
    unit = ("wall", "CPU")[which]
    print(f"{what}: {ours_median:.3f} s against {theirs_median:.3f} s of {unit}; ratio {ratio:.2f} (goal ≤ {goal})")


def main() -> None:
    """Print every comparison."""
    ours, copier = str(PROGRAMS / "portfolio"), str(PROGRAMS / "copier")
    compare("--help", [ours, "--help"], [copier, "--help"], 0.25, which=1)
    given = answers.collect(templates.get("image-api"), "image-api", {"author": "Ada"})
    with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8") as data:
        yaml.safe_dump(given.context, data, allow_unicode=True)
        data.flush()
        plain = [copier, "copy", "--defaults", "--quiet", "--data-file", data.name, str(templates.root()), "{}"]
        for which in (0, 1):
            new = [ours, "new", "image-api", "{}", "--yes"]
            compare("new image-api, with its commit, against copier copy", new, plain, 1.0, which)


if __name__ == "__main__":
    main()
