"""audit(project) → Audit: every rule's result, the checklist, what to do first, the score."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from portfolio.audit import examples, next_fixes
from portfolio.audit.deadline import SECONDS, TooSlow
from portfolio.audit.folder import MOST_FILES
from portfolio.audit.kind import COLLECTION
from portfolio.audit.rules import RULES
from portfolio.audit.rules.rule import Rule
from portfolio.audit.topics import ENGLISH, UNKNOWN
from portfolio.audit.verdict import Severity, State, Verdict
from portfolio.errors import WrongUse, did_you_mean
from portfolio.terminal import visible

if TYPE_CHECKING:
    from portfolio.audit.examples import Subject
    from portfolio.audit.own_share import Ownership
    from portfolio.audit.project import Project
    from portfolio.audit.rubric import Assessment

SHORTEST_REASON = 10  # characters
CAP = 60
FEWEST_RULES = 6  # below which a score says nothing
IGNORE = re.compile(r"^portfolio:\s*ignore\s+(\S+)\s*(.*)$", re.DOTALL)
TOO_SLOW = f"it took longer than {SECONDS:.0f} seconds"
RULE_SET = "8"  # changes when a verdict may


@dataclass(frozen=True)
class Result:
    """What one rule says of one project."""

    rule: Rule
    state: State
    severity: Severity
    message: str
    path: str | None = None  # of the page of the README that it is about
    line: int | None = None
    is_only_heading: bool = False  # whether its section is there, and says nothing yet
    paste: str = ""  # lines that would mend it, of the author's own paths and numbers
    example: str = ""  # lines to begin with, where there is nothing to paste

    @property
    def is_finding(self) -> bool:
        """Whether it asks the author to change something."""
        return self.state is State.failed


@dataclass(frozen=True)
class Part:
    """One part of a portfolio README: present, missing, or impossible to decide."""

    name: str
    result: Result

    @property
    def is_there(self) -> bool:
        """Whether the part counts as present."""
        return self.result.state is State.passed


@dataclass(frozen=True)
class Audit:
    """Everything that was found out about one project."""

    path: str  # as the user named it
    readme: str | None
    language: str
    profile: str
    template: str | None  # of ours that it was made from: only there may a finding be an error
    results: tuple[Result, ...]
    notes: tuple[str, ...] = ()  # of suppressions that fit nothing
    members: tuple[Audit, ...] = ()  # of a collection: its own projects
    rubric: Assessment | None = None  # by a course's criteria, if that was asked for
    own: Ownership | None = None  # of a project of ours: how much is its author's; None where nobody knows
    days: int | None = None  # since its last change, if that was asked for and git knows it
    faults: tuple[str, ...] = ()  # of ours: what a rule that failed left, as Python writes it

    @property
    def is_ours(self) -> bool:
        """Whether `portfolio new` made it."""
        return self.template is not None

    @property
    def findings(self) -> tuple[Result, ...]:
        """The rules that fail, the most severe first."""
        order = list(Severity)
        found = (each for each in self.results if each.is_finding)
        return tuple(sorted(found, key=lambda each: (order.index(each.severity), -each.rule.weight)))

    @property
    def suppressed(self) -> tuple[Result, ...]:
        """The findings that the author set aside with a reason."""
        return tuple(each for each in self.results if each.state is State.suppressed)

    @property
    def next_fixes(self) -> tuple[Result, ...]:
        """The three findings that a reader misses most, and that can be mended now."""
        return next_fixes.first(self.results, self.findings)

    @cached_property
    def checklist(self) -> tuple[Part, ...]:
        """The parts of a README that apply."""
        return tuple(
            Part(each.rule.part, each)
            for each in self.results
            if each.rule.part and each.state is not State.not_applicable
        )

    @cached_property
    def _decided(self) -> tuple[Result, ...]:
        return tuple(each for each in self.results if each.state in (State.passed, State.failed, State.suppressed))

    @property
    def decided(self) -> int:
        """How many rules could be decided."""
        return len(self._decided)

    @property
    def score(self) -> int | None:
        """Weight of what passes among all that was decided, 0 to 100; at most 60 where something is untrue.

        None where too few rules could be decided to say anything.
        """
        decided = self._decided
        total = sum(each.rule.weight for each in decided)
        if self.decided < FEWEST_RULES:
            return None
        share = round(100 * sum(each.rule.weight for each in decided if each.state is State.passed) / total)
        return min(share, CAP) if any(each.is_finding and each.rule.caps_score for each in decided) else share

    @property
    def coverage(self) -> float:
        """The weight of what could be decided among all that applies, 0 to 1."""
        applies = [each for each in self.results if each.state is not State.not_applicable]
        total = sum(each.rule.weight for each in applies)
        decided = sum(each.rule.weight for each in applies if each.state is not State.unknown)
        return round(decided / total, 2) if total else 0.0

    def fails_at(self, level: Severity) -> bool:
        """Whether there is a finding at this level or a more severe one."""
        order = list(Severity)
        return any(order.index(each.severity) <= order.index(level) for each in self.findings)


@dataclass(frozen=True)
class Refused:
    """A project that could not be audited, and what to do about it."""

    path: str
    message: str
    hint: str
    exit_code: int


Outcome = Audit | Refused


def audit(project: Project, path: str, rules: tuple[Rule, ...] = RULES) -> Audit:
    """Ask every rule, of a collection also of each project in it."""
    found = _audit(project, path, rules)
    if project.profile != COLLECTION:
        return found
    members = (_audit(each, f"{path}/{name}", rules) for name, each in project.own_projects.items())
    return replace(found, members=tuple(members))


def _audit(project: Project, path: str, rules: tuple[Rule, ...]) -> Audit:
    """Ask every rule; what its author suppressed with a reason is set aside, and never counts as a pass."""
    reasons, notes = _suppressions(project, {rule.code for rule in rules})
    profile, language = project.profile, project.reading.language  # before the rules, which share what this takes
    results: list[Result] = []
    faults: list[str] = []
    has_time = True
    for rule in rules:
        try:
            result = _result(rule, project) if has_time else _undecided(rule, project, TOO_SLOW)
        except TooSlow:
            has_time, result = False, _undecided(rule, project, TOO_SLOW)
        except Exception as error:
            faults.append(traceback_of(error))
            result = _undecided(rule, project, f"the rule failed ({type(error).__name__}): a fault of portfolio's")
        if result.is_finding and rule.code in reasons:
            result = replace(result, state=State.suppressed, message=f"{reasons.pop(rule.code)} ({result.message})")
        results.append(result)
    if any(each.is_finding for each in results):
        about = examples.subject(project)
        results = [_with_example(each, about) for each in results]
    notes += [f"{code} is ignored, and would not be a finding: remove that" for code in reasons]
    return Audit(
        path=path,
        readme=project.readme_path,
        language=language,
        profile=profile,
        template=project.record.template if project.record else None,
        results=tuple(results),
        notes=tuple(notes),
        own=project.own if project.record and has_time and not faults else None,
        faults=tuple(faults),
    )


def _result(rule: Rule, project: Project) -> Result:
    verdict = _ask(rule, project)
    is_bare = verdict.state is State.failed and bool(rule.topics) and project.reading.about(*rule.topics).is_bare
    severity = rule.severity if project.record else as_a_warning(rule.severity)
    return Result(rule, verdict.state, severity, verdict.message, *project.place(verdict.line), is_bare, verdict.paste)


def _with_example(result: Result, about: Subject) -> Result:
    needs_one = result.is_finding and not result.paste
    return replace(result, example=examples.example(result.rule.code, about)) if needs_one else result


def _undecided(rule: Rule, project: Project, why: str) -> Result:
    return Result(rule, State.unknown, as_a_warning(rule.severity), why, project.readme_path)


def traceback_of(error: Exception) -> str:
    """What Python says of it, for a report to us."""
    import traceback

    lines = "".join(traceback.format_exception(error)).splitlines()
    return "\n".join(f"  | {visible(line)}" for line in lines)


def as_a_warning(severity: Severity) -> Severity:
    """The severity in a stranger's repository: at most a warning, as a false alarm costs more than a missed one."""
    return Severity.warn if severity is Severity.error else severity


