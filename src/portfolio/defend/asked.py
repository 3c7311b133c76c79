"""Which questions are asked of a project: about what its author changed, of its template, and of any such project."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from portfolio.audit import deadline, results_file
from portfolio.create import templates
from portfolio.defend import changes, programs, question, recorded
from portfolio.defend.question import GENERAL, Question
from portfolio.errors import PortfolioError
from portfolio.git import history
from portfolio.jinja import Language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit.project import Project
    from portfolio.defend.changes import Change
    from portfolio.defend.question import Draft

MOST, FEWEST = 20, 12
MEASURED = "{% set model = row(role='model') %}{{ model.label }} is {{ model | shown }}"


class NothingToAsk(PortfolioError):
    """Nothing is recorded, and nothing is said, that a question could rest on."""


@dataclass(frozen=True)
class Asked:
    """The questions about one project's newest run."""

    title: str
    created: str  # the day on which its results were recorded; empty where that is not known
    questions: tuple[Question, ...]


def of(project: Project) -> Asked:
    """The questions, those about the author's own changes first; NothingToAsk where there is nothing to ask about."""
    try:
        with deadline.of():
            return _asked(project)
    except deadline.TooSlow:
        said = f"{project.folder.name} could not be read within {deadline.SECONDS:.0f} seconds"
        raise NothingToAsk(said, "keep large files out of the repository") from None


def _asked(project: Project) -> Asked:
    if project.record and not project.has_run:
        raise NothingToAsk("nothing has been measured here yet, so there is nothing to defend", project.command)
    asker = _Asker(project)
    found = list(asker.about_changes())
    if manifest := asker.template:
        found += asker.asked(question.drafts(manifest))
    if len(found) < FEWEST:
        found += asker.asked(question.drafts(GENERAL))
    if not found:
        raise NothingToAsk(
            f"{project.folder.name} has no results, and its README and code state none",
            "record them in a file that [tool.portfolio.audit] results names, or show them in a table of the README",
        )
    unique = {each.name: each for each in reversed(found[:MOST])}
    title = project.reading.title.title if project.reading.title else project.folder.name
    created = asker.values.get("created")
    day = created[:10] if isinstance(created, str) else ""
    return Asked(title, day, tuple(reversed(unique.values())))


@dataclass(frozen=True)
class _Asker:
    """Fills the blanks of questions with what one project recorded, and finds the lines that answer them."""

    project: Project

    @cached_property
    def values(self) -> dict[str, Any]:
        return recorded.values(self.project)

    @cached_property
    def language(self) -> Language:
        return Language(recorded.FILTERS, recorded.plain)

    @property
    def template(self) -> Any:
        """The questions of the template that it was made from, if that is one of ours."""
        name = self.project.record.template if self.project.record else None
        files = (each.folder / question.NAME for each in templates.all() if each.name == name)
        return next((file for file in files if file.is_file()), None)

    def asked(self, drafts: tuple[Draft, ...]) -> Iterator[Question]:
        """Those that can be asked of this project."""
        return (asked for draft in drafts if (asked := self._filled(draft)))

    def _filled(self, draft: Draft) -> Question | None:
        found = self._found(draft.pattern) if draft.pattern else {}
        if found is None:
            return None
        values = {**self.values, "found": found}
        for name, expression in draft.let.items():
            values[name] = self.language.value(expression, values)
            if values[name] is None:
                return None
        if not self.language.value(draft.when, values):
            return None
        sentences = (draft.asks, draft.rests_on, draft.at, draft.line)
        asks, rests_on, at, line = (self.language.sentence(each, values) for each in sentences)
        if asks is None or rests_on is None or at is None or line is None:
            return None
        place = self._place(at, line)
        return Question(draft.name, asks, rests_on, *place) if place else None

    def _place(self, path: str, text: str) -> tuple[str, int] | None:
        """The line of that number, or the first that holds that text; where the file moved, wherever it stands now."""
        if text.isdigit():
            return (path, int(text)) if self.project.file(path) else None
        name = path.rpartition("/")[2]
        elsewhere = self.project.matching(r"^src/.*\.py$") if path.endswith(".py") else ()
        nearest = sorted(elsewhere, key=lambda each: each.rpartition("/")[2] != name)
        for each in (path, *nearest):
            for number, line in enumerate(self.project.read(each).splitlines(), start=1):
                if text in line:
                    return each, number
        return None

    def _found(self, pattern: str) -> dict[str, Any] | None:
        """The groups of the first line of code in which a pattern is found, with `path` and `line`."""
        compiled = re.compile(pattern)
        for path, lines in self._programs.items():
            for number, line in enumerate(lines, start=1):
                if not line.lstrip().startswith("#") and (found := compiled.search(line)):
                    return {**found.groupdict(), "said": found[0].strip(), "path": path, "line": number}
        return None

    @cached_property
    def _programs(self) -> dict[str, list[str]]:
        return programs.lines(self.project)

    def about_changes(self) -> Iterator[Question]:
        """One about each of the first of the author's own changes."""
        measured = self.language.sentence(MEASURED, self.values) or "nothing measured"
        for change in changes.since_the_render(self.project):
            yield _about(change, measured + self._before if change.was else measured)

    @cached_property
    def _before(self) -> str:
        """What the newest committed results with another score say, as the end of a sentence."""
        now = self.values["row"](role="model")
        for text in history.versions(self.project.folder, self.project.results_path or ""):
            try:
                earlier = recorded.of_results(results_file.read(text.decode("utf-8", "replace")))
                row = now and earlier["row"](role="model", label=now.get("label"), split=now.get("split"))
                if row and row.get("value") != now.get("value"):
                    return f", {recorded.shown(row.get('value'))} in an earlier commit"
            except ValueError:
                continue
        return ""


def _about(change: Change, measured: str) -> Question:
    name = f"your-{re.sub(r'[^a-z0-9]+', '-', change.name.lower()).strip('-')}"
    if change.was:
        asks = (
            f"You changed `{change.name}` from {change.was} to {change.now}. What did you expect, and what did it do?"
        )
        return Question(name, asks, f"{change.was} → {change.now}; {measured}", change.path, change.line)
    if not change.uses:
        asks = (
            f"`{change.name}` is yours, and nothing else in `src` uses it. How does it come into a run, and what then?"
        )
        return Question(
            name, asks, f"{_number(change.statements, 'statement')}, 0 uses elsewhere", change.path, change.line
        )
    asks = f"`{change.name}` is yours. What does it do, and how do you know that it works?"
    rests_on = f"{_number(change.statements, 'statement')}, {_number(change.uses, 'use')}; {measured}"
    return Question(name, asks, rests_on, change.path, change.line)


def _number(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
