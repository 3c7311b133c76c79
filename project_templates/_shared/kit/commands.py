"""The command line of a project: its own verbs and those that every project has, run one by one or as a pipeline."""

import io
import json
import os
import platform
import subprocess
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .project import ExplainedError, Project

if TYPE_CHECKING:  # each verb imports what it needs: serving must not load what training does
    from fastapi import FastAPI

    from .drift import Watched
    from .page import Page
    from .questions import Question

INTERRUPTED = 130  # exit code, as shells have it
EXAMPLE = "#example"  # of the page: it answers its own example, for the picture


@dataclass(frozen=True)
class Verb:
    """Something that a project can be told to do."""

    name: str
    help: str
    call: Callable[[Namespace], int | None]  # imports what it needs, and returns an exit code
    options: Callable[[ArgumentParser], None] | None = None
    timed: bool = False  # a step whose seconds are kept with the results, and which takes --seed


def main(project: Project, verbs: Sequence[Verb], pipeline: Sequence[str], argv: Sequence[str] | None = None) -> int:
    """Run one verb, or the pipeline; returns the exit code: 0 done, 1 a problem that is explained."""
    by_name = {verb.name: verb for verb in verbs}
    parser = ArgumentParser(prog=f"python -m {project.package}", description=project.title)
    subparsers = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _add_options(subparsers.add_parser("run", help=", ".join(pipeline)), by_name[pipeline[0]], project)
    parsers = {verb.name: subparsers.add_parser(verb.name, help=verb.help) for verb in verbs}
    for verb in verbs:
        _add_options(parsers[verb.name], verb, project)
    options = parser.parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a pipe on Windows may lack letters
    is_alone = options.verb != "run"
    try:
        for step in (options.verb,) if is_alone else pipeline:
            # The pipeline's options are those of its first step; the others take their defaults, and the same seed.
            is_given = is_alone or step == pipeline[0]
            chosen = options if is_given else parsers[step].parse_args([], Namespace(seed=vars(options).get("seed")))
            if code := _run(by_name[step], chosen, project, is_alone):
                return code
    except (ExplainedError, OSError) as error:  # OSError: a folder that may not be written, a disk that is full
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _add_options(parser: ArgumentParser, verb: Verb, project: Project) -> None:
    if verb.options:
        verb.options(parser)
    if verb.timed:
        parser.add_argument(
            "--seed", type=_number(0, 2**32 - 1), default=project.seed, help="instead of the project's own"
        )


def _run(verb: Verb, options: Namespace, project: Project, is_alone: bool) -> int:
    started = time.monotonic()
    code = verb.call(options) or 0
    if verb.timed and not code:
        from . import results

        seconds = time.monotonic() - started
        results.note_seconds(project, verb.name, seconds)
        if not is_alone:
            print(f"{verb.name}: {seconds:.1f} s", flush=True)
    return code


