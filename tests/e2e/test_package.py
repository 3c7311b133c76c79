"""What git tracks is what the sdist carries, what the wheel carries and what is rendered."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from portfolio.create import templates
from tests.conftest import CHECKOUT
from tests.e2e.conftest import Tool, run


def _tracked(folder: str) -> set[str]:
    output = subprocess.run(["git", "ls-files", "-z", folder], cwd=CHECKOUT, capture_output=True, check=True).stdout
    return {name.decode() for name in output.split(b"\0") if name}


def test_tracked_is_sdist_is_wheel(tool: Tool) -> None:
    tracked = _tracked("project_templates")
    with tarfile.open(tool.sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    assert {name for name in names if name.startswith("project_templates/")} == tracked
    assert _tracked("src") <= names
    with zipfile.ZipFile(tool.wheel) as archive:
        packed = {name.removeprefix("portfolio/") for name in archive.namelist() if "/project_templates/" in name}
    assert packed == tracked


@pytest.mark.parametrize("name", [template.name for template in templates.all()])
def test_the_installed_wheel_renders_the_committed_list(tool: Tool, name: str, tmp_path: Path) -> None:
    run(f"{tool.command} new {name} --yes --no-git", tmp_path)
    folder = tmp_path / name
    made = "".join(f"{path.relative_to(folder).as_posix()}\n" for path in sorted(folder.rglob("*")) if path.is_file())
    assert made == (CHECKOUT / f"tests/files/{name}.txt").read_text(encoding="utf-8")
    executable = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mode & 0o111]
    assert executable == []
