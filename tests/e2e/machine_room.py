"""A machine room on one machine: a PostgreSQL, replicas of a recommender, and nginx in front of them."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import missing
from tests.e2e.conftest import Project, free_port

KEY = "ab" * 32


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


@contextlib.contextmanager
def running_database() -> Iterator[Database]:
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
    try:
        yield database
    finally:
        database.server.kill()
        shutil.rmtree(folder)


@contextlib.contextmanager
def running_replicas(project: Project, database: Database, folder: Path) -> Iterator[Replicas]:
    """Each with logs of its own, behind the proxy's settings that the project brings."""
    if not shutil.which("nginx"):
        missing("there is no nginx")
    port, *ports = (free_port() for _ in range(3))
    environment = {"EVENTS_URL": database.url(), "EVENTS_KEY": KEY}
    servers = [
        Server([*project.serve(each), "--log-dir", str(folder / f"logs {each}")], project.folder, environment)
        for each in ports
    ]
    addresses = "".join(f"server 127.0.0.1:{each} max_fails=1 fail_timeout=1s;" for each in ports)
    settings = (project.folder / "deploy/nginx.conf").read_text(encoding="utf-8")
    settings = re.sub(r"resolver .*\n\s*server api:8000 .*", addresses, settings)  # no names here but this machine's
    settings = settings.replace("listen 8000", f"listen 127.0.0.1:{port}")
    assert addresses in settings
    places = "".join(
        f"{each}_temp_path {folder}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(f"events {{}} http {{ access_log off; {places}\n{settings}\n}}", encoding="utf-8")
    options = f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;"
    proxy = Server(["nginx", "-p", str(folder), "-c", str(path), "-g", options], folder, {})
    replicas = Replicas(port, servers, ports)
    try:
        replicas.wait()
        yield replicas
    finally:
        for each in (proxy, *servers):
            each.kill()
