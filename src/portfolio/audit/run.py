"""One path → what is shown of the project there, with `--fix` once it is fixed; a bad project never stops the rest."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portfolio.audit import deadline, engine, parallel, report
from portfolio.audit.engine import Audit, Refused
from portfolio.audit.project import open_project
from portfolio.audit.report import Format
from portfolio.errors import PortfolioError, WrongUse
from portfolio.terminal import bold, problem, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from portfolio.audit.engine import Outcome
    from portfolio.audit.fix import Fix
    from portfolio.audit.project import Project
    from portfolio.audit.report import Piece
    from portfolio.audit.rubric import Rubric
    from portfolio.audit.verdict import Severity

DAY = 86_400  # seconds
CRASHED = 3  # the exit code: a crash is never green


@dataclass(frozen=True)
class Options:
    """How a project is audited and shown."""

    fix: bool
    dry_run: bool  # with `fix`: show the changes, and make none
    fail_on: Severity
    output: Format
    is_long: bool  # with every finding's advice
    rubric: Rubric | None  # a course's criteria, to judge by as well
    is_one: bool  # whether it is the only project of the call

    def __post_init__(self) -> None:
        if self.dry_run and not self.fix:
            raise WrongUse("--dry-run is for --fix", "portfolio audit --fix --dry-run")

    @property
    def shows_only_patch(self) -> bool:
        """Whether the changes are the answer."""
        return self.dry_run and self.output is Format.text

    @property
    def is_of_many(self) -> bool:
        """Whether the answer is one of a cohort's, or for a program."""
        return not self.is_one or self.output in (Format.json, Format.csv, Format.html)


@dataclass(frozen=True)
class Answer:
    """What is shown of one project, and the exit code that it asks for."""

    piece: Piece
    code: int
    messages: tuple[str, ...]  # for standard error


def answers(paths: Sequence[Path], options: Options) -> Iterator[Answer]:
    """Each project's, in the order in which they were named."""
    return parallel.each_path(functools.partial(answer, options=options), paths, may_share=not options.fix)


def answer(path: Path, options: Options) -> Answer:
    """Audit one project, and fix it if that is asked for."""
    messages: list[str] = []
    patch = ""
    try:
        with deadline.of():
            project = open_project(path)
            audit = engine.audit(project, str(path))
            if options.fix:
                patch, has_changed = _fixed(project, audit, options, messages)
                audit = engine.audit(open_project(path), str(path)) if has_changed else audit
            if options.is_of_many:
                audit = replace(audit, days=_days(project))
            if options.rubric:
                from portfolio.audit import rubric

                audit = replace(audit, rubric=rubric.assess(project, audit, options.rubric))
        outcome: Outcome = audit
        messages += audit.faults
    except PortfolioError as error:
        messages.append(problem(error))
        outcome = Refused(str(path), error.message, error.hint, error.exit_code)
    except deadline.TooSlow:
        hint = "audit its README alone, or keep large files out of the repository"
        outcome = Refused(str(path), f"it could not be read within {deadline.SECONDS:.0f} seconds", hint, CRASHED)
    except Exception as error:
        messages.append(engine.traceback_of(error))
        hint = "this is a fault of portfolio's: please report it with the lines above"
        outcome = Refused(str(path), f"the audit failed: {type(error).__name__}", hint, CRASHED)
    if options.shows_only_patch:
        return Answer(tuple(patch.splitlines()), _code(outcome, options), tuple(messages))
    return Answer(
        report.piece(outcome, options.output, options.is_one, options.is_long), _code(outcome, options), tuple(messages)
    )


def _code(outcome: Outcome, options: Options) -> int:
    match outcome:
        case Refused(exit_code=code):
            return code
        case Audit(faults=faults) if faults:
            return CRASHED
        case _:
            return int(outcome.fails_at(options.fail_on))


def _days(project: Project) -> int | None:
    """Since the last commit; None where git knows of none."""
    seen = project.history
    return max(0, int(time.time() - seen.newest) // DAY) if seen and seen.newest else None


def _fixed(project: Project, audit: Audit, options: Options, messages: list[str]) -> tuple[str, bool]:
    """(the changes as a patch, whether they were made)."""
    from portfolio.audit import fix

    proposed = fix.propose(project, audit)
    if proposed is None:
        messages.append(f"{audit.path}: nothing to fix safely")
        return "", False
    if options.dry_run:
        if not options.shows_only_patch:
            messages.append(proposed.diff().rstrip("\n"))
        return proposed.diff(), False
    fix.write(project, proposed)
    messages += _said(proposed)
    return "", True


def _said(fix: Fix) -> list[str]:
    import sys

    return [f"Fixed {bold(', '.join(fix.paths), sys.stderr)}:", *(wrap(line, "  ", "    ") for line in fix.described())]
