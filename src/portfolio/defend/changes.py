"""What the author changed in the code since the template's render: settings with another value, and new parts."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portfolio.audit import program_lines
from portfolio.git import history
from portfolio.record import blob_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portfolio.audit.project import Project

PROGRAM = re.compile(r"^src/(?!.*/kit/).*\.py$")
LIBRARIES = frozenset({"np", "numpy", "pd", "torch", "nn", "F", "plt", "math", "scipy", "sklearn"})
LONGEST = 40  # characters of a value; a longer one is no setting
REWRITTEN = 0.5  # of a program, from which on all its parts are its author's
MOST = 5
SHORTEST_PART = 1  # statements; a smaller function raises no question


@dataclass(frozen=True)
class Setting:
    """A name with a literal value."""

    value: str
    line: int


@dataclass(frozen=True)
class Change:
    """A setting that has another value, or a function or class that is new."""

    name: str
    path: str
    line: int
    was: str = ""  # the value in the template; empty for a new part
    now: str = ""
    statements: int = 0  # of a new part, without its docstring
    uses: int = 0  # of a new part, elsewhere in `src`
    end: int = 0  # its last line

    def uses_among(self, named: Sequence[tuple[str, str, int]]) -> int:
        """How many of those (name, path, line) are of it, and outside itself."""
        return sum(
            name == self.name and not (path == self.path and self.line <= line <= self.end)
            for name, path, line in named
        )


def since_the_render(project: Project) -> tuple[Change, ...]:
    """The first of them, in the order of the files; nothing where git has the template's files no more."""
    record = project.record
    if record is None:
        return ()
    blobs = {path: blob for path, blob in record.files.items() if PROGRAM.match(path)}
    now = {path: project.read(path) for path in project.matching(PROGRAM)}
    touched = {path: text for path, text in now.items() if blob_name(text.encode()) != blobs.get(path)}
    kept = history.contents(project.folder, set(blobs.values())) if touched else {}
    believed = {blob: content for blob, content in kept.items() if blob_name(content) == blob}  # git may replace some
    before = {path: believed[blob].decode("utf-8", "replace") for path, blob in blobs.items() if blob in believed}
    if not before:
        return ()
    template = _Template(before)
    changes = [change for path, text in touched.items() for change in _changes(path, text, template)]
    first = sorted(changes, key=lambda each: not each.was)[:MOST]  # settings first: each has a number
    named = [(name, path, line) for path, text in now.items() for name, line in _named(_parsed(text))]
    return tuple(replace(each, uses=each.uses_among(named)) for each in first)


class _Template:
    """What the template's programs hold."""

    def __init__(self, programs: Mapping[str, str]) -> None:
        self.programs = programs
        self.lines = {path: program_lines.of(text) for path, text in programs.items()}
        self.everywhere = frozenset(line.words for lines in self.lines.values() for line in lines)
        self.names = frozenset(name for text in programs.values() for name, *_ in _parts(text))

    def own(self, path: str, text: str) -> float:
        """The share of a program's statements that are its author's."""
        lines = program_lines.of(text)
        return program_lines.changed(lines, self.lines.get(path, []), self.everywhere) / len(lines) if lines else 0.0


def _changes(path: str, text: str, template: _Template) -> Iterator[Change]:
    old, new = _settings(template.programs.get(path, "")), _settings(text)
    for name, setting in new.items():
        if name in old and old[name].value != setting.value:
            yield Change(name.rpartition(".")[2], path, setting.line, old[name].value, setting.value)
    own = template.own(path, text)
    for name, line, end, statements in _parts(text):
        is_new = name not in template.names or own > REWRITTEN
        if own and is_new and not name.startswith("_") and statements >= SHORTEST_PART:
            yield Change(name, path, line, statements=statements, end=end)


def _named(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(name, line) of everything that is looked up by its name, or in a module of the project's own."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load(), lineno=line):
                yield name, line
            case ast.Attribute(value=ast.Name(id=module), attr=name, lineno=line) if module not in LIBRARIES:
                yield name, line


def _settings(text: str) -> Mapping[str, Setting]:
    """Every name that is given a literal value, by where it stands."""
    found: dict[str, Setting] = {}
    for scope, node in _within(_parsed(text), ""):
        for name, value in _given(node):
            try:
                ast.literal_eval(value)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                continue
            written = ast.unparse(value)
            if len(written) <= LONGEST:
                found.setdefault(f"{scope}.{name}", Setting(written, value.lineno))
    return found


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.FunctionDef(args=arguments) | ast.AsyncFunctionDef(args=arguments):
            named = arguments.args[len(arguments.args) - len(arguments.defaults) :]
            yield from zip([each.arg for each in named], arguments.defaults, strict=False)
        case ast.Call(func=function, keywords=keywords):
            for keyword in keywords:
                if keyword.arg:
                    yield f"{ast.unparse(function)}.{keyword.arg}", keyword.value


def _within(node: ast.AST, scope: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        yield scope, child
        name = getattr(child, "name", None) if isinstance(child, ast.FunctionDef | ast.ClassDef) else None
        yield from _within(child, f"{scope}.{name}" if name else scope)


def _parts(text: str) -> Iterator[tuple[str, int, int, int]]:
    """(name, first line, last line, statements) of every function and class at the top of a program."""
    for node in _parsed(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            statements = sum(isinstance(each, ast.stmt) for each in ast.walk(node)) - 1
            yield node.name, node.lineno, node.end_lineno or 0, statements - bool(ast.get_docstring(node))


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])
