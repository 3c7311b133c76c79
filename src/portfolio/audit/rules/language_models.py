"""LLM: of applications of language models: is what they find and what they say measured, and at what price?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.audit.metric_tables import metric_tables
from portfolio.audit.rules.first_run import has_not_run, needs_run
from portfolio.audit.rules.rule import PROMPTED, rule
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, passed
from portfolio.readme.words import spoken, words

if TYPE_CHECKING:
    from portfolio.audit.project import Project

OF_SETTINGS = re.compile(r"\b(?:default|variable|setting|parameter|option|argument|flag|env)s?\b", re.I)  # not measured
DIGIT = re.compile(r"\d")


def _said(project: Project, cues: str, needs_a_number: bool = False) -> int | None:
    """The line of a passage or a table that speaks of it; with a number in it, if that is asked for."""
    for passage in project.reading.saying("llm_cues", cues):
        if passage not in project.reading.about("next_steps") and not (
            needs_a_number and not DIGIT.search(passage.text)
        ):
            return passage.line
    for table in project.readme.tables:
        head = " ".join(table.header)
        if needs_a_number and OF_SETTINGS.search(head):
            continue
        for row in table.rows[:50]:
            cells = " ".join((head, *row))
            if phrases.says(spoken(words(cells)), "llm_cues", cues) and (DIGIT.search(cells) or not needs_a_number):
                return table.line
    return None


@rule(
    "LLM951",
    "The documents and how they are cut are described",
    gap="The documents and how they are cut are not described",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.medium,
    profiles=PROMPTED,
    needs_words=True,
)
def documents(project: Project) -> Verdict:
    """Say which documents it answers from, how many there are, and how they are cut into chunks.

    Why: What was never indexed cannot be found; size and overlap of the chunks decide half of the quality.

    Decided: A sentence or table speaks of chunks, splitting or passages, or there is a part about the data with a
    number in it.

    Ignore: It answers from nothing but the model.

    Pass:
        190 help pages, cut at their headings into 612 chunks of at most
        300 words.

    Fail:
        Ask questions about your documents.
    """
    if line := _said(project, "chunks"):
        return passed(line=line)
    scope = project.reading.about("data")
    if scope.size >= 10 and DIGIT.search(scope.text):
        return passed(line=scope.line)
    return failed("nothing says what is indexed, and how it is cut", scope.line if scope else None)


@rule(
    "LLM952",
    "The answers are judged against something",
    gap="The answers are not judged against anything",
    severity=Severity.warn,
    weight=5,
    confidence=Confidence.medium,
    profiles=PROMPTED,
    needs_words=True,
)
def judged(project: Project) -> Verdict:
    """Ask a fixed set of questions, judge each answer by a person or a stated rule, and show how many were right.

    Why: A demo shows the answer that worked. A hundred questions show the system.

    Decided: A results table names a measure, or a sentence or table with a number speaks of judged answers: a golden or
    test set of questions, correctness, faithfulness, relevance, a judge.

    Ignore: It generates nothing; it only finds.

    Pass:
        Of 120 questions with known answers, 97 were answered correctly and
        9 refused; two people judged each.

    Fail:
        The answers are accurate and context-aware.
    """
    if tables := metric_tables(project.readme):
        return passed(line=tables[0].line)
    if line := _said(project, "judged", needs_a_number=True):
        return passed(line=line)
    return failed("no number says how many answers were right")


@rule(
    "LLM953",
    "Retrieval is measured",
    gap="Retrieval is not measured by itself",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.medium,
    profiles=PROMPTED,
    needs_words=True,
)
def retrieval(project: Project) -> Verdict:
    """Measure whether the right passage is found (hit rate, recall, MRR), before the model sees it.

    Why: Most wrong answers are right answers to the wrong passage, and no prompt repairs that.

    Decided: A table or a sentence with a number names a measure of retrieval: hit rate, recall@k, MRR, nDCG, context
    precision.

    Ignore: Nothing is retrieved.

    Pass:
        | Search | Hit rate@5 | MRR |
        | :-- | --: | --: |
        | keywords (baseline) | 0.71 | 0.55 |
        | keywords and vectors | 0.84 | 0.68 |

    Fail:
        Uses semantic search to find the most relevant chunks.
    """
    if line := _said(project, "retrieval", needs_a_number=True):
        return passed(line=line)
    if has_not_run(project):
        return needs_run(project, "how often the right passage is found is not measured yet")
    return failed("no number says how often the right passage is found")


@rule(
    "LLM954",
    "Cost and latency are stated",
    gap="Neither cost nor latency is stated",
    severity=Severity.info,
    weight=2,
    confidence=Confidence.medium,
    profiles=PROMPTED,
    needs_words=True,
)
def price(project: Project) -> Verdict:
    """Say what an answer costs and how long it takes, measured.

    Why: The first question of whoever would pay for it.

    Decided: A sentence or table with a number speaks of tokens, cost, latency or seconds an answer.

    Ignore: It runs on the reader's own machine, and says so.

    Pass:
        An answer takes 2.1 s (95% within 4.0 s) and 1,800 tokens, which is
        0.2 cents.

    Fail:
        Fast and cheap.
    """
    if line := _said(project, "price", needs_a_number=True):
        return passed(line=line)
    return failed("no number for cost, tokens or seconds was found")


@rule(
    "LLM955",
    "Failures are shown",
    gap="No wrong or refused answer is shown",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.medium,
    profiles=PROMPTED,
    part="error analysis",
    topics=("errors",),
    needs_words=True,
)
def failures(project: Project) -> Verdict:
    """Show three answers that were wrong or made up, and why; and what it does when it does not know.

    Why: Everybody has seen a chatbot invent something. Who shows where is believed about the rest.

    Decided: There is a part about errors, or a sentence about hallucinations, wrong or refused answers.

    Ignore: It is a library.

    Pass:
        A wrong answer: asked for the fee of 2019, it gives that of 2024, as
        both pages say "current fee".

    Fail:
        Reduces hallucinations.
    """
    scope = project.reading.about("errors")
    if scope.size >= 10 or scope.tables or scope.images:
        return passed(line=scope.line)
    if line := _said(project, "failures"):
        return passed(line=line)
    return failed("no wrong, refused or made-up answer is shown", scope.line if scope else None)


@rule(
    "LLM956",
    "Model and prompt are named",
    gap="The model or its prompt is not named",
    severity=Severity.warn,
    weight=2,
    confidence=Confidence.medium,
    profiles=PROMPTED,
    needs_words=True,
)
def model(project: Project) -> Verdict:
    """Name the model with its version, and show the prompt or link to its file.

    Why: The same question to another version is another experiment.

    Decided: The README names a known model, and a prompt stands in it or in a file of the repository.

    Ignore: The reader chooses the model, and the README lists those that were tried.

    Pass:
        Answers by `gpt-4o-mini-2024-07-18`; the prompt is
        [prompts/answer.md](prompts/answer.md).

    Fail:
        Powered by a large language model.
    """
    everything = project.reading.everything
    if not phrases.says(everything, "llm_cues", "models"):
        return failed("no model is named with its version")
    if phrases.says(everything, "llm_cues", "prompts") or project.matching(r"(?i)prompt"):
        return passed()
    return failed("the model is named, and no prompt is shown or linked")
