"""The files of a project in one state, and where in them a module, a name or a path leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from portfolio.update import python_source
from portfolio.update.python_source import Source

ROOTS = ("src/", "")  # where a project's packages lie
WORD = re.compile(r"[\w.@+-]+(?:[/:][\w.@+-]+)*/?")  # what may be a path or a dotted name
PYTHON = (".py", ".pyi")
EVERYWHERE = ("__name__", "__file__", "__doc__", "__path__", "__spec__", "__package__", "__dict__", "__loader__")


@dataclass(frozen=True)
class Reference:
    """A module, or a name in it, that a line of a file refers to."""

    line: int
    module: str
    name: str = ""
    written: str = ""  # as the file has it, from wherever it stands

    def __str__(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module


@dataclass(frozen=True)
class Tree:
    """A project's files: every path, the text of those that can refer to others, and where links lead."""

    paths: frozenset[str]
    texts: Mapping[str, str]
    links: Mapping[str, str] = field(default_factory=dict)

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
        if text is None:
            return None
        if path.endswith(".ipynb"):
            return python_source.parse_notebook(text)
        return python_source.parse(text) if path.endswith(PYTHON) else None

    def locate(self, module: str, folder: str = "") -> str | None:
        """The file of a module, or the folder of a package without one; `folder` is that of the file which imports.

        As Python looks for it: a package before a module of the same name, and nothing inside a module.
        """
        parts = module.split(".")
        for root in dict.fromkeys((*ROOTS, f"{folder}/" if folder else "")):
            inside = root + "/".join(parts)
            ancestors = (root + "/".join(parts[:count]) for count in range(1, len(parts)))
            if any(f"{each}.py" in self.paths and f"{each}/__init__.py" not in self.paths for each in ancestors):
                continue
            for path in (f"{inside}/__init__.py", f"{inside}.py"):
                if path in self.paths:
                    return path
            if inside in self.folders:
                return inside
        return None

    def resolves(self, module: str, name: str = "", folder: str = "") -> bool:
        """Whether a module is there, and if a name is given, whether it defines that or has it as a submodule."""
        place = self.locate(module, folder)
        if place is None:
            return False
        if name in ("", "*", *EVERYWHERE) or self.locate(f"{module}.{name}", folder):
            return True
        if place not in self.paths:
            return False
        source = self.source(place)
        return source is None or source.is_open or name in source.names

    def references(self, path: str, was_at: str = "") -> Iterator[Reference]:
        """What the imports of a Python file or a notebook and the attributes of what they bind refer to.

        `was_at` is where the file stood before: with it, relative imports are read from there.
        """
        source = self.source(path)
        if source is None:
            return
        folder, package = path.rpartition("/")[0], package_of(was_at or path)
        bound: dict[str, str] = {}  # name in the file → module that it may stand for
        for each in source.imports:
            module = absolute(each.level, each.module, package)
            reference = Reference(each.line, module, each.name, f"{'.' * each.level}{each.module}:{each.name}")
            yield reference
            if each.bound not in source.rebound:
                is_top = not each.name and each.bound == module.partition(".")[0]
                bound[each.bound] = each.bound if is_top else str(reference)
        for chain in source.chains:
            if chain.root in bound:
                parts = (*bound[chain.root].split("."), *chain.attributes)
                asked = self._attribute(chain.line, parts, folder)
                # What the import itself lacks was yielded above.
                yield from (each for each in asked if str(each) != bound[chain.root])

    def string_references(self, path: str) -> Iterator[tuple[int, str]]:
        """(line, dotted name) of what may be a module or a name within a file's strings."""
        source = self.source(path)
        yield from source.strings if source else ()

    def _attribute(self, line: int, parts: tuple[str, ...], folder: str) -> Iterator[Reference]:
        """The attribute that is asked of the innermost module of a dotted name."""
        for count in range(len(parts) - 1, 0, -1):
            module = ".".join(parts[:count])
            if self.locate(module, folder):
                yield Reference(line, module, parts[count], ".".join(parts))
                return

    def dotted(self, line: int, text: str) -> Reference:
        """A dotted name in a text: the longest module in it that is there, and the name that is asked of it."""
        parts = tuple(text.replace(":", ".").split("."))
        innermost = next(self._attribute(line, (*parts, ""), ""), None)
        return innermost or Reference(line, ".".join(parts), "", text)

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
