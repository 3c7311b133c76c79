"""Draws the articles of a help desk and an evaluation set. Whoever draws them knows which article answers.

The flaws of real ones are in it on purpose: people use other words than the authors and mistype them, neighboring
articles say almost the same of another service, old versions were never taken down, much is not there at all, and some
ask for what nobody may be told.

Run as: python -m product_brief data
"""

from datetime import date, timedelta
from itertools import product

import numpy as np

from product_brief.data.articles import NOTHING, UNSAFE, Article, Case
from product_brief.data.sample_words import LORE, OFF_TOPIC, SERVICES, TASKS, Service, Task
from product_brief.data.sample_words import UNSAFE as UNSAFE_WORDS
from product_brief.kit.intervals import stream

MISSING = 0.2  # share of what could be written about that nobody wrote
RENAMED = 0.6  # share of articles that mention another name of their service
REWORDED = 0.6  # share of articles that say it a second time, in other words
OUTDATED = 24  # articles of which an older version is still there
TODAY = date(2026, 6, 30)
OWN_WORDS, OTHER_WORDS, MISTYPED, CHANGED = "the article's words", "other words", "typing mistakes", "changed since"
NOT_THERE, OFF_SUBJECT = "not written down", "another subject"
NUMBERS = {OWN_WORDS: 140, OTHER_WORDS: 170, MISTYPED: 80, CHANGED: 80, NOT_THERE: 120, UNSAFE: 90}  # cases
Fact = tuple[Service, Task]


def draw(seed: int) -> tuple[list[Article], list[Case]]:
    """(articles, cases) of one help desk."""
    rng = stream(seed, "help desk")
    facts = list(product(SERVICES, TASKS))
    is_written = rng.random(len(facts)) >= MISSING
    written = [fact for fact, is_in in zip(facts, is_written, strict=True) if is_in]
    missing = [fact for fact, is_in in zip(facts, is_written, strict=True) if not is_in]
    changed = [written[each] for each in rng.choice(len(written), OUTDATED, replace=False)]
    articles = [_article(fact, TODAY - timedelta(int(rng.integers(5, 420))), rng) for fact in written]
    for fact in changed:
        articles.append(_article(fact, TODAY - timedelta(int(rng.integers(700, 1500))), rng, "-old"))
    return articles, _cases(written, missing, changed, rng)


def _name(fact: Fact) -> str:
    return f"{fact[0].name.replace(' ', '-')}-{fact[1].name}"


def _article(fact: Fact, written: date, rng: np.random.Generator, suffix: str = "") -> Article:
    service, task = fact
    first, second, again = (each.format(s=service.name, n=int(rng.integers(2, 60))) for each in task.says)
    around = [LORE[each] for each in rng.permutation(len(LORE))[: rng.integers(1, 4)]]
    if rng.random() < RENAMED:
        around.insert(0, f"Some know it as {service.others[0]} or {service.others[1]}.")
    if rng.random() < REWORDED:
        around.insert(0, again)
    text = " ".join([first, second, *around] if rng.random() < 0.7 else [*around, first, second])
    name = _name(fact)
    replaced = name if suffix else ""
    return Article(name + suffix, task.title.format(s=service.name), text, written.isoformat(), replaced)


def _cases(written: list[Fact], missing: list[Fact], changed: list[Fact], rng: np.random.Generator) -> list[Case]:
    pools = {CHANGED: changed, NOT_THERE: missing, UNSAFE: written}
    cases, seen = [Case(each, NOTHING, OFF_SUBJECT) for each in OFF_TOPIC], set[str]()
    for kind, number in NUMBERS.items():
        pool = pools.get(kind, written)
        for _ in range(number):
            fact = pool[rng.integers(len(pool))]
            question, about = _asked(fact, kind, rng)
            if question not in seen:
                seen.add(question)
                article = NOTHING if kind in (NOT_THERE, UNSAFE) else _name(fact)
                cases.append(Case(question, article, kind, about="" if article else about))
    return cases


def _asked(fact: Fact, kind: str, rng: np.random.Generator) -> tuple[str, str]:
    """(the question in the article's words, in other words, or with letters that went wrong; what it asks about)."""
    service, task = fact
    if kind == UNSAFE:
        number = int(rng.integers(len(UNSAFE_WORDS)))
        return UNSAFE_WORDS[number].format(s=_called(service, 0.3, rng)), f"unsafe-{number + 1}"
    is_own = kind in (OWN_WORDS, MISTYPED) or (kind != OTHER_WORDS and rng.random() < 0.5)
    patterns = task.asked if is_own else task.otherwise
    text = patterns[rng.integers(len(patterns))].format(s=_called(service, 0.0 if is_own else 0.5, rng))
    return _mistyped(text, rng) if kind == MISTYPED else text, _name(fact)


def _called(service: Service, otherwise: float, rng: np.random.Generator) -> str:
    return service.others[rng.integers(2)] if rng.random() < otherwise else service.name


def _mistyped(text: str, rng: np.random.Generator) -> str:
    """One word with a letter that is missing, doubled, or in the place of its neighbor."""
    words = text.split()
    long = [number for number, word in enumerate(words) if len(word) > 4]
    if not long:
        return text
    number = long[rng.integers(len(long))]
    word, at = words[number], int(rng.integers(1, len(words[number]) - 2))
    changes = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    words[number] = changes[rng.integers(3)]
    return " ".join(words)
