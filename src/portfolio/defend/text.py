"""Questions as they are shown: a list, a document, or one by one."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from portfolio.audit.defense import NAME
from portfolio.terminal import Format, bold, dim, document, visible, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit.project import Project
    from portfolio.defend.asked import Asked

SCHEMA = 1
AROUND = 6  # lines of the file that are shown after an answer


def answer(asked: Asked, written: int | None, output: Format) -> str:
    """All questions; `written` says how many of them are new in DEFENSE.md, None where it was not asked for."""
    if output is Format.json:
        questions = [asdict(each) for each in asked.questions]
        run = asked.created or None
        return document({"schema": SCHEMA, "project": asked.title, "run": run, "questions": questions, "new": written})
    if written is not None:
        return _of_the_page(len(asked.questions), written)
    return "\n".join(_listed(asked))


def _of_the_page(questions: int, new: int) -> str:
    return wrap(
        f"{NAME} holds {questions} questions, {new} of them new. Answer below each in your own words; "
        "portfolio audit counts the blanks, and what is copied."
    )


def _listed(asked: Asked) -> Iterator[str]:
    number = len(asked.questions)
    of_run = f", about the run of {visible(asked.created)}" if asked.created else ""
    yield bold(wrap(f"{visible(asked.title)}: {number} question{'s' * (number != 1)}{of_run}"))
    for place, each in enumerate(asked.questions, start=1):
        yield ""
        yield wrap(each.asks, f"{place:>2}. ", "    ")
        yield wrap(f"Rests on  {each.rests_on}", "    ", " " * 14)
        yield wrap(f"Look at   {visible(each.path)}:{each.line}", "    ", keep=True)
    yield ""
    yield "With blanks for your answers: portfolio defend --write"
    yield "One by one, at this terminal:  portfolio defend --quiz"


def both_sides(asked: Asked, project: Project) -> Iterator[tuple[str, str]]:
    """For a quiz: each question, and what is shown after the answer: what it rests on, and the lines of the file."""
    for place, each in enumerate(asked.questions, start=1):
        head = dim(f"{place} of {len(asked.questions)}")
        lines = project.read(each.path).splitlines()[each.line - 1 : each.line - 1 + AROUND]
        shown = (f"  {dim(f'{number:>4}')}  {visible(line)}" for number, line in enumerate(lines, start=each.line))
        rests_on = wrap(f"Rests on  {each.rests_on}", "", " " * 10)
        yield f"\n{head}\n{bold(wrap(each.asks))}", "\n".join([rests_on, visible(each.path), *shown])
