"""The Dockerfile of a generated project, built for real and asked as a user of the image would."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import missing, outside
from tests.e2e.conftest import Project, free_port, run

IMAGE = "localhost/image-api:test"


def _has_docker() -> bool:
    return (
        bool(shutil.which("docker"))
        and subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
    )


@pytest.fixture(scope="module")
def container(project: Project) -> Iterator[tuple[str, list[str]]]:
    """(address of the running service, command that runs another one inside the container)."""
    port = free_port()
    if _has_docker():
        run(f"docker build -t {IMAGE} .", project.folder)
        options = f"--detach --rm --read-only --tmpfs /tmp -p 127.0.0.1:{port}:8000"
        name = run(f"docker run {options} {IMAGE}", project.folder).strip()
        yield f"http://127.0.0.1:{port}", ["docker", "exec", name]
        run(f"docker stop {name}", project.folder)
        return
    if not shutil.which("buildah"):
        missing("neither a Docker engine nor buildah is here")
    base = outside("PORTFOLIO_BASE_IMAGE")
    os.environ.update(STORAGE_DRIVER="vfs", BUILDAH_ISOLATION="chroot")
    run(f"{base} 3.12", project.folder)
    run(f"buildah bud --pull-never --format docker -t {IMAGE} .", project.folder)
    name = run(f"buildah from --pull-never {IMAGE}", project.folder).strip().splitlines()[-1]
    config = json.loads(run(f"buildah inspect --type image {IMAGE}", project.folder))["Docker"]["config"]
    assert config["User"] == "1000"
    assert config["Volumes"] == {"/logs": {}}
    inside = ["buildah", "run", name, "--"]
    # `buildah run` shares this machine's network, so the image's own command is given a free port.
    process = subprocess.Popen(
        [*inside, *config["Cmd"], "--port", str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    yield f"http://127.0.0.1:{port}", inside
    subprocess.run(["pkill", "-TERM", "-f", f"image_api serve .*--port {port}"], check=False)
    process.wait(timeout=30)
    run(f"buildah rm {name}", project.folder)


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


def test_the_image_answers_as_a_user_without_rights(container: tuple[str, list[str]], project: Project) -> None:
    address, inside = container
    assert json.loads(_get(f"{address}/readyz"))["status"] == "ready"
    assert json.loads(_get(f"{address}/healthz")) == {"status": "alive"}
    photograph = next((project.folder / "data/sample").rglob("*.png"))
    answer = run(f"curl -sS -F file=@{shlex.quote(str(photograph))} {address}/predict", project.folder)
    measured = json.loads((project.folder / "reports/metrics.json").read_text(encoding="utf-8"))
    assert json.loads(answer)["model_version"] == measured["artefacts"][0]["sha256"][:12]
    assert subprocess.run([*inside, "id", "-u"], capture_output=True, text=True, check=True).stdout.strip() == "1000"


def test_the_image_holds_no_torch_and_logs_to_its_volume(container: tuple[str, list[str]]) -> None:
    _, inside = container
    packages = subprocess.run([*inside, "pip", "list"], capture_output=True, text=True, check=True).stdout
    assert "onnxruntime" in packages
    assert "torch" not in packages
    assert "scikit-learn" not in packages
    logged = subprocess.run([*inside, "cat", "/logs/service.jsonl"], capture_output=True, text=True, check=True).stdout
    assert '"path": "/predict"' in logged


def test_the_image_adds_no_more_than_it_must(container: tuple[str, list[str]]) -> None:
    """What the packages and the code weigh over the base they are put on: 450 MB at most."""
    _, inside = container
    taken = subprocess.run([*inside, "du", "-sm", "/venv", "/app"], capture_output=True, text=True, check=True).stdout
    assert sum(int(line.split()[0]) for line in taken.splitlines()) <= 450


def test_its_health_check_and_compose_file_fit_the_image(project: Project) -> None:
    dockerfile = (project.folder / "Dockerfile").read_text(encoding="utf-8")
    assert "urlopen('http://127.0.0.1:8000/readyz'" in dockerfile
    assert Path(project.folder / "compose.yaml").read_text(encoding="utf-8").count("read_only: true") == 1
