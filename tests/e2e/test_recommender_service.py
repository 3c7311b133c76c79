"""The recommender's service, killed under load again and again, and asked whatever its description allows."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import sqlite3
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Project, free_port

KILLS, PEOPLE, FEWEST = 20, 6, 1000
HEADERS = {"Content-Type": "application/json"}


class Client:
    """Somebody who sends every event again, with the same id, until it is acknowledged."""

    def __init__(self, number: int, port: int, films: list[str]) -> None:
        self.number, self.port, self.films = number, port, films
        self.acknowledged: dict[str, str] = {}  # event id → list's item, by what was answered
        self.exposed: set[str] = set()
        self.may_stop = threading.Event()

    def _ask(self, path: str, body: dict[str, Any]) -> Any:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("POST", path, json.dumps(body), HEADERS)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == 200, content
            return json.loads(content)

    def _until_answered(self, path: str, body: dict[str, Any]) -> Any:
        while True:
            try:
                return self._ask(path, body)
            except (OSError, http.client.HTTPException, ValueError):  # killed meanwhile: was it written? ask again
                time.sleep(0.02)

    def live(self) -> None:
        chance, visit = random.Random(self.number), 0
        while not self.may_stop.is_set():
            visit += 1
            asked = {"user": f"user {self.number}", "history": chance.sample(self.films, 5), "visit": f"{visit}"}
            found = self._until_answered("/recommendations", asked)
            item, event = chance.choice(found["items"])["item"], f"{self.number} {visit}"
            events = [
                {"type": "exposure", "token": found["token"]},
                {"type": "click", "token": found["token"], "item": item, "event_id": event},
            ]
            self._until_answered("/events", {"events": events})
            self.acknowledged[event] = item


def test_no_acknowledged_event_is_lost_or_doubled_however_often_it_is_killed(
    recommender: Project, tmp_path: Path
) -> None:
    port, log_dir = free_port(), tmp_path / "logs"
    command = [*recommender.serve(port), "--log-dir", str(log_dir)]
    films = [f"f{number:03}" for number in range(400)]
    clients = [Client(number, port, films) for number in range(PEOPLE)]
    threads = [threading.Thread(target=client.live) for client in clients]
    for thread in threads:
        thread.start()
    chance = random.Random(1)
    deadline = time.monotonic() + 300
    kills = 0
    while kills < KILLS or sum(len(client.acknowledged) for client in clients) < FEWEST:
        assert time.monotonic() < deadline
        before = sum(len(client.acknowledged) for client in clients)
        process = subprocess.Popen(
            command, cwd=recommender.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while sum(len(client.acknowledged) for client in clients) < before + 20 + chance.randrange(40):
            time.sleep(0.01)
            assert process.poll() is None
        time.sleep(chance.random() * 0.05)
        process.kill()
        process.wait()
        kills += 1
    for client in clients:
        client.may_stop.set()
    with subprocess.Popen(
        command, cwd=recommender.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as last:
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
        last.terminate()
    acknowledged = {event: item for client in clients for event, item in client.acknowledged.items()}
    connection = sqlite3.connect(log_dir / "events.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    written = connection.execute("SELECT event_id, item_id FROM clicks").fetchall()
    assert len(acknowledged) >= FEWEST
    assert len(written) == len(dict(written)), "none doubled"
    assert acknowledged.items() <= dict(written).items(), "none lost"
    lists = connection.execute("SELECT list_id, COUNT(*) FROM exposures GROUP BY list_id").fetchall()
    assert {number for _, number in lists} == {10}, "a list is there as a whole"
    assert {row[0] for row in connection.execute("SELECT list_id FROM clicks")} == {name for name, _ in lists}
