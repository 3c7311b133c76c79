"""Python files as text: which names a module defines, and which modules and names a file refers to. Nothing is run."""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?::[A-Za-z_]\w*)?")  # `image_api.serve:create_app`
NO_TEXT = re.compile("[\udc80-\udcff]")  # bytes that are not UTF-8
BOM = "\ufeff"
# Lines of a notebook that are not Python: `%run x`, `!ls`, `files = !ls`, `model?`.
MAGIC = re.compile(r"^([ \t]*)(?:[%!?].*|.*=[ \t]*[!%].*|.*\?[ \t]*)$", re.MULTILINE)


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

    names: frozenset[str] = frozenset()  # that the module defines
    is_open: bool = False  # whether it may define more: by `import *` or a `__getattr__`
    imports: tuple[Import, ...] = ()
    chains: tuple[Chain, ...] = ()
    strings: tuple[tuple[int, str], ...] = ()  # (line, dotted name) within strings
    rebound: frozenset[str] = frozenset()  # names that are also assigned to: an import is not all they stand for

    @property
    def packages(self) -> frozenset[str]:
        """Names that stand for a package and nothing else: by `import package.module`."""
        tops = {each.bound for each in self.imports if not each.name and each.bound == each.module.partition(".")[0]}
        return frozenset(tops) - self.rebound


@lru_cache(maxsize=4096)
def parse(text: str) -> Source | None:
    """What a file says; None if it is not Python, or not of this version."""
    try:
        tree = syntax(text)
        names, uses = _Names(), _Uses()
        names.visit(tree)
        uses.visit(tree)
    except (NotPython, RecursionError):  # as of a sum of a thousand terms
        return None
    return Source(
        frozenset(names.defined),
        names.is_open,
        tuple(uses.imports),
        tuple(uses.chains),
        tuple(uses.strings),
        frozenset(uses.rebound),
    )


def syntax(text: str) -> ast.Module:
    """The syntax tree of a text; NotPython if it has none. Columns count bytes, without a byte order mark."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in somebody's strings
            return ast.parse(NO_TEXT.sub("?", text.removeprefix(BOM)))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotPython from error


@lru_cache(maxsize=256)
def parse_notebook(text: str) -> Source | None:
    """What the code cells of a notebook say, with the lines of the file; None if it is no notebook."""
    try:
        cells = [cell["source"] for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    raw, at = text.splitlines(), 0
    imports: list[Import] = []
    chains: list[Chain] = []
    strings: list[tuple[int, str]] = []
    rebound: set[str] = set()
    for cell in cells:
        code = "".join(cell) if isinstance(cell, list) and all(isinstance(line, str) for line in cell) else str(cell)
        places = list(_places(code.splitlines(), raw, at))
        at = places[-1] if places else at
        source = None if code.lstrip().startswith("%%") else parse(MAGIC.sub(r"\1pass", code))
        if source is not None:
            lines = [place + 1 for place in places]
            imports += [Import(lines[e.line - 1], e.level, e.module, e.name, e.bound) for e in source.imports]
            chains += [Chain(lines[e.line - 1], e.root, e.attributes) for e in source.chains]
            strings += [(lines[line - 1], string) for line, string in source.strings]
            rebound |= source.rebound
    return Source(frozenset(), True, tuple(imports), tuple(chains), tuple(strings), frozenset(rebound))


def _places(code: Sequence[str], raw: Sequence[str], at: int) -> Iterator[int]:
    """Where each line of a cell stands in the file; near the one before where it cannot be found."""
    for line in code:
        written = [json.dumps(line, ensure_ascii=is_ascii)[1:-1] for is_ascii in (False, True)]
        found = (i for i in range(at, min(at + 5000, len(raw))) if line.strip() and any(w in raw[i] for w in written))
        at = next(found, at)
        yield at


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
            bound = alias.asname or alias.name
            self.imports.append(Import(alias.lineno, node.level, node.module or "", alias.name, bound))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        root, attributes = chain_of(node)
        if isinstance(root, ast.Name):
            self.chains.append(Chain(node.lineno, root.id, attributes))
        else:
            self.visit(root)

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.rebound.add(node.id)

    def visit_arg(self, node: ast.arg) -> None:
        self.rebound.add(node.arg)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and "." in node.value:
            for word in DOTTED.finditer(node.value):
                line = node.lineno + node.value.count("\n", 0, word.start())
                self.strings.append((line, word[0]))


def chain_of(node: ast.expr) -> tuple[ast.expr, tuple[str, ...]]:
    """(what the attributes are asked of, the attributes) of an expression: `a.b.c` → (a, ("b", "c"))."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.insert(0, node.attr)
        node = node.value
    return node, tuple(attributes)
