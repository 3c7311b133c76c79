"""What a project's own lines would install, where PyTorch's index is reached and where only PyPI is."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from portfolio.create import environment, scaffold, templates
from portfolio.create.templates import Template
from tests.conftest import default_answers, missing
from tests.e2e.conftest import run

WITH_SMALLER = [each for each in templates.all() if each.smaller_build]
PLAINLY = "unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL PIP_CONSTRAINT; export PIP_CONFIG_FILE=/dev/null UV_NO_CONFIG=1; "
ITS_INDEX = "${UV_INDEX#*=}"  # of the command that stands in for PyTorch's index


@pytest.fixture(params=WITH_SMALLER, ids=lambda each: each.name)
def template(request: pytest.FixtureRequest) -> Template:
    """Each template that has a smaller build of something."""
    template: Template = request.param
    return template


@pytest.fixture
def project(template: Template, tmp_path: Path) -> Path:
    """Made, and not set up."""
    return scaffold.create(default_answers(template), tmp_path / "project", git=False).folder


@pytest.fixture
def pip(tmp_path: Path) -> str:
    """An empty environment's pip, for a shell."""
    venv.create(tmp_path / "environment", with_pip=True)
    return shlex.quote(str(tmp_path / "environment/bin/pip"))


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a host that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def _saving(template: Template, has_uv: bool, monkeypatch: pytest.MonkeyPatch) -> environment.Command:
    monkeypatch.setattr(environment, "has_uv", lambda: has_uv)
    return next(each for each in environment.commands(template) if each.excuse)


def _would_install(report: Path) -> dict[str, str]:
    found = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {each["metadata"]["name"].lower(): each["metadata"]["version"] for each in found}


def test_pip_takes_the_smaller_build_where_it_is_reached(template: Template, project: Path, pip: str) -> None:
    if "PORTFOLIO_TORCH_INDEX" not in os.environ:
        missing("PORTFOLIO_TORCH_INDEX is not set")
    smaller = template.smaller_build
    assert smaller
    line = f"{pip} install --no-deps --index-url {ITS_INDEX} --retries 0 --timeout 5 '{smaller.requirement}' --quiet"
    rest = f"{pip} install --dry-run --quiet --report {project}/report.json {template.pip_install}"
    run(PLAINLY + f"{line} && {rest}", project)
    found = _would_install(project / "report.json")
    assert "fastapi" in found
    assert not [name for name in found if name.startswith(("nvidia", "triton", smaller.package))]


def test_pip_goes_on_with_pypi_alone(
    template: Template, project: Path, pip: str, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    smaller = template.smaller_build
    assert smaller
    words = [silent if word == smaller.index else word for word in _saving(template, False, monkeypatch).words[4:]]
    assert _seconds_of_failing(f"{pip} install {shlex.join(words)}", project) < 15
    run(PLAINLY + f"{pip} install --dry-run --quiet --report {project}/report.json {template.pip_install}", project)
    found = _would_install(project / "report.json")
    assert found[smaller.package].startswith("2.13")
    assert "+cpu" not in found[smaller.package]


def test_uv_takes_the_smaller_build_where_it_is_reached(template: Template, project: Path) -> None:
    if "PORTFOLIO_TORCH_INDEX" not in os.environ:
        missing("PORTFOLIO_TORCH_INDEX is not set")
    would = run(PLAINLY + "uv sync --dry-run 2>&1", project)
    assert f"+ {template.smaller_build.package}==2.13.0+cpu" in would  # type: ignore[union-attr]
    assert "nvidia" not in would


def test_uv_goes_on_with_pypi_alone(
    template: Template, project: Path, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    smaller, pyproject = template.smaller_build, project / "pyproject.toml"
    assert smaller
    pyproject.write_text(pyproject.read_text(encoding="utf-8").replace(smaller.index, silent), encoding="utf-8")
    variables = " ".join(f"{name}={value}" for name, value in _saving(template, True, monkeypatch).variables.items())
    assert _seconds_of_failing(f"unset UV_INDEX; {variables} uv lock", project) < 15
    find, install = environment.commands(template)
    run(PLAINLY + f"unset UV_INDEX; {shlex.join(find.instead)}", project)
    would = run(PLAINLY + f"unset UV_INDEX; {shlex.join(install.words)} --dry-run 2>&1", project)
    (line,) = (each for each in would.splitlines() if each.strip().startswith(f"+ {smaller.package}=="))
    assert "+cpu" not in line


def _seconds_of_failing(command: str, folder: Path) -> float:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    started = time.monotonic()
    outcome = subprocess.run(
        ["/bin/sh", "-c", PLAINLY + command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        check=False,
    )
    assert outcome.returncode, outcome.stdout
    return time.monotonic() - started
