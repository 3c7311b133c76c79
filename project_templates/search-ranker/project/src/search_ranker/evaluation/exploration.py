"""A first look at passages and training questions: `data` writes it into reports/explore.md.

The questions of validation and test stay closed.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from search_ranker.config import EXPLORATION, PROJECT, Config
from search_ranker.data import prepare, split
from search_ranker.data.passages import Collection, Passage, Question
from search_ranker.data.prepare import Manifest
from search_ranker.data.text import words
from search_ranker.kit import charts
from search_ranker.kit.blocks import table
from search_ranker.kit.charts import COLORS
from search_ranker.reporting.rows import plain

ALIKE = 0.9  # share of the words of two passages, from which on they count as near-duplicates
SHOWN = 12  # words
COMPARED = 200  # passages that share a rare word


def explore(config: Config) -> None:
    """Write the page and its figure."""
    collection, manifest = prepare.load()
    texts = [words(each.whole) for each in collection.passages]
    open_questions = split.by_question(collection.questions, config).train if collection.questions else []
    _draw(texts, [words(each.text) for each in open_questions], manifest)
    parts = [
        f"# A first look at {plain(manifest.title)}",
        "Passages, and the questions that train; those of validation and test stay closed. Written by "
        "`python -m search_ranker data`.",
        table(["What", "How many"], _counts(collection.passages, texts, manifest)),
        _most(texts),
        "![Words of passages and of questions](figures/explore_lengths.png)",
        *_questions(open_questions, collection, texts),
    ]
    EXPLORATION.write_text("\n\n".join(parts) + "\n", encoding="utf-8", newline="\n")


def _counts(passages: Sequence[Passage], texts: Sequence[Sequence[str]], manifest: Manifest) -> list[list[str]]:
    low, middle, high = np.quantile([len(each) for each in texts], (0.1, 0.5, 0.9))
    number = Counter(word for each in texts for word in set(each))
    titles = Counter(each.title for each in passages if each.title)
    return [
        ["Passages", f"{len(passages):,}"],
        [
            "Words that count in a passage: a tenth has at most, the median, a tenth has at least",
            f"{low:g}, {middle:g}, {high:g}",
        ],
        ["Different words", f"{len(number):,}"],
        ["Words that are in one passage only", f"{sum(n == 1 for n in number.values()):,}"],
        ["Passages with a date", f"{manifest.dated:,}"],
        ["Passages that share their title with another", f"{sum(n for n in titles.values() if n > 1):,}"],
        [f"Passages of which another has {ALIKE:.0%} of the words (near-duplicates)", f"{_alike(texts):,}"],
    ]


def _alike(texts: Sequence[Sequence[str]]) -> int:
    """Compared are those that share one of their three rarest words: the others are hardly alike."""
    same = Counter(frozenset(each) for each in texts)
    number = Counter(word for each in same for word in each)
    near: dict[str, list[frozenset[str]]] = {}
    for each in same:
        for word in sorted(each, key=lambda word: (number[word], word))[:3]:
            near.setdefault(word, []).append(each)
    found = {each for each, n in same.items() if n > 1}
    for some in near.values():
        for place, one in enumerate(some[:COMPARED]):
            for other in some[place + 1 : COMPARED]:
                if len(one & other) >= ALIKE * max(len(one), len(other)):
                    found |= {one, other}
    return sum(same[each] for each in found)


def _most(texts: Sequence[Sequence[str]]) -> str:
    number = Counter(word for each in texts for word in set(each))
    first = sorted(number.items(), key=lambda each: (-each[1], each[0]))[:SHOWN]
    if not first:
        return "No passage has a word that counts."
    said = ", ".join(f"{plain(word)} ({n / len(texts):.0%})" for word, n in first)
    return (
        f"The words that are in the most passages, without the s of a plural: {said}. They tell passages apart the "
        "least."
    )


def _questions(questions: Sequence[Question], collection: Collection, texts: Sequence[Sequence[str]]) -> list[str]:
    """How the training questions and what answers them differ in their words."""
    if not questions:
        return ["There are no questions, so nothing can be said here about what is asked."]
    of = {each.id: set(text) for each, text in zip(collection.passages, texts, strict=True)}
    vocabulary = set().union(*of.values())
    asked = [set(words(each.text)) for each in questions]
    shared = [
        len(some & of[name]) / len(some)
        for each, some in zip(questions, asked, strict=True)
        for name in sorted(each.best)
        if some and name in of
    ]
    unknown = np.mean([bool(some - vocabulary) for some in asked])
    kinds = Counter(each.kind or "of no stated kind" for each in questions)
    said = f"Of {len(questions):,} training questions, {unknown:.0%} have a word that is in no passage."
    if shared:
        said += f" A passage that answers has {np.mean(shared):.0%} of a question's words, on average."
    return [
        "## What is asked",
        said,
        table(["Kind", "Questions"], [[plain(name), f"{n:,}"] for name, n in kinds.most_common(SHOWN)]),
    ]


def _draw(texts: Sequence[Sequence[str]], asked: Sequence[Sequence[str]], manifest: Manifest) -> None:
    figure, grid = charts.grid(8, 3.0, 1, 2 if asked else 1)
    for axes, some, name in zip(grid[0], (texts, asked), ("passages", "training questions"), strict=False):
        axes.hist([len(each) for each in some], bins=30, color=COLORS["model"])
        axes.set_xlabel("words that count")
        axes.set_ylabel(name)
    figure.suptitle(f"How long they are, {manifest.title}", x=0.01, ha="left")
    charts.save(figure, PROJECT.figures / "explore_lengths.png")
