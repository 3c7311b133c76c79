"""Starts the service as it is served, asks it for five seconds, and writes down how long the answers took.

Run as: python -m image_api loadtest
"""

import contextlib
import http.client
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

from image_api import data, results
from image_api.config import METRICS, ROOT, Config, ExplainedError
from image_api.progress import progress

CONCURRENCY = (1, 8)  # people asking at the same time
BOUNDARY = "photograph"
HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
START = 30.0  # seconds that the service may take to start


class UnansweredError(ExplainedError):
    """The service did not start, or did not answer."""


def loadtest(config: Config) -> str:
    """Measure, add to reports/metrics.json, and say the result in one line for each concurrency."""
    body = _upload(config)
    with running_service() as port:
        answer = _answer(port, body)
        _ask_for(port, body, seconds=0.3, people=1)  # warm
        rows = []
        for people in CONCURRENCY:
            taken = _ask_for(port, body, config.loadtest_seconds / len(CONCURRENCY), people)
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


def _upload(config: Config) -> bytes:
    """A multipart body with a photograph as large as the page sends them."""
    photographs, _ = data.load()
    with tempfile.TemporaryFile() as file:
        Image.fromarray(photographs.pixels[0]).resize((1024, 1024)).save(file, "JPEG", quality=92)
        file.seek(0)
        picture = file.read()
    part = 'Content-Disposition: form-data; name="file"; filename="p.jpg"\r\nContent-Type: image/jpeg'
    return f"--{BOUNDARY}\r\n{part}\r\n\r\n".encode() + picture + f"\r\n--{BOUNDARY}--\r\n".encode()


@contextlib.contextmanager
def running_service() -> Iterator[int]:
    """The service as it is served, on the port that is given, with its logs thrown away."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as logs:
        command = [sys.executable, "-m", "image_api", "serve", "--port", str(port), "--log-dir", logs]
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        try:
            _wait_for(process, port)
            yield port
        finally:
            process.terminate()
            process.communicate(timeout=20)


def _wait_for(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise UnansweredError(f"the service stopped: {process.stderr.read().strip() if process.stderr else ''}")
        with (
            contextlib.suppress(OSError),
            contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as ask,
        ):
            ask.request("GET", "/readyz")
            if ask.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise UnansweredError(f"the service did not start within {START:.0f} seconds")


def _answer(port: int, body: bytes) -> Any:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("POST", "/predict", body, HEADERS)
        return json.loads(connection.getresponse().read())


def _ask_for(port: int, body: bytes, seconds: float, people: int) -> list[float]:
    """Milliseconds of every answer, from as many connections as there are people."""
    taken: list[float] = []
    problems: list[str] = []
    until = time.perf_counter() + seconds

    def ask_again_and_again() -> None:
        try:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
                while time.perf_counter() < until:
                    started = time.perf_counter()
                    connection.request("POST", "/predict", body, HEADERS)
                    answer = connection.getresponse()
                    content = answer.read()
                    if answer.status != 200:
                        raise UnansweredError(f"status {answer.status}: {content[:200].decode(errors='replace')}")
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
