"""brief.yaml as the rest of the project knows it: read, complete, and without contradictions."""

import ast
import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from product_brief.brief.node import Node, read
from product_brief.config import BRIEF, PROJECT
from product_brief.models.text import every_word
from product_brief.usage.events import EVENTS

NUMBER = re.compile(r"\d+")
LEVELS = ("low", "medium", "high")
KINDS = (
    "privacy",
    "bias",
    "misuse",
    "quality",
    "accessibility",
    "operations",
)  # of risks; the first three are always asked for
# Of users, and whether more of it is better: usage/measures.py says how each is counted.
OF_USERS = {
    "task_success": True,
    "activation": True,
    "return_within_7_days": True,
    "wrong_suggestions": False,
    "handed_over": False,
}
# Of the evaluation set, and whether more of it is better: evaluation/outcomes.py says how each is counted.
OF_CASES = {
    "correct": True,
    "answered_right": True,
    "wrong_suggestions": False,
    "outdated_suggestions": False,
    "unsafe_suggestions": False,
    "milliseconds_p95": False,
    "cost_per_question": False,
}
# Regulation (EU) 2024/1689 as amended by 2026/1744: class → rule, and since when or from when on it applies.
AI_ACT = {
    "prohibited": ("Article 5", "2025-02-02"),
    "high-risk": ("Article 6: Annex III; for products of Annex I from 2028-08-02", "2027-12-02"),
    "transparency": ("Article 50(1): people are told that a machine answers", "2026-08-02"),
    "minimal": ("no duty of its own; Article 4, AI literacy, holds for every class", "2025-02-02"),
}


@dataclass(frozen=True)
class Claim:
    """Something that is said to be so; without a source it is an assumption."""

    claim: str
    source: str


@dataclass(frozen=True)
class Goal:
    """The measure of users that decides whether it works, and how high it has to be."""

    measure: str
    at_least: float
    why: str


@dataclass(frozen=True)
class Guardrail:
    """A measure of users that must not get worse than this."""

    measure: str
    at_most: float
    why: str


@dataclass(frozen=True)
class Kill:
    """When it is stopped."""

    measure: str
    below: float
    after_users: int
    then: str
    owner: str  # who decides it


@dataclass(frozen=True)
class Limits:
    """What a measure of the cases has to reach for a launch, and for a pilot."""

    launch: float
    pilot: float


@dataclass(frozen=True)
class Story:
    """What somebody can do with it, the event that shows it, and the test that holds it."""

    role: str
    want: str
    so_that: str
    given: str
    when: str
    then: str
    event: str
    test: str


@dataclass(frozen=True)
class Risk:
    """What may go wrong, and what is done about it."""

    kind: str
    risk: str
    likelihood: str
    impact: str
    answer: str
    residual: str  # how much is left after that
    owner: str


@dataclass(frozen=True)
class Milestone:
    """A step of the roadmap."""

    by: str
    what: str


@dataclass(frozen=True)
class Input:
    """A number of the business case: its range, the likeliest value, and who says so."""

    low: float
    likely: float
    high: float
    unit: str
    source: str


@dataclass(frozen=True)
class Trial:
    """The experiment with users: which measure, what it is today, and the smallest change that matters."""

    measure: str
    baseline: float
    smallest_effect: float
    power: float
    share: float  # of the users, who get the assistant; the others get a list of articles
    users_per_week: float


@dataclass(frozen=True)
class Brief:
    """All of it."""

    feature: str
    users: tuple[str, ...]
    problem: str
    evidence: tuple[Claim, ...]
    solution: str
    if_wrong: str  # what a wrong answer does to whoever gets it
    non_goals: tuple[str, ...]
    goal: Goal
    guardrails: tuple[Guardrail, ...]
    kill: Kill
    launch: dict[str, Limits]
    data_needed: tuple[str, ...]
    refuses: tuple[str, ...]  # what is never answered: each a few words, all of which a question has
    stories: tuple[Story, ...]
    risks: tuple[Risk, ...]
    ai_act: Claim  # its class, and why
    roadmap: tuple[Milestone, ...]
    currency: str
    months: int  # of the business case
    discount_rate: float  # a year
    inputs: dict[str, Input]
    trial: Trial

    @property
    def sha256(self) -> str:
        """Of what it says, so that a comment may be added."""
        return _hash(asdict(self))

    @property
    def agreed_sha256(self) -> str:
        """Of the limits by which a launch is decided, and of what stops it."""
        said = asdict(self)
        return _hash({name: said[name] for name in ("launch", "goal", "guardrails", "kill", "refuses", "trial")})

    @property
    def values_sha256(self) -> str:
        """Of the numbers of the business case; a source may be found later."""
        inputs = {name: (each.low, each.likely, each.high) for name, each in self.inputs.items()}
        return _hash({"inputs": inputs, "months": self.months, "discount_rate": self.discount_rate})


