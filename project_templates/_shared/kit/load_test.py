"""The service as it is served, and clients that ask it: how long do its answers take?

Threads of the standard library: a load generator that can be installed would bring more packages than the service.
"""

import contextlib
import http.client
import itertools
import json
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .progress import progress
from .project import Project
from .questions import Question, UnansweredError, ask, connection, example_of, send

SECONDS = 5.0  # of the whole test
CLIENTS = (1, 8)  # that ask at the same time
START, STOP = 60.0, 20.0  # seconds that the service may take to start and to stop
WARM_UP = 0.3  # seconds of questions that are not counted
LAST = 3_000  # characters of what the service said before it failed
READY = Question("GET", "/readyz", {}, b"")


@dataclass(frozen=True)
class Load:
    """The times of the answers under one load, in milliseconds."""

    concurrency: int
    p50: float
    p95: float
    p99: float
    per_second: float


def measure(project: Project, questions: Sequence[Question], seconds: float = SECONDS) -> tuple[list[Load], Any]:
    """Start the project's service and ask it those questions for that long: its times, and the example's answer."""
    loads = []
    with running_service(project) as port:
        ask_for(port, questions, WARM_UP, clients=1)
        for clients in CLIENTS:
            taken = ask_for(port, questions, seconds / len(CLIENTS), clients)
            p50, p95, p99 = np.percentile(taken, (50, 95, 99)).round(2).tolist()
            loads.append(Load(clients, p50, p95, p99, round(len(taken) * len(CLIENTS) / seconds, 1)))
        _, body = ask(f"http://127.0.0.1:{port}", example_of(questions))
    return loads, json.loads(body)


def ask_for(port: int, questions: Sequence[Question], seconds: float, clients: int) -> list[float]:
    """Milliseconds of every answer, over one connection for each client."""
    taken: list[float] = []
    problems: list[str] = []
    until = time.perf_counter() + seconds
    rest = itertools.cycle(questions)

    def keep_asking() -> None:
        try:
            with connection(port) as client:
                while time.perf_counter() < until:
                    started = time.perf_counter()
                    status, content = send(client, next(rest))
                    if status != 200:
                        raise UnansweredError(f"status {status}: {content[:200].decode(errors='replace')}")
                    taken.append(1000 * (time.perf_counter() - started))
        except (OSError, http.client.HTTPException, UnansweredError) as error:
            problems.append(str(error))

    threads = [threading.Thread(target=keep_asking) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for _ in progress(range(round(10 * seconds)), f"load test, {clients} at a time"):
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    if problems:
        raise UnansweredError(f"the service failed under load: {problems[0]}")
    return taken


@contextlib.contextmanager
def running_service(project: Project, log_dir: Path | None = None) -> Iterator[int]:
    """The service as it is served, and its port; without a `log_dir`, its log is thrown away."""
    with tempfile.TemporaryDirectory() as temporary:
        command = project.command("serve", "--log-dir", str(log_dir or temporary))
        with running(project, command, READY) as port:
            yield port


@contextlib.contextmanager
def running(project: Project, command: Sequence[str], ready: Question) -> Iterator[int]:
    """A server that takes `--port`, and the port that it got, once it answers a question with 200."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    seen = {name: value for name, value in os.environ.items() if name not in project.private}
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        words = [*command, "--port", str(port)]
        process = subprocess.Popen(words, cwd=project.root, env=seen, stderr=said, stdout=said)
        try:
            _wait_for(process, port, ready)
            yield port
        except UnansweredError as error:  # the cause stands in what the service said, and nowhere else
            said.seek(0)
            raise UnansweredError(f"{error}\n{said.read()[-LAST:].strip()}".strip()) from error
        finally:
            process.terminate()
            try:
                process.wait(STOP)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(process: subprocess.Popen[bytes], port: int, ready: Question) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise UnansweredError("the service stopped as soon as it was started:")
        with contextlib.suppress(OSError), connection(port) as client:
            if send(client, ready)[0] == 200:
                return
        time.sleep(0.1)
    raise UnansweredError(f"the service did not start within {START:.0f} seconds")
