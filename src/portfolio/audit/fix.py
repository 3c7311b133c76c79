"""`audit --fix`: puts recorded numbers back into report blocks, and inserts sections that are still to be written."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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


def propose(project: Project, audit: Audit) -> Fix | None:
    """What `--fix` would write; None where there is nothing that it may."""
    path = project.readme_path or "README.md"
    if path.lower().endswith(".rst"):
        return None
    before = {page.path: _as_it_is(project, page.path) for page in project.pages} or {path: ""}
    after, corrected = _with_recorded_numbers(before, project)
    after[path], sections = _with_skeletons(after[path] or f"# {project.folder.name}\n", project, audit)
    changes = tuple(Change(each, text, after[each]) for each, text in before.items() if after[each] != text)
    return Fix(changes, sections, corrected) if changes and (sections or corrected) else None


def write(project: Project, fix: Fix) -> None:
    """Replace each page in one step, so that none is ever half written."""
    for change in fix.changes:
        _replace(project, change)


def _replace(project: Project, change: Change) -> None:
    target = (project.folder / change.path).resolve()
    if not target.is_relative_to(project.folder):
        raise PortfolioError(f"{change.path} leads out of the project", "make it a file of the project's own")
    beside = target.with_name(f".{target.name}.tmp-{os.getpid()}")
    try:
        beside.write_bytes(change.after.encode("utf-8", "surrogateescape"))
        if target.exists():
            beside.chmod(target.stat().st_mode)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise PortfolioError(f"{change.path} could not be written: {error.strerror}", "it was not changed") from error


def _as_it_is(project: Project, path: str) -> str:
    """A page with its own line ends and bad bytes, so that nothing else changes."""
    return (project.folder / path).read_bytes().decode("utf-8", "surrogateescape")


def _with_recorded_numbers(texts: Mapping[str, str], project: Project) -> tuple[dict[str, str], tuple[str, ...]]:
    """The numbers in report blocks, each as recorded; one that stands twice in its line is left to `report`."""
    if project.results is None:
        return dict(texts), ()
    inside = {line for block in project.report_blocks for line in block}
    lines, done = {path: text.splitlines(keepends=True) for path, text in texts.items()}, []
    for difference in numbers.compare(project.readme, project.results, project.report_blocks).differences:
        path, number = pages.place(project.pages, difference.line)
        line = lines[path][number - 1] if number <= len(lines[path]) else ""
        if difference.line in inside and line.count(difference.shown) == 1:
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
        if asked and not project.reading.about(*topics):
            text = _inserted(text, _skeleton(title, asked), position, newline)
            inserted.append(title)
    return text, tuple(inserted)


def _inserted(text: str, skeleton: str, position: int, newline: str) -> str:
    lines = text.splitlines(keepends=True)
    at = _place(lines, position)
    ahead, behind = "".join(lines[:at]), "".join(lines[at:])
    gap = "" if not ahead or ahead.endswith(newline * 2) else newline if ahead.endswith(newline) else newline * 2
    return ahead + gap + skeleton.replace("\n", newline) + (newline if behind else "") + behind


def _skeleton(title: str, asked: Sequence[Result]) -> str:
    import jinja2

    template = Path(__file__).with_name("skeleton.md.jinja").read_text(encoding="utf-8")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    return environment.from_string(template).render(title=title, asked=asked)


def _place(lines: Sequence[str], position: int) -> int:
    """Before the first section that comes later in a README's order, at the level of sections; else at the end."""
    later = {topic for _, topics, _ in SKELETONS[position + 1 :] for topic in topics} | {"licence"}
    earlier = {topic for _, topics, _ in SKELETONS[:position] for topic in topics}
    sections = [section for section in markdown.parse("".join(lines)).sections if 0 < section.level < BOLD]
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
