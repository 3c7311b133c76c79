"""Two replicas of a recommender with one PostgreSQL, asked for 200 lists a second: how late do the answers come?

Run as: python -m tests.benchmarks.replicas PROJECT, with the folder of a recommender that was made and run. Questions
are due at fixed moments, whether or not earlier ones are answered, and a time counts from when its question was due.
Each list is followed by its exposure, which is on the database's disk when it is answered.
"""

from __future__ import annotations

import http.client
import itertools
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from portfolio.create import templates
from tests.e2e.conftest import Project
from tests.e2e.machine_room import running_database, running_replicas

PER_SECOND, SECONDS, PEOPLE = 200, 60, 24
HEADERS = {"Content-Type": "application/json"}


def main(folder: Path) -> None:
    """Print how many of how many lists were answered in time, and the percentiles of both answers."""
    project = Project(folder, templates.get("recommender"))
    with (
        tempfile.TemporaryDirectory() as logs,
        running_database() as database,
        running_replicas(project, database, Path(logs)) as replicas,
    ):
        taken, seconds = _ask(replicas.port)
        stored = database.ask("SELECT COUNT(*) FROM exposures")[0][0]
    number = len(taken["list"])
    print(f"{number} lists in {seconds:.1f} s, {number / seconds:.0f} a second; {stored} exposures stored")
    for what, each in taken.items():
        p50, p99 = statistics.median(each), statistics.quantiles(each, n=100)[98]
        print(f"{what:<8} p50 {1000 * p50:.1f} ms, p99 {1000 * p99:.1f} ms, slowest {1000 * max(each):.0f} ms")


def _ask(port: int) -> tuple[dict[str, list[float]], float]:
    """Seconds of every list and of every exposure, and how long all took."""
    taken: dict[str, list[float]] = {"list": [], "exposure": []}
    numbers, started = itertools.count(), time.perf_counter()

    def keep_asking() -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while (number := next(numbers)) < PER_SECOND * SECONDS:
            due = started + number / PER_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            history = [f"f{item:03}" for item in random.Random(number).sample(range(400), 20)]
            token = _post(client, "/recommendations", {"user": f"user {number % 2000}", "history": history})["token"]
            taken["list"].append(time.perf_counter() - due)
            shown = time.perf_counter()
            stored = _post(client, "/events", {"events": [{"type": "exposure", "token": token}]})
            assert stored == {"new": 10, "rows": 10}
            taken["exposure"].append(time.perf_counter() - shown)

    threads = [threading.Thread(target=keep_asking) for _ in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken, time.perf_counter() - started


def _post(client: http.client.HTTPConnection, path: str, body: object) -> dict[str, object]:
    client.request("POST", path, json.dumps(body), HEADERS)
    answer = client.getresponse()
    content = answer.read()
    assert answer.status == 200, content
    found: dict[str, object] = json.loads(content)
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
