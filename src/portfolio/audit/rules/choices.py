"""EVL407: is it said what was chosen between, and what the choice costs?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.audit.rules.rule import rule
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, passed
from portfolio.readme.words import words

if TYPE_CHECKING:
    from portfolio.audit.project import Project
    from portfolio.audit.topics import Reading
    from portfolio.readme.model import Passage

VERSUS = re.compile(  # in a heading
    r"\b(?:vs\.?|versus)\s(?!code\b)|\bwhy\b.*\b(?:not|only|over|instead|rather)\b", re.I
)
ONE_OR_OTHER = frozenset({"but", "however", "although", "though", "while", "whereas", "yet", "latter", "negligible"})
MORE = r"\b(?:smaller|larger|bigger|higher|lower|shorter|longer|simpler|deeper|faster|slower|fewer|more)\b"
BOTH_SIDES = re.compile(rf"{MORE}[^.\n]{{5,120}}\b(?:while|whereas|but)\b[^.\n]{{0,40}}{MORE}", re.I)
DESPITE = re.compile(
    rf"\b(?:despite|although|even (?:though|if))\b[^.\n]{{3,60}}{MORE}"
    r"[^.\n]{3,120}\b(?:allows?|reduces?|saves?|fewer|less)\b",
    re.I,
)
CHOSEN_FOR = re.compile(  # what was chosen, why, and over what
    r"\b(?:chose|chosen|selected|picked|opted|preferred|decided|went with)\b[^.\n]{3,120}"
    r"\b(?:because|since|due to|for its)\b[^.\n]{3,120}\b(?:than|over|instead of|rather than|compared (?:to|with))\b",
    re.I,
)
TRADES = re.compile(  # an amount of one thing for an amount of another
    r"\btrad(?:e|es|ed|ing)\s(?:off\s|away\s|some\s|a\s(?:little|bit|few)\s|about\s|[~≈]?\s?\d)(?:[^.\n]|\.\d){3,120}\bfor\b",
    re.I,
)
LEFT_OUT = re.compile(  # what was not done, and what it would have cost
    r"\b(?:decided|chose|opted)\b[^.\n]{3,120}\b(?:since|because|as)\b[^.\n]{3,160}\bwould\b", re.I
)
WEIGHING = (  # with words of which each needs one: to look for a word is quicker than to search
    (frozenset({"while", "whereas", "but"}), BOTH_SIDES),
    (frozenset({"despite", "although", "even"}), DESPITE),
    (frozenset({"because", "since", "due", "for"}), CHOSEN_FOR),
    (frozenset({"trade", "trades", "traded", "trading"}), TRADES),
    (frozenset({"would"}), LEFT_OUT),
)
LONG_ENOUGH = 8  # words, to name two things and a reason


@rule(
    "EVL407",
    "Trade-offs are discussed",
    gap="No trade-off is discussed",
    severity=Severity.info,
    weight=3,
    confidence=Confidence.low,
    part="trade-offs",
    topics=("tradeoffs",),
    needs_words=True,
)
def tradeoffs(project: Project) -> Verdict:
    """Name the alternatives you chose between, and what your choice costs.

    Why: Engineering is choosing. If you can say what you gave up, you have understood what you gained.

    Decided: A part called trade-offs, approach or decisions has a sentence that weighs one thing against another
    (instead of, rather than, at the cost of …), or there are two such sentences anywhere, or one that says what each
    side costs ("slower than …, but more accurate"). A table of decisions with their rationale, pros or cons counts, and
    a section that sets one thing against another ("Trees vs. a network").

    Ignore: The README is about one method only.

    Pass:
        ## Approach and trade-offs

        A small network instead of a pretrained one: it trains in a minute
        and answers in milliseconds, at the cost of accuracy on real
        photographs.

    Fail:
        ## Approach

        I used a convolutional network.
    """
    reading = project.reading
    scope = reading.about("tradeoffs")
    if line := _line_of_choices(reading):
        return passed(line=line)
    said = {id(each): each for each in (*reading.saying("contrasts", "phrases"), *filter(_weighs, reading.prose))}
    weighing = sorted((each for each in said.values() if len(each.words) >= LONG_ENOUGH), key=lambda each: each.line)
    for each in weighing:
        if (each in scope and scope.size >= 10) or _weighs(each):
            return passed(line=each.line)
    if len(weighing) >= 2:
        return passed(line=weighing[0].line)
    if scope:
        return failed(f"“{scope.title}” weighs nothing against anything", scope.line)
    return failed("no sentence weighs one choice against another")


def _weighs(passage: Passage) -> bool:
    """Whether it says what one thing has more of, and what the other has instead."""
    said, vocabulary = passage.spoken, phrases.vocabulary(passage.spoken)
    if any(not vocabulary.isdisjoint(hinges) and pattern.search(passage.text) for hinges, pattern in WEIGHING):
        return True
    contrasts = phrases.possible(vocabulary, "contrasts", "phrases")
    if sum(each in said for each in contrasts) >= 2 or phrases.says(said, "contrasts", "between"):
        return True
    return (
        not ONE_OR_OTHER.isdisjoint(vocabulary)
        and phrases.says(said, "contrasts", "sides")
        and phrases.says(said, "contrasts", "costs")
    )


def _line_of_choices(reading: Reading) -> int | None:
    """The line of a table that gives each decision its reason, or of a section that sets one thing against another."""
    for table in reading.readme.tables:
        heads = set(words(" ".join(table.header)))
        if len(table.rows) >= 2 and heads & phrases.members("contrasts", "columns"):
            return table.line
    for section in reading.readme.sections:
        if VERSUS.search(section.title) and len(section.words) >= LONG_ENOUGH:
            return section.line
    return None
