"""RFL: does its author know what it cannot do, and what to do next?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.audit.rules.rule import rule
from portfolio.audit.topics import ENGLISH
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, passed
from portfolio.readme.words import spoken, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portfolio.audit.project import Project
    from portfolio.audit.topics import Scope
    from portfolio.readme.model import Passage

CANONICAL = "What I Would Improve Next"
LOOKING_BACK = re.compile(r"\b(knew|thought|felt|was clear|reali[sz]ed) (that )?.{0,20}could be improved")
NO_LIMIT = re.compile(r"\b(?:not|no|without|never) (?:a |an |any )?(?:limitation|limit|weakness|drawback)", re.I)
SENTENCE = re.compile(r"(?<=[.!?;])\s+")


@rule(
    "RFL701",
    "Limitations are named",
    gap="No limitations are named",
    severity=Severity.warn,
    weight=4,
    confidence=Confidence.medium,
    part="limitations",
    topics=("limitations",),
    needs_words=True,
)
def limitations(project: Project) -> Verdict:
    """Name two things that it cannot do or that may be wrong, in terms of this project's data and model.

    Why: Of all sections this is the one that most public projects lack, and that reviewers trust most.

    Decided: There is a part about limitations, known issues, caveats or assumptions with 8 words of prose, or a
    sentence that states a limit. In a project made by `portfolio`: two items of eight words, one of which names
    something of this project.

    Ignore: It is finished, and nothing can be wrong with it. (It is not.)

    Pass:
        ## Limitations

        - It knows no "none of these": a photograph of something else gets a
          leaf's name.
        - The network sees a small square from the middle; damage at the rim
          of a leaf may be cut off.

    Fail:
        ## Limitations

        More data is needed.
    """
    reading = project.reading
    scope = reading.about("limitations")
    if project.record:
        return _own_limitations(project, scope)
    if scope.size >= 8 and any(len(each.words) >= 5 for each in scope.prose):
        return passed(line=scope.line)
    for each in reading.saying("limitation_cues", "phrases") if reading.language == ENGLISH else ():
        if len(each.words) >= 6 and not NO_LIMIT.search(each.text):
            return passed(line=each.line)
    for each in reading.saying("limitation_cues", "weak") if reading.language == ENGLISH else ():
        if len(each.words) >= 6 and _limits_what_was_made(each) and each not in reading.about("run"):
            return passed(line=each.line)
    if scope:
        return failed(f"“{scope.title}” has {scope.size} words of prose", scope.line)
    return failed("no part about limitations or known issues was found")


def _own_limitations(project: Project, scope: Scope) -> Verdict:
    """Of a project made by `portfolio`, more is asked."""
    items = [each for each in scope.items if len(each.words) >= 8]
    if len(items) < 2:
        seen = f"{len(items)} limitations of eight words were found" if scope else "no part about limitations"
        return failed(seen, scope.line if scope else None)
    if not any(_is_specific(each, _vocabulary(project, scope.passages)) for each in items):
        return failed(f"“{scope.title}” names nothing of this project", scope.line)
    return passed(line=scope.line)


@rule(
    "RFL702",
    "What I Would Improve Next",
    gap="No “What I Would Improve Next”",
    severity=Severity.error,
    weight=5,
    confidence=Confidence.high,
    part="what I would improve next",
    topics=("next_steps",),
    needs_words=True,
)
def next_steps(project: Project) -> Verdict:
    """Close with "What I Would Improve Next": three items, each with a verb and what in this project it changes.

    Why: It shows judgment: which weakness you would work on first, and how you would know that it worked.

    Decided: There is a part called so, or next steps, future work, improvements, roadmap …, with two items or sentences
    that say more than "more data" and "a better model"; or two sentences about plans elsewhere. In a project made by
    `portfolio`: three items, each with a verb, at least half of which name something of this project.

    Ignore: Another page holds the plans, and the README links to it.

    Pass:
        ## What I Would Improve Next

        1. Measure on PlantDoc's field photographs with labels from two
           people each.
        2. Compare a pretrained backbone on the same split by plant, with
           its latency.
        3. Refuse photographs far from all the training leaves, and show how
           many good ones that costs.

    Fail:
        ## Future work

        - More data
        - Better models
    """
    reading = project.reading
    scope = reading.about("next_steps")
    items = _items(scope.items)
    if project.record:
        return _own_next_steps(project, scope)
    saying = [each for each in items if _says_something(each)]
    if len(saying) >= 2 or (saying and scope.size >= 12):
        is_canonical = scope.title.casefold().startswith("what i would improve")
        return passed("" if is_canonical else f"found as “{scope.title}”; “{CANONICAL}” says it best", scope.line)
    if not scope:
        plans = [each for each in reading.saying("next_cues", "phrases") if len(each.words) >= 8]
        if len(plans) >= 2 or any(len(each.words) >= 25 and not _looks_back(each) for each in plans):
            return passed("found in the text; a section of its own is found sooner", plans[0].line)
        return failed("no part about next steps, improvements or future work was found")
    return failed(f"“{scope.title}” has {len(saying)} items that say something of this project", scope.line)


def _own_next_steps(project: Project, scope: Scope) -> Verdict:
    """Of a project made by `portfolio`, more is asked."""
    active = [each for each in _items(scope.items) if _has_verb(each)]
    if len(active) < 3:
        seen = f"“{scope.title}” has {len(active)} items with a verb" if scope else f"no part called “{CANONICAL}”"
        return failed(seen, scope.line if scope else None)
    known = _vocabulary(project, scope.passages)
    specific = sum(_is_specific_text(each, known) for each in active)
    if specific < len(active) / 2:
        return failed(f"only {specific} of {len(active)} items name something of this project", scope.line)
    return passed(line=scope.line)


def _limits_what_was_made(passage: Passage) -> bool:
    """Whether a sentence says what the model, its data or its answers cannot do, and not how that was solved."""
    for sentence in SENTENCE.split(passage.text):
        said = spoken(words(sentence))
        if not phrases.says(said, "limitation_cues", "weak") or phrases.says(said, "limitation_cues", "solved"):
            continue
        if phrases.says(said, "limitation_cues", "subjects"):
            return True
    return False


def _items(passages: Sequence[Passage]) -> list[str]:
    """List items as they are; paragraphs by their sentences."""
    if any(each.is_item for each in passages):
        return [each.text for each in passages]
    return [sentence for each in passages for sentence in SENTENCE.split(each.text) if sentence.strip()]


def _looks_back(passage: Passage) -> bool:
    """Whether it tells of an improvement that was made already, which is not a plan."""
    return bool(LOOKING_BACK.search(passage.text))


def _has_verb(text: str) -> bool:
    return bool(set(words(text)) & phrases.members("next_cues", "verbs"))


def _says_something(text: str) -> bool:
    """Whether it has at least two words, one of which does not fit just any project."""
    said = words(text)
    own = [each for each in said if each not in phrases.members("next_cues", "generic")]
    return len(said) >= 2 and len(own) >= 1


def _vocabulary(project: Project, besides: Sequence[Passage]) -> frozenset[str]:
    """The words that this project uses elsewhere in its README, and the names of its files; no generic ones."""
    left_out = {id(each) for each in besides}
    prose = (word for each in project.reading.prose if id(each) not in left_out for word in each.all_words)
    cells = (
        word
        for table in project.readme.tables
        for row in (table.header, *table.rows[:100])
        for cell in row
        for word in words(cell)
    )
    named = (word for path in project.files for word in words(re.sub(r"[/_.-]", " ", path)))
    generic = phrases.members("next_cues", "generic") | phrases.members("languages", "en")
    return frozenset(each for each in (*prose, *cells, *named) if len(each) > 3 and each not in generic)


def _is_specific(passage: Passage, known: frozenset[str]) -> bool:
    return _is_specific_text(passage.text, known)


def _is_specific_text(text: str, known: frozenset[str]) -> bool:
    said = set(words(text))
    stems = {each[:6] for each in known}
    return any(each in known or (len(each) > 5 and each[:6] in stems) for each in said)
