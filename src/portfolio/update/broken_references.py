"""What a merge breaks that git cannot see: imports, names, commands and paths that lead nowhere in the merged files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from portfolio.update.python_source import DOTTED
from portfolio.update.rewrite_imports import modules as moved_modules
from portfolio.update.tree import PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portfolio.update.tree import Reference, Tree

CODE = (*PYTHON, ".ipynb")
PAGES = (
    ".md", ".rst", ".toml", ".yml", ".yaml", ".cfg", ".ini", ".json", ".sh", ".bat", ".ps1", ".mk", ".txt", ".html",
    "Dockerfile", "Makefile", "Procfile",
)  # fmt: skip
DOCKERFILE = re.compile(r"(?:^|/)Dockerfile\.[\w-]+$")
# History, the record, and what runs and others made: they may well speak of what is gone.
LEFT_ALONE = re.compile(
    r"(?:^|/)(?:CHANGELOG|CHANGES|HISTORY|LICEN[CS]E|NOTICE)[^/]*$|\.lock$|^\.portfolio\.json$"
    r"|^(?:reports|models|data)/.*(?<!\.py)$"
)


@dataclass(frozen=True)
class Broken:
    """A line that refers to something which is gone."""

    path: str
    line: int
    reference: str  # as it is named there
    message: str
    hint: str = ""  # where it went, if that is known


def is_read(path: str) -> bool:
    """Whether a file may refer to others in a way that is understood here."""
    return (path.endswith((*CODE, *PAGES)) or bool(DOCKERFILE.search(path))) and not LEFT_ALONE.search(path)


def find(before: Tree, theirs: Tree, merged: Tree, moved: Mapping[str, str], skipped: frozenset[str]) -> list[Broken]:
    """What leads nowhere in the merged files, and did not before in the same file, or does in the template's version.

    `moved` says where files went (old path → new path); the files in `skipped` hold conflict marks.
    """
    check = _Check(before, theirs, merged, moved)
    paths = sorted(path for path in merged.texts if path not in skipped and check.can_break(path))
    found = [broken for path in paths for broken in dict.fromkeys(check.file(path))]
    return sorted([*found, *check.links()], key=lambda broken: (broken.path, broken.line))


@dataclass(frozen=True)
class _Check:
    before: Tree
    theirs: Tree
    merged: Tree
    moved: Mapping[str, str]

    def can_break(self, path: str) -> bool:
        """Whether a file is new in this form, or what it was written beside has lost something."""
        text = self.merged.texts[path]
        if text == self.before.texts.get(path):
            return self._has_lost_of_before
        return text != self.theirs.texts.get(path) or self._has_lost_of_theirs

    @cached_property
    def _has_lost_of_before(self) -> bool:
        return _has_lost(self.before, self.merged)

    @cached_property
    def _has_lost_of_theirs(self) -> bool:
        return _has_lost(self.theirs, self.merged)

    @cached_property
    def _earlier_paths(self) -> dict[str, str]:
        return {new: old for old, new in self.moved.items()}

    @cached_property
    def _earlier_modules(self) -> dict[str, str]:
        return {new: old for old, new in moved_modules(self.moved).items()}

    def file(self, path: str) -> Iterator[Broken]:
        """What is broken in one file."""
        if path.endswith(CODE):
            yield from self._python(path)
        else:
            yield from self._page(path)

    def links(self) -> Iterator[Broken]:
        """Links whose target is gone."""
        for path, target in self.merged.links.items():
            place = _joined(path.rpartition("/")[0], target)
            if self.before.has(place) and not self.merged.has(place):
                message = f"is a link to {target}, which is no longer there"
                yield Broken(path, 1, target, message, self._file_went(place, ""))

    def _python(self, path: str) -> Iterator[Broken]:
        folder = path.rpartition("/")[0]
        earlier = self._earlier_paths.get(path, path)
        if path.endswith(PYTHON) and self.merged.source(path) is None and self.before.source(earlier) is not None:
            yield Broken(path, 1, path, "is no longer Python that can be read")
        broken_before = {
            reference.written
            for reference in self.before.references(earlier)
            if not self.before.resolves(reference.module, reference.name, earlier.rpartition("/")[0])
        }
        for reference in self.merged.references(path):
            is_there = self.merged.resolves(reference.module, reference.name, folder)
            if not is_there and self._is_own(reference, folder) and reference.written not in broken_before:
                yield Broken(path, reference.line, str(reference), self._what(reference, folder), self._went(reference))
        for line, word in self.merged.string_references(path):
            yield from self._dotted(path, line, word)

    def _is_own(self, reference: Reference, folder: str) -> bool:
        top = reference.module.partition(".")[0]
        return any(tree.locate(top, folder) for tree in (self.before, self.merged))

    def _what(self, reference: Reference, folder: str) -> str:
        if reference.name and self.before.locate(str(reference), folder):
            return f"there is no longer a module {reference}"
        if reference.name and self.merged.locate(reference.module, folder):
            return f"{reference.module} no longer has {reference.name}"
        return f"there is no longer a module {reference.module}"

    def _went(self, reference: Reference) -> str:
        for module in (str(reference), reference.module):
            place = self.before.locate(module)
            if place and place in self.moved:
                return f"now {self.moved[place]}"
        return ""

    def _dotted(self, path: str, line: int, word: str) -> Iterator[Broken]:
        """A dotted name in a text, which is one only where it led somewhere."""
        now = self.merged.dotted(line, word)
        if self.merged.resolves(now.module, now.name):
            return
        names = [self.before.dotted(line, word)]
        if earlier := self._earlier_modules.get(now.module):
            names.append(self.before.dotted(line, f"{earlier}.{now.name}"))
        led_before = any(self.before.resolves(each.module, each.name) for each in names)
        theirs = self.theirs.dotted(line, word)
        if led_before or (self._is_new(path) and self.theirs.resolves(theirs.module, theirs.name)):
            yield Broken(path, line, word, self._what(now, ""), self._went(now))

    def _page(self, path: str) -> Iterator[Broken]:
        folder = path.rpartition("/")[0]
        for line, word in self.merged.mentions(path):
            name = word.partition(":")[0]
            if self._is_lost_path(name, folder, self._is_new(path)):
                message = f"there is no longer a file or folder {name}"
                yield Broken(path, line, name, message, self._file_went(name, folder))
            elif DOTTED.fullmatch(word):
                yield from self._dotted(path, line, word)
        yield from self._lost_commands(path)

    def _file_went(self, name: str, folder: str) -> str:
        """Where a file went that is named from the top, from beside the page, or by its last part alone."""
        whole = {name, _joined(folder, name)}
        places = {new for old, new in self.moved.items() if old in whole or old.rpartition("/")[2] == name}
        return f"now {places.pop()}" if len(places) == 1 else ""

    def _is_new(self, path: str) -> bool:
        """Whether the update changes a file: only then may it name what the template has and its user does not."""
        return self.merged.texts[path] != self.before.texts.get(path)

    def _is_lost_path(self, name: str, folder: str, is_new: bool) -> bool:
        """Whether a word named a file or folder, from the top or from beside the page, and names none now."""
        if "/" not in name:
            is_file_name = "." in name.strip(".")
            return is_file_name and name not in self.merged.file_names and name in self.before.file_names
        places = [name, _joined(folder, name)]
        if any(self.merged.has(place) for place in places):
            return False
        trees = (self.before, self.theirs) if is_new else (self.before,)
        return any(tree.has(place) for tree in trees for place in places)

    def _lost_commands(self, path: str) -> Iterator[Broken]:
        """Lines that call a console script which the project no longer installs."""
        for script in _lost_scripts(self.before, self.merged):
            called = re.compile(rf"(?:^|[`$;&|\[\"']|\brun)\s*{re.escape(script)}(?=[\s`\"']|$)")
            for number, line in enumerate(self.merged.texts[path].splitlines(), start=1):
                if called.search(line):
                    yield Broken(path, number, script, f"there is no longer a command {script}")


def _has_lost(earlier: Tree, merged: Tree) -> bool:
    """Whether a path, a console script or a name of a module is not in the merged files any more."""
    if not earlier.paths <= merged.paths or _lost_scripts(earlier, merged):
        return True
    for path, text in earlier.texts.items():
        if path.endswith(PYTHON) and text != merged.texts.get(path):
            old, new = earlier.source(path), merged.source(path)
            if old is None or new is None or old.names - new.names or (old.is_open and not new.is_open):
                return True
    # A new package or folder can hide a module of the same name.
    return any(f"{path.removesuffix('/__init__.py')}.py" in earlier.paths for path in merged.paths - earlier.paths)


def _joined(folder: str, name: str) -> str:
    parts = folder.split("/") if folder else []
    for part in name.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _lost_scripts(earlier: Tree, merged: Tree) -> frozenset[str]:
    old, new = _scripts(earlier), _scripts(merged)
    return frozenset() if old is None or new is None else old - new


def _scripts(tree: Tree) -> frozenset[str] | None:
    """The console scripts that a project installs; None where that cannot be read."""
    import tomllib

    try:
        match tomllib.loads(tree.texts.get("pyproject.toml", "")):
            case {"project": {"scripts": dict(scripts)}}:
                return frozenset(scripts)
            case _:
                return frozenset()
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