FIELDS = (
    "feature", "users", "problem", "evidence", "solution", "if_wrong", "non_goals", "goal", "guardrails", "kill",
    "launch", "data_needed", "refuses", "stories", "risks", "ai_act", "roadmap", "value", "trial",
)  # fmt: skip


def load(path: Path = BRIEF, root: Path = PROJECT.root) -> Brief:
    """The brief; BadBriefError naming the field that is missing, empty or in contradiction to another."""
    # Imported here: the business case needs the brief's nouns.
    from product_brief.brief.value import INPUTS

    top = read(path).fields(*FIELDS)
    value = top["value"].fields("currency", "months", "discount_rate", "inputs")
    brief = Brief(
        feature=top["feature"].text(),
        users=top["users"].texts(at_most=6),
        problem=top["problem"].text(),
        evidence=tuple(_claim(each) for each in top["evidence"].items(at_most=6)),
        solution=top["solution"].text(),
        if_wrong=top["if_wrong"].text(),
        non_goals=top["non_goals"].texts(at_most=8),
        goal=_goal(top["goal"]),
        guardrails=tuple(_guardrail(each) for each in top["guardrails"].items(at_most=6)),
        kill=_kill(top["kill"]),
        launch=_limits(top["launch"]),
        data_needed=top["data_needed"].texts(at_most=8),
        refuses=tuple(_refused(each) for each in top["refuses"].items(at_least=0)),
        stories=tuple(_story(each, root) for each in top["stories"].items(at_most=40)),
        risks=_risks(top["risks"]),
        ai_act=_ai_act(top["ai_act"]),
        roadmap=_roadmap(top["roadmap"]),
        currency=value["currency"].text(),
        months=value["months"].whole(1, 120),
        discount_rate=value["discount_rate"].number(0, 1),
        inputs={name: _input(each) for name, each in value["inputs"].fields(*INPUTS).items()},
        trial=_trial(top["trial"]),
    )
    _check(brief, top)
    return brief


def _claim(node: Node) -> Claim:
    given = node.fields("claim", "source")
    return Claim(given["claim"].text(), given["source"].text(optional=True))


def _refused(node: Node) -> str:
    said = node.text()
    if not every_word(said):
        raise node.refuse(f"is {said!r}, and has no word of two letters or more")
    return said


def _goal(node: Node) -> Goal:
    given = node.fields("measure", "at_least", "why")
    better = tuple(name for name, is_more_better in OF_USERS.items() if is_more_better)
    return Goal(given["measure"].text(choices=better), given["at_least"].number(0, 1), given["why"].text())


def _guardrail(node: Node) -> Guardrail:
    given = node.fields("measure", "at_most", "why")
    worse = tuple(name for name, is_more_better in OF_USERS.items() if not is_more_better)
    return Guardrail(given["measure"].text(choices=worse), given["at_most"].number(0, 1), given["why"].text())


def _kill(node: Node) -> Kill:
    given = node.fields("measure", "below", "after_users", "then", "owner")
    better = tuple(name for name, is_more_better in OF_USERS.items() if is_more_better)
    users = given["after_users"].whole(10, 1_000_000)
    measure, below = given["measure"].text(choices=better), given["below"].number(0, 1)
    return Kill(measure, below, users, given["then"].text(), given["owner"].text())


