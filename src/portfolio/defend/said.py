"""What a README says of its results and of itself: its tables, its claims, and a passage for each topic."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from portfolio.audit import engine, examples, notation
from portfolio.audit.metric_tables import is_metric, metric_tables
from portfolio.audit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit.project import Project
    from portfolio.readme.model import Passage

MOST_ROWS = 200
FEWEST = 6  # words of an item that is asked about
# What shows that a passage speaks of its topic, so that no question is asked of a sentence about something else.
PEOPLE = re.compile(
    r"(?i)^(?=.*\b(?:users?|customers?|visitors?|patients?|doctors?|clinicians?|engineers?|analysts?|marketers?|managers?"
    r"|planners?|operators?|farmers?|traders?|buyers?|sellers?|agents?|developers?|students?|people|teams?|he|she|who)\b)"
    r"(?=.*(?:decid|choos|plan|need|want|prioriti|order|commit|book|buy|treat|spray|staff|price))"
)
SOURCE = re.compile(
    r"(?i)kaggle|\buci\b|hugging ?face|collected|sourced|published|provided by|download"
    r"|data ?set (?:is|from|of|by|used)"
)
CHOICE = re.compile(
    r"(?i)instead of|rather than|at the (?:cost|price) of|trade-?offs?\b|\bchose\b|\bwe (?:use|prefer|picked)\b"
)
LIMIT = re.compile(r"(?i)^(?!.*(?:disclaim|not intended|educational|licen[sc]e))")
PLAN = re.compile(r"(?i)^(?!.*(?:skipped|not now|\bdone\b|✅|\[x\]))")
OF_MODELS = re.compile(
    r"(?i)model|approach|method|algorithm|experiment|config|pipeline|system|variant|ranking|forecast|retriev|strategy"
    r"|architecture|classifier|regressor|feature|name|^$"
)
OF_ERRORS = re.compile(r"(?i)loss|error|perplexity|brier|\bwer\b|\bcer\b|\bfid\b|latency|time|second")
SIMPLE = re.compile(r"(?i)\b(?:baseline|na[iï]ve|persistence|dummy|majority|always)\b")
NOT_OURS = re.compile(r"(?i)winner|kaggle|paper|published|\bsota\b|human|target|goal|starting|expected")
NO_NAME = re.compile(r"(?i)^(?:value|score|result|ours)s?$")
MEASURED = re.compile(
    rf"(?i)(?:{examples.MEASURE.pattern})[^.;]{{0,40}}?\d|\d%?[^.;]{{0,25}}?(?:{examples.MEASURE.pattern})"
)
ASKED_OF = re.compile(
    r"(?i)threshold|target|goal|gate|at least|≥|>=|must|should|expect|objective|\baim|achieve a|would|could|\bwill\b"
    r"|plan|future|next|improve(?:ment)? to|maximum|minimum"
)
# The rule that finds what is said of a topic, or the part in which it stands, and what shows that it is said.
TOPICS = {
    "who": ("PRB102", "", PEOPLE),
    "data": ("DAT201", "", SOURCE),
    "trade_offs": ("EVL407", "", CHOICE),
    "limits": ("", "limitations", LIMIT),
    "next": ("", "next_steps", PLAN),
}


def table(project: Project) -> list[dict[str, Any]]:
    """The numbers of the README's tables of results, whether measures stand in their head or in their first column."""
    return list(_cells(project))


def _cells(project: Project) -> Iterator[dict[str, Any]]:
    for table in metric_tables(project.readme):
        rows = [(row, line) for row, line in zip(table.rows[:MOST_ROWS], table.lines, strict=False) if row]
        is_turned = sum(is_metric(row[0]) for row, _ in rows) > len(rows) / 2
        is_of_models = is_turned or bool(OF_MODELS.search(table.header[0] if table.header else ""))
        columns = [place for place, head in enumerate(table.header) if place and (is_turned or is_metric(head))]
        for row, line in rows:
            path, place = project.place(line)
            keys = (cell for cell in row[: columns[0] if columns else 1] if cell and not notation.first(cell))
            name = ", ".join(dict.fromkeys(keys)) or row[0]
            for column in columns:
                number = notation.first(row[column]) if column < len(row) else None
                if number and not NOT_OURS.search(f"{name} {table.header[column]}"):
                    model, measure = (table.header[column], row[0]) if is_turned else (name, table.header[column])
                    yield {
                        "model": "the model" if NO_NAME.match(model) else model,
                        "measure": measure,
                        "value": float(number.value),
                        "said": row[column],
                        "path": path,
                        "line": place,
                        "is_error": bool(examples.OF_AMOUNTS.search(measure) or OF_ERRORS.search(measure)),
                        "is_simple": bool(SIMPLE.search(model)),
                        "is_of_models": is_of_models,
                    }


def claim(project: Project) -> dict[str, Any] | None:
    """The first sentence that says what was measured, outside tables; what is asked of a measure is none."""
    for passage in project.reading.prose:
        if MEASURED.search(passage.text) and not ASKED_OF.search(passage.text):
            path, line = project.place(passage.line)
            return {"said": passage.text, "path": path, "line": line}
    return None


def topics(project: Project) -> dict[str, dict[str, Any]]:
    """What the README itself says of each topic; no passage stands for two of them."""
    found: dict[str, dict[str, Any]] = {}
    for topic, (code, part, says_so) in TOPICS.items():
        for passage in _passages(project, code, part):
            path, line = project.place(passage.line)
            is_new = line not in [each["line"] for each in found.values()]
            if path == project.readme_path and is_new and says_so.search(passage.text):
                found[topic] = {"path": path, "line": line, "said": passage.text}
                break
    return found


def _passages(project: Project, code: str, part: str) -> list[Passage]:
    """Those of a part of the README, or the one that a rule found."""
    if part:
        sections = project.reading.about(part).sections
        passages = [each for section in sections for each in section.passages]
        items = [each for each in passages if each.is_item] or passages
        return [each for each in items if len(each.words) >= FEWEST]
    verdict = engine.rule_of(code).check(project)
    return [each for each in project.reading.prose if each.line == verdict.line and verdict.state is State.passed]
