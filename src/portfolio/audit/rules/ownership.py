"""OWN: has its author made it theirs? For projects that `portfolio new` made; always warnings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portfolio.audit import defense
from portfolio.audit.own_share import written_by_hand
from portfolio.audit.rules.first_run import needs_run
from portfolio.audit.rules.rule import rule
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, not_applicable, passed, unknown
from portfolio.readme.words import shingles

if TYPE_CHECKING:
    from portfolio.audit.own_share import Ownership
    from portfolio.audit.project import Project

STILL = 0.6  # of a part's shingles: from there on it is still the template's
FEW = 12  # words, below which there is nothing to judge
ENOUGH = 0.1  # of code and tests: below that, somebody who reads the code reads the template
MOST_NAMED = 4  # questions of each state in one sentence
PATH = re.compile(r"(?:src|tests)/[\w./-]{1,200}\.py")


def _in_own_words(project: Project, *topics: str) -> Verdict:
    """Whether the part about these topics shares less than 60% of its five-word runs with the template's text."""
    scope = project.reading.about(*topics)
    if not scope:
        return failed("there is no such part")
    texts = [written_by_hand(project, section) for section in scope.sections]
    size = sum(map(len, texts))
    runs = frozenset[str]().union(*map(shingles, texts))
    if not runs or size < FEW:
        return failed(f"“{scope.title}” has {size} words", scope.line)
    recorded = project.record.readme.values() if project.record else ()
    of_the_template = frozenset(run for hashes in recorded for run in hashes)
    share = len(runs & of_the_template) / len(runs)
    if share >= STILL:
        return failed(f"“{scope.title}” is still the template's: {share:.0%} of it", scope.line)
    return passed(line=scope.line)


@rule(
    "OWN901",
    "The problem in your own words",
    gap="The problem is in the template's words",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.high,
    only_ours=True,
)
def problem(project: Project) -> Verdict:
    """Write the problem in your own words: who do you know that has it, and what does it cost them?

    Why: Reviewers see the same template ten times a week. The story is the part that only you can write.

    Decided: Less than 60% of the five-word runs of this part are the template's, as `.portfolio.json` recorded them.
    Line breaks and spaces make no difference.

    Ignore: You are the template's author.

    Pass:
        ## The problem

        My uncle grows tomatoes on two hectares. Last summer he sprayed
        against the wrong blight three times.

    Fail:
        the paragraph that `portfolio new` wrote
    """
    return _in_own_words(project, "problem")


@rule(
    "OWN902",
    "Choices and trade-offs in your own words",
    gap="Choices and trade-offs are in the template's words",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.high,
    only_ours=True,
)
def choices(project: Project) -> Verdict:
    """Rewrite what you chose and what it costs, from what you tried yourself.

    Why: In an interview you will be asked why; the answer has to be yours.

    Decided: Less than 60% of the five-word runs of this part are the template's, as `.portfolio.json` recorded them.

    Ignore: You are the template's author.

    Pass:
        ## Approach and trade-offs

        I tried a pretrained backbone first; on my laptop one epoch took
        nine minutes, so I gave it up.

    Fail:
        the paragraphs that `portfolio new` wrote
    """
    return _in_own_words(project, "tradeoffs")


@rule(
    "OWN903",
    "Limitations in your own words",
    gap="Limitations are in the template's words",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.high,
    only_ours=True,
)
def limitations(project: Project) -> Verdict:
    """Name the limits that you found yourself, with your own data.

    Why: A copied limitation is one that nobody looked for.

    Decided: Less than 60% of the five-word runs of this part are the template's, as `.portfolio.json` recorded them.

    Ignore: You are the template's author.

    Pass:
        ## Limitations

        - All my photographs are from one garden in one July; rain on leaves
          was never seen.

    Fail:
        the list that `portfolio new` wrote
    """
    return _in_own_words(project, "limitations")


@rule(
    "OWN904",
    "“What I Would Improve Next” in your own words",
    gap="“What I Would Improve Next” is in the template's words",
    severity=Severity.warn,
    weight=4,
    confidence=Confidence.high,
    only_ours=True,
)
def next_steps(project: Project) -> Verdict:
    """Say what you would do next, and why that comes first.

    Why: This is the part that interviewers ask about.

    Decided: Less than 60% of the five-word runs of this part are the template's, as `.portfolio.json` recorded them.

    Ignore: You are the template's author.

    Pass:
        ## What I Would Improve Next

        1. Photograph the lower leaves too: my uncle says that blight starts
           there, and I have eleven pictures of them.

    Fail:
        the list that `portfolio new` wrote
    """
    return _in_own_words(project, "next_steps")


