"""A created project → its environment set up and its pipeline run, step by step."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from portfolio.create import environment
from portfolio.create.dataset import OFFLINE
from portfolio.create.environment import Command
from portfolio.errors import PortfolioError
from portfolio.signals import ending_with_us

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from portfolio.create.dataset import Chosen
    from portfolio.create.templates import Template

LOG = Path("logs/first-run.log")  # in the project; ignored by its git
RESULTS = Path("reports/metrics.json")
TAIL = 15  # lines of a failed step that are shown


class RunFailed(PortfolioError):
    """The project is there, but one of its steps failed."""

    exit_code = 3

    def __init__(self, message: str, hint: str, last_line: str = "") -> None:
        super().__init__(message, hint)
        self.last_line = last_line  # of the step's output


class Progress(Protocol):
    """Shows how far a run is."""

    def __call__(self, step: str, line: str) -> None:
        """Show `line` as the newest of `step`."""

    def say(self, line: str) -> None:
        """Show a line that stays."""

    def finish(self) -> None:
        """Leave the last step's line standing."""


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
    fell_back: tuple[str, ...] = ()  # names of commands that failed, and for which others were run
    failure: RunFailed | None = field(default=None, compare=False)


def run(template: Template, folder: Path, progress: Progress, data: Chosen = OFFLINE) -> PipelineRun:
    """Set up the environment and run the manifest's steps; a failure is part of the answer, as the project stays."""
    log = folder / LOG
    log.parent.mkdir(exist_ok=True)
    steps: list[Step] = []
    fell_back: list[str] = []
    failure = None
    try:
        with log.open("w", encoding="utf-8") as output:
            for command in _commands(template, data):
                started = time.monotonic()
                if not _attempt(command, folder, output, progress):
                    fell_back.append(command.name)
                steps.append(Step(command.name, time.monotonic() - started))
        return PipelineRun(tuple(steps), headlines(folder), tuple(fell_back))
    except RunFailed as failed:
        failure = failed
    except OSError as error:
        failure = RunFailed(f"the project is there, but its run broke off: {error.strerror}", f"go on in {folder}")
    except KeyboardInterrupt:
        failure = RunFailed("interrupted; the project is there", f"go on in {folder}: see README.md")
    finally:
        progress.finish()
    return PipelineRun(tuple(steps), fell_back=tuple(fell_back), failure=failure)


def _commands(template: Template, data: Chosen) -> Iterator[Command]:
    yield from environment.commands(template)
    for verb in template.steps:
        words = [environment.PYTHON, "-m", template.package, verb]
        if verb == "data" and data.public:  # it is fetched, and the network may not be there
            excuse = f"{data.written} could not be fetched: the sample runs instead, as the offline test"
            yield Command(verb, [*words, *data.words], excuse=excuse, instead=words)
        else:
            yield Command(verb, [*words, *data.words] if verb == "data" else words)


def _attempt(command: Command, folder: Path, output: TextIO, progress: Progress) -> bool:
    """Whether a command succeeded; where it may fail, what follows instead is run."""

    def run_as(name: str, words: list[str], variables: Mapping[str, str]) -> None:
        def hear(line: str) -> None:
            output.write(line)
            progress(name, line.strip())

        _run_step(name, words, folder, hear, variables)

    try:
        run_as(command.name, command.words, command.variables)
    except RunFailed as failure:
        if not command.excuse:
            raise
        progress.say(f"{command.excuse} ({failure.last_line})")
        if command.instead:
            run_as(f"{command.name} again", command.instead, {})
        return False
    return True


def _run_step(
    name: str, command: list[str], folder: Path, hear: Callable[[str], None], variables: Mapping[str, str]
) -> None:
    hear(f"$ {shlex.join(command)}\n")
    lines: list[str] = []

    def keep(line: str) -> None:
        lines.append(line)
        hear(line)

    try:
        succeeded = _stream(command, folder, keep, variables) == 0
    except OSError as error:
        keep(f"{error}\n")
        succeeded = False
    if not succeeded:
        tail = "".join(f"  | {line}" for line in lines[-TAIL:])
        raise RunFailed(
            f"the project is there, but its step {name!r} failed; its last lines:\n{tail.rstrip()}",
            f"the whole output is in {folder / LOG}; then try again there: {shlex.join(command)}",
            lines[-1].strip() if lines else "it said nothing",
        )


def _stream(command: list[str], folder: Path, keep: Callable[[str], None], more: Mapping[str, str]) -> int:
    """Run a command and pass on each line of its output; returns its exit code."""
    of_our_environment = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")  # must not leak into the project's
    variables = {key: value for key, value in os.environ.items() if key not in of_our_environment}
    # A relative program is looked for in the working folder on POSIX only.
    program = str(folder / command[0]) if command[0].startswith(".venv") else command[0]
    with (
        subprocess.Popen(
            [program, *command[1:]],
            cwd=folder,
            env={**variables, "PYTHONUNBUFFERED": "1", **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process,
        ending_with_us(process),
    ):
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