@dataclass(frozen=True)
class Standard:
    """What the verbs of every project need to know of this one; each part is imported when it is called."""

    project: Project
    application: Callable[[Path], "FastAPI"]  # the service, for a folder of its logs
    questions: Callable[[], Sequence["Question"]]  # that the service can be asked
    contents: Callable[[dict[str, Any], list[dict[str, Any]]], Mapping[str, str]]  # results, experiments → blocks
    site: Callable[[], "Page | None"]  # the page that needs no service; None where it may not be published
    monitor: Callable[[Path, bool], "Watched"]  # a folder of logs, and whether they become the new reference
    page_size: tuple[int, int]  # pixels of that picture

    def verbs(self) -> tuple[Verb, ...]:
        """The verbs that every project has."""
        logs = ("--log-dir", {"default": str(self.project.root / "logs"), "help": "where answers are logged"})
        port = ("--port", {"type": _number(1, 65535), "default": 8000})
        cors = ("--cors", {"action": "append", "default": [], "metavar": "ORIGIN", "help": "whose pages may ask too"})
        url = ("--url", {"default": "http://127.0.0.1:8000", "help": "of the running service"})
        shown = ("--print", {"action": "store_true", "help": "only show the question, as JSON and as a line of curl"})
        check = ("--check", {"action": "store_true", "help": "write nothing; exit 1 if something differs"})
        good = ("--accept", {"action": "store_true", "help": "these answers are good: compare with them from now on"})
        rest = ("rest", {"nargs": "*", "metavar": "OPTION", "help": "of `run`, after --"})
        browser = ("--browser", {"metavar": "PATH", "help": "a Chromium that is installed already"})
        host = ("--host", {"default": "127.0.0.1"})
        return (
            Verb("loadtest", "start the service on a free port and measure its latency", self._loadtest, timed=True),
            Verb("report", "write the numbers into README, docs/ and model card", self._report, options(check)),
            Verb("site", "write the page as one file that any static host shows", self._site, options(check)),
            Verb("track", "log experiments and model in MLflow (needs the extra `track`)", self._track),
            Verb("serve", "answer over HTTP, with a page to try it", self._serve, options(host, port, logs, cors)),
            Verb("ask", "ask a running service an example question", self._ask, options(url, shown)),
            Verb("monitor", "read the logs; exit 1 when something drifted", self._monitor, options(logs, good)),
            Verb("refresh", "for a schedule: monitor, run, and say what changed", self._refresh, options(logs, rest)),
            Verb("screenshot", "take the README's picture of the page", self._screenshot, options(browser)),
        )

    def _loadtest(self, _: Namespace) -> None:
        from . import load_test, results

        self._check_measured()
        loads, answer = load_test.measure(self.project, self.questions())
        machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
        rows = [asdict(load) for load in loads]
        serving = {"loads": rows, "answer": answer, "machine": machine}
        document = {**results.read(self.project.metrics), "latency_ms": rows[0], "serving": serving}
        results.write(self.project.metrics, document)
        for load in loads:
            times = f"p50 {load.p50} ms, p99 {load.p99} ms, {load.per_second} a second"
            print(f"{load.concurrency} at a time: {times}")

    def _report(self, options: Namespace) -> int:
        from . import blocks, results

        root = self.project.root
        self._check_measured()
        contents = self.contents(results.read(self.project.metrics), results.experiments(self.project))
        documents = [root / "README.md", root / "MODEL_CARD.md", *sorted(root.glob("docs/*.md"))]
        differing = blocks.fill(documents, contents, options.check)
        if options.check and differing:
            names = " and ".join(path.relative_to(root).as_posix() for path in differing)
            print(f"{names}: not what was measured; run `{self._again} report`", file=sys.stderr)
            return 1
        return 0

    def _site(self, options: Namespace) -> int:
        from . import page, screenshot

        made = self.site()
        if made is None:  # why, has been said
            for old in (self.project.site, self.project.screenshot):
                old.unlink(missing_ok=True)
            return 0
        differs = page.publish(made, self.project.site, options.check)
        if options.check:
            if differs:
                print(f"{self.project.site.name}: not what was measured; run `{self._again} site`", file=sys.stderr)
            return int(differs)
        if screenshot.snap(f"{self.project.site.as_uri()}{EXAMPLE}", self.page_size, self.project.screenshot):
            print(f"{self.project.screenshot.name} is its picture, for the top of README.md")
        return 0

    def _track(self, _: Namespace) -> int:
        from . import results, tracking

        self._check_measured()
        print(tracking.track(self.project, results.experiments(self.project), results.read(self.project.metrics)))
        return self._report(Namespace(check=False))

    def _check_measured(self) -> None:
        if not self.project.metrics.is_file():
            raise ExplainedError(f"metrics.json is not there yet: measure first, with `{self._again} run`")

    @property
    def _again(self) -> str:
        return f"python -m {self.project.package}"

    def _serve(self, options: Namespace) -> None:
        from . import service

        service.run(self.application(Path(options.log_dir)), options.host, options.port, options.cors)

    def _ask(self, options: Namespace) -> int:
        from . import questions

        question = questions.example_of(self.questions())
        if options.print:
            print(json.dumps(question.described(), ensure_ascii=False), question.curl(options.url), sep="\n")
            return 0
        status, body = questions.ask(options.url, question)
        try:
            print(json.dumps(json.loads(body), indent=1, ensure_ascii=False))
        except ValueError:  # another server than ours
            print(body.decode(errors="replace"))
        return 0 if status < 400 else 1

    def _monitor(self, options: Namespace) -> int:
        watched = self.monitor(Path(options.log_dir), options.accept)
        print(watched.summary)
        if not watched.answers:
            print("ALARM  nothing came: there is no answer to look at")
        for check in watched.checks:
            state = "ALARM" if check.is_alarm else "ok   "
            print(f"{state}  {check.name:<24} {check.value:.3f}  (limit {check.limit:.3f})")
        return 1 if not watched.answers or any(check.is_alarm for check in watched.checks) else 0

    def _refresh(self, options: Namespace) -> int:
        from . import refresh

        logs, command = Path(options.log_dir), self.project.command("run", *options.rest)
        watch = partial(self.monitor, logs, False) if logs.is_dir() else None

        def measure() -> int:
            return subprocess.run(command, cwd=self.project.root).returncode

        return refresh.refresh(self.project, watch, measure, print)

    def _screenshot(self, options: Namespace) -> int:
        from . import load_test, screenshot

        picture, size = self.project.screenshot, self.page_size
        with load_test.running_service(self.project) as port:
            if not screenshot.snap(f"http://127.0.0.1:{port}/{EXAMPLE}", size, picture, options.browser):
                raise ExplainedError("no browser took the picture: install Chromium or Chrome, or use --browser")
        print(f"{picture.name} is taken, and at the top of README.md")
        return self._report(Namespace(check=False))


def options(*arguments: tuple[str, dict[str, Any]]) -> Callable[[ArgumentParser], None]:
    """What adds those arguments, each by its name and settings, to a parser."""

    def add(parser: ArgumentParser) -> None:
        for name, settings in arguments:
            parser.add_argument(name, **settings)

    return add


def _number(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ArgumentTypeError(f"{text!r} is not a number from {least} to {most}")
        return int(text)

    return number
