"""`audit --fix`: what can be mended safely. Sections that still have to be written, numbers that a run recorded."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio import agreement
from portfolio.errors import PortfolioError
from portfolio.ledger import Shown
from portfolio.readme import BOLD
from portfolio.topics import topics_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portfolio.agreement import Difference
    from portfolio.audit import Audit, Result
    from portfolio.project import Project
    from portfolio.readme import Section

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
class Mended:
    """A README before and after, and what was done to it."""

    path: str
    before: str
    after: str
    sections: tuple[str, ...]
    numbers: tuple[str, ...]  # "0.87 → 0.86 (Macro F1 of cnn)"

    def diff(self) -> str:
        """As a patch."""
        before, after = (text.splitlines(keepends=True) for text in (self.before, self.after))
        return "".join(difflib.unified_diff(before, after, f"a/{self.path}", f"b/{self.path}"))


def plan(project: Project, audit: Audit) -> Mended | None:
    """What `--fix` would write; None where there is nothing that it may."""
    path = project.readme_path or "README.md"
    if path.lower().endswith(".rst"):
        return None
    before = _as_it_is(project, path) if project.readme_path else ""
    after, numbers = _with_recorded_numbers(before, project)
    after, sections = _with_skeletons(after or f"# {project.folder.name}\n", project, audit)
    return Mended(path, before, after, sections, numbers) if after != before and (sections or numbers) else None


def write(project: Project, mended: Mended) -> None:
    """Replace the README, at once."""
    target = (project.folder / mended.path).resolve()
    if not target.is_relative_to(project.folder):
        raise PortfolioError(f"{mended.path} leads out of the project", "make it a file of the project's own")
    beside = target.with_name(f".{target.name}.tmp-{os.getpid()}")
    try:
        beside.write_bytes(mended.after.encode("utf-8", "surrogateescape"))
        if target.exists():
            beside.chmod(target.stat().st_mode)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise PortfolioError(f"{mended.path} could not be written: {error.strerror}", "nothing was changed") from error


def _as_it_is(project: Project, path: str) -> str:
    """With its own line ends and bad bytes, so that nothing else changes."""
    return (project.folder / path).read_bytes().decode("utf-8", "surrogateescape")


def _with_recorded_numbers(text: str, project: Project) -> tuple[str, tuple[str, ...]]:
    """The numbers in report blocks, each as recorded; one that stands twice in its line is left to `report`."""
    if project.ledger is None:
        return text, ()
    blocks = agreement.report_blocks(project.readme).values()
    lines, done = text.splitlines(keepends=True), []
    for each in agreement.compare(project.readme, project.ledger).differences:
        line = lines[each.line - 1] if each.line <= len(lines) else ""
        if any(each.line in block for block in blocks) and line.count(each.shown) == 1:
            right = as_recorded(each)
            lines[each.line - 1] = line.replace(each.shown, right)
            done.append(f"{each.shown} → {right} ({each.what})")
    return "".join(lines), tuple(done)


def as_recorded(difference: Difference) -> str:
    """The recorded number at the digits shown, formatted as a project's `report` does, to the letter."""
    shown = Shown(difference.shown).value
    recorded = float(difference.recorded)
    if abs(difference.recorded * 100 - shown) < abs(difference.recorded - shown):  # a percentage
        recorded *= 100
    sign = "+" if difference.shown.startswith("+") else ""
    written = f"{recorded:{sign}.{-min(0, int(shown.as_tuple().exponent))}f}"
    return written.replace("-", "−") if "−" in difference.shown else written


def _with_skeletons(text: str, project: Project, audit: Audit) -> tuple[str, tuple[str, ...]]:
    failing = {each.rule.code: each for each in audit.findings}
    newline = "\r\n" if "\r\n" in text else "\n"
    inserted: list[str] = []
    for position, (title, topics, codes) in enumerate(SKELETONS):
        asked = [failing[code] for code in codes if code in failing]
        if not asked or project.reading.about(*topics):
            continue
        lines = text.splitlines(keepends=True)
        at = _place(lines, project, position, inserted)
        block = _skeleton(title, asked).replace("\n", newline)
        ahead = "".join(lines[:at])
        gap = "" if not ahead or ahead.endswith(newline * 2) else newline if ahead.endswith(newline) else newline * 2
        text = f"{ahead}{gap}{block}{newline if at < len(lines) else ''}{''.join(lines[at:])}"
        inserted.append(title)
    return text, tuple(inserted)


def _skeleton(title: str, asked: Sequence[Result]) -> str:
    import jinja2

    template = Path(__file__).with_name("skeleton.md.jinja").read_text(encoding="utf-8")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    return environment.from_string(template).render(title=title, asked=asked)


def _place(lines: Sequence[str], project: Project, position: int, inserted: Sequence[str]) -> int:
    """Before the first section that comes later in a README's order, at the level of sections; else at the end."""
    from portfolio import readme

    later = {topic for _, topics, _ in SKELETONS[position + 1 :] for topic in topics} | {"licence"}
    earlier = {topic for _, topics, _ in SKELETONS[:position] for topic in topics}
    sections = [each for each in readme.parse("".join(lines)).sections if 0 < each.level < BOLD]
    behind = max((i for i, each in enumerate(sections) if _is_of(each, earlier)), default=-1)
    for each in sections[behind + 1 :]:
        if each.level <= _level(sections) and _is_of(each, later):
            return each.line - 1
    return len(lines)


def _level(sections: Sequence[Section]) -> int:
    levels = [each.level for each in sections[1:]] or [2]
    return max(2, min(levels))


def _is_of(section: Section, topics: set[str]) -> bool:
    return section.level > 1 and bool(topics & set(topics_of(section.title)))


def describe(mended: Mended) -> Iterator[str]:
    """What was, or would be, done: a line for each."""
    yield from (f"section “{title}”, to be filled in" for title in mended.sections)
    yield from (f"number {number}" for number in mended.numbers)