def _ask(rule: Rule, project: Project) -> Verdict:
    if rule.only_ours and project.record is None:
        return Verdict(State.not_applicable, "it was not made by portfolio new")
    if project.profile not in rule.profiles:
        return Verdict(State.not_applicable, f"not asked of a project of the kind {project.profile}")
    if project.readme_path is None and not (rule.needs_files or rule.asked_without_readme):
        return Verdict(State.unknown, "there is no README")
    if rule.needs_files and project.is_alone:
        return Verdict(State.unknown, "only a README is here")
    verdict = rule.check(project)
    if verdict.state is State.failed and (why := _not_all_was_seen(rule, project)):
        return Verdict(State.unknown, why, verdict.line)
    return verdict


def _not_all_was_seen(rule: Rule, project: Project) -> str:
    """Why what is missing may be there nevertheless; empty if it cannot be."""
    if project.listing.is_cut and (rule.needs_files or project.readme_path is None):
        return f"there are more than {MOST_FILES:,} files, and only those were looked at"
    if rule.needs_words and project.readme_path and project.reading.language != ENGLISH:
        language = project.reading.language
        return f"the README is not in English ({language})" if language != UNKNOWN else "its language is not known"
    if project.readme.is_cut and not rule.needs_files:
        return "not all of the README could be read: it is too long, or nested too deeply"
    return ""


def _suppressions(project: Project, known: set[str]) -> tuple[dict[str, str], list[str]]:
    """The reasons by rule code, from pyproject.toml and from comments; and notes on those that are none."""
    given: dict[str, str] = {**project.settings.ignore}
    for comment in project.readme.comments:
        if found := IGNORE.match(comment.text):
            given[found[1]] = " ".join(found[2].split())
    notes = []
    for code in [each for each in given if each not in known]:
        hint = did_you_mean(code, sorted(known), "see: portfolio rules")
        notes.append(f"{code} is ignored, and there is no such rule: {hint}")
        del given[code]
    for code, reason in list(given.items()):
        if len(reason.strip()) < SHORTEST_REASON:
            notes.append(f"{code} is ignored without a reason of {SHORTEST_REASON} characters, so it still counts")
            del given[code]
    return given, notes


def rule_of(code: str) -> Rule:
    """The rule of that code; WrongUse for another word."""
    found = {rule.code: rule for rule in RULES}
    if code.upper() not in found:
        raise WrongUse(
            f"there is no rule {code!r}",
            did_you_mean(code.upper(), list(found), "see which there are: portfolio rules"),
        )
    return found[code.upper()]
