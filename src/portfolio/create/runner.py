"""A created project → its environment set up and its pipeline run, step by step."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from portfolio.create.templates import NextStep
from portfolio.errors import PortfolioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from portfolio.create.templates import Template

LOG = Path("logs/first-run.log")  # in the project; ignored by its git
RESULTS = Path("reports/metrics.json")
TAIL = 15  # lines of a failed step that are shown


class RunFailed(PortfolioError):
    """The project is there, but one of its steps failed."""

    exit_code = 3


class Progress(Protocol):
    """Shows how far a run is."""

    def __call__(self, step: str, line: str) -> None:
        """Show `line` as the newest of `step`."""

    def finish(self) -> None:
        """Leave the last step's line standing."""


@dataclass(frozen=True)
class Environment:
    """How a project's environment is made, and how commands are run in it."""

    tool: str  # "uv" or "pip"
    lines: tuple[str, ...]  # typed in a shell
    activate: str = ""  # the one of them that every new shell needs
    prefix: str = ""  # before each command typed in that shell


@dataclass(frozen=True)
class Step:
    """A step that was run, and how long it took."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Headline:
    """One measured result: a row of the project's results file."""

    model: str
    role: str
    split: str
    label: str
    value: float
    ci95: tuple[float, float]


@dataclass(frozen=True)
class PipelineRun:
    """A pipeline that ran to its end, or to the step that failed."""

    steps: tuple[Step, ...]
    headlines: tuple[Headline, ...] = ()
    failure: RunFailed | None = field(default=None, compare=False)


def environment(template: Template) -> Environment:
    """uv's where uv is found, else venv's and pip's."""
    if shutil.which("uv"):
        return Environment("uv", ("uv sync",), prefix="uv run ")
    python, activate = ("python", r".venv\Scripts\activate") if os.name == "nt" else ("python3", ". .venv/bin/activate")
    install = f"python -m pip install {template.pip_install}"
    return Environment("pip", (f"{python} -m venv .venv", activate, install), activate)


def next_steps(template: Template, has_run: bool) -> Iterator[NextStep]:
    """What to type next, in the project's folder; without what `--run` has done already."""
    here = environment(template)
    for line in here.lines:
        if not has_run or line == here.activate:
            yield NextStep(line, "")
    for step in template.next_steps:
        if not (has_run and step.run == f"python -m {template.package} run"):
            yield NextStep(here.prefix + step.run, step.why)


def run(template: Template, folder: Path, progress: Progress) -> PipelineRun:
    """Set up the environment and run the manifest's steps; a failure is part of the answer, as the project stays."""
    log = folder / LOG
    log.parent.mkdir(exist_ok=True)
    steps: list[Step] = []
    try:
        with log.open("w", encoding="utf-8") as output:
            for name, command in _commands(template):

                def hear(line: str, name: str = name) -> None:
                    output.write(line)
                    progress(name, line.strip())

                started = time.monotonic()
                _run_step(name, command, folder, hear)
                steps.append(Step(name, time.monotonic() - started))
        return PipelineRun(tuple(steps), headlines(folder))
    except RunFailed as failure:
        return PipelineRun(tuple(steps), failure=failure)
    except KeyboardInterrupt:
        interrupted = RunFailed("interrupted; the project is there", f"go on in {folder}: see README.md")
        return PipelineRun(tuple(steps), failure=interrupted)
    finally:
        progress.finish()


def _commands(template: Template) -> Iterator[tuple[str, list[str]]]:
    python = str(Path(".venv") / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    if environment(template).tool == "uv":
        yield "install", ["uv", "sync"]
    else:
        yield "create .venv", [sys.executable, "-m", "venv", ".venv"]
        yield "install", [python, "-m", "pip", "install", *shlex.split(template.pip_install)]
    for verb in template.steps:
        yield verb, [python, "-m", template.package, verb]


def _run_step(name: str, command: list[str], folder: Path, hear: Callable[[str], None]) -> None:
    hear(f"$ {shlex.join(command)}\n")
    lines: list[str] = []

    def keep(line: str) -> None:
        lines.append(line)
        hear(line)

    try:
        succeeded = _stream(command, folder, keep) == 0
    except OSError as error:
        keep(f"{error}\n")
        succeeded = False
    if not succeeded:
        tail = "".join(f"  | {line}" for line in lines[-TAIL:])
        raise RunFailed(
            f"the project is there, but its step {name!r} failed; its last lines:\n{tail.rstrip()}",
            f"the whole output is in {folder / LOG}; then try again there: {shlex.join(command)}",
        )


def _stream(command: list[str], folder: Path, keep: Callable[[str], None]) -> int:
    """Run a command and pass on each line of its output; returns its exit code."""
    of_our_environment = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")  # must not leak into the project's
    variables = {key: value for key, value in os.environ.items() if key not in of_our_environment}
    # A relative program is looked for in the working folder on POSIX only.
    program = str(folder / command[0]) if command[0].startswith(".venv") else command[0]
    with subprocess.Popen(
        [program, *command[1:]],
        cwd=folder,
        env={**variables, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            keep(line)
    return process.returncode


def headlines(folder: Path) -> tuple[Headline, ...]:
    """All rows of the metric that the project's model is judged by, from its results file."""
    rows: list[dict[str, Any]] = json.loads((folder / RESULTS).read_text(encoding="utf-8"))["results"]
    judged_by = next(row["metric"] for row in rows if row["role"] == "model")
    return tuple(
        Headline(row["model"], row["role"], row["split"], row["label"], row["value"], (row["ci95"][0], row["ci95"][1]))
        for row in rows
        if row["metric"] == judged_by
    )
