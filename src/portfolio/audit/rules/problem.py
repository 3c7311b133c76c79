"""PRB: what is this for?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.audit.rules.rule import ML, SOFTWARE, rule
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, passed
from portfolio.readme.words import spoken, words

if TYPE_CHECKING:
    from portfolio.audit.project import Project
    from portfolio.audit.topics import Reading, Scope
    from portfolio.readme.model import Passage

ENOUGH = 25  # words: two sentences
ENOUGH_OF_SOFTWARE = 15  # one says what a program is for
SHORTEST_SENTENCE = 8  # words; a shorter item names a feature
FIRST_SCREEN = 30  # lines
EARLY = 0.5  # share of the page in which the problem has to be stated


@rule(
    "PRB101",
    "The problem is stated near the top",
    gap="The problem is not stated near the top",
    severity=Severity.error,
    weight=4,
    asked_without_readme=True,
    confidence=Confidence.high,
    profiles=SOFTWARE,
    part="problem",
    topics=("problem", "overview"),
    needs_words=True,
)
def problem(project: Project) -> Verdict:
    """Say in two or three sentences near the top whose problem this solves, and why it is one.

    Why: A reviewer gives a repository three minutes. A model without a problem looks like an exercise.

    Decided: The text before the first section, and sections in the first half of the page that are called problem,
    overview, goal, motivation or similar, hold 25 words of prose together (15 where nothing is learned from data).
    Code, badges, tables and keywords do not count.

    Ignore: The repository is a mirror of a project that is explained elsewhere, and links there.

    Pass:
        ## The problem

        Small farmers see spots on a leaf and cannot tell which disease it
        is before it has spread to the whole field. They decide each morning
        what to spray. A photograph taken with the phone should tell them,
        within a second, whether to treat a plant, and against what.

    Fail:
        ## The problem

        Classification of leaves.
    """
    if project.readme_path is None:
        return failed("there is no README")
    part = project.reading.about("problem", "overview")
    middle = _middle(project)
    size = _words_told(project.reading, part, middle)
    line = part.line if part else None
    if size >= (ENOUGH if project.profile in ML else ENOUGH_OF_SOFTWARE):
        return passed(line=line or 1)
    if part and part.line > middle and part.size >= ENOUGH:
        return failed(f"“{part.title}” stands in the second half", part.line)
    where = (
        f"“{part.title}” and the lines above the first section have"
        if part
        else "the lines above the first section have"
    )
    return failed(f"{where} {size} words of prose; {ENOUGH} say what it is about", line)


def _middle(project: Project) -> float:
    """The line of its first page down to which something stands near the top."""
    end = project.pages[0].end
    lines = (each.line for each in project.readme.passages if each.line <= end)
    return max(FIRST_SCREEN, EARLY * max(lines, default=0))


def _words_told(reading: Reading, part: Scope, middle: float) -> int:
    """How many words tell what it is about, in the lead and down to the middle of the page; no list of features."""
    stated = reading.about("problem")
    early = {id(each): each for each in (*reading.lead, *(each for each in part.prose if each.line <= middle))}
    told = (each for each in early.values() if not each.is_item or each in stated or _is_sentence(each, part))
    return sum(len(each.words) for each in told)


def _is_sentence(item: Passage, part: Scope) -> bool:
    """Whether an item tells something, as in an overview, rather than naming a feature."""
    return item in part and len(item.words) >= SHORTEST_SENTENCE


@rule(
    "PRB102",
    "It says who decides what with the output",
    gap="Nobody is named who decides with the output",
    severity=Severity.info,
    weight=2,
    confidence=Confidence.low,
    needs_words=True,
)
def decision(project: Project) -> Verdict:
    """Name who uses the output, and what they decide with it.

    Why: A model is worth what somebody does differently because of it. That also says which errors matter.

    Decided: A passage, or the part about the problem as a whole, names people (customers, doctors, a team …) and a verb
    of deciding or helping (decide, prioritize, treat, approve …); or a part is called target audience or similar.

    Ignore: The project is a study of a method.

    Pass:
        A grower decides from the answer whether to treat a plant today or
        to leave it alone.

    Fail:
        This project predicts the class of an image with a neural network.
    """
    stated = project.reading.about("problem")
    whole = words(" ".join(each.prose for each in stated.prose))
    people, verbs = phrases.members("stakeholders", "words"), phrases.members("stakeholders", "verbs")
    for line, said in [(each.line, each.words) for each in project.reading.prose] + [(stated.line, whole)]:
        if not people.isdisjoint(said) and not verbs.isdisjoint(said):
            return passed(line=line)
    for section in project.readme.sections:
        title = spoken(words(section.title))
        if phrases.says(title, "stakeholders", "headings") and not section.is_empty:
            return passed(line=section.line)
    return failed("no sentence says who does what with the output")
