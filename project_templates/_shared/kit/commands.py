"""The command line of a project: its own verbs and those that every project has, run one by one or as a pipeline."""

import io
import json
import os
import platform
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .project import ExplainedError, Project

if TYPE_CHECKING:  # each verb imports what it needs: serving must not load what training does
    from fastapi import FastAPI

    from .drift import Watched
    from .questions import Question

INTERRUPTED = 130  # exit code, as shells have it


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
            others = {**vars(parsers[step].parse_args([])), "seed": vars(options).get("seed")}
            chosen = options if is_alone or step == pipeline[0] else Namespace(**others)
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
        parser.add_argument("--seed", type=_natural, default=project.seed, help="instead of the project's own")


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
    monitor: Callable[[Path, bool], "Watched"]  # a folder of logs, and whether they become the new reference
    visit: Callable[[Any], None]  # what somebody does on the page before its picture is taken
    page_size: tuple[int, int]  # pixels of that picture

    def verbs(self) -> tuple[Verb, ...]:
        """The verbs that every project has."""
        return (
            Verb("loadtest", "start the service on a free port and measure its latency", self._loadtest, timed=True),
            Verb("report", "write the measured numbers into README, docs/ and model card", self._report, _check_only),
            Verb("serve", "answer over HTTP, with a page to try it", self._serve, self._serve_options),
            Verb("ask", "ask a running service an example question", self._ask, _ask_options),
            Verb("monitor", "read the logs; exit 1 when something drifted", self._monitor, self._monitor_options),
            Verb("screenshot", "take the README's picture of the page", self._screenshot, _browser),
        )

    def _loadtest(self, _: Namespace) -> None:
        from . import load_test, results

        self._check_measured()
        measured = load_test.measure(self.project, self.questions())
        document, loads = results.read(self.project.metrics), [asdict(load) for load in measured.loads]
        machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
        serving = {"loads": loads, "answer": measured.answer, "machine": machine}
        results.write(self.project.metrics, {**document, "latency_ms": loads[0], "serving": serving})
        for load in measured.loads:
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

    def _check_measured(self) -> None:
        if not self.project.metrics.is_file():
            raise ExplainedError(f"metrics.json is not there yet: measure first, with `{self._again} run`")

    @property
    def _again(self) -> str:
        return f"python -m {self.project.package}"

    def _serve(self, options: Namespace) -> None:
        from . import service

        service.run(self.application(Path(options.log_dir)), options.host, options.port, options.cors)

    def _serve_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=_port, default=8000)
        parser.add_argument("--log-dir", default=str(self.project.logs), help="where answers are logged, for `monitor`")
        parser.add_argument("--cors", action="append", default=[], metavar="ORIGIN", help="whose pages may ask too")

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

    def _monitor_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("--log-dir", default=str(self.project.logs))
        parser.add_argument("--accept", action="store_true", help="these answers are good: compare with them from now")

    def _screenshot(self, options: Namespace) -> int:
        from . import load_test
        from .screenshot import take

        picture = self.project.screenshot
        with load_test.running_service(self.project) as port:
            take(f"http://127.0.0.1:{port}/", self.visit, self.page_size, picture, options.browser)
        print(f"{picture.name} is taken, and at the top of README.md")
        return self._report(Namespace(check=False))


def _check_only(parser: ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a document differs")


def _ask_options(parser: ArgumentParser) -> None:
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="of the running service")
    parser.add_argument("--print", action="store_true", help="only show the question, as JSON and as a line of curl")


def _browser(parser: ArgumentParser) -> None:
    parser.add_argument("--browser", metavar="PATH", help="a Chromium that is installed already")


def _natural(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is not a number from 0 on")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ArgumentTypeError(f"{text!r} is not a port: choose one from 1 to 65535")
    return int(text)
