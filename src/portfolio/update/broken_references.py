"""What a merge breaks that git cannot see: imports, names, commands and paths that lead nowhere in the merged files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from portfolio.update.python_source import DOTTED
from portfolio.update.rewrite_imports import modules as moved_modules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portfolio.update.tree import Reference, Tree

PYTHON = (".py", ".ipynb")
PAGES = (".md", ".rst", ".toml", ".yml", ".yaml", ".cfg", ".ini", ".sh", ".txt", ".html", "Dockerfile", "Makefile")
# History and what others made: it may well speak of what is gone.
LEFT_ALONE = re.compile(
    r"(?:^|/)(?:CHANGELOG|CHANGES|HISTORY|LICEN[CS]E|NOTICE)[^/]*$|\.lock$|^(?:reports|models|data)/"
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
    return path.endswith((*PYTHON, *PAGES)) and not LEFT_ALONE.search(path)


def find(before: Tree, theirs: Tree, merged: Tree, moved: Mapping[str, str], skipped: frozenset[str]) -> list[Broken]:
    """What leads nowhere in the merged files, and led somewhere before or does in the new version of the template.

    `moved` says where files went (old path → new path); the files in `skipped` hold conflict marks.
    """
    check = _Check(before, theirs, merged, moved)
    paths = sorted(path for path in merged.texts if path not in skipped and check.can_break(path))
    return [broken for path in paths for broken in dict.fromkeys(check.file(path))]


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

    def file(self, path: str) -> Iterator[Broken]:
        """What is broken in one file."""
        if path.endswith(PYTHON):
            yield from self._python(path)
        else:
            yield from self._page(path)

    def _python(self, path: str) -> Iterator[Broken]:
        folder = path.rpartition("/")[0]
        if path.endswith(".py") and self.merged.source(path) is None and self.before.source(path) is not None:
            yield Broken(path, 1, path, "is no longer Python that can be read")
        for reference in self.merged.references(path):
            if self._is_broken(reference, folder):
                yield Broken(path, reference.line, str(reference), self._what(reference, folder), self._went(reference))

    def _is_broken(self, reference: Reference, folder: str) -> bool:
        module, name = reference.module, reference.name
        top = module.partition(".")[0]
        is_own = any(tree.locate(top, folder) for tree in (self.before, self.merged))
        if not is_own or self.merged.resolves(module, name, folder):
            return False
        # What led nowhere before is not the merge's fault, unless it is the template that now leads there.
        earlier = self._earlier_modules.get(module, module)
        return self.before.resolves(earlier, name, folder) or self.theirs.resolves(module, name, folder)

    @cached_property
    def _earlier_modules(self) -> dict[str, str]:
        return {new: old for old, new in moved_modules(self.moved).items()}

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

    def _page(self, path: str) -> Iterator[Broken]:
        folder = path.rpartition("/")[0]
        for line, word in self.merged.mentions(path):
            name = word.partition(":")[0]
            if self._is_lost_path(name, folder):
                message = f"there is no longer a file or folder {name}"
                yield Broken(path, line, name, message, self._file_went(name, folder))
            elif DOTTED.fullmatch(word):
                reference = self.merged.dotted(line, word)
                if self._is_broken(reference, ""):
                    yield Broken(path, line, word, self._what(reference, ""), self._went(reference))
        yield from self._lost_commands(path)

    def _file_went(self, name: str, folder: str) -> str:
        """Where a file went that is named from the top, from beside the page, or by its last part alone."""
        whole = {name, _joined(folder, name)}
        places = {new for old, new in self.moved.items() if old in whole or old.rpartition("/")[2] == name}
        return f"now {places.pop()}" if len(places) == 1 else ""

    def _is_lost_path(self, name: str, folder: str) -> bool:
        """Whether a word named a file or folder, from the top or from beside the page, and names none now."""
        if "/" not in name:
            is_file_name = "." in name.strip(".")
            return is_file_name and not self._names_a_file(self.merged, name) and self._names_a_file(self.before, name)
        places = [name, _joined(folder, name)]
        if any(self.merged.has(place) for place in places):
            return False
        return any(tree.has(place) for tree in (self.before, self.theirs) for place in places)

    @staticmethod
    def _names_a_file(tree: Tree, name: str) -> bool:
        return name in tree.file_names

    def _lost_commands(self, path: str) -> Iterator[Broken]:
        """Lines that call a console script which the project no longer installs."""
        for script in _scripts(self.before) - _scripts(self.merged):
            called = re.compile(rf"(?:^|[`$;&|\[\"']|\brun)\s*{re.escape(script)}(?=[\s`\"'])")
            for number, line in enumerate(self.merged.texts[path].splitlines(), start=1):
                if called.search(line):
                    yield Broken(path, number, script, f"there is no longer a command {script}")


def _has_lost(earlier: Tree, merged: Tree) -> bool:
    """Whether a path, a console script or a name of a module is not in the merged files any more."""
    if not earlier.paths <= merged.paths or _scripts(earlier) - _scripts(merged):
        return True
    for path, text in earlier.texts.items():
        if path.endswith(".py") and text != merged.texts.get(path):
            old, new = earlier.source(path), merged.source(path)
            if old is None or new is None or old.names - new.names or (old.is_open and not new.is_open):
                return True
    return False


def _joined(folder: str, name: str) -> str:
    parts = folder.split("/") if folder else []
    for part in name.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _scripts(tree: Tree) -> frozenset[str]:
    """The console scripts that a project installs."""
    import tomllib

    try:
        match tomllib.loads(tree.texts.get("pyproject.toml", "")):
            case {"project": {"scripts": dict(scripts)}}:
                return frozenset(scripts)
    except (tomllib.TOMLDecodeError, RecursionError):
        pass
    return frozenset()
