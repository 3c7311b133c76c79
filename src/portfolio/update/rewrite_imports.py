"""Imports of modules that a new version of the template moved, rewritten in files that are the user's."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from portfolio.update.python_source import BOM, DOTTED, NotPython, chain_of, syntax
from portfolio.update.tree import absolute, package_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Set

    from portfolio.update.tree import Tree


@dataclass(frozen=True)
class Rewrite:
    """A statement of a user's file that was rewritten: its first line as the file is now, and both texts."""

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


def paths(moved: Mapping[str, str], existing: Iterable[str], there: Set[str]) -> dict[str, str]:
    """Where each existing file goes, by the manifest's `[moved]`: of files, of folders, and of what moved twice.

    `there` are the paths of the new version; a file that moved twice is followed until it is there.
    """
    went = {}
    for path in existing:
        place, seen = path, set[str]()
        while place not in seen and (place == path or place not in there):
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


def that_edits_can_follow(went: Mapping[str, str], ours: Set[str]) -> dict[str, str]:
    """Those moves that put one file into each place, where nothing of ours stands or what stands there moves too."""
    times = Counter(went.values())
    folders = {str(folder) for path in ours for folder in PurePosixPath(path).parents}
    free = {old: new for old, new in went.items() if times[new] == 1 and new not in folders}
    while blocked := [old for old, new in free.items() if _taken(new, ours) - free.keys()]:
        for old in blocked:
            del free[old]
    return free


def _taken(place: str, ours: Set[str]) -> set[str]:
    """Our files that stand at a place, or where one of its folders would."""
    return {path for path in (place, *map(str, PurePosixPath(place).parents)) if path in ours}


def modules(went: Mapping[str, str]) -> dict[str, str]:
    """Old module → new module, of the Python files among those that went elsewhere."""
    pairs = ((_module(old), _module(new)) for old, new in went.items() if old.endswith(".py"))
    return {old: new for old, new in pairs if old != new}


def _module(path: str) -> str:
    return path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def rewrite(
    path: str, before: Tree, tree: Tree, renamed: Mapping[str, str], was_at: str = ""
) -> tuple[str, list[Rewrite]]:
    """A file's text with its imports of `renamed` modules (old → new), and each statement that changed.

    Only what no longer leads anywhere in `tree` is rewritten, and only where no comment is lost. `was_at` is where the
    file stood `before`, if it moved itself: its relative imports were meant from there.
    """
    text = tree.texts[path]
    content = text.encode("utf-8", "surrogateescape")
    try:
        parsed = syntax(text)
    except NotPython:
        return text, []
    if b"\r" in content.replace(b"\r\n", b""):  # lines are counted differently then
        return text, []
    rewriter = _Rewriter(path, before, tree, renamed, package_of(was_at or path))
    edits = list(_without_overlaps(edit for node in ast.walk(parsed) for edit in rewriter.edits(node)))
    pieces, done = [], 0
    for edit in edits:
        pieces += [content[done : edit.start], edit.text.encode()]
        done = edit.end
    after = b"".join([*pieces, content[done:]])
    return after.decode("utf-8", "surrogateescape"), list(_shown(path, content, after, edits))


def _without_overlaps(edits: Iterable[_Edit]) -> Iterator[_Edit]:
    """In the order of the file; of two that overlap, the one that begins first or reaches further."""
    end = -1
    for edit in sorted(set(edits), key=lambda edit: (edit.start, -edit.end, edit.text)):
        if edit.start >= end:
            yield edit
            end = edit.end


def _shown(path: str, before: bytes, after: bytes, edits: list[_Edit]) -> Iterator[Rewrite]:
    """The lines around each edit, before any and after all of them; those of one line once."""
    shift, last = 0, -1
    for i, edit in enumerate(edits):
        start = before.rfind(b"\n", 0, edit.start) + 1
        moved_start = start + shift
        shift += len(edit.text.encode()) - (edit.end - edit.start)
        if start == last:
            continue
        last = start
        in_line = [each for each in edits[i:] if before.rfind(b"\n", 0, each.start) + 1 == start]
        end = _line_end(before, in_line[-1].end)
        growth = sum(len(each.text.encode()) - (each.end - each.start) for each in in_line)
        texts = (before[start:end], after[moved_start : end + moved_start - start + growth])
        old, new = (text.decode(errors="replace").strip() for text in texts)
        yield Rewrite(path, after.count(b"\n", 0, moved_start) + 1, old, new)


def _line_end(content: bytes, at: int) -> int:
    end = content.find(b"\n", at)
    return end if end >= 0 else len(content)