def _limits(node: Node) -> dict[str, Limits]:
    found = {}
    for name, each in node.fields(*OF_CASES).items():
        given, most = (
            each.fields("launch", "pilot"),
            1.0 if name not in ("milliseconds_p95", "cost_per_question") else 1e6,
        )
        found[name] = Limits(given["launch"].number(0, most), given["pilot"].number(0, most))
        launch, pilot = found[name].launch, found[name].pilot
        if (launch < pilot) if OF_CASES[name] else (launch > pilot):
            raise each.refuse(f"asks less for a launch ({launch:g}) than for a pilot ({pilot:g})")
    return found


def _story(node: Node, root: Path) -> Story:
    given = node.fields("role", "want", "so_that", "given", "when", "then", "event", "test")
    said = {name: each.text() for name, each in given.items()}
    given["event"].text(choices=tuple(EVENTS))
    file, _, name = said["test"].partition("::")
    path = root / file
    if not (path.is_file() and path.resolve().is_relative_to(root.resolve()) and name in _tests(path)):
        raise given["test"].refuse(f"names {said['test'][:80]!r}, and there is no such test")
    return Story(**said)


def _tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")}


def _risks(node: Node) -> tuple[Risk, ...]:
    found = []
    for each in node.items(at_most=30):
        given = each.fields("kind", "risk", "likelihood", "impact", "answer", "residual", "owner")
        choices = {"kind": KINDS, "likelihood": LEVELS, "impact": LEVELS, "residual": LEVELS}
        found.append(Risk(**{name: said.text(choices=choices.get(name, ())) for name, said in given.items()}))
    if lacking := [kind for kind in KINDS[:3] if kind not in {each.kind for each in found}]:
        raise node.refuse(f"names no risk of the kind {lacking[0]!r}")
    return tuple(found)


def _ai_act(node: Node) -> Claim:
    given = node.fields("class", "reason")
    return Claim(given["class"].text(choices=tuple(AI_ACT)), given["reason"].text())


def _roadmap(node: Node) -> tuple[Milestone, ...]:
    given = [each.fields("by", "what") for each in node.items(at_most=10)]
    return tuple(Milestone(each["by"].text(), each["what"].text()) for each in given)


def _input(node: Node) -> Input:
    given = node.fields("low", "likely", "high", "unit", "source")
    low, likely, high = (given[name].number(0, 1e12) for name in ("low", "likely", "high"))
    if not low <= likely <= high:
        raise node.refuse(f"is not in order: low {low:g}, likely {likely:g}, high {high:g}")
    return Input(low, likely, high, given["unit"].text(), given["source"].text(optional=True))


def _trial(node: Node) -> Trial:
    given = node.fields("measure", "baseline", "smallest_effect", "power", "share", "users_per_week")
    return Trial(
        given["measure"].text(choices=tuple(OF_USERS)),
        given["baseline"].number(0.001, 0.999),
        given["smallest_effect"].number(0.001, 0.5),
        given["power"].number(0.5, 0.99),
        given["share"].number(0.05, 0.95),
        given["users_per_week"].number(1, 1e9),
    )


def _check(brief: Brief, top: dict[str, Node]) -> None:
    """What contradicts something else."""
    goal, kill = brief.goal, brief.kill
    if kill.measure == goal.measure and kill.below >= goal.at_least:
        raise top["kill"].refuse(
            f"would stop it below {kill.below:g} of {kill.measure}, and the goal is {goal.at_least:g}: what reaches "
            "the goal would be stopped"
        )
    if brief.ai_act.claim == "prohibited":
        raise top["ai_act"].refuse("says that the feature is prohibited: there is nothing to launch")
    rivals = {each.casefold() for each in brief.non_goals} & {brief.solution.casefold(), brief.problem.casefold()}
    if rivals:
        raise top["non_goals"].refuse(f"holds what is also promised: {next(iter(rivals))[:60]!r}")
    names = [each.measure for each in brief.guardrails]
    if len(set(names)) < len(names):
        raise top["guardrails"].refuse("names a measure twice")
    if brief.trial.baseline + brief.trial.smallest_effect > 1:
        raise top["trial"].refuse("asks for an effect that would lift the measure above 1")
    order = [[int(number) for number in NUMBER.findall(each.by)] for each in brief.roadmap]
    if order != sorted(order):
        raise top["roadmap"].refuse(f"is not in order: {', '.join(each.by for each in brief.roadmap)[:80]}")


def _hash(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
