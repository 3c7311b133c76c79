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
    "": 0,  # the package itself: a version and nothing else
    "errors": 0,
    "readme": 0,
    "lexicon": 0,
    "phrases": 1,
    "history": 0,
    "terminal": 0,
    "templates": 1,
    "repository": 1,
    "record": 1,
    "restructured": 1,
    "topics": 2,
    "ledger": 1,
    "answers": 2,
    "runner": 2,
    "project": 3,
    "agreement": 2,
    "scaffold": 3,
    "fillings": 0,
    "merge": 2,
    "update": 4,
    "rules.rule": 4,
    "rules.problem": 5,
    "rules.evaluation": 5,
    "rules.running": 5,
    "rules.communication": 5,
    "rules.reflection": 5,
    "rules.hygiene": 5,
    "rules.data": 6,
    "rules.model": 6,  # asks evaluation what a table of results is
    "rules.own": 6,
    "rules": 7,
    "show": 4,
    "audit": 8,
    "mend": 9,
    "gain": 9,
    "report.text": 9,
    "report.json": 9,
    "report.markdown": 9,
    "report.github": 9,
    "report.pages": 9,
    "report.table": 10,
    "report": 11,
    "cohort": 0,
    "cli": 12,
    "__main__": 13,
}
KNOWN_BY = {
    "copier": {"scaffold"},
    "plumbum": {"scaffold"},
    "git": {"repository"},
    "typer": {"cli", "show", "terminal"},
    "markdown_it": {"readme"},
    "docutils": {"restructured"},
    "PIL": {"rules.communication"},
    "jinja2": {"mend", "report.markdown"},
    "yaml": {"answers"},
}
HEAVY = {"copier", "git", "rich", "jinja2", "yaml", "markdown_it", "docutils", "PIL"}
MODULES = sorted(SOURCE.rglob("*.py"))


def _name(module: Path) -> str:
    parts = module.relative_to(SOURCE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


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
            case ast.ImportFrom(module="portfolio" | "portfolio.rules" | "portfolio.report" as package):
                modules = {f"{package}.{alias.name}" for alias in node.names}
                found |= {each if each.removeprefix("portfolio.") in FLOORS else package for each in modules}
            case ast.ImportFrom(module=str(name)):
                found.add(name)
    return found


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_a_floor_imports_only_lower_floors(module: Path) -> None:
    own = {name.removeprefix("portfolio").strip(".") for name in _imports(module) if name.split(".")[0] == "portfolio"}
    assert all(FLOORS[other] < FLOORS[_name(module)] for other in own)


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_one_module_knows_each_outside_library(module: Path) -> None:
    outside = {name.partition(".")[0] for name in _imports(module)} - sys.stdlib_module_names - {"portfolio"}
    assert all(_name(module) in KNOWN_BY[name] for name in outside)


def test_nothing_else_is_visible_at_the_top() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    visible = {line.partition("/")[0] for line in tracked.splitlines() if not line.startswith(".")}
    files = {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"}
    assert visible <= files | {"src", "project_templates", "tests"}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["list"], ["new", "--help"], ["new", "no-such"], ["audit", "--help"]]
)
def test_the_start_loads_nothing_heavy(arguments: list[str]) -> None:
    assert HEAVY.isdisjoint(_loaded_by(arguments))


def test_an_audit_loads_neither_templates_nor_git(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Churn prediction\n", encoding="utf-8")
    loaded = _loaded_by(["audit", str(tmp_path)])
    assert loaded & HEAVY == {"markdown_it"}


def _loaded_by(arguments: list[str]) -> set[str]:
    script = (
        "import json, os, sys; sys.argv[1:] = json.loads(sys.argv[1])\n"
        "sys.addaudithook(lambda event, _: event.startswith('socket.') and os._exit(9))\n"  # no command opens one
        "from portfolio.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('\\n' + json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    command = [sys.executable, "-c", script, json.dumps(arguments)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(json.loads(output.splitlines()[-1]))
