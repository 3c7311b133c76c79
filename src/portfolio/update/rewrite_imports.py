"""Imports of modules that a new version of the template moved, rewritten in files that are the user's."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portfolio.update.python_source import NotPython, syntax
from portfolio.update.tree import absolute, package_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from portfolio.update.tree import Tree

FROM = re.compile(rb"from\s*(\.*[\w.]*)")


@dataclass(frozen=True)
class Rewrite:
    """A line of a user's file whose import was rewritten."""

    path: str
    line: int
    before: str
    after: str


@dataclass(frozen=True)
class _Edit:
    """A piece of a file to replace, in bytes from its start."""

    start: int
    end: int
    text: str


def paths(moved: Mapping[str, str], existing: Iterable[str]) -> dict[str, str]:
    """Where each existing file goes, by the manifest's `[moved]`: of files, of folders, and of what moved twice."""
    went = {}
    for path in existing:
        place, seen = path, set[str]()
        while place not in seen:
            seen.add(place)
            place = _next(moved, place)
        if place != path:
            went[path] = place
    return went


def _next(moved: Mapping[str, str], path: str) -> str:
    if path in moved:
        return moved[path]
    for old, new in moved.items():
        folder = old.rstrip("/") + "/"
        if path.startswith(folder) and not new.endswith(".py"):
            return new.rstrip("/") + "/" + path.removeprefix(folder)
    return path


def modules(went: Mapping[str, str]) -> dict[str, str]:
    """Old module → new module, of the Python files among those that went elsewhere."""
    return {
        _module(old): _module(new) for old, new in went.items() if old.endswith(".py") and _module(old) != _module(new)
    }


def _module(path: str) -> str:
    return path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def rewrite(path: str, tree: Tree, renamed: Mapping[str, str], was_at: str = "") -> tuple[str, list[Rewrite]]:
    """A file's text with its imports of `renamed` modules (old → new), and each line that changed.

    `was_at` is where the file stood before, if it moved itself: its relative imports were meant from there. An import
    that could not be rewritten without losing a comment is left as it is.
    """
    text = tree.texts[path]
    try:
        parsed = syntax(text)
    except NotPython:
        return text, []
    content = text.encode("utf-8", "surrogateescape")
    rewriter = _Rewriter(path, tree, content, renamed, package_of(was_at or path))
    edits = {edit for node in ast.walk(parsed) for edit in rewriter.edits(node)}
    shown = []
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        after = content[: edit.start] + edit.text.encode() + content[edit.end :]
        line = content.count(b"\n", 0, edit.start) + 1
        before_line = _lines_around(content, edit.start, edit.end)
        shown.append(
            Rewrite(path, line, before_line, _lines_around(after, edit.start, edit.start + len(edit.text.encode())))
        )
        content = after
    return content.decode("utf-8", "surrogateescape"), shown[::-1]


def _lines_around(content: bytes, start: int, end: int) -> str:
    """The whole lines in which a piece stands, as one."""
    first = content.rfind(b"\n", 0, start) + 1
    last = content.find(b"\n", end)
    return " ".join(content[first : last if last >= 0 else len(content)].decode(errors="replace").split())


class _Rewriter:
    """Finds what to replace in one file."""

    def __init__(self, path: str, tree: Tree, content: bytes, renamed: Mapping[str, str], old_package: str) -> None:
        self._tree, self._content, self._renamed = tree, content, renamed
        self._folder, self._package, self._old_package = path.rpartition("/")[0], package_of(path), old_package
        self._starts = [0]  # of each line
        for line in content.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def edits(self, node: ast.AST) -> Iterator[_Edit]:
        """What to replace in a node of the parsed file."""
        match node:
            case ast.ImportFrom():
                yield from self._from(node)
            case ast.Import():
                for alias in node.names:
                    if new := self._renamed.get(alias.name):
                        start = self._at(alias.lineno, alias.col_offset)
                        called = f" as {alias.name}" if "." not in alias.name and not alias.asname else ""
                        yield _Edit(start, start + len(alias.name.encode()), new + called)
            case ast.Attribute() if new := self._renamed.get(_dotted(node)):
                yield _Edit(*self._span(node), new)
            case ast.Constant(value=str(text)):
                yield from self._string(node, text)

    def _at(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column

    def _span(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        start = self._at(node.lineno, node.col_offset)
        return start, self._at(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)

    def _from(self, node: ast.ImportFrom) -> Iterator[_Edit]:
        module = self._meant(node)
        went = {
            alias: self._renamed[name] for alias in node.names if (name := f"{module}.{alias.name}") in self._renamed
        }
        if new := self._renamed.get(module):
            yield self._source(node, new)
        elif went:
            yield from self._split(node, module, went)
        elif module != absolute(node.level, node.module or "", self._package):
            yield self._source(node, module)

    def _meant(self, node: ast.ImportFrom) -> str:
        """The module that is imported from; in a file that moved, as seen from its old place where only that fits."""
        here = absolute(node.level, node.module or "", self._package)
        if not node.level or self._package == self._old_package:
            return here
        if all(self._tree.resolves(here, alias.name, self._folder) for alias in node.names):
            return here
        return absolute(node.level, node.module or "", self._old_package)

    def _source(self, node: ast.ImportFrom, module: str) -> _Edit:
        """Replace what stands between `from` and `import`."""
        match = FROM.match(self._content, self._span(node)[0])
        assert match is not None
        return _Edit(match.start(1), match.end(1), self._written(node.level, module))

    def _written(self, level: int, module: str) -> str:
        """A module as this file names it: with leading dots where it did so before."""
        here = self._package.split(".") if self._package else []
        there = module.split(".")
        shared = 0
        while shared < min(len(here), len(there)) and here[shared] == there[shared]:
            shared += 1
        if not level or not shared:
            return module
        return "." * (len(here) - shared + 1) + ".".join(there[shared:])

    def _split(self, node: ast.ImportFrom, module: str, went: Mapping[ast.alias, str]) -> Iterator[_Edit]:
        """Give each submodule that went elsewhere an import of its own, at the same indentation."""
        start, end = self._span(node)
        line_start = self._content.rfind(b"\n", 0, start) + 1
        line_end = self._content.find(b"\n", end)
        indent = self._content[line_start:start]
        behind = self._content[end : line_end if line_end >= 0 else len(self._content)].strip()
        if b"#" in self._content[start:end] or indent.strip() or (behind and not behind.startswith(b"#")):
            return
        statements = []
        if kept := [_as_written(alias) for alias in node.names if alias not in went]:
            statements.append(f"from {self._written(node.level, module)} import {', '.join(kept)}")
        for alias, new in went.items():
            parent, _, name = new.rpartition(".")
            called = alias.asname or alias.name
            source = f"from {self._written(node.level, parent)} " if parent else ""
            statements.append(f"{source}import {name}" + (f" as {called}" if called != name else ""))
        yield _Edit(start, end, f"\n{indent.decode()}".join(statements))

    def _string(self, node: ast.Constant, text: str) -> Iterator[_Edit]:
        """A dotted name in a string, as tests name what they replace."""
        start, end = self._span(node)
        for old, new in self._renamed.items():
            if text == old or text.startswith((f"{old}.", f"{old}:")):
                at = self._content.find(old.encode(), start, end)
                if at >= 0:
                    yield _Edit(at, at + len(old.encode()), new)


def _as_written(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            inner = _dotted(value)
            return f"{inner}.{attribute}" if inner else ""
        case _:
            return ""
