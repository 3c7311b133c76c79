"""A template is one folder: a copy of a real one under a new name needs no change anywhere else."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from portfolio.audit.engine import audit
from portfolio.audit.project import open_project
from portfolio.create import scaffold, templates
from portfolio.create.templates import Template
from tests.conftest import default_answers

TEXT = {".py", ".toml", ".jinja", ".yml", ".html", ".lock", ""}


@pytest.fixture
def another(template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Template:
    """Each template in turn as `NAME-too`, with a package `NAME_too`, alone in a root of its own."""
    root, name = tmp_path / "root", f"{template.name}-too"
    (root / name).parent.mkdir()
    shutil.copytree(template.folder, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(templates.root() / "_shared", root / "_shared", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(templates.root() / "copier.yml", root)
    (root / name / "project/src" / template.package).rename(root / name / "project/src" / f"{template.package}_too")
    for path in [path for path in (root / name).rglob("*") if path.is_file() and path.suffix in TEXT]:
        text = path.read_text(encoding="utf-8")
        path.write_text(_renamed(text, template.name, template.package), encoding="utf-8")
    monkeypatch.setattr(templates, "root", lambda: root)
    return templates.get(name)


def _renamed(text: str, name: str, package: str) -> str:
    """As code and commands say the package; a name that is also a word of its field stays one in prose."""
    text = re.sub(rf"((?:from|import|-m) |src/|package = \"){package}\b", rf"\1{package}_too", text)
    text = re.sub(rf"\"{package}(?=\"\)|\.__main__)", f'"{package}_too', text)
    return text.replace(f"[tool.{name}]", f"[tool.{name}-too]")


def test_a_copy_under_a_new_name_is_made_and_audited_as_the_first(
    another: Template, template: Template, tmp_path: Path
) -> None:
    made = scaffold.create(default_answers(another), tmp_path / "copy", git=False).folder
    recorded = json.loads((made / ".portfolio.json").read_text(encoding="utf-8"))
    assert (recorded["template"], recorded["profile"]) == (another.name, template.profile)
    package = made / "src" / another.package
    assert (package / "kit/commands.py").is_file()
    assert not [
        path for path in package.rglob("*.py") if f"from {template.package} " in path.read_text(encoding="utf-8")
    ]
    results = audit(open_project(made), "copy").results
    failing = {each.rule.code for each in results if each.is_finding}
    assert {"OWN901", "OWN905"} <= failing
    assert (
        {"MOD301", "EVL401"}
        <= failing
        <= {"MOD301", "MOD303", "EVL401", "EVL402", "EVL404", "EVL406", "DAT203", "LLM953"}
        | {f"OWN90{number}" for number in range(1, 7)}
    )
