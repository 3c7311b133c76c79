"""`recommender` on more than one machine: replicas behind one address, with their events in one PostgreSQL."""

from __future__ import annotations

import json
import os
import random
import shlex
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Project, copied, free_port, run
from tests.e2e.crowd import Crowd
from tests.e2e.machine_room import Database, Replicas, running_database, running_replicas

TEMPLATE = "recommender"
KILLS, FEWEST = 20, 1000  # SIGKILLs of each kind, acknowledged events
BUSY = {502, 503, 504}  # what the proxy, or a replica without a database, answers


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """Of this machine."""
    with running_database() as database:
        yield database


@pytest.fixture
def replicas(project: Project, database: Database, tmp_path: Path) -> Iterator[Replicas]:
    """Two, behind the proxy's settings that the project brings."""
    with running_replicas(project, database, tmp_path) as replicas:
        yield replicas


def test_no_acknowledged_event_is_lost_or_doubled_whatever_is_killed(
    project: Project, database: Database, replicas: Replicas
) -> None:
    crowd, chance = Crowd(replicas.port, ask_again=BUSY), random.Random(1)
    deadline = time.monotonic() + 600
    kills = {"replica": 0, "database": 0}
    while min(kills.values()) < KILLS or len(crowd.acknowledged) < FEWEST:
        assert time.monotonic() < deadline, kills
        before = len(crowd.acknowledged)
        while len(crowd.acknowledged) < before + 10 + chance.randrange(20):
            assert time.monotonic() < deadline, kills
            for each in replicas.servers:  # as whoever runs them would: it does not start while its database is gone
                if not each.is_running:
                    each.start()
            time.sleep(0.02)
        killed = "replica" if kills["replica"] <= kills["database"] else "database"
        server = chance.choice(replicas.servers) if killed == "replica" else database.server
        server.kill()
        kills[killed] += 1
        if killed == "database":
            server.start()
            database.wait()
    for each in replicas.servers:
        if not each.is_running:
            each.start()
    acknowledged = crowd.leave()
    written = [(event, item) for event, item in database.ask("SELECT event_id, item_id FROM clicks")]
    assert len(acknowledged) >= FEWEST
    assert len(written) == len(dict(written)), "none doubled"
    assert acknowledged.items() <= dict(written).items(), "none lost"
    assert database.ask("SELECT DISTINCT COUNT(*) FROM exposures GROUP BY list_id") == [["10"]], "a list is whole"
    orphans = "SELECT COUNT(*) FROM clicks LEFT JOIN exposures USING (list_id, position) WHERE score IS NULL"
    assert database.ask(orphans) == [["0"]]
    assert all(len(client.variants) == 1 for client in crowd.clients), (
        "one variant a visitor, whichever replica answers"
    )
    assert database.ask("SELECT DISTINCT COUNT(DISTINCT variant) FROM exposures GROUP BY visitor") == [["1"]]


def test_without_its_database_it_answers_and_acknowledges_nothing(database: Database, replicas: Replicas) -> None:
    asked = {"user": "anna", "history": ["f001"]}
    status, found = _post(replicas.ports[0], "/recommendations", asked)
    assert status == 200
    events = {"events": [{"type": "exposure", "token": found["token"]}]}
    database.server.kill()
    try:
        assert _post(replicas.ports[0], "/recommendations", asked)[0] == 200
        assert _post(replicas.ports[0], "/events", events) == (
            503,
            {"detail": "the events could not be written: send them again"},
        )
    finally:
        database.server.start()
        database.wait()
    assert _post(replicas.ports[1], "/events", events) == (200, {"new": 10, "rows": 10}), "the other opens its tokens"
    assert _post(replicas.ports[0], "/events", events) == (200, {"new": 0, "rows": 10})


def _post(port: int, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def test_a_replica_with_a_key_of_its_own_does_not_start(
    project: Project, database: Database, replicas: Replicas, tmp_path: Path
) -> None:
    environment = {**os.environ, "EVENTS_URL": database.url()}
    command = [*project.serve(free_port()), "--log-dir", str(tmp_path / "of another")]
    outcome = subprocess.run(command, cwd=project.folder, env=environment, capture_output=True, text=True, timeout=60)
    assert outcome.returncode == 1
    assert "was started with another key" in outcome.stderr
    assert "secret" not in outcome.stderr


COPY = """
from pathlib import Path
from recommender.config import SIMULATED
from recommender.experiment import events

with events.reading(events.file_in(SIMULATED)) as log:
    rows = [kind(**row) for kind, table in events.TABLES.items() for row in log.execute(table.select()).mappings()]
store = events.Store(events.source(Path("elsewhere")))
print(sum(store.add(rows[at : at + 1000]) for at in range(0, len(rows), 1000)) == len(rows))
"""


def test_the_same_events_say_the_same_in_either_database(project: Project, database: Database, tmp_path: Path) -> None:
    copy = copied(project, tmp_path)
    (tmp_path / "log").mkdir()
    shutil.copy(project.folder / "data/simulated/events.sqlite", tmp_path / "log")
    database.ask("CREATE DATABASE same")
    shared = f"EVENTS_URL={database.url('same')}"
    shutil.copytree(project.folder / "data", copy.folder / "data")
    assert run(f"{shared} {copy.python} -c {shlex.quote(COPY)}", copy.folder).strip() == "True"
    alone, together = ("", f"{shared} ")
    for verb in ("abtest", "ope"):
        said = [
            run(f"{where}{copy.python} -m recommender {verb} --log-dir {tmp_path}/log", copy.folder)
            for where in (alone, together)
        ]
        assert said[0] == said[1]
        assert "EASE" in said[0]
    run(f"{together}{copy.python} -m recommender export --log-dir {tmp_path}/log --to {tmp_path}/many", copy.folder)
    run(f"{alone}{copy.python} -m recommender export --log-dir {tmp_path}/log --to {tmp_path}/one", copy.folder)
    for table in ("experiments", "exposures", "clicks"):
        one, many = (f"SELECT * FROM '{tmp_path}/{folder}/{table}.parquet'" for folder in ("one", "many"))
        queries = (one, f"({one} EXCEPT {many}) UNION ALL ({many} EXCEPT {one})")
        counted = f"import duckdb; print([len(duckdb.sql(query).fetchall()) for query in {queries!r}])"
        number, differing = json.loads(run(f"{copy.python} -c {shlex.quote(counted)}", copy.folder))
        assert number > 0
        assert differing == 0
