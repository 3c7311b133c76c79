"""How much of a project that `portfolio new` made is its author's: of its code, its tests and its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portfolio.audit import program_lines
from portfolio.git import history
from portfolio.readme.words import shingles
from portfolio.record import blob_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portfolio.audit.project import Project
    from portfolio.readme.model import Section
    from portfolio.record import Record

PLUMBING = "kit"  # which nobody is asked to make theirs
ALIKE = 0.5  # of a file's lines, from which on a new file is an old one under another name
LARGEST = 400_000  # bytes of a file that is looked at


@dataclass(frozen=True)
class Share:
    """How many lines, or words, of a part are its author's."""

    part: str  # a folder of the package, or all of `code`, `tests` or `prose`
    own: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.own / self.of if self.of else 0.0


@dataclass(frozen=True)
class Ownership:
    """What is the author's, and where."""

    code: Share
    tests: Share
    prose: Share
    parts: tuple[Share, ...]  # of the code, the author's largest first
    untouched: tuple[str, ...]  # the template's programs that nobody has changed

    @property
    def share(self) -> float:
        """Of code and tests together."""
        lines = self.code.of + self.tests.of
        return (self.code.own + self.tests.own) / lines if lines else 0.0


def of(project: Project) -> Ownership | None:
    """For a project with a record, by the template's own files as git kept them; None where git has them no more."""
    record = project.record
    if record is None or project.history is None:
        return None
    programs = {path: blob for path, blob in record.files.items() if _part(path)}
    kept = history.contents(project.folder, set(programs.values()))
    if not kept or any(blob_name(kept.get(blob, b"")) != blob for blob in programs.values()):  # lost, or replaced
        return None
    before = {path: kept[blob].decode("utf-8", "replace") for path, blob in programs.items()}
    now = {path: project.content(path, LARGEST) for path in sorted(project.files) if _part(path)}
    counted = _counted(now, before, record)
    parts = _summed(counted)
    plumbing = {PLUMBING, "tests"}
    return Ownership(
        code=_total("code", [each for each in parts if each.part not in plumbing]),
        tests=_total("tests", [each for each in parts if each.part == "tests"]),
        prose=_prose(project, record),
        parts=tuple(sorted((each for each in parts if each.part not in plumbing), key=lambda each: -each.own)),
        untouched=tuple(path for path, (own, _) in counted.items() if not own and path in programs),
    )


def _part(path: str) -> str:
    """The part of the project that a program belongs to; nothing for what is none."""
    folders = path.split("/")[:-1]
    if not path.endswith(".py") or not folders:
        return ""
    if folders[0] == "tests":
        return "tests"
    return (folders[2] if len(folders) > 2 else "package") if folders[0] == "src" and len(folders) > 1 else ""


def _counted(now: Mapping[str, bytes], before: Mapping[str, str], record: Record) -> dict[str, tuple[int, int]]:
    """(lines that are the author's, lines) of each program."""
    texts = {path: content.decode("utf-8", "replace") for path, content in now.items()}
    touched = {
        path for path, content in now.items() if record.files.get(path) != blob_name(content.replace(b"\r\n", b"\n"))
    }
    old = {path: program_lines.of(text) for path, text in before.items()} if touched else {}
    everywhere = frozenset(line.words for lines in old.values() for line in lines)
    gone = {path: lines for path, lines in old.items() if path not in now}
    found = {}
    for path, text in texts.items():
        if path not in touched:
            found[path] = (0, program_lines.count(text))
            continue
        lines = program_lines.of(text)
        found[path] = (program_lines.changed(lines, old.get(path) or _former(lines, gone), everywhere), len(lines))
    return found


def _former(lines: list[program_lines.Line], gone: Mapping[str, list[program_lines.Line]]) -> list[program_lines.Line]:
    """The file that is there no more and that this one was, by most of its lines; else nothing."""
    for former in gone.values():
        there = {line.shape for line in former}
        if lines and sum(line.shape in there for line in lines) >= ALIKE * len(lines):
            return former
    return []


def _summed(counted: Mapping[str, tuple[int, int]]) -> list[Share]:
    sums: dict[str, tuple[int, int]] = {}
    for path, (own, number) in counted.items():
        before = sums.get(_part(path), (0, 0))
        sums[_part(path)] = (before[0] + own, before[1] + number)
    return [Share(part, own, number) for part, (own, number) in sums.items()]


def _total(name: str, parts: list[Share]) -> Share:
    return Share(name, sum(each.own for each in parts), sum(each.of for each in parts))


def _prose(project: Project, record: Record) -> Share:
    """Of the README and its pages, by runs of five words: those that the template did not have are the author's."""
    template = frozenset(run for hashes in record.readme.values() for run in hashes)
    runs = frozenset[str]().union(*(shingles(written_by_hand(project, each)) for each in project.readme.sections))
    return Share("prose", len(runs - template), len(runs))


def written_by_hand(project: Project, section: Section) -> tuple[str, ...]:
    """A section's words, without those that a run wrote: they are neither the template's nor the author's."""
    blocks = project.report_blocks
    by_hand = (passage for passage in section.passages if not any(passage.line in block for block in blocks))
    return tuple(word for passage in by_hand for word in passage.words)
