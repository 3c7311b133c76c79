"""Workflows and actions, ours and those of every template: by their schema, and as zizmor sees their safety."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from portfolio.create import scaffold, templates
from tests.conftest import CHECKOUT, default_answers

SCHEMAS = {"workflows": "vendor.github-workflows", "actions": "vendor.github-actions"}
OURS = [path.relative_to(CHECKOUT).as_posix() for path in sorted((CHECKOUT / ".github").rglob("*.yml"))]


@pytest.mark.parametrize("path", OURS)
def test_ours_follow_their_schemas(path: str) -> None:
    schema = SCHEMAS[path.split("/")[1]]
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(CHECKOUT / path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_ours_are_safe() -> None:
    _look_at(CHECKOUT / ".github")


def test_those_of_every_template_are_safe(template: templates.Template, tmp_path: Path) -> None:
    _look_at(scaffold.create(default_answers(template), tmp_path / "made", git=False).folder / ".github")


def test_every_action_is_pinned_by_commit() -> None:
    used = [line for path in OURS for line in (CHECKOUT / path).read_text(encoding="utf-8").splitlines()
            if "uses:" in line]  # fmt: skip
    assert len(used) >= 10
    assert not [line for line in used if not re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v[\d.]+$", line)]


def test_what_is_not_safe_is_seen(tmp_path: Path) -> None:
    text = (CHECKOUT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    (tmp_path / "bad.yml").write_text(re.sub(r"@[0-9a-f]{40} # v", "@v", text), encoding="utf-8")
    assert _zizmor(tmp_path / "bad.yml").returncode != 0


def _look_at(folder: Path) -> None:
    done = _zizmor(folder)
    assert done.returncode == 0, done.stdout


def _zizmor(path: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("zizmor")
    return subprocess.run([program, "--offline", "--quiet", path], capture_output=True, text=True, check=False)
