"""The service as it is served, and people who ask it: how long do its answers take?"""

import contextlib
import http.client
import itertools
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import results
from .config import METRICS, ROOT, Config, ExplainedError
from .progress import progress

CONCURRENCY = (1, 8)  # people asking at the same time
START = 30.0  # seconds that the service may take to start
Answer = tuple[int, bytes]  # status and body


class UnansweredError(ExplainedError):
    """The service did not start, or did not answer."""


@dataclass(frozen=True)
class Questions:
    """What is asked, one body after another."""

    path: str
    headers: Mapping[str, str]
    bodies: Sequence[bytes]


def measure(questions: Questions, config: Config) -> str:
    """Ask for a few seconds, add the times to reports/metrics.json, and say them in a line for each concurrency."""
    with running_service() as port:
        with Asker(port) as asker:
            answer = json.loads(asker.ask("POST", questions.path, questions.bodies[0], questions.headers)[1])
        ask_for(port, questions, seconds=0.3, people=1)  # warm
        rows = []
        for people in CONCURRENCY:
            taken = ask_for(port, questions, config.loadtest_seconds / len(CONCURRENCY), people)
            p50, p95, p99 = np.percentile(taken, (50, 95, 99)).round(2).tolist()
            per_second = round(len(taken) * len(CONCURRENCY) / config.loadtest_seconds, 1)
            rows.append({"p50": p50, "p95": p95, "p99": p99, "concurrency": people, "per_second": per_second})
    busiest = rows[-1]["per_second"]
    document = results.read(METRICS)
    document["latency_ms"] = rows[0]
    document["serving"] = {
        "loads": rows,
        "answer": answer,
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "price_per_hour": config.price_per_hour,
        "price_per_1000": round(config.price_per_hour / 3600 * 1000 / busiest, 8),
    }
    results.write(METRICS, document)
    return "\n".join(
        f"{row['concurrency']} at a time: p50 {row['p50']} ms, p99 {row['p99']} ms, {row['per_second']} a second"
        for row in rows
    )


@contextlib.contextmanager
def running_service(log_dir: Path | None = None) -> Iterator[int]:
    """The service as it is served, on the port that is given; without a `log_dir`, its logs are thrown away."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as thrown_away:
        logs = str(log_dir or thrown_away)
        command = [sys.executable, "-m", __package__, "serve", "--port", str(port), "--log-dir", logs]
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        try:
            _wait_for(process, port)
            yield port
        finally:
            process.terminate()
            process.communicate(timeout=20)


class Asker:
    """One person with one connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def __enter__(self) -> "Asker":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """The status and the body of the answer."""
        self._connection.request(method, path, body, dict(headers or {}))
        answer = self._connection.getresponse()
        return answer.status, answer.read()


def ask_for(port: int, questions: Questions, seconds: float, people: int) -> list[float]:
    """Milliseconds of every answer, from as many connections as there are people."""
    taken: list[float] = []
    problems: list[str] = []
    until = time.perf_counter() + seconds
    bodies = itertools.cycle(questions.bodies)

    def ask_again_and_again() -> None:
        try:
            with Asker(port) as asker:
                while time.perf_counter() < until:
                    started = time.perf_counter()
                    status, content = asker.ask("POST", questions.path, next(bodies), questions.headers)
                    if status != 200:
                        raise UnansweredError(f"status {status}: {content[:200].decode(errors='replace')}")
                    taken.append(1000 * (time.perf_counter() - started))
        except (OSError, http.client.HTTPException, UnansweredError) as error:
            problems.append(str(error))

    threads = [threading.Thread(target=ask_again_and_again) for _ in range(people)]
    for thread in threads:
        thread.start()
    for _ in progress(range(round(10 * seconds)), f"asking, {people} at a time"):
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    if problems:
        raise UnansweredError(f"the service failed under load: {problems[0]}")
    return taken


def _wait_for(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise UnansweredError(f"the service stopped: {process.stderr.read().strip() if process.stderr else ''}")
        with contextlib.suppress(OSError), Asker(port) as asker:
            if asker.ask("GET", "/readyz")[0] == 200:
                return
        time.sleep(0.1)
    raise UnansweredError(f"the service did not start within {START:.0f} seconds")
