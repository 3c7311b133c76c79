"""Draws users of the feature, so that measures and dashboard can be tried before there are any. They are no evidence.

A simulated user asks cases of the evaluation set, and gets what the assistant or the list would show; so what they do
follows from what was measured, and from the guesses below. Programs, the team's own visits, events that come twice and
a line that was cut short are among them, as in every real log.

Every event says `simulated`, and so does every table made of them.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from product_brief.config import PROJECT, Config
from product_brief.data.articles import Case
from product_brief.kit.intervals import stream
from product_brief.models.assistant import LISTED, REFUSE, SUGGEST, Assistant
from product_brief.usage.events import ASSISTANT, BOT, FILE, LIST, OWN, PERSON, Event

FOLDER = PROJECT.data / "simulated"
FIRST = datetime(2026, 6, 1, tzinfo=UTC)
ASKS = 0.8  # share of those who agree to be counted, who then ask
OPENS = {True: 0.9, False: 0.35}  # whether an article is opened, by whether it is the right one
SAYS_SOLVED, SAYS_WRONG = 0.8, 0.5  # whether somebody says so, who found it, or saw that it is wrong
READS_LIST = 0.55  # whether somebody finds the right article in a list
ASKS_PERSON = 0.3  # whether somebody without an answer hands the question over
COMES_BACK = {True: 0.09, False: 0.04}  # on any later day, by whether the first question was solved
PROGRAMS, TEAM = 8, 5  # users that are none


def draw(assistant: Assistant, cases: Sequence[Case], share: float, config: Config, folder: Path) -> None:
    """Replace the files of simulated events; that share of the users gets the assistant."""
    rng = stream(config.seed, "simulated users")
    shown = {case.question: Shown.of(assistant, case, config.listed) for case in cases}
    events = [event for _ in range(config.simulated_users) for event in _user(cases, shown, share, config, rng)]
    events += [event for number in range(PROGRAMS) for event in _program(number, rng)]
    events += [event for _ in range(TEAM) for event in _visit(_name(rng), ASSISTANT, FIRST, cases, shown, rng, OWN)[0]]
    twice = [events[each] for each in rng.integers(len(events), size=len(events) // 100)]
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(FILE.format(day="*")):
        old.unlink()
    days: dict[str, list[str]] = {}
    for event in sorted([*events, *twice], key=lambda each: each.at):
        days.setdefault(event.at[:10], []).append(json.dumps(asdict(event)))
    for day, lines in days.items():
        (folder / FILE.format(day=day)).write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (folder / FILE.format(day=max(days))).open("a", encoding="utf-8") as file:
        file.write('{"version": 1, "event": "asked", "us\n')  # what a crash leaves


def _user(
    cases: Sequence[Case], shown: dict[str, "Shown"], share: float, config: Config, rng: np.random.Generator
) -> Iterator[Event]:
    user, arm = _name(rng), ASSISTANT if rng.random() < share else LIST
    day = int(rng.integers(config.days - 7))
    start = FIRST + timedelta(days=day, seconds=int(rng.integers(28_800, 72_000)))
    yield _event("consented", user, start, rng, arm=arm)
    if rng.random() >= ASKS:
        return
    events, is_solved = _visit(user, arm, start, cases, shown, rng)
    yield from events
    for later in range(day + 1, config.days):
        if rng.random() < COMES_BACK[is_solved]:
            yield from _visit(user, arm, start + timedelta(days=later - day), cases, shown, rng)[0]


def _visit(
    user: str, arm: str, start: datetime, cases: Sequence[Case], shown: dict[str, "Shown"], rng: np.random.Generator,
    traffic: str = PERSON,
) -> tuple[list[Event], bool]:  # fmt: skip
    """(the events of one or two questions, whether the first one was solved)."""
    events, solved = list[Event](), list[bool]()
    for _ in range(1 + int(rng.random() < 0.3)):
        case, question = cases[int(rng.integers(len(cases)))], _name(rng)
        start += timedelta(seconds=int(rng.integers(20, 200)))
        told = _one(case, shown[case.question], arm, rng)
        for seconds, (name, article) in enumerate(told):
            at = start + timedelta(seconds=7 * seconds)
            events.append(_event(name, user, at, rng, question, article, arm, traffic))
        solved.append(any(name == "solved" for name, _ in told))
    return events, solved[0]


@dataclass(frozen=True)
class Shown:
    """What a question gets in each arm, as the service does it: (action, article to suggest), and the list."""

    by_arm: dict[str, tuple[str, str]]
    listed: tuple[str, ...]

    @classmethod
    def of(cls, assistant: Assistant, case: Case, length: int) -> "Shown":
        """For a case of the evaluation set."""
        answer = assistant.answer(case, length)
        article = answer.article.id if answer.article else ""
        by_arm = {arm: assistant.done(answer, gets_list=arm == LIST) for arm in (ASSISTANT, LIST)}
        return cls(
            {arm: (action, article if action == SUGGEST else "") for arm, action in by_arm.items()},
            tuple(each.id for each in answer.listed),
        )


def _one(case: Case, shown: Shown, arm: str, rng: np.random.Generator) -> list[tuple[str, str]]:
    """What happens to one question: events with the article that they are about."""
    action, article = shown.by_arm[arm]
    is_right = bool(article) and article == case.article
    if action == LISTED:
        is_right = case.article in shown.listed and rng.random() < READS_LIST
        article = case.article if is_right else shown.listed[0]
    event = {SUGGEST: "suggested", REFUSE: "refused", LISTED: "listed"}.get(action, "abstained")
    told = [("asked", ""), (event, article if action == SUGGEST else "")]
    if article and rng.random() < OPENS[is_right]:
        told.append(("opened", article))
        if is_right and rng.random() < SAYS_SOLVED:
            return [*told, ("solved", article)]
        if not is_right and action == SUGGEST and rng.random() < SAYS_WRONG:
            told.append(("not_solved", article))
    if not is_right and rng.random() < ASKS_PERSON:
        told.append(("handed_over", ""))
    return told


def _program(number: int, rng: np.random.Generator) -> Iterator[Event]:
    """Half of them say what they are; the others are only too fast."""
    user, at = _name(rng), FIRST + timedelta(days=int(rng.integers(20)), hours=3)
    yield _event("consented", user, at, rng, traffic=BOT if number % 2 else PERSON)
    for each in range(150):
        when = at + timedelta(seconds=each / 3)
        yield _event("asked", user, when, rng, _name(rng), traffic=BOT if number % 2 else PERSON)


def _event(
    name: str, user: str, at: datetime, rng: np.random.Generator, question: str = "", article: str = "",
    arm: str = ASSISTANT, traffic: str = PERSON,
) -> Event:  # fmt: skip
    when = at.isoformat(timespec="milliseconds")
    return Event(name, user, question, article, arm, traffic, simulated=True, at=when, id=_name(rng))


def _name(rng: np.random.Generator) -> str:
    return rng.bytes(16).hex()
