"""The files of a project in one state, and where in them a module, a name or a path leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from portfolio.update import python_source
from portfolio.update.python_source import Source

ROOTS = ("src/", "")  # where a project's packages lie
WORD = re.compile(r"[\w.@+-]+(?:[/:][\w.@+-]+)*/?")  # what may be a path or a dotted name


@dataclass(frozen=True)
class Reference:
    """A module, or a name in it, that a line of a file refers to."""

    line: int
    module: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module


@dataclass(frozen=True)
class Tree:
    """A project's files: every path, and the text of those that can refer to others."""

    paths: frozenset[str]
    texts: Mapping[str, str]

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds a file."""
        return frozenset(str(parent) for path in self.paths for parent in PurePosixPath(path).parents)

    @cached_property
    def file_names(self) -> frozenset[str]:
        """The last parts of all paths."""
        return frozenset(path.rpartition("/")[2] for path in self.paths)

    def has(self, path: str) -> bool:
        """Whether there is such a file or folder."""
        return path in self.paths or path in self.folders

    def source(self, path: str) -> Source | None:
        """What a Python file or a notebook says; None where that cannot be read."""
        text = self.texts.get(path)
        if text is None or not path.endswith((".py", ".ipynb")):
            return None
        return python_source.parse(python_source.notebook_code(text) if path.endswith(".ipynb") else text)

    def locate(self, module: str, folder: str = "") -> str | None:
        """The file of a module, or the folder of a package without one; `folder` is that of the file which imports."""
        inside = module.replace(".", "/")
        for root in dict.fromkeys((*ROOTS, f"{folder}/" if folder else "")):
            for path in (f"{root}{inside}.py", f"{root}{inside}/__init__.py"):
                if path in self.paths:
                    return path
            if f"{root}{inside}" in self.folders:
                return f"{root}{inside}"
        return None

    def resolves(self, module: str, name: str = "", folder: str = "") -> bool:
        """Whether a module is there, and if a name is given, whether it defines that or has it as a submodule."""
        place = self.locate(module, folder)
        if place is None:
            return False
        if name in ("", "*") or name.startswith("__") or self.locate(f"{module}.{name}", folder):
            return True
        if place not in self.paths:
            return False
        source = self.source(place)
        return source is None or source.is_open or name in source.names

    def references(self, path: str) -> Iterator[Reference]:
        """What a Python file or a notebook refers to, as far as it could be of the project's own."""
        source = self.source(path)
        if source is None:
            return
        folder, package = path.rpartition("/")[0], package_of(path)
        bound: dict[str, str] = {}  # name in the file → module that it may stand for
        imported = set()
        for each in source.imports:
            reference = Reference(each.line, absolute(each.level, each.module, package), each.name)
            yield reference
            imported.add(str(reference))
            if each.bound not in source.rebound:
                is_top = not each.name and each.bound == reference.module.partition(".")[0]
                bound[each.bound] = each.bound if is_top else str(reference)
        for chain in source.chains:
            if chain.root in bound:
                parts = (*bound[chain.root].split("."), *chain.attributes)
                asked = self._attribute(chain.line, parts, folder)
                yield from (each for each in asked if str(each) not in imported)  # those were yielded above
        for line, text in source.strings:
            yield self.dotted(line, text, folder)

    def _attribute(self, line: int, parts: tuple[str, ...], folder: str) -> Iterator[Reference]:
        """The attribute that is asked of the innermost module of a dotted name."""
        for count in range(len(parts) - 1, 0, -1):
            module = ".".join(parts[:count])
            if self.locate(module, folder):
                yield Reference(line, module, parts[count])
                return

    def dotted(self, line: int, text: str, folder: str = "") -> Reference:
        """A dotted name in a text: the longest module in it that is there, and the name that is asked of it."""
        parts = tuple(text.replace(":", ".").split("."))
        found = next(self._attribute(line, (*parts, ""), folder), None)
        if found is None or found.module == ".".join(parts):
            return Reference(line, ".".join(parts))
        return found

    def mentions(self, path: str) -> Iterator[tuple[int, str]]:
        """(line, word) for each word of a page or a settings file that may be a path or a dotted name."""
        for number, line in enumerate(self.texts[path].splitlines(), start=1):
            for word in WORD.finditer(line):
                yield number, word[0].rstrip(".").removeprefix("./").rstrip("/")


def package_of(path: str) -> str:
    """The package that a Python file belongs to: `src/image_api/model.py` → `image_api`."""
    folder = path.rpartition("/")[0]
    return folder.removeprefix("src/").replace("/", ".") if folder != "src" else ""


def absolute(level: int, module: str, package: str) -> str:
    """The module that an import with leading dots names."""
    if not level:
        return module
    parts = package.split(".") if package else []
    return ".".join(filter(None, (*parts[: len(parts) - level + 1], module)))
