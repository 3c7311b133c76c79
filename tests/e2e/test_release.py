"""The release, line by line: built once, tested as built, installable from an index; and the steps of the action."""

from __future__ import annotations

import contextlib
import email
import http.server
import os
import re
import shutil
import subprocess
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from portfolio.create import scaffold, templates
from portfolio.terminal import version
from tests.conftest import CHECKOUT, default_answers
from tests.e2e.conftest import Tool, run
from tests.recorded import record

WORKFLOW: dict[str, Any] = yaml.safe_load((CHECKOUT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
ACTION: dict[str, Any] = yaml.safe_load((CHECKOUT / ".github/actions/audit/action.yml").read_text(encoding="utf-8"))
GITHUB_S = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")  # how a step's lines are run there


def _step(job: str, name: str) -> str:
    """The lines of a step, by its name."""
    return next(str(step["run"]) for step in WORKFLOW["jobs"][job]["steps"] if step.get("name") == name)


def _do(lines: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    done = subprocess.run(
        [*GITHUB_S, lines], cwd=folder, env=kept | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{lines}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone, with what the build job leaves in `dist`."""
    folder = tmp_path_factory.mktemp("release") / "checkout"
    run(f"git clone --quiet {CHECKOUT} {folder}", folder.parent)
    _do(_step("build", "The tag names the version"), folder, TAG=f"v{version()}")
    _do(_step("build", "Build"), folder)
    _do(_step("build", "Write checksums"), folder)
    return folder


def test_another_tag_stops_the_release(checkout: Path) -> None:
    with pytest.raises(AssertionError):
        _do(_step("build", "The tag names the version"), checkout, TAG="v9.9.9")


def test_the_checksums_are_those_of_what_was_built(checkout: Path) -> None:
    assert len((checkout / "dist/SHA256SUMS").read_text(encoding="utf-8").splitlines()) == 2
    run("sha256sum --check SHA256SUMS", checkout / "dist")


def test_what_was_built_passes_its_tests(checkout: Path) -> None:
    _do(_step("test", "Install what was built, and what its tests need"), checkout)
    where = run(".venv/bin/python -c 'import portfolio; print(portfolio.__file__)'", checkout)
    assert "site-packages" in where
    said = _do(_step("test", "Run the inner loop against the wheel"), checkout).stdout
    assert re.search(r"\d{4} passed", said)
    _do(_step("test", "Make a project with it, and audit that"), checkout)


def test_it_installs_from_an_index(checkout: Path, tmp_path: Path) -> None:
    published = tmp_path / "dist"
    shutil.copytree(checkout / "dist", published)
    _do(_step("publish", "Keep what PyPI takes"), tmp_path)
    assert sorted(path.suffix for path in published.iterdir()) == [".gz", ".whl"]
    page = tmp_path / "simple/portfolio/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("".join(f'<a href="/dist/{file.name}">{file.name}</a>\n' for file in sorted(published.iterdir())))
    with _index(tmp_path) as address:
        said = run(f"uvx --quiet --no-cache --index {address}/simple portfolio --version", tmp_path)
    assert said.strip() == f"portfolio {version()}"


@contextlib.contextmanager
def _index(folder: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_its_page_on_an_index_shows_its_pictures(tool: Tool) -> None:
    with zipfile.ZipFile(tool.wheel) as archive:
        name = next(each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        page = str(email.message_from_bytes(archive.read(name)).get_payload())
    assert not re.search(r"\]\(\.github/", page)
    pictures = re.findall(r"\]\(https://raw\.githubusercontent\.com/OWNER/REPO/v([\d.]+)/(\.github/[^?)]+)", page)
    assert len(pictures) >= 5
    assert {tag for tag, _ in pictures} == {version()}
    assert all((CHECKOUT / path).is_file() for _, path in pictures)


def test_only_one_place_waits_for_the_address_of_the_repository() -> None:
    named = run("git grep --name-only OWNER/REPO -- ':!tests' ':!project_templates'", CHECKOUT).split()
    assert named == [".github/CONTRIBUTING.md", "README.md", "pyproject.toml"]
    assert "[project.urls]" not in (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_sdist_can_be_tested_by_others(tool: Tool) -> None:
    with tarfile.open(tool.sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers()}
    assert {"CHANGELOG.md", "README.md", "LICENSE", "tests/conftest.py", "pyproject.toml"} <= names


def test_the_action_annotates_and_reports(tmp_path: Path) -> None:
    project = scaffold.create(default_answers(templates.get("image-api")), tmp_path / "made", git=True).folder
    record(project)
    (tmp_path / "path").touch()
    (tmp_path / "summary.md").touch()
    variables = {
        "GITHUB_ACTION_PATH": str(CHECKOUT / ".github/actions/audit"),
        "GITHUB_PATH": str(tmp_path / "path"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "UV_TOOL_DIR": str(tmp_path / "tools"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
        "AUDITED": str(ACTION["inputs"]["path"]["default"]),
        "FAIL_ON": str(ACTION["inputs"]["fail-on"]["default"]),
    }
    _, install, report, annotate = ACTION["runs"]["steps"]
    _do(install["run"], tmp_path, **variables)
    variables["PATH"] = f"{(tmp_path / 'path').read_text(encoding='utf-8').strip()}:{os.environ['PATH']}"
    _do(report["run"], project, **variables)
    assert "OWN905" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert "::warning file=README.md" in _do(annotate["run"], project, **variables).stdout
    with pytest.raises(AssertionError):
        _do(annotate["run"], project, **(variables | {"FAIL_ON": "warn"}))
