"""The real thing, made once for all journeys: the wheel, installed by pip, and a project made with it and run."""

from __future__ import annotations

import contextlib
import functools
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
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from portfolio.create import templates
from portfolio.create.templates import Template
from tests.conftest import CHECKOUT, missing
from tests.e2e import sharing
from tests.e2e.mirror import Mirror, mirrored


def pytest_itemcollected(item: pytest.Item) -> None:
    """Everything in this folder is a journey."""
    item.add_marker(pytest.mark.e2e)


LACKING = "of this system"  # how a project says that it needs what no package brings
SECONDS: dict[str, float] = {}  # of the journeys, by template, or by file where any of them would do


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Time belongs to the process that a journey needs."""
    if "e2e" in report.keywords:
        name = sharing.together(report.nodeid)
        SECONDS[name] = SECONDS.get(name, 0.0) + report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What each template costs."""
    if SECONDS:
        terminalreporter.section("minutes by template")
        for name, seconds in sorted(SECONDS.items(), key=lambda each: -each[1]):
            terminalreporter.write_line(f"{seconds / 60:5.1f}  {name}")


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
    template: Template

    @property
    def python(self) -> str:
        """Its own interpreter, for a shell."""
        return shlex.quote(str(self.folder / ".venv/bin/python"))

    def do(self, verb: str) -> str:
        """Run one of its verbs."""
        return run(f"{self.python} -m {self.template.package} {verb}", self.folder)

    def serve(self, port: int) -> list[str]:
        """The command that serves it."""
        return shlex.split(f"{self.python} -m {self.template.package} serve --port {port}")

    def question(self, address: str) -> str:
        """What curl asks its service for example, as its own `ask` says it; for a shell in its folder."""
        if not shutil.which("curl"):
            missing("there is no curl")
        return self.do(f"ask --print --url {address}").splitlines()[-1].removeprefix("curl ")

    @functools.cached_property
    def example(self) -> dict[str, Any]:
        """The same question, described."""
        described: dict[str, Any] = json.loads(self.do("ask --print").splitlines()[-2])
        return described

    def request(self, file: bytes | None = None) -> tuple[bytes, dict[str, str]]:
        """The body of that question, or of one with another file, and its headers."""
        if "file" not in self.example:
            return json.dumps(self.example["body"]).encode(), {"Content-Type": "application/json"}
        path = self.folder / self.example["file"]
        part = f'Content-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'
        body = b"--b0undary\r\n" + part.encode() + (file or path.read_bytes()) + b"\r\n--b0undary--\r\n"
        return body, {"Content-Type": "multipart/form-data; boundary=b0undary"}

    @property
    def metrics(self) -> dict[str, Any]:
        """What its run measured."""
        document: dict[str, Any] = json.loads((self.folder / "reports/metrics.json").read_text(encoding="utf-8"))
        return document


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


def check_reached(template: Template) -> None:
    """A smaller build of a package has to be reached: its own tests are not worth the gigabytes of PyPI's."""
    smaller = template.smaller_build
    if smaller and "PORTFOLIO_TORCH_INDEX" not in os.environ and not _answers(f"{smaller.index}/{smaller.package}/"):
        missing(f"{template.name}: {smaller.host} is not reached, and PORTFOLIO_TORCH_INDEX is not set")


@functools.cache
def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


class Workshop:
    """Makes and runs a project of each template that is asked for, once."""

    def __init__(self, tool: Tool, folder: Path) -> None:
        self._tool, self._folder = tool, folder
        self._done: dict[str, tuple[dict[str, Any], Project]] = {}
        self._lacking: dict[str, str] = {}

    def project(self, name: str) -> tuple[dict[str, Any], Project]:
        """What `portfolio new --format json` said, and the project: made for uv, and taken through its own next steps,
        word for word, but for the last, which serves until stopped."""
        if name not in self._done:
            check_reached(templates.get(name))
            if name in self._lacking:
                missing(self._lacking[name])
            command = f"{self._tool.command} new {name} --yes --data author=Ada --format json 2>/dev/null"
            said: dict[str, Any] = json.loads(run(command, self._folder))
            folder = self._folder / said["path"]
            for step in said["next_steps"][:-1]:
                try:
                    run(step["run"], folder)
                except AssertionError as failure:
                    if LACKING not in str(failure):
                        raise
                    self._lacking[name] = next(line for line in str(failure).splitlines() if LACKING in line)
                    missing(self._lacking[name])
            self._done[name] = (said, Project(folder, templates.get(name)))
        return self._done[name]


@pytest.fixture(scope="session")
def workshop(tool: Tool, awkward: Path) -> Workshop:
    """Where projects are made."""
    return Workshop(tool, awkward)


@pytest.fixture(scope="session", params=[each.name for each in templates.all()])
def each(request: pytest.FixtureRequest, workshop: Workshop) -> Project:
    """A project of every template in turn, made and run."""
    return workshop.project(request.param)[1]


def todays() -> Template:
    """What costs minutes and differs little between templates is tried with one of them: each has its days."""
    bundled = templates.all()
    return bundled[date.today().toordinal() % len(bundled)]


@pytest.fixture(scope="session", params=[todays().name])
def today(request: pytest.FixtureRequest, workshop: Workshop) -> Project:
    """A project of the template whose day it is."""
    return workshop.project(request.param)[1]


@pytest.fixture(scope="module")
def project(request: pytest.FixtureRequest, workshop: Workshop) -> Project:
    """A project of the template that a file of tests names as TEMPLATE, made and run."""
    return workshop.project(request.module.TEMPLATE)[1]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's own browser, or Playwright's."""
    with contextlib.ExitStack() as until_the_end:
        try:
            started = until_the_end.enter_context(sync_playwright())
            browser = started.chromium.launch(executable_path=shutil.which("chromium"))
        except Exception as error:  # Playwright has no type of its own for a driver that does not start
            missing(f"there is no Chromium that starts: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    """A host with nothing on it yet."""
    with mirrored() as mirror:
        yield mirror


@pytest.fixture(scope="module")
def its_service(project: Project) -> Iterator[str]:
    """The address of that project's service."""
    port = free_port()
    with served(project.serve(port), project.folder, port) as address:
        yield address


@pytest.fixture(scope="module")
def service(each: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of each project's service in turn; what it logs is not what its monitor is to see."""
    port, logs = free_port(), tmp_path_factory.mktemp("logs")
    with served([*each.serve(port), "--log-dir", str(logs)], each.folder, port) as address:
        yield address


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


def copy_tree(source: Path, target: Path) -> None:
    """A project without its environment, data and logs; `src/PACKAGE/data` is code."""
    left_out = {".venv", "data", "logs"}
    shutil.copytree(source, target, ignore=lambda at, _: left_out if Path(at) == source else set())


def copied(project: Project, folder: Path) -> Project:
    """The same code in another folder, with the environment of the first: its interpreter, our source."""
    copy = folder / "copy"
    copy_tree(project.folder, copy)
    (copy / ".venv/bin").mkdir(parents=True)
    python = copy / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(copy / "src"))} exec {project.python} "$@"\n')
    python.chmod(0o755)
    return Project(copy, project.template)
