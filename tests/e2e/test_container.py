"""The Dockerfile of a generated project, built for real and asked as a user of the image would."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import missing, outside
from tests.e2e.conftest import Project, free_port, run

SHIM = """#!/bin/sh
test "$1" = build || { echo "$*" >> "$RECORD"; exit; }
shift
exec buildah bud --pull-never --layers --format docker "$@"
"""


@dataclass(frozen=True)
class Running:
    """A project's image, at work."""

    project: Project
    address: str
    inside: list[str]  # command that runs another one inside the container

    def run(self, *command: str) -> str:
        """What a command inside prints."""
        return subprocess.run([*self.inside, *command], capture_output=True, text=True, check=True).stdout

    def ask(self) -> Any:
        """The service's answer to its main question."""
        return json.loads(run(f"curl -sS {self.project.question(self.address)}", self.project.folder))


def _has_docker() -> bool:
    return (
        bool(shutil.which("docker"))
        and subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
    )


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What has to be in the environment for `docker build` to build, with buildah where there is no engine. Of what
    else it is told to do, the record is all that comes."""
    folder = tmp_path_factory.mktemp("docker")
    if _has_docker():
        return {"RECORD": str(folder / "record")}
    if not shutil.which("buildah"):
        missing("neither a Docker engine nor buildah is here")
    run(f"{outside('PORTFOLIO_BASE_IMAGE')} 3.12", folder)
    (folder / "docker").write_text(SHIM)
    (folder / "docker").chmod(0o755)
    os.environ.update(STORAGE_DRIVER="vfs", BUILDAH_ISOLATION="chroot")
    return {"RECORD": str(folder / "record"), "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def _run_all(lines: str, folder: Path, environment: dict[str, str]) -> None:
    settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
    run(f"env {settings} sh -ec {shlex.quote(lines)}", folder)


@pytest.fixture(scope="module")
def container(each: Project, docker: dict[str, str]) -> Iterator[Running]:
    """Built as its page on deployment says, and started as its Dockerfile does."""
    page = (each.folder / "deploy/README.md").read_text(encoding="utf-8")
    build, start = re.findall(r"(?m)^docker (?:build|run) .*$", page)
    port, image = free_port(), build.split()[3]
    assert start == f"docker run --rm --publish 8000:8000 {image}"
    _run_all(build, each.folder, docker)
    if _has_docker():
        options = f"--detach --rm --read-only --tmpfs /tmp -p 127.0.0.1:{port}:8000"
        name = run(f"docker run {options} {image}", each.folder).strip()
        yield Running(each, f"http://127.0.0.1:{port}", ["docker", "exec", name])
        run(f"docker stop {name}", each.folder)
        return
    name = run(f"buildah from --pull-never {image}", each.folder).strip().splitlines()[-1]
    config = json.loads(run(f"buildah inspect --type image {image}", each.folder))["Docker"]["config"]
    assert config["User"] == "1000"
    assert config["Volumes"] == {"/logs": {}}
    assert set(config["ExposedPorts"]) == {"8000/tcp"}
    inside = ["buildah", "run", name, "--"]
    # `buildah run` shares this machine's network, so the image's own command is given a free port.
    with _started([*inside, *config["Cmd"], "--port", str(port)]):
        yield Running(each, f"http://127.0.0.1:{port}", inside)
    run(f"buildah rm {name}", each.folder)


@contextlib.contextmanager
def _started(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a session of its own, all of which is told to stop: buildah passes no signal on."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def _get(address: str) -> bytes:
    deadline = time.monotonic() + 60
    while True:
        try:
            content: bytes = urllib.request.urlopen(address, timeout=5).read()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.3)
        else:
            return content


def test_the_image_answers_as_a_user_without_rights(container: Running) -> None:
    assert json.loads(_get(f"{container.address}/readyz"))["status"] == "ready"
    assert json.loads(_get(f"{container.address}/healthz")) == {"status": "alive"}
    assert container.ask()["model_version"] == container.project.metrics["artefacts"][0]["sha256"][:12]
    assert container.run("id", "-u").strip() == "1000"


def test_the_image_holds_what_serving_needs_and_logs_to_its_volume(container: Running) -> None:
    container.ask()
    packages = {line.split()[0] for line in container.run("pip", "list").splitlines()}
    assert {"fastapi", "numpy"} <= packages
    assert packages.isdisjoint(_only_for_training(container.project))
    assert '"status": 200' in container.run("cat", "/logs/service.jsonl")


def _only_for_training(project: Project) -> set[str]:
    """Whatever an extra names and serving does not; among it, what is large in any project."""
    described = tomllib.loads((project.folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = described["optional-dependencies"]
    named, served = (
        {re.split(r"[^\w-]", line)[0] for line in lines}
        for lines in ([line for extra in extras.values() for line in extra], described["dependencies"])
    )
    assert {"matplotlib", "pytest"} <= named
    return (named | {"torch", "scikit-learn", "scipy", "lightgbm"}) - served


def test_the_image_adds_no_more_than_it_must(container: Running) -> None:
    """What the packages and the code weigh over the base they are put on: 450 MB at most."""
    taken = container.run("du", "-sm", "/venv", "/app")
    assert sum(int(line.split()[0]) for line in taken.splitlines()) <= 450


def test_what_else_compose_starts_runs_in_the_image_too(container: Running) -> None:
    """A dashboard beside the service: its command, word for word, asked for what it says of its health."""
    services = yaml.safe_load((container.project.folder / "compose.yaml").read_text(encoding="utf-8"))["services"]
    for service in [each for each in services.values() if "command" in each]:
        port = free_port()
        command = [*container.inside, *service["command"], "--port", str(port)]
        with _started(command) as process:
            address = f"http://127.0.0.1:{port}/_stcore/health"
            asked = [*container.inside, "python", "-c", f"import urllib.request; urllib.request.urlopen('{address}')"]
            deadline = time.monotonic() + 60
            while subprocess.run(asked, capture_output=True, check=False).returncode:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.5)


def test_a_tag_builds_the_image_and_pushes_it(container: Running, docker: dict[str, str]) -> None:
    """Every line of the workflow; but for a registry, which is a record here."""
    if _has_docker():
        missing("an engine would push to the registry itself")
    folder = container.project.folder
    workflow = yaml.safe_load((folder / ".github/workflows/image.yml").read_text(encoding="utf-8"))
    lines = "\n".join(step["run"] for step in workflow["jobs"]["push"]["steps"] if "run" in step)
    given = {"GITHUB_ACTOR": "ada", "GITHUB_REPOSITORY": "Ada/Project", "GITHUB_REF_NAME": "v1.0", "TOKEN": "secret"}
    _run_all(lines, folder, {**docker, **given})
    image = "ghcr.io/ada/project:v1.0"
    assert Path(docker["RECORD"]).read_text().splitlines()[-2:] == [
        "login ghcr.io -u ada --password-stdin",
        f"push {image}",
    ]
    assert run(f"buildah images --quiet {image}", folder).strip()


def test_its_health_check_and_compose_file_fit_the_image(each: Project) -> None:
    dockerfile = (each.folder / "Dockerfile").read_text(encoding="utf-8")
    assert "urlopen('http://127.0.0.1:8000/readyz'" in dockerfile
    services = yaml.safe_load((each.folder / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert all(service["read_only"] is True and service["cap_drop"] == ["ALL"] for service in services.values())