class _Rewriter:
    """Finds what to replace in one file."""

    def __init__(self, path: str, before: Tree, tree: Tree, renamed: Mapping[str, str], old_package: str) -> None:
        text = tree.texts[path]
        self._before, self._tree, self._renamed = before, tree, renamed
        self._content = text.encode("utf-8", "surrogateescape")
        self._newline = "\r\n" if b"\r\n" in self._content else "\n"
        self._folder, self._package, self._old_package = path.rpartition("/")[0], package_of(path), old_package
        source = tree.source(path)
        self._packages = source.packages if source else frozenset[str]()
        self._starts = [len(BOM.encode()) if text.startswith(BOM) else 0]  # of each line
        for line in self._content.split(b"\n")[:-1]:
            begin = 0 if len(self._starts) == 1 else self._starts[-1]
            self._starts.append(begin + len(line) + 1)

    def edits(self, node: ast.AST) -> Iterator[_Edit]:
        """What to replace in a node of the parsed file."""
        match node:
            case ast.ImportFrom():
                yield from self._from(node)
            case ast.Import():
                for alias in node.names:
                    if new := self._new(alias.name):
                        called = f" as {alias.name}" if "." not in alias.name and not alias.asname else ""
                        start = self._at(alias.lineno, alias.col_offset)
                        yield _Edit(start, self._module_end(start), new + called)
            case ast.Attribute():
                yield from self._chain(node)
            case ast.Constant(value=str(text)) if DOTTED.fullmatch(text):
                yield from self._string(node, text)

    def _new(self, module: str, *names: str) -> str | None:
        """Where a module went, if it or any of the names asked of it is not where it was."""
        if module not in self._renamed or any(self._resolves(module, name) for name in names or ("",)):
            return None
        return self._renamed[module]

    def _resolves(self, module: str, name: str = "") -> bool:
        return self._tree.resolves(module, name, self._folder)

    def _at(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column

    def _span(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        start = self._at(node.lineno, node.col_offset)
        return start, self._at(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)

    def _tokens(self, start: int) -> Iterator[tuple[str, int, int]]:
        """(text, start, end) of each token of the file from a place on."""
        text = self._content[start:].decode("utf-8", "replace")
        lines = text.splitlines(keepends=True)
        sizes = [0]
        for line in lines:
            sizes.append(sizes[-1] + len(line.encode()))
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            (first_line, first), (last_line, last) = token.start, token.end
            yield (
                token.string,
                start + sizes[first_line - 1] + len(lines[first_line - 1][:first].encode()),
                start + sizes[last_line - 1] + len(lines[last_line - 1][:last].encode()),
            )

    def _module_end(self, start: int) -> int:
        """Where a dotted name ends that begins there, whatever white space is in it."""
        end, is_name_next = start, True
        for text, _, token_end in self._tokens(start):
            if text == "." and not is_name_next:
                is_name_next = True
            elif text.isidentifier() and is_name_next:
                end, is_name_next = token_end, False
            else:
                break
        return end

    def _source(self, node: ast.ImportFrom, module: str) -> Iterator[_Edit]:
        """Replace what stands between `from` and `import`."""
        tokens = self._tokens(self._span(node)[0])
        next(tokens)
        first = None
        for text, start, end in tokens:
            if text == "import":
                break
            first, last = (start if first is None else first), end
        if first is not None:
            yield _Edit(first, last, self._written(node.level, module))

    def _from(self, node: ast.ImportFrom) -> Iterator[_Edit]:
        here = absolute(node.level, node.module or "", self._package)
        names = [alias.name for alias in node.names]
        if all(self._resolves(here, name) for name in names):
            return
        module = here if not node.level else absolute(node.level, node.module or "", self._old_package)
        went = {
            alias: new
            for alias in node.names
            if not self._resolves(here, alias.name) and (new := self._new(f"{module}.{alias.name}"))
        }
        if new := self._new(module, *names):
            yield from self._source(node, new)
        elif went:
            yield from self._split(node, module, went)
        elif module != here and all(self._resolves(module, name) for name in names):
            yield from self._source(node, module)

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
        indent = self._content[self._content.rfind(b"\n", 0, start) + 1 : start].removeprefix(BOM.encode())
        behind = self._content[end : _line_end(self._content, end)].strip()
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
        yield _Edit(start, end, f"{self._newline}{indent.decode()}".join(statements))

    def _chain(self, node: ast.Attribute) -> Iterator[_Edit]:
        """`image_api.model.Net`, where `image_api` is the package and nothing else."""
        root, attributes = chain_of(node)
        if not isinstance(root, ast.Name) or root.id not in self._packages:
            return
        module = ".".join((root.id, *attributes))
        if new := self._new(module):
            yield _Edit(*self._span(node), new)

    def _string(self, node: ast.Constant, text: str) -> Iterator[_Edit]:
        """A string that is the name of a module, or of something in it, as tests name what they replace."""
        named = self._before.dotted(0, text)
        new = self._renamed.get(named.module)
        is_there = self._before.resolves(named.module, named.name)
        start, end = self._span(node)
        at = self._content.find(named.module.encode(), start, end)
        if new and is_there and at >= 0 and not self._resolves(named.module, named.name):
            yield _Edit(at, at + len(named.module.encode()), new)


def _as_written(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name
