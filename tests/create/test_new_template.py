"""A template is one folder: a copy of a real one under a new name needs no change anywhere else."""

from __future__ import annotations

import json
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
        for old in (template.name, template.package):
            text = text.replace(old, f"{old}{'-' if '-' in old else '_'}too" if old != "recommender" else old)
        path.write_text(text, encoding="utf-8")
    if template.name == "recommender":  # the name of its package is a word of its field, too
        for path in [path for path in (root / name).rglob("*") if path.is_file() and path.suffix in TEXT]:
            path.write_text(_renamed(path.read_text(encoding="utf-8")), encoding="utf-8")
    monkeypatch.setattr(templates, "root", lambda: root)
    return templates.get(name)


def _renamed(text: str) -> str:
    for before, after in (
        ("from recommender", "from recommender_too"),
        ("import recommender", "import recommender_too"),
        ("-m recommender", "-m recommender_too"),
        ("src/recommender", "src/recommender_too"),
        ('"recommender"', '"recommender_too"'),
        ("recommender.__main__", "recommender_too.__main__"),
        ("[tool.recommender]", "[tool.recommender-too]"),
        ('package = "recommender"', 'package = "recommender_too"'),
    ):
        text = text.replace(before, after)
    return text.replace('profile = "recommender_too"', 'profile = "recommender"')


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
        <= {"MOD301", "MOD303", "EVL401", "EVL402", "EVL404", "EVL406", "DAT203"}
        | {f"OWN90{number}" for number in range(1, 7)}
    )
