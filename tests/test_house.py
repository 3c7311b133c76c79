"""The house is as it is drawn: floors, one module for each outside library, a light start."""

from __future__ import annotations

import ast
import copy
import graphlib
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

SOURCE = CHECKOUT / "src" / "portfolio"
# From the ground up: a package imports only what stands on a lower line, so those of one line do not know each other.
FLOORS = (
    ("errors", "signals", "jinja", ""),
    ("terminal", "readme", "git"),
    ("record",),
    ("create", "audit"),
    ("update", "defend", "site"),
    ("arguments",),
    ("cli",),
    ("__main__",),
)
KNOWN_BY = {
    "copier": {"create.scaffold"},
    "plumbum": {"create.scaffold"},
    "git": {"git.repository"},
    "typer": {"__main__", "cli", "arguments", "terminal"},  # which speak with the user
    "markdown_it": {"readme.markdown"},
    "docutils": {"readme.restructured"},
    "PIL": {"audit.pictures"},
    "jinja2": {"jinja"},
    "markupsafe": {"jinja"},  # Jinja2's own
    "yaml": {"create.questions"},
}
HEAVY = {"copier", "git", "rich", "jinja2", "yaml", "markdown_it", "docutils", "PIL"}
LONGEST_FUNCTION, MEDIAN_FUNCTION = 40, 8  # lines without the docstring
LONGEST_FILE = {"cli": 199, "audit.lexicon": 1000}  # which is data
LONGEST_OTHER_FILE = 400


def _name(module: Path) -> str:
    parts = module.relative_to(SOURCE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {_name(path): path for path in sorted(SOURCE.rglob("*.py"))}


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def _imports(module: str) -> frozenset[str]:
    """The full name of every module that is imported at run time, also inside functions."""
    tree = copy.deepcopy(_tree(module))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    names = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(package)):
                submodules = {f"{package}.{alias.name}" for alias in node.names}
                names |= {name for name in submodules if name.removeprefix("portfolio.") in MODULES} or {package}
    return frozenset(names)


def _own_imports(module: str) -> set[str]:
    """Those that are ours, without `portfolio.`."""
    ours = (name for name in _imports(module) if name.partition(".")[0] == "portfolio")
    return {name.removeprefix("portfolio").strip(".") for name in ours} - {module}


def _floor(module: str) -> int:
    package = module.partition(".")[0]
    return next(floor for floor, packages in enumerate(FLOORS) if package in packages)


@pytest.mark.parametrize("module", MODULES)
def test_a_package_imports_only_lower_floors(module: str) -> None:
    package = module.partition(".")[0]
    others = {other for other in _own_imports(module) if other.partition(".")[0] != package}
    assert {other for other in others if _floor(other) >= _floor(module)} == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {module: _own_imports(module) for module in MODULES}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_one_module_knows_each_outside_library(module: str) -> None:
    outside = {name.partition(".")[0] for name in _imports(module)} - sys.stdlib_module_names - {"portfolio"}
    assert all(module in KNOWN_BY[name] for name in outside)


@pytest.mark.parametrize(
    "module", [module for module in MODULES if module not in ("cli", "arguments", "terminal", "__main__")]
)
def test_only_the_rim_prints(module: str) -> None:
    calls = [node for node in ast.walk(_tree(module)) if isinstance(node, ast.Call)]
    assert not {ast.unparse(call.func) for call in calls} & {"print", "typer.echo", "sys.stdout.write"}


def test_functions_and_files_are_short() -> None:
    lengths = {}
    for module, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= LONGEST_FILE.get(module, LONGEST_OTHER_FILE), module
        for node in ast.walk(_tree(module)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lengths[f"{module}.{node.name}:{node.lineno}"] = _lines(body)
    assert {name for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == set()
    assert statistics.median(lengths.values()) <= MEDIAN_FUNCTION


def _lines(body: Sequence[ast.stmt]) -> int:
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_nothing_else_is_visible_at_the_top() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    visible = {line.partition("/")[0] for line in tracked.splitlines() if not line.startswith(".")}
    files = {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"}
    assert visible <= files | {"src", "project_templates", "tests"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["list"],
        ["new", "--help"],
        ["new", "no-such"],
        ["audit", "--help"],
        ["defend", "--help"],
        ["site", "--help"],
    ],
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
        "from portfolio.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('\\n' + json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    command = [sys.executable, "-c", script, json.dumps(arguments)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(json.loads(output.splitlines()[-1]))
