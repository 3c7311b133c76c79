"""`recommender` on more than one machine: replicas behind one address, with their events in one PostgreSQL."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.e2e.conftest import Project, copied, free_port, run
from tests.e2e.crowd import Crowd

TEMPLATE = "recommender"
KILLS, FEWEST = 20, 1000  # SIGKILLs of each kind, acknowledged events
KEY = "ab" * 32
BUSY = {502, 503, 504}  # what the proxy, or a replica without a database, answers


class Server:
    """A process that is killed and started again. It leads a group: what it has started dies with it."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str], user: str | None = None) -> None:
        self._command, self._folder, self._user = command, folder, user
        self._environment = {**os.environ, **environment}
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=self._environment,
            user=self._user,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Database:
    """A PostgreSQL of this machine."""

    server: Server
    programs: Path
    port: int

    def url(self, name: str = "events") -> str:
        """As EVENTS_URL has it."""
        return f"postgresql://events:secret@127.0.0.1:{self.port}/{name}"

    def ask(self, query: str, name: str = "events") -> list[list[str]]:
        """The rows of an answer."""
        command = [str(self.programs / "psql"), "-qtAF|", "-c", query, self.url(name)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [line.split("|") for line in answer.splitlines()]

    def wait(self) -> None:
        """Until it answers."""
        deadline = time.monotonic() + 60
        while subprocess.run([self.programs / "pg_isready", "-qh127.0.0.1", f"-p{self.port}"]).returncode:
            assert time.monotonic() < deadline, "the database did not get ready"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """Debian's own; it refuses to run as root, so then it is the user postgres who runs it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        missing("there is no PostgreSQL server")
    programs, user = found[-1].parent, "postgres" if os.geteuid() == 0 else None
    folder, port = Path(tempfile.mkdtemp()), free_port()  # pytest's own folders are closed to other users
    secret = folder / "secret"
    secret.write_text("secret")
    if user:
        shutil.chown(secret, user)
        shutil.chown(folder, user)
    options = ["--username=events", f"--pwfile={secret}", "--auth=scram-sha-256", "--no-sync"]
    subprocess.run([programs / "initdb", *options, folder / "db"], user=user, check=True, stdout=subprocess.DEVNULL)
    command = [str(programs / "postgres"), "-D", str(folder / "db"), "-p", str(port), "-h", "127.0.0.1", "-k", ""]
    database = Database(Server(command, folder, {}, user), programs, port)
    database.wait()
    database.ask("CREATE DATABASE events", "postgres")
    yield database
    database.server.kill()
    shutil.rmtree(folder)


@dataclass
class Replicas:
    """Two services, and the proxy in front of them."""

    port: int
    servers: list[Server]
    ports: list[int]

    def wait(self) -> None:
        """Until each answers."""
        for port in self.ports:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).read()
                    break
                time.sleep(0.05)
            else:
                raise AssertionError("a replica did not get ready")


@pytest.fixture
def replicas(project: Project, database: Database, tmp_path: Path) -> Iterator[Replicas]:
    """Each with logs of its own, behind the proxy's settings that the project brings."""
    if not shutil.which("nginx"):
        missing("there is no nginx")
    port, *ports = (free_port() for _ in range(3))
    environment = {"EVENTS_URL": database.url(), "EVENTS_KEY": KEY}
    servers = [
        Server([*project.serve(each), "--log-dir", str(tmp_path / f"logs {each}")], project.folder, environment)
        for each in ports
    ]
    addresses = "".join(f"server 127.0.0.1:{each} max_fails=1 fail_timeout=1s;" for each in ports)
    settings = (project.folder / "deploy/nginx.conf").read_text(encoding="utf-8")
    settings = re.sub(r"resolver .*\n\s*server api:8000 .*", addresses, settings)  # no names here but this machine's
    settings = settings.replace("listen 8000", f"listen 127.0.0.1:{port}")
    assert addresses in settings
    places = "".join(
        f"{each}_temp_path {tmp_path}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = tmp_path / "nginx.conf"
    path.write_text(f"events {{}} http {{ access_log off; {places}\n{settings}\n}}", encoding="utf-8")
    options = f"daemon off; pid {tmp_path}/nginx.pid; error_log {tmp_path}/error.log;"
    proxy = Server(["nginx", "-p", str(tmp_path), "-c", str(path), "-g", options], tmp_path, {})
    replicas = Replicas(port, servers, ports)
    try:
        replicas.wait()
        yield replicas
    finally:
        for each in (proxy, *servers):
            each.kill()


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
    assert database.ask("SELECT COUNT(*) FROM clicks LEFT JOIN exposures USING (list_id, position) WHERE score IS NULL")
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
        assert "f0" in said[0] or "EASE" in said[0]
    run(f"{together}{copy.python} -m recommender export --log-dir {tmp_path}/log --to {tmp_path}/many", copy.folder)
    run(f"{alone}{copy.python} -m recommender export --log-dir {tmp_path}/log --to {tmp_path}/one", copy.folder)
    for table in ("experiments", "exposures", "clicks"):
        one, many = (f"SELECT * FROM '{tmp_path}/{folder}/{table}.parquet'" for folder in ("one", "many"))
        differing = f"import duckdb; print(duckdb.sql({f'({one} EXCEPT {many}) UNION ALL ({many} EXCEPT {one})'!r}))"
        assert "0 rows" in run(f"{copy.python} -c {shlex.quote(differing)}", copy.folder)
