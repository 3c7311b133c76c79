"""MOD: is there something to compare with, and was more than one thing tried?"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from portfolio.audit import documents, phrases
from portfolio.audit.metric_tables import metric_tables, states_a_measure
from portfolio.audit.rules.first_run import needs_run
from portfolio.audit.rules.rule import TRAINED, rule
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, passed
from portfolio.readme.words import spoken, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portfolio.audit.project import Project
    from portfolio.audit.topics import Reading
    from portfolio.readme.model import Table

SIMPLER = re.compile(  # a naive model, or what something is better than
    r"\bna[iï]ve\b(?! bayes)[^.\n]{0,40}\b(?:models?|forecasts?|methods?|approach|predictors?|rule)\b"
    r"|\b(?:beats?|outperforms?|outperformed|improves? (?:on|over)|better than)\s(?:\w{1,12}\s){0,2}"
    r"(?:keyword|bm25|tf-?idf|random|popularity|majority|naive|linear|logistic|rule-based|mean|median)\b",
    re.I,
)

SENTENCE = 8  # words of a heading, from which on it says something by itself


@rule(
    "MOD301",
    "There is a baseline",
    gap="There is no baseline",
    severity=Severity.error,
    weight=5,
    confidence=Confidence.medium,
    part="baseline",
    topics=("baseline",),
    needs_words=True,
)
def baseline(project: Project) -> Verdict:
    """Put the simplest thing that could work (the most frequent class, last week's value) into the same table as the
    model.

    Why: A score alone says nothing: 95% is poor where always saying "no" gives 97%.

    Decided: A row of a results table names a baseline (baseline, dummy, naive, majority, most popular …), or a sentence
    or heading does, in a README that states a measured number. Beside other models, a row that is one by what it is
    counts too: a linear or logistic regression, a keyword search, a moving average. In a project made by `portfolio`,
    the results file also marks a baseline, and a table shows it.

    Ignore: Nothing is predicted.

    Pass:
        | Model | Macro F1 |
        | :-- | --: |
        | always healthy (baseline) | 0.07 |
        | convolutional network | 0.86 |

    Fail:
        | Model | Macro F1 |
        | :-- | --: |
        | convolutional network | 0.86 |
    """
    reading = project.reading
    tables = metric_tables(reading.readme)
    if project.record and (verdict := _recorded_baseline(project, tables)):
        return verdict
    if row := next(filter(None, map(_line_of_baseline, tables)), None):
        return passed(line=row)
    is_measured = tables or any(map(states_a_measure, reading.prose))
    if is_measured and (line := _line_of_words(reading)):
        return passed(line=line)
    for table in tables:
        if _compares(table) and (line := _line_of_simplest(table)):
            return passed("the simplest model of the table is not called the baseline", line)
    if any(_compares(table) for table in tables):
        return failed("models are compared, and none of them is called the baseline", tables[0].line)
    return failed("no result is compared with a baseline")


def _recorded_baseline(project: Project, tables: Sequence[Table]) -> Verdict | None:
    """For a project of ours, whether a table shows what the results file calls a baseline."""
    if project.results is None:
        if project.results_path in project.files:
            return None
        return needs_run(project, "no baseline has been measured")
    flagged = {words(name) for name in project.results.baselines}
    for table in tables:
        if any(words(cell) in flagged for row in table.rows for cell in row):
            return passed(line=table.line)
    return failed("no table of results shows a model that the results file calls a baseline")


def _line_of_words(reading: Reading) -> int | None:
    """The line of any table, sentence or heading that speaks of a baseline, and not of a plan."""
    if row := next(filter(None, map(_line_of_the_word, reading.readme.tables)), None):
        return row
    plans = reading.about("next_steps")
    named = {id(each) for each in reading.saying("baseline", "words")}
    for passage in reading.prose:
        if passage not in plans and (id(passage) in named or SIMPLER.search(passage.text)):
            return passage.line
    for section in reading.readme.sections:
        is_named = phrases.says(spoken(words(section.title)), "baseline", "words")
        is_a_sentence = len(words(section.title)) >= SENTENCE
        if is_named and (is_a_sentence or (not section.is_empty and not reading.about("baseline").is_bare)):
            return section.line
    return None


def _line_of_baseline(table: Table) -> int | None:
    """The line of a table's row, or of its header, that names a baseline."""
    for row, line in zip(table.rows, table.lines, strict=True):
        if phrases.says(_without_bayes(" ".join(row)), "baseline", "rows"):
            return line
    return table.line if phrases.says(_without_bayes(" ".join(table.header)), "baseline", "rows") else None


def _line_of_the_word(table: Table) -> int | None:
    """The line of a row of any table that calls something a baseline."""
    calling = (line for row, line in zip(table.rows, table.lines, strict=True) if _calls_a_baseline(" ".join(row)))
    return next(calling, None)


def _calls_a_baseline(text: str) -> bool:
    return phrases.says(spoken(words(text)), "baseline", "words")


def _line_of_simplest(table: Table) -> int | None:
    """The line of a row about a model that is a baseline by what it is, where another is not."""
    simple = [phrases.says(spoken(words(row[0])), "baseline", "simple") for row in table.rows if row]
    if not any(simple) or all(simple):
        return None
    return next(line for line, is_simple in zip(table.lines, simple, strict=False) if is_simple)


def _compares(table: Table) -> bool:
    """Whether at least two of its rows are about models, and not about measures."""
    measures = phrases.members("metrics", "words") | phrases.members("metrics", "names")
    named = [words(row[0]) for row in table.rows if row]
    return sum(bool(each) and measures.isdisjoint([*each, " ".join(each)]) for each in named) >= 2


def _without_bayes(text: str) -> str:
    """Spoken, with no naive Bayes: a model like others."""
    return spoken(words(text)).replace("naive bayes", "bayes").replace("random forest", "forest")


@rule(
    "MOD303",
    "At least two experiments are recorded",
    gap="Fewer than two experiments are recorded",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.medium,
    needs_words=True,
    profiles=TRAINED,
)
def experiments(project: Project) -> Verdict:
    """Show at least two things you tried, and what differed between them: a decision, not the random seed.

    Why: One run shows that you followed a recipe; two that differ in a decision show engineering.

    Decided: There are two files in `reports/runs/` that differ in more than numbers, or a results table with two rows,
    or two kinds of model are named, or a search or tracking tool is.

    Ignore: The project compares data sets, not models.

    Pass:
        | Experiment | Macro F1 |
        | :-- | --: |
        | photographs as they are | 0.82 |
        | turned at random | 0.88 |

    Fail:
        The network reached a macro F1 of 0.88.
    """
    reading = project.reading
    decisions = {_decision(project.read(path)) for path in project.experiments}
    if len(decisions - {""}) >= 2:
        return passed()
    if project.record:
        return needs_run(project, f"{project.results_path} has {len(decisions)} recorded experiments beside it")
    if any(len({row[0] for row in table.rows if row}) >= 2 for table in metric_tables(reading.readme)):
        return passed()
    everything = reading.everything
    vocabulary = frozenset(everything.split())
    if any(phrase in everything for phrase in phrases.possible(vocabulary, "trackers", "words")):
        return passed()
    named = [each.strip() for each in phrases.possible(vocabulary, "models", "words") if each in everything]
    if len(named) >= 2:
        return passed()
    return failed(f"only one kind of model is named: {named[0]}" if named else "no model that was tried is named")


def _decision(text: str) -> str:
    """What an experiment did, without what it measured."""
    import json

    try:
        match documents.read(text):
            case {"name": str(name), **rest}:
                return f"{name} {rest.get('decision', '')}"
            case dict() as found:
                kept = {key: each for key, each in found.items() if not isinstance(each, Decimal)}
                return json.dumps(kept, sort_keys=True, default=str)
    except ValueError:
        pass
    return ""
