"""`audit --fix`: puts recorded numbers back into report blocks, and inserts sections that are still to be written."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from portfolio import jinja
from portfolio.audit import notation, numbers
from portfolio.audit.topics import topics_of
from portfolio.errors import PortfolioError
from portfolio.readme import markdown, pages
from portfolio.readme.model import BOLD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portfolio.audit.engine import Audit, Result
    from portfolio.audit.numbers import Difference
    from portfolio.audit.project import Project
    from portfolio.readme.model import Section

# In the order of a README: the heading to insert, the topics that make it needless, and the rules that it serves.
SKELETONS = (
    ("Try it", ("run",), ("RUN501",)),
    ("How it works", ("architecture",), ("COM601",)),
    ("The problem", ("problem", "overview"), ("PRB101",)),
    ("Data", ("data",), ("DAT201", "DAT203")),
    ("Approach and trade-offs", ("tradeoffs",), ("EVL407",)),
    ("Results", ("results",), ("EVL401", "MOD301")),
    ("Where it is wrong", ("errors",), ("EVL406",)),
    ("Serving", ("deployment",), ("RUN509",)),
    ("Monitoring", ("monitoring",), ("RUN508",)),
    ("Limitations", ("limitations",), ("RFL701",)),
    ("What I Would Improve Next", ("next_steps",), ("RFL702",)),
)


PLAIN = re.compile(r"[-+−]?\d+(?:,\d{3})*(?:\.\d+)?")  # a number that is written as `report` writes it
EARLY = "The problem"
MARKDOWN = frozenset({".md", ".markdown", ".mdown"})


class FixRefused(PortfolioError):
    """A page that `--fix` must not touch."""


@dataclass(frozen=True)
class Change:
    """A page before and after."""

    path: str
    before: str
    after: str

    def diff(self) -> str:
        """The change as a unified diff."""
        before, after = (text.splitlines(keepends=True) for text in (self.before, self.after))
        return "".join(difflib.unified_diff(before, after, f"a/{self.path}", f"b/{self.path}"))


@dataclass(frozen=True)
class Fix:
    """The pages of a README that change, and what is done to them."""

    changes: tuple[Change, ...]
    sections: tuple[str, ...]
    numbers: tuple[str, ...]  # "0.87 → 0.86 (Macro F1 of cnn)"
    pasted: tuple[str, ...]  # what is shown now of what the repository holds

    @property
    def paths(self) -> tuple[str, ...]:
        """The pages that change."""
        return tuple(change.path for change in self.changes)

    def diff(self) -> str:
        """The fix as a unified diff."""
        return "".join(change.diff() for change in self.changes)

    def described(self) -> Iterator[str]:
        """What was, or would be, done: a line for each."""
        yield from (f"section “{title}”, to be filled in" for title in self.sections)
        yield from (f"number {number}" for number in self.numbers)
        yield from self.pasted


def propose(project: Project, audit: Audit) -> Fix | None:
    """What `--fix` would write; None where there is nothing to do; FixRefused where it must not touch the page."""
    path = project.readme_path or "README.md"
    before = {page.path: _as_it_is(project, page.path) for page in project.pages} or {path: ""}
    if project.readme.slips:
        raise FixRefused(
            f"{path} does not render as it was meant: {project.readme.slips[0].message}", "mend that, then --fix again"
        )
    after, corrected = _with_recorded_numbers(before, project)
    text, pasted = _with_pastes(after[path] or f"# {project.folder.name}\n", project, audit)
    after[path], sections = _with_skeletons(text, project, audit)
    changes = tuple(Change(each, text, after[each]) for each, text in before.items() if after[each] != text)
    return Fix(changes, sections, corrected, pasted) if changes and (sections or corrected or pasted) else None


def write(project: Project, fix: Fix) -> None:
    """Replace each page in one step, so that none is ever half written."""
    for change in fix.changes:
        _replace(project, change)


def _replace(project: Project, change: Change) -> None:
    target = project.folder / change.path
    beside = target.with_name(f".{target.name}.tmp-{os.getpid()}")
    try:
        beside.write_bytes(change.after.encode(_encoding(target.read_bytes() if target.exists() else b"")))
        if target.exists():
            beside.chmod(target.stat().st_mode)
        beside.replace(target)
    except OSError as error:
        raise PortfolioError(f"{change.path} could not be written: {error.strerror}", "it was not changed") from error
    finally:
        beside.unlink(missing_ok=True)  # also where the time was up


def _as_it_is(project: Project, path: str) -> str:
    """A page with its own line ends; FixRefused where it could not be written back byte for byte."""
    if PurePosixPath(path).suffix.lower() not in MARKDOWN:
        raise FixRefused(
            f"{path} is not Markdown, which is all that --fix writes", "change it by hand; it was not touched"
        )
    if (project.folder / path).is_symlink() or project.file(path) is None:
        raise FixRefused(f"{path} is no regular file of the project", "make it one; it was not touched")
    content = (project.folder / path).read_bytes()
    encoding = _encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = ""
    if text.encode(encoding) != content or "\0" in text:
        raise FixRefused(f"{path} is neither UTF-8 nor UTF-16", "save it as UTF-8; it was not touched")
    return text


def _encoding(content: bytes) -> str:
    """By its byte order mark, which stays in the text as a character of its own."""
    return {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(content[:2], "utf-8")


def _with_recorded_numbers(texts: Mapping[str, str], project: Project) -> tuple[dict[str, str], tuple[str, ...]]:
    """The numbers in report blocks, each as recorded; one that stands twice in its line is left to `report`."""
    if project.results is None:
        return dict(texts), ()
    inside = {line for block in project.report_blocks for line in block}
    lines, done = {path: text.splitlines(keepends=True) for path, text in texts.items()}, []
    for difference in numbers.compare(project.readme, project.results, project.report_blocks).differences:
        path, number = pages.place(project.pages, difference.line)
        line = lines[path][number - 1] if number <= len(lines[path]) else ""
        if difference.line in inside and line.count(difference.shown) == 1 and PLAIN.fullmatch(difference.shown):
            right = as_recorded(difference)
            lines[path][number - 1] = line.replace(difference.shown, right)
            done.append(f"{difference.shown} → {right} ({difference.what})")
    return {path: "".join(each) for path, each in lines.items()}, tuple(done)


def as_recorded(difference: Difference) -> str:
    """The recorded number at the digits shown, formatted as a project's `report` does, to the letter."""
    shown = notation.shown(difference.shown).value
    recorded = float(difference.recorded)
    if abs(difference.recorded * 100 - shown) < abs(difference.recorded - shown):  # a percentage
        recorded *= 100
    sign = "+" if difference.shown.startswith("+") else ""
    written = f"{recorded:{sign}.{-min(0, int(shown.as_tuple().exponent))}f}"
    return written.replace("-", "−") if "−" in difference.shown else written


