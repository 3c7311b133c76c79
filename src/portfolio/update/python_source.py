"""Python files as text: which names a module defines, and which modules and names a file refers to. Nothing is run."""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import dataclass, field
from functools import lru_cache

DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+(?::\w+)?")  # `image_api.serve:create_app`, also within a string
NO_TEXT = re.compile("[\udc80-\udcff]")  # bytes that are not UTF-8
MAGIC = re.compile(r"^[ \t]*[%!?].*$", re.MULTILINE)  # lines of a notebook that are not Python


class NotPython(Exception):
    """A text that cannot be read as Python of this version."""


@dataclass(frozen=True)
class Import:
    """One module or name that a file imports."""

    line: int
    level: int  # number of leading dots
    module: str  # without them
    name: str = ""  # after `import` in `from … import`; empty where a whole module is imported
    bound: str = ""  # what it is called in the file


@dataclass(frozen=True)
class Chain:
    """A name with attributes: `image_api.model.Net`."""

    line: int
    root: str
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """What can be read from a Python file."""

    names: frozenset[str]  # that the module defines
    is_open: bool  # whether it may define more: by `import *` or a `__getattr__`
    imports: tuple[Import, ...]
    chains: tuple[Chain, ...]
    strings: tuple[tuple[int, str], ...]  # (line, dotted name) of strings that are one
    rebound: frozenset[str]  # names that are also assigned to, so that an import is not all they stand for


@lru_cache(maxsize=4096)
def parse(text: str) -> Source | None:
    """What a file says; None if it is not Python, or not of this version."""
    try:
        tree = syntax(text)
    except NotPython:
        return None
    names = _Names()
    names.visit(tree)
    uses = _Uses()
    uses.visit(tree)
    return Source(
        frozenset(names.defined),
        names.is_open,
        tuple(uses.imports),
        tuple(uses.chains),
        tuple(uses.strings),
        frozenset(uses.rebound),
    )


def syntax(text: str) -> ast.Module:
    """The syntax tree of a text; NotPython if it has none. Columns count the bytes of the text as it is stored."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in somebody's strings
            return ast.parse(NO_TEXT.sub("?", text))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotPython from error


def notebook_code(text: str) -> str:
    """The code of a notebook as one Python text, with its lines where they stand in the file; empty if it is none."""
    try:
        cells = json.loads(text)["cells"]
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    code = [line for source in sources for line in ("".join(source)).splitlines()]
    lines, at = [""] * (text.count("\n") + 1), 0
    raw = text.splitlines()
    for line in code:
        written = json.dumps(line, ensure_ascii=False)[1:-1]
        number = next((i for i in range(at, len(raw)) if written and written in raw[i]), None)
        if number is not None and not lines[number]:
            lines[number], at = line, number
    return MAGIC.sub("", "\n".join(lines))


@dataclass
class _Names(ast.NodeVisitor):
    """Collects what a module defines at its top level."""

    defined: set[str] = field(default_factory=set)
    is_open: bool = False

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.defined.add(node.name)
        self.is_open = self.is_open or node.name == "__getattr__"

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef  # noqa: N815

    def visit_alias(self, node: ast.alias) -> None:
        self.defined.add(node.asname or node.name.partition(".")[0])
        self.is_open = self.is_open or node.name == "*"

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.defined.add(node.id)


@dataclass
class _Uses(ast.NodeVisitor):
    """Collects what a file refers to."""

    imports: list[Import] = field(default_factory=list)
    chains: list[Chain] = field(default_factory=list)
    strings: list[tuple[int, str]] = field(default_factory=list)
    rebound: set[str] = field(default_factory=set)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            self.imports.append(Import(node.lineno, 0, alias.name, bound=bound))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            line = getattr(alias, "lineno", node.lineno)
            bound = alias.asname or alias.name
            self.imports.append(Import(line, node.level, node.module or "", alias.name, bound))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        attributes: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            attributes.insert(0, inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            self.chains.append(Chain(node.lineno, inner.id, tuple(attributes)))
        else:
            self.visit(inner)

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.rebound.add(node.id)

    def visit_arg(self, node: ast.arg) -> None:
        self.rebound.add(node.arg)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and DOTTED.fullmatch(node.value):
            self.strings.append((node.lineno, node.value))
