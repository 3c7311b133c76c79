"""Draws a help center and what people ask it. Whoever draws it knows which passage answers, so every judgement is true.

The flaws of real ones are in it on purpose: people use other words than the authors and mistype them, the same passage
is there for every plan or device with another value, old versions were never taken down, and much is not there at all.

Run as: python -m search_ranker data
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import numpy as np

from search_ranker.data.passages import Collection, Passage, Question, collect
from search_ranker.data.sample_words import ASPECTS, DEVICES, LORE, PLANS, THINGS, Aspect, Thing
from search_ranker.kit.intervals import stream

WRITTEN = 46  # things that the help center writes about; the others are only asked for
MISSING = 0.07  # share of subjects of those things that nobody wrote down
RENAMED = 0.3  # share of passages that mention another name of their thing
OUTDATED = 0.5  # share of subjects with an old version of one of their passages
QUESTIONS, UNANSWERED = 960, 240
TODAY = date(2026, 6, 30)
OTHERWISE = ((True, False), (False, True), (True, True))  # another name, another way to ask, or both
KINDS = ("the text's own words", "other words", "typing mistakes")


@dataclass(frozen=True)
class _Fact:
    """One passage's worth: what is said of a thing, for one plan or device."""

    thing: Thing
    aspect: Aspect
    place: str  # the plan or the device

    @property
    def id(self) -> str:
        return "-".join((*self.thing.name.split(), self.aspect.name, *self.place.split()[1:-1]))


def draw(seed: int) -> Collection:
    """Passages with their dates, and questions with grades: 2 answers, 1 answers for another plan or device."""
    rng = stream(seed, "help center")
    things = [THINGS[each] for each in rng.permutation(len(THINGS))]
    written, unwritten = things[:WRITTEN], things[WRITTEN:]
    facts: dict[str, list[_Fact]] = {}
    for thing, aspect in product(written, ASPECTS):
        if rng.random() >= MISSING:
            facts[f"{thing.name}, {aspect.name}"] = [_Fact(thing, aspect, place) for place in _places(aspect)]
    missing = [
        _Fact(thing, aspect, place)
        for thing, aspect in product(things, ASPECTS)
        if thing in unwritten or f"{thing.name}, {aspect.name}" not in facts
        for place in _places(aspect)
    ]
    values, passages, changed = {}, [_overview(thing, rng) for thing in written], set()
    for siblings in facts.values():
        old = siblings[rng.integers(len(siblings))] if rng.random() < OUTDATED else None
        for fact in siblings:
            values[fact.id] = fact.aspect.draw(rng)
            passages.append(_passage(fact, values[fact.id], TODAY - timedelta(int(rng.integers(5, 400))), rng))
            if fact is old:
                changed.add(fact.id)
                former = TODAY - timedelta(int(rng.integers(700, 1500)))
                passages.append(_passage(fact, fact.aspect.draw(rng, values[fact.id]), former, rng, "-old"))
    questions = [*_answered(facts, values, changed, rng), *_unanswered(missing, rng)]
    order = rng.permutation(len(passages))
    return collect([passages[each] for each in order], questions)


def _places(aspect: Aspect) -> tuple[str, ...]:
    return PLANS if aspect.by_plan else DEVICES


def _overview(thing: Thing, rng: np.random.Generator) -> Passage:
    """What the thing is, with the other names that people have for it."""
    names = f"{thing.others[0]} or {thing.others[1]}"
    text = (
        f"The {thing.name} is where {thing.purpose}. Some people know it as the {names}. "
        f"{_pick(LORE, rng)} Every member of a workspace can open it, whatever the plan."
    )
    written = TODAY - timedelta(int(rng.integers(30, 900)))
    return Passage(f"{'-'.join(thing.name.split())}-overview", f"About the {thing.name}", text, written.isoformat())


def _passage(fact: _Fact, value: str, written: date, rng: np.random.Generator, suffix: str = "") -> Passage:
    """The sentence that answers, among others that do not."""
    says = _pick(fact.aspect.says, rng).format(thing=fact.thing.name, place=fact.place, value=value)
    first, last = (LORE[each] for each in rng.permutation(len(LORE))[:2])
    around = [first, _pick(fact.aspect.around, rng).format(thing=fact.thing.name)]
    sentences = [f"{each[:1].upper()}{each[1:]}" for each in (*around[: rng.integers(1, 3)], says)]
    title = fact.aspect.title.format(thing=fact.thing.name, place=fact.place)
    if rng.random() < RENAMED:
        last = f"If you were looking for the {_pick(fact.thing.others, rng)}, this is the place."
    text = " ".join([*sentences[rng.integers(2) :], last])
    return Passage(fact.id + suffix, f"{title[:1].upper()}{title[1:]}", text, written.isoformat())


def _answered(
    facts: dict[str, list[_Fact]], values: dict[str, str], changed: set[str], rng: np.random.Generator
) -> list[Question]:
    everything = [(fact, siblings) for siblings in facts.values() for fact in siblings]
    likely = np.array([3.0 if fact.id in changed else 1.0 for fact, _ in everything])
    drawn = rng.choice(len(everything), size=QUESTIONS, p=likely / likely.sum())
    questions = []
    for number, each in enumerate(drawn, start=1):
        fact, siblings = everything[each]
        kind = KINDS[rng.choice(3, p=(0.4, 0.35, 0.25))]
        grades = {other.id: 1 for other in siblings} | {fact.id: 2}
        if fact.id in changed:
            grades[f"{fact.id}-old"] = 0
        told = f"{kind}, changed since" if fact.id in changed else kind
        questions.append(Question(f"q{number:04}", _asked(fact, kind, rng), grades, (values[fact.id],), told, fact.id))
    return questions


def _unanswered(missing: list[_Fact], rng: np.random.Generator) -> list[Question]:
    """What people also ask, in the same ways; no passage answers it."""
    facts = [missing[each] for each in rng.integers(len(missing), size=UNANSWERED)]
    return [
        Question(f"u{number:04}", _asked(fact, KINDS[rng.choice(3)], rng), {}, (), "nothing answers it", fact.id)
        for number, fact in enumerate(facts, start=1)
    ]


def _asked(fact: _Fact, kind: str, rng: np.random.Generator) -> str:
    """The question in the text's words, in other words, or with letters that went wrong."""
    renamed, reworded = OTHERWISE[rng.integers(3)] if kind == KINDS[1] else (False, False)
    thing = _pick(fact.thing.others, rng) if renamed else fact.thing.name
    pattern = _pick(fact.aspect.asked_otherwise if reworded else fact.aspect.asked, rng)
    text = pattern.format(thing=thing, place=fact.place)
    return _mistyped(text, rng) if kind == KINDS[2] else text


def _mistyped(text: str, rng: np.random.Generator) -> str:
    """Two words with a letter that is missing, doubled, or in the place of its neighbor."""
    words = text.split()
    long = [number for number, word in enumerate(words) if len(word) > 4]
    for number in rng.permutation(long)[:2]:
        word, at = words[number], int(rng.integers(1, len(words[number]) - 2))
        words[number] = (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )[rng.integers(3)]
    return " ".join(words)


def _pick(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[rng.integers(len(choices))]
