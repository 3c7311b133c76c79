"""Many projects as one portfolio for a role: what is shown and where, what is missing, and which two to lead with."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portfolio.audit.rubric import RULE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portfolio.audit.rubric import Rubric

# What readers of portfolios look for in every project, by the rules that say so.
PATTERNS = {
    "problem": ("PRB101",),
    "data": ("DAT201", "DAT203"),
    "baseline": ("MOD301",),
    "experiments": ("MOD303",),
    "deployment": ("RUN506", "RUN509"),
    "reflection": ("RFL701", "RFL702"),
}


@dataclass(frozen=True)
class Entry:
    """One project of the portfolio."""

    path: str
    patterns: Mapping[str, float]  # of each, the share of its rules that pass
    shows: Mapping[str, str]  # criterion → "file:line" or a rule's code
    score: int
    template: str | None  # of ours that it was made from

    @property
    def complete(self) -> int:
        """How many patterns are there as a whole."""
        return sum(share == 1 for share in self.patterns.values())


@dataclass(frozen=True)
class Gap:
    """A criterion that no project shows."""

    criterion: str
    asks: str
    template: str  # of ours, that would add it; may be empty


@dataclass(frozen=True)
class Portfolio:
    """All projects, by a role's criteria."""

    role: str
    entries: tuple[Entry, ...]
    criteria: tuple[str, ...]
    gaps: tuple[Gap, ...]
    lead: tuple[Entry, ...]  # the two, or the one, to show first
    refused: tuple[tuple[str, str], ...]  # (path, why) of what could not be audited

    def shown_by(self, criterion: str) -> Entry | None:
        """The project that shows it, the leading ones first."""
        ordered = [*self.lead, *(each for each in self.entries if each not in self.lead)]
        return next((each for each in ordered if criterion in each.shows), None)


def of(documents: Iterable[str], role: Rubric) -> Portfolio:
    """From what the audit says of each project, as JSON, with the role's criteria as its rubric."""
    audited: list[Entry] = []
    refused: list[tuple[str, str]] = []
    for document in documents:
        project: dict[str, Any] = json.loads(document)
        if project["error"]:
            refused.append((project["path"], project["error"]))
        else:
            audited.append(_entry(project))
    names = tuple(criterion.name for criterion in role.criteria)
    shown = {name for entry in audited for name in entry.shows}
    used = {entry.template for entry in audited}  # what such a project does not show is for its author to add
    gaps = tuple(
        Gap(each.name, each.levels[0].asks, "" if each.template in used else each.template)
        for each in role.criteria
        if each.name not in shown
    )
    return Portfolio(role.name, tuple(audited), names, gaps, _lead(audited), tuple(refused))


def _entry(project: dict[str, Any]) -> Entry:
    states = {result["code"]: result["state"] for result in project["results"]}
    criteria = project["rubric"]["criteria"]
    return Entry(
        path=project["path"],
        patterns={
            name: sum(states.get(code) == "pass" for code in codes) / len(codes) for name, codes in PATTERNS.items()
        },
        shows={each["criterion"]: _place(each["evidence"][0], project) for each in criteria if each["points"]},
        score=project["score"] or 0,
        template=project["template"],
    )


def _place(evidence: str, project: dict[str, Any]) -> str:
    """A file, where a rule passes without a line of its own."""
    return f"{project['readme']} ({evidence})" if RULE.fullmatch(evidence) else evidence


def _lead(entries: list[Entry]) -> tuple[Entry, ...]:
    """The two that together show the most of the role; among equals those that are the most complete."""
    if len(entries) < 2:
        return tuple(entries)
    pairs = itertools.combinations(entries, 2)
    first, second = max(
        pairs,
        key=lambda pair: (
            len(pair[0].shows.keys() | pair[1].shows.keys()),
            pair[0].complete + pair[1].complete,
            pair[0].score + pair[1].score,
        ),
    )
    return (
        (first, second)
        if (len(first.shows), first.complete) >= (len(second.shows), second.complete)
        else (second, first)
    )
