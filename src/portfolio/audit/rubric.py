"""A course's rubric, as far as files can show it: points with their evidence, or what the next point asks for."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portfolio.audit.verdict import State
from portfolio.errors import WrongUse, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portfolio.audit.engine import Audit, Result
    from portfolio.audit.project import Project

FOLDER = Path(__file__).with_name("rubrics")
ROLES = Path(__file__).with_name("roles")  # what a role's portfolio shows, in the same form
MOST_FILES = 200  # that one condition reads
LARGEST = 200_000  # bytes of each
RULE = re.compile(r"[A-Z]{3}\d{3}")
FORM = re.compile(r"(rule) ([A-Z]{3}\d{3})|(file) (\S{1,300})|(text) (\S{1,300}) (.{1,300})")


@dataclass(frozen=True)
class Condition:
    """`rule CODE` passes, a `file PATTERN` is there, or a `text FILES PATTERN` stands in one."""

    written: str
    rule: str = ""
    files: re.Pattern[str] | None = None
    text: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Level:
    """What some points ask for: one of these conditions."""

    points: int
    asks: str
    conditions: tuple[Condition, ...]
    see: Condition | None = None  # where to look, if all that is known is that a rule passes


@dataclass(frozen=True)
class Criterion:
    """One line of a rubric: the best level that holds counts, or all that hold where they add up."""

    name: str
    adds_up: bool
    levels: tuple[Level, ...]
    template: str = ""  # of ours, that would add it

    @property
    def most(self) -> int:
        """The points that can be had."""
        return (sum if self.adds_up else max)(level.points for level in self.levels)


@dataclass(frozen=True)
class Rubric:
    """A course's rubric."""

    name: str
    source: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True)
class Points:
    """What a project gets for one criterion."""

    criterion: str
    points: int
    most: int
    evidence: tuple[str, ...]  # "file:line" or "rule CODE", of what counted
    next_point: str  # what the cheapest further point asks for; empty where all are given


@dataclass(frozen=True)
class Assessment:
    """What a project gets, criterion by criterion."""

    rubric: str
    criteria: tuple[Points, ...]

    @property
    def points(self) -> int:
        """All its points."""
        return sum(each.points for each in self.criteria)

    @property
    def most(self) -> int:
        """The points that can be had."""
        return sum(each.most for each in self.criteria)


def names() -> list[str]:
    """The rubrics that come along."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str) -> Rubric:
    """The rubric of that name, or of a file; WrongUse if there is none, or it cannot be understood."""
    path = FOLDER / f"{name}.toml" if name in names() else Path(name)
    if not path.is_file():
        raise WrongUse(f"there is no rubric {name!r}", did_you_mean(name, names(), f"there are: {', '.join(names())}"))
    try:
        return _read(path)
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        hint = "see one that works: portfolio/audit/rubrics/ml-zoomcamp.toml"
        raise WrongUse(f"{path} is no rubric: {type(error).__name__} {error}", hint) from None


def of_role(role: str) -> Rubric:
    """What a portfolio for that role shows."""
    return _read(ROLES / f"{role}.toml")


def _read(path: Path) -> Rubric:
    import tomllib

    document = tomllib.loads(path.read_text(encoding="utf-8"))
    criteria = tuple(_criterion(each) for each in document["criterion"])
    return Rubric(str(document["name"]), str(document["source"]), criteria)


def _criterion(given: dict[str, Any]) -> Criterion:
    levels = tuple(
        Level(
            int(each["points"]),
            str(each["asks"]),
            tuple(map(_condition, each["any"])),
            _condition(each["see"]) if "see" in each else None,
        )
        for each in given["level"]
    )
    return Criterion(str(given["name"]), bool(given.get("adds_up", False)), levels, str(given.get("template", "")))


def _condition(written: str) -> Condition:
    found = FORM.fullmatch(written)
    if found is None:
        raise ValueError(f"{written!r} is neither `rule CODE`, `file PATTERN` nor `text FILES PATTERN`")
    if found[1]:
        return Condition(written, rule=found[2])
    files = re.compile(found[4] or found[6], re.IGNORECASE)
    return Condition(written, files=files, text=re.compile(found[7], re.IGNORECASE) if found[7] else None)


def assess(project: Project, audit: Audit, rubric: Rubric) -> Assessment:
    """The points that its files show."""
    passed = {each.rule.code: _where(each) for each in audit.results if each.state is State.passed}
    return Assessment(rubric.name, tuple(_points(project, passed, each) for each in rubric.criteria))


def _points(project: Project, passed: Mapping[str, str], criterion: Criterion) -> Points:
    shown = {level: evidence for level in criterion.levels if (evidence := _evidence(project, passed, level))}
    counted = list(shown) if criterion.adds_up else sorted(shown, key=lambda level: level.points)[-1:]
    points = sum(level.points for level in counted)
    open_ = [level for level in criterion.levels if level not in shown and (criterion.adds_up or level.points > points)]
    cheapest = min(open_, key=lambda level: level.points, default=None)
    seen = tuple(dict.fromkeys(shown[level] for level in counted))
    return Points(criterion.name, points, criterion.most, seen, cheapest.asks if cheapest else "")


def _evidence(project: Project, passed: Mapping[str, str], level: Level) -> str:
    """Where the first of its conditions holds; empty if none does."""
    evidence = next((found for each in level.conditions if (found := _holds(project, passed, each))), "")
    is_only_a_rule = bool(RULE.fullmatch(evidence))
    return (level.see and is_only_a_rule and _holds(project, passed, level.see)) or evidence


def _holds(project: Project, passed: Mapping[str, str], condition: Condition) -> str:
    if condition.rule:
        return passed.get(condition.rule, "")
    paths = project.matching(condition.files) if condition.files else ()
    if condition.text is None:
        return paths[0] if paths else ""
    return next(_lines_with(project, paths, condition.text), "")


def _where(result: Result) -> str:
    return f"{result.path}:{result.line}" if result.path and result.line else result.rule.code


def _lines_with(project: Project, paths: tuple[str, ...], text: re.Pattern[str]) -> Iterator[str]:
    for path in itertools.islice(paths, MOST_FILES):
        content = project.content(path, LARGEST).decode("utf-8", "replace")
        if found := text.search(content):
            yield f"{path}:{content.count(chr(10), 0, found.start()) + 1}"