@rule(
    "OWN905",
    "Results from real data",
    gap="No results come from real data",
    severity=Severity.warn,
    weight=4,
    confidence=Confidence.high,
    needs_files=True,
    only_ours=True,
)
def real_data(project: Project) -> Verdict:
    """Run it on real data: the README says how, under Data.

    Why: The sample shows that the method works; only real data show that the problem is solved.

    Decided: The results file says that its data are neither synthetic nor the sample.

    Ignore: There are no public data of this kind.

    Pass:
        python -m image_api run --data plantvillage

    Fail:
        python -m image_api run
    """
    if project.results is None:
        return needs_run(project, "nothing has been measured yet")
    match project.results.document:
        case {"data": {"synthetic": True}} | {"data": {"source": "sample"}}:
            return failed("the results come from the sample that the project draws itself")
        case {"data": {"source": str(source)}}:
            return passed(source)
        case _:
            return unknown("the results file does not say where its data come from")


@rule(
    "OWN906",
    "Work after the first commit",
    gap="There is no work after the first commit",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.high,
    needs_files=True,
    only_ours=True,
)
def work(project: Project) -> Verdict:
    """Commit your own work, in steps that say why.

    Why: A repository with one commit looks like a copy.

    Decided: The folder's history has a commit after the first one.

    Ignore: The history was lost, and the page says so.

    Pass:
        git commit -m "Measure on photographs from the garden"

    Fail:
        one commit, made by `portfolio new`
    """
    seen = project.history
    if seen is None:
        return unknown("no git history is here")
    if seen.commits >= 2:
        return passed(f"{seen.commits} commits")
    if seen.is_shallow:
        return unknown("the clone is shallow")
    return failed("there is no commit after the first one")


@rule(
    "OWN907",
    "A good part of the code is yours",
    gap="The code is still the template's",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.medium,
    needs_files=True,
    only_ours=True,
)
def code(project: Project) -> Verdict:
    """Change the experiments first: add one of your own, and a test that would fail without it.

    Why: Whoever reads the code asks you about it. What you wrote, you can explain; and a reader sees what is a
    template's.

    Decided: At least a tenth of the lines of code and tests are not those that `portfolio new` made, as git kept them.
    Layout, comments, new names, moved lines and the folder `kit` make no difference.

    Ignore: Your work is in the data and in the words, and the page says so.

    Pass:
        git log --stat shows a fourth experiment in src/…/models, its test,
        and a measure of your own in src/…/evaluation

    Fail:
        the lines that `portfolio new` made, under other names
    """
    own = project.own
    if own is None:
        return unknown("git no longer has the files as they were made")
    said = (
        f"{own.code.share:.0%} of the code, {own.tests.share:.0%} of the tests and {own.prose.share:.0%} of the words "
        "are yours"
    )
    if own.code.own:
        said += f", most of it in {own.parts[0].part} ({own.parts[0].share:.0%} of that)"
    if own.share >= ENOUGH:
        return passed(said)
    line, hint = _first_to_change(project, own)
    return failed(f"{said}{hint}", line)


def _first_to_change(project: Project, own: Ownership) -> tuple[int | None, str]:
    """The line of the README's own advice on what to change first, of a file that nobody has changed yet."""
    for table in project.readme.tables:
        for (where, *what), line in zip(table.rows, table.lines, strict=True):
            path = PATH.search(where)
            if path and path[0] in own.untouched and what:
                return line, f"; first `{path[0]}`{_line_named(project, path[0], what[0])}: {what[0]}"
    return None, ""


def _line_named(project: Project, path: str, what: str) -> str:
    """Where the file gives a value to a name of the advice; empty where the advice names nothing in it."""
    for name in re.findall(r"\b[A-Z][A-Z_]{3,40}\b", what):
        for number, line in enumerate(project.read(path).splitlines(), start=1):
            if re.match(rf"{name}\b[^=(]{{0,80}}=", line):
                return f", line {number}"
    return ""


@rule(
    "OWN908",
    "Answers to an interviewer's questions",
    gap="Questions of DEFENSE.md have no answer of yours",
    severity=Severity.info,
    weight=1,
    confidence=Confidence.medium,
)
def defended(project: Project) -> Verdict:
    """Answer the questions about your run in your own words, before somebody asks them.

    Why: A reader who doubts that you wrote this will ask why, and what it would cost to do otherwise.

    Decided: Behind every question of DEFENSE.md stand at least eight words that answer no other one, and less than 60%
    of their five-word runs also stand in the README, the pages, the code or the questions. Asked where there is a
    DEFENSE.md.

    Ignore: You keep the answers to yourself: take DEFENSE.md out of the repository.

    Pass:
        The interval is over plants, because five photographs of one
        plant tell me little more than one: over photographs it was
        half as wide, and wrong.

    Fail:
        a question, and nothing behind it
    """
    found = defense.answers(project)
    if not found:
        return not_applicable(f"there is no {defense.NAME} yet: portfolio defend --write")
    open_ = [
        f"{len(names)} {state} ({', '.join(f'`{name}`' for name in names[:MOST_NAMED])})"
        for state in (defense.State.blank, defense.State.copied)
        if (names := [each.question for each in found if each.state is state])
    ]
    said = f"{len(found)} questions in {defense.NAME}"
    return failed(f"{said}: {', '.join(open_)}") if open_ else passed(f"{said}, all answered")