def _with_skeletons(text: str, project: Project, audit: Audit) -> tuple[str, tuple[str, ...]]:
    failing = {result.rule.code: result for result in audit.findings}
    newline = "\r\n" if "\r\n" in text else "\n"
    inserted: list[str] = []
    for position, (title, topics, codes) in enumerate(SKELETONS):
        asked = [failing[code] for code in codes if code in failing]
        if asked and not project.reading.about(*topics) and not any(each.paste for each in asked):
            text = _inserted(text, _skeleton(title, asked), position, newline)
            inserted.append(title)
    return text, tuple(inserted)


def _with_pastes(text: str, project: Project, audit: Audit) -> tuple[str, tuple[str, ...]]:
    """What lies in the repository, shown: at the end of the part that it belongs to, else in one of its own."""
    newline = "\r\n" if "\r\n" in text else "\n"
    done: list[str] = []
    for found in audit.findings:
        if found.paste:
            lines = text.splitlines(keepends=True)
            at, title = _place_of(found, lines)
            heading = f"## {title}\n\n" if title else ""
            text = _inserted_at(lines, at, f"{heading}{found.paste}\n", newline)
            done.append(f"{found.rule.code} {found.message}")
    return text, tuple(done)


def _place_of(found: Result, lines: Sequence[str]) -> tuple[int, str]:
    """(before which line, the title of a new part or nothing)."""
    sections = [section for section in _sections(lines) if section.level > 1]
    own = [i for i, section in enumerate(sections) if _is_of(section, set(found.rule.topics))]
    if own:
        behind = sections[own[0] + 1 :]
        return (behind[0].line - 1 if behind else len(lines)), ""
    for position, (title, topics, codes) in enumerate(SKELETONS):
        if found.rule.code in codes and set(topics) & set(found.rule.topics):
            return _place(lines, position), title
    return (sections[0].line - 1 if sections else len(lines)), ""


def _sections(lines: Sequence[str]) -> list[Section]:
    return [section for section in markdown.parse("".join(lines)).sections if 0 < section.level < BOLD]


def _inserted(text: str, skeleton: str, position: int, newline: str) -> str:
    lines = text.splitlines(keepends=True)
    return _inserted_at(lines, _place(lines, position), skeleton, newline)


def _inserted_at(lines: Sequence[str], at: int, added: str, newline: str) -> str:
    ahead, behind = "".join(lines[:at]), "".join(lines[at:])
    gap = "" if not ahead or ahead.endswith(newline * 2) else newline if ahead.endswith(newline) else newline * 2
    return ahead + gap + added.replace("\n", newline) + (newline if behind else "") + behind


def _skeleton(title: str, asked: Sequence[Result]) -> str:
    return jinja.page(Path(__file__).with_name("skeleton.md.jinja"), title=title, asked=asked)


def _place(lines: Sequence[str], position: int) -> int:
    """Before the first section that comes later in a README's order, at the level of sections; else at the end."""
    later = {topic for _, topics, _ in SKELETONS[position + 1 :] for topic in topics} | {"licence"}
    earlier = {topic for _, topics, _ in SKELETONS[:position] for topic in topics}
    sections = _sections(lines)
    if SKELETONS[position][0] == EARLY and len(sections) > 1:
        return sections[1].line - 1  # it has to stand near the top
    behind = max((i for i, section in enumerate(sections) if _is_of(section, earlier)), default=-1)
    for section in sections[behind + 1 :]:
        if section.level <= _level(sections) and _is_of(section, later):
            return section.line - 1
    return len(lines)


def _level(sections: Sequence[Section]) -> int:
    levels = [section.level for section in sections[1:]] or [2]
    return max(2, min(levels))


def _is_of(section: Section, topics: set[str]) -> bool:
    return section.level > 1 and bool(topics & set(topics_of(section.title)))
