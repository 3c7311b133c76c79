"""EVL: is it measured, is it true, and is it understood?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portfolio.audit import phrases
from portfolio.audit.metric_tables import is_metric, measures, metric_tables, states_a_measure
from portfolio.audit.rules.first_run import has_not_run, needs_run
from portfolio.audit.rules.rule import TRAINED, rule
from portfolio.audit.verdict import Confidence, Severity, Verdict, failed, not_applicable, passed, unknown
from portfolio.git import history
from portfolio.readme.words import spoken, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit.documents import Json
    from portfolio.audit.project import Project

MOST_SHOWN = 3  # differences in one message
LARGEST = 200_000_000  # bytes of an artifact that is hashed
DIGIT = re.compile(r"\d")
SPREAD = re.compile(
    r"(?:±|\+/?-|\\pm)(?!\s?\d+\s?(?:°|deg))"  # a rotation is no spread
    r"|\bbetween \d{0,3}\.\d{1,6} and \d{0,3}\.\d{1,6}\b"
    r"|\d\s?[\[(]\s?[-+]?\d*\.\d+\s?(?:,|–|-|to)\s?[-+]?\d*\.\d+\s?[\])]"
)


@rule(
    "EVL401",
    "Results are shown in a table",
    gap="No table shows the results",
    severity=Severity.error,
    weight=5,
    confidence=Confidence.medium,
    part="results table",
    topics=("results",),
    needs_words=True,
)
def table(project: Project) -> Verdict:
    """Put the measured results into a table: a row for each model, a column for each metric, the baseline first.

    Why: A table is the first thing a reviewer looks for, and the only form in which models can be compared at a glance.

    Decided: A Markdown or HTML table has two different numbers below, or beside, the name of a metric (accuracy, F1,
    RMSE, nDCG …). A printed report in a code block counts too.

    Ignore: Nothing is predicted, so there is nothing to measure.

    Pass:
        | Model | Macro F1 | 95% interval |
        | :-- | --: | --: |
        | color histogram (baseline) | 0.71 | [0.65, 0.78] |
        | convolutional network | 0.86 | [0.81, 0.90] |

    Fail:
        The model performs very well.
    """
    readme = project.reading.readme
    tables = metric_tables(readme)
    if tables:
        return passed(line=tables[0].line)
    if has_not_run(project):
        return needs_run(project, "no table of results yet")
    for each in readme.code:
        if re.search(r"precision\s+recall\s+f1-score|\|\s*(accuracy|f1|rmse|mae)\b.*\|", each.text, re.I):
            return passed(line=each.line)
    scope = project.reading.about("results")
    if has := project.evidence.measured:
        return failed(f"{has.path} holds measured numbers, and no table shows them", scope.line or None, has.table)
    stated = next(filter(states_a_measure, project.reading.prose), None)
    if stated:
        return failed("numbers stand in the text, and no table of them was found", stated.line)
    empty = next((each for each in readme.tables if any(map(is_metric, each.header))), None)
    if empty:
        return failed("a table names measures and holds no two different numbers of them", empty.line)
    line = scope.line if scope else None
    if printed := project.evidence.printed:
        return failed(f"{printed[0]} prints a measure ({printed[1]}), and no table shows any", line)
    return failed("no table with measured numbers was found", line)


@rule(
    "EVL402",
    "The README's numbers are those of the results file",
    gap="Numbers differ from the results file",
    severity=Severity.error,
    weight=5,
    caps_score=True,
    confidence=Confidence.high,
    needs_files=True,
)
def agrees(project: Project) -> Verdict:
    """Let a run write the numbers: never type them by hand, and run again when the code changes.

    Why: Reviewers who run a project and get another number stop reading. Copied numbers are out of date within a week.

    Decided: Every number in a table whose columns or rows carry names that the results file knows, and every decimal
    inside `<!-- report:NAME -->` blocks, is compared by value with the results file (`reports/metrics.json`, or the one
    that `[tool.portfolio.audit] results` names). It agrees if it equals the recorded number rounded or truncated to the
    digits shown; a percentage may be a hundred times the recorded number. All cells of a row have to come from one
    recorded run.

    Ignore: Never; remove the number instead.

    Pass:
        | Model | Macro F1 |
        | :-- | --: |
        | convolutional network | 0.86 |

    Fail:
        | Model | Macro F1 |
        | :-- | --: |
        | convolutional network | 0.96 |
    """
    path = project.results_path
    if path is None:
        return not_applicable("no results file is declared ([tool.portfolio.audit] results)")
    if project.results is None:
        return _without_results(project, path)
    from portfolio.audit import numbers

    agreement = numbers.compare(project.readme, project.results, project.report_blocks)
    if agreement.differences:
        shown = "; ".join(map(str, agreement.differences[:MOST_SHOWN]))
        more = len(agreement.differences) - MOST_SHOWN
        return failed(shown + (f"; and {more} more" if more > 0 else ""), agreement.differences[0].line)
    if not agreement.compared:
        if project.record:
            return needs_run(project, "the README shows none of the recorded numbers")
        return not_applicable("no number to compare")
    unread = f", {agreement.unread} in a notation that is not read" if agreement.unread else ""
    return passed(f"{agreement.compared} numbers compared{unread}")


def _without_results(project: Project, path: str) -> Verdict:
    if project.file(path):
        return failed(f"{path} is not a JSON object that can be read")
    if project.record:
        return needs_run(project, f"{path} is not there")
    return failed(f"{path} is declared and not there")


@rule(
    "EVL403",
    "The results come from a run of this project",
    gap="The results are of another model or commit",
    severity=Severity.error,
    weight=4,
    caps_score=True,
    confidence=Confidence.high,
    needs_files=True,
)
def real_run(project: Project) -> Verdict:
    """Commit the results file together with the model that it measured, and measure again when either changes.

    Why: A results file from another model or another commit is an honest mistake that looks like a dishonest one.

    Decided: The results file names each artifact with its SHA-256, and the commit of the run. Artifacts that are in the
    repository are hashed again; a different hash fails. If the commit cannot be found the answer is `unknown`, not a
    failure.

    Ignore: The artifacts are kept elsewhere; then leave them out of the results file.

    Pass:
        {"commit": "3f2a…",
         "artefacts": [{"path": "models/model.onnx", "sha256": "73ce…"}]}

    Fail:
        {"artefacts": [{"path": "models/model.onnx", "sha256": "an older one's"}]}
    """
    if project.results_path is None:
        return not_applicable("no results file is declared")
    if project.results is None:
        return unknown("there is no results file to judge: see EVL402")
    checked = 0
    for path, expected in _artifacts(project.results.document):
        digest = _sha256(project, path)
        checked += digest is not None
        if digest not in (None, expected):
            return failed(f"{path} is not the file that was measured: its SHA-256 is {str(digest)[:12]}…")
    match project.results.document:
        case {"commit": str(sha)} if re.fullmatch(r"[0-9a-f]{7,64}", sha):
            if project.history is None or project.history.is_shallow:
                return unknown("the history is not here, so the commit it ran at cannot be looked for")
            if not history.has_commit(project.folder, sha):
                return unknown(f"the commit it ran at, {sha[:12]}, is not in this repository")
            return passed(f"{checked} artifacts and the commit are as recorded")
    return passed(f"{checked} artifacts are as recorded") if checked else unknown("it names no artifact and no commit")


def _artifacts(document: dict[str, Json]) -> Iterator[tuple[str, str]]:
    """(path, SHA-256) of each file that the results file says it measured."""
    match document:
        case {"artefacts": [*artifacts]}:
            for artifact in artifacts:
                match artifact:
                    case {"path": str(path), "sha256": str(expected)}:
                        yield path, expected


def _sha256(project: Project, path: str) -> str | None:
    import hashlib

    full = project.file(path)
    if full is None or full.stat().st_size > LARGEST:
        return None
    with full.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@rule(
    "EVL404",
    "Uncertainty is shown",
    gap="No number has an interval or a spread",
    severity=Severity.warn,
    weight=2,
    confidence=Confidence.medium,
    needs_words=True,
    profiles=TRAINED,
)
def uncertainty(project: Project) -> Verdict:
    """Give at least one headline number with its confidence interval, or with its spread over seeds or folds.

    Why: 0.86 on 100 cases and 0.86 on 100,000 cases are different claims; the interval says which one you make.

    Decided: A ±, an interval, a standard deviation, a confidence level or a bootstrap is named beside a number, in
    prose, in a table or in a code block with results.

    Ignore: The test set is so large that the interval is narrower than the digits shown; then say so.

    Pass:
        Macro F1 is 0.86 [0.81, 0.90] on 160 unseen plants (95% interval,
        bootstrap over plants).

    Fail:
        Macro F1 is 0.86.
    """
    reading = project.reading
    has_numbers = bool(metric_tables(reading.readme))
    for each in reading.saying("uncertainty", "phrases"):
        if "scaler" not in each.casefolded and (has_numbers or DIGIT.search(each.text)):
            return passed(line=each.line)
    cells = "\n".join(
        cell for table in reading.readme.tables for row in (table.header, *table.rows[:200]) for cell in row
    )
    if SPREAD.search(cells) or SPREAD.search(reading.sentences):
        return passed()
    if phrases.says(spoken(words(cells)), "uncertainty", "phrases"):
        return passed()
    if has_not_run(project):
        return needs_run(project, "no number with an interval yet")
    return failed("no interval, ± or spread was found beside a number")


@rule(
    "EVL405",
    "The choice of metric is explained",
    gap="The choice of metric is not explained",
    severity=Severity.warn,
    weight=3,
    confidence=Confidence.medium,
    needs_words=True,
    profiles=TRAINED,
)
def why_this_metric(project: Project) -> Verdict:
    """Say why you chose this metric: which error costs more, what is rare, what the decision needs.

    Why: Choosing accuracy for a rare event is the most common mistake in portfolios; one sentence shows that you
    thought about it.

    Decided: The name of a metric and a reason (because, cost, imbalance, trade-off, false negative, matters …) stand
    within two sentences of each other.

    Ignore: A competition sets the metric, and the README says so.

    Pass:
        Macro F1 counts a rare kind of damage as much as a frequent one,
        because missing it costs as much.

    Fail:
        We use accuracy.
    """
    for each in project.reading.saying("reasons", "phrases"):
        if measures().isdisjoint(each.words):
            continue
        sentences = re.split(r"(?<=[.!?:;])\s+", each.text)
        for pair in zip(sentences, [*sentences[1:], ""], strict=True):
            text = " ".join(pair)
            said = words(text)
            if not measures().isdisjoint(said) and phrases.says(spoken(said), "reasons", "phrases"):
                return passed(line=each.line)
    return failed("no measure is named together with a reason for it")


@rule(
    "EVL406",
    "Errors are analyzed",
    gap="Nothing says where the model is wrong",
    severity=Severity.warn,
    weight=2,
    confidence=Confidence.medium,
    part="error analysis",
    topics=("errors",),
    needs_words=True,
    profiles=TRAINED,
)
def error_analysis(project: Project) -> Verdict:
    """Show where the model is wrong: the classes it confuses, the slices it fails on, its worst examples.

    Why: Anyone can print a score. If you know where the model fails, people trust you with the next one.

    Decided: There is a section, a figure or a sentence about errors: a confusion matrix, residuals, failure cases,
    misclassified examples, what a class is confused with.

    Ignore: There is no model.

    Pass:
        ## Where it is wrong

        12 of 96 healthy leaves are called powdery mildew: dust looks like
        it.

    Fail:
        ## Results

        Accuracy is 0.86.
    """
    reading = project.reading
    for scope in (reading.about("errors"),):
        if scope.size >= 10 or scope.images or scope.tables:
            return passed(line=scope.line)
    for image in reading.readme.images:
        caption = spoken(words(f"{image.alt} {image.target}".replace("_", " ")))
        if phrases.says(caption, "error_cues", "phrases"):
            return passed(line=image.line)
    for table in reading.readme.tables:
        if {"predicted", "actual"} <= set(words(" ".join((*table.header, *(row[0] for row in table.rows[:9] if row))))):
            return passed(line=table.line)
    for each in reading.saying("error_cues", "phrases"):
        return passed(line=each.line)
    if has_not_run(project):
        return needs_run(project, "no error has been looked at yet")
    return failed("no section, figure or sentence says where the model is wrong")
