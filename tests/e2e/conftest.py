"""The real thing, made once for all journeys: the wheel, installed by pip, and a project made with it and run."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHECKOUT

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a journey."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


def run(command: str, folder: Path, path: str | None = None, timeout: float = 900) -> str:
    """Run a line of shell as a user would; returns what it printed, and shows all of it when it fails.

    PORTFOLIO_TORCH_INDEX names a command that stands in for PyTorch's package index, where that is not reached.
    """
    prefix = shlex.split(os.environ.get("PORTFOLIO_TORCH_INDEX", ""))
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    if prefix:  # pip would ask the index that is not reached again and again, once for every package
        environment["PIP_RETRIES"] = "0"
    # Our own programs first: uv is among them.
    environment["PATH"] = path or os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    outcome = subprocess.run(
        [*prefix, "/bin/sh", "-ec", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert outcome.returncode == 0, f"{command}\nended with {outcome.returncode}:\n{outcome.stdout}"
    return outcome.stdout


@dataclass(frozen=True)
class Tool:
    """`portfolio` as installed from its wheel, in an environment of its own."""

    environment: Path
    wheel: Path
    sdist: Path

    @property
    def command(self) -> str:
        """For a shell."""
        return shlex.quote(str(self.environment / "bin" / "portfolio"))


@dataclass(frozen=True)
class Project:
    """A project that was made and run."""

    folder: Path

    @property
    def python(self) -> str:
        """Its own interpreter, for a shell."""
        return shlex.quote(str(self.folder / ".venv/bin/python"))

    def do(self, verb: str) -> str:
        """Run one of its verbs."""
        return run(f"{self.python} -m image_api {verb}", self.folder)


@pytest.fixture(scope="session")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Tool:
    """Built as a release is: the sdist from the checkout, the wheel from the sdist."""
    folder = tmp_path_factory.mktemp("tool")
    run(f"{shlex.quote(sys.executable)} -m build --outdir {folder}/dist {shlex.quote(str(CHECKOUT))}", folder)
    (wheel,), (sdist,) = (list((folder / "dist").glob(f"*{ending}")) for ending in (".whl", ".tar.gz"))
    venv.create(folder / "environment", with_pip=True)
    run(f"{folder}/environment/bin/python -m pip install --quiet {wheel}", folder)
    return Tool(folder / "environment", wheel, sdist)


@pytest.fixture(scope="session")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path has a space and a letter that is not ASCII."""
    folder = tmp_path_factory.mktemp("journey") / "my projects é"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def path_without_uv(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH with this machine's programs, but no uv."""
    folder = tmp_path_factory.mktemp("bin")
    for name in ("git", "sh", "env", "python3", "curl"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    return str(folder)


@pytest.fixture(scope="session")
def made(tool: Tool, awkward: Path) -> dict[str, Any]:
    """What `portfolio new --format json` said about the project made for uv."""
    answer: dict[str, Any] = json.loads(
        run(f"{tool.command} new image-api --yes --data author=Ada --format json 2>/dev/null", awkward)
    )
    return answer


@pytest.fixture(scope="session")
def project(made: dict[str, Any], awkward: Path) -> Project:
    """Made, and taken through its own next steps, word for word, but for the last, which serves until stopped."""
    folder = awkward / made["path"]
    for step in made["next_steps"][:-1]:
        run(step["run"], folder)
    return Project(folder)


@contextlib.contextmanager
def served(command: list[str], folder: Path, port: int) -> Iterator[str]:
    """Start a server and wait until it is ready; it must stop by itself when it is told to."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/readyz", timeout=5).read()
                break
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline, "the server did not get ready"
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        output = process.communicate(timeout=30)[0]
    assert process.returncode in (0, -15, 143), output


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def copied(project: Project, folder: Path) -> Project:
    """The same code in another folder, with the environment of the first: its interpreter, our source."""
    copy = folder / "copy"
    shutil.copytree(project.folder, copy, ignore=shutil.ignore_patterns(".venv", "data", "logs"))
    (copy / ".venv/bin").mkdir(parents=True)
    python = copy / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(copy / "src"))} exec {project.python} "$@"\n')
    python.chmod(0o755)
    return Project(copy)
