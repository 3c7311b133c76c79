"""The house is as it is drawn: floors, one module for each outside library, a light start."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

SOURCE = CHECKOUT / "src" / "portfolio"
FLOORS = {
    "__init__": 0,
    "errors": 0,
    "readme": 0,
    "templates": 1,
    "repository": 1,
    "record": 1,
    "answers": 2,
    "runner": 2,
    "scaffold": 3,
    "show": 4,
    "cli": 5,
    "__main__": 6,
}
KNOWN_BY = {
    "copier": {"scaffold"},
    "plumbum": {"scaffold"},
    "git": {"repository"},
    "typer": {"cli", "show"},
    "markdown_it": {"readme"},
    "yaml": {"answers"},
}
HEAVY = {"copier", "git", "rich", "jinja2", "yaml", "markdown_it"}


def _imports(module: Path) -> set[str]:
    """Every module that is imported at run time, also inside functions."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                found |= {alias.name for alias in node.names}
            case ast.ImportFrom(module="portfolio"):
                found |= {f"portfolio.{alias.name}" for alias in node.names}
            case ast.ImportFrom(module=str(name)):
                found.add(name)
    return found


@pytest.mark.parametrize("module", sorted(SOURCE.glob("*.py")), ids=lambda path: path.stem)
def test_a_floor_imports_only_lower_floors(module: Path) -> None:
    own = {name.split(".")[1] for name in _imports(module) if name.startswith("portfolio.")}
    assert all(FLOORS[other] < FLOORS[module.stem] for other in own)


@pytest.mark.parametrize("module", sorted(SOURCE.glob("*.py")), ids=lambda path: path.stem)
def test_one_module_knows_each_outside_library(module: Path) -> None:
    outside = {name.partition(".")[0] for name in _imports(module)} - sys.stdlib_module_names - {"portfolio"}
    assert all(module.stem in KNOWN_BY[name] for name in outside)


def test_nothing_else_is_visible_at_the_top() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    visible = {line.partition("/")[0] for line in tracked.splitlines() if not line.startswith(".")}
    files = {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"}
    assert visible <= files | {"src", "project_templates", "tests"}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["list"], ["new", "--help"], ["new", "no-such"]])
def test_the_start_loads_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import json, sys; sys.argv[1:] = json.loads(sys.argv[1])\n"
        "from portfolio.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('\\n' + json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    command = [sys.executable, "-c", script, json.dumps(arguments)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert HEAVY.isdisjoint(json.loads(output.splitlines()[-1]))
