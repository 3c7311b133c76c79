"""The commands: parse, call one function, show, exit. The only place that catches."""

from __future__ import annotations

import functools
import gc
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from portfolio.errors import PortfolioError, WrongUse
from portfolio.report import Format as ReportFormat
from portfolio.terminal import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit import Audit, Outcome
    from portfolio.gain import Gain
    from portfolio.project import Project
    from portfolio.report import Piece
    from portfolio.update import Update

app = typer.Typer(
    help="Portfolio projects that run, measure themselves and keep their README true.",
    no_args_is_help=True,
    rich_markup_mode=None,  # Rich doubles the time to start
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


INTERRUPTED = 130  # how Typer reports Ctrl-C
CRASHED = 3
CONFLICTS = 4


class Role(StrEnum):
    """Whose work a template shows."""

    mle = "mle"
    ds = "ds"
    pm = "pm"


class FailOn(StrEnum):
    """From which severity on a finding makes the exit code 1."""

    error = "error"
    warn = "warn"


def main() -> NoReturn:
    """Run the command line; exits with its code."""
    gc.disable()  # a short life with little garbage: looking for it takes a tenth of the time
    try:
        code = app(prog_name="portfolio", standalone_mode=False)
    except PortfolioError as error:
        _fail(error)
    except typer.TyperException as error:  # the parser's own
        _fail(_as_wrong_use(error))
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:
        _fail(PortfolioError("interrupted", "no half-made project was left behind; run the same command again"))
    gc.freeze()  # nor at the end, where everything is let go anyway
    sys.exit(code)


def _fail(error: PortfolioError) -> NoReturn:
    _tell(error)
    sys.exit(error.exit_code)


def _tell(error: PortfolioError) -> None:
    from portfolio import show

    typer.echo(show.problem(error.message, error.hint), err=True)


def _as_wrong_use(error: typer.TyperException) -> WrongUse:
    message = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "portfolio"
    return WrongUse(message[:1].lower() + message[1:], f"see how it is used: {command} --help")


def _print_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        typer.echo(f"portfolio {version('portfolio')}")
        raise typer.Exit


def _template_names(incomplete: str) -> list[str]:
    from portfolio import templates

    return [each.name for each in templates.all() if each.name.startswith(incomplete)]


TemplateName = Annotated[
    str,
    typer.Argument(metavar="TEMPLATE", help="See: portfolio list.", autocompletion=_template_names, show_default=False),
]
OutputFormat = Annotated[Format, typer.Option("--format", help="How to answer; JSON is one document on stdout.")]


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


@app.command("list")
def list_(
    template: TemplateName = "",
    role: Annotated[Role | None, typer.Option(help="Only templates that show this role's work.")] = None,
    output: OutputFormat = Format.text,
) -> None:
    """Show the templates; with a name, its questions, data sets and commands."""
    from portfolio import show, templates

    if template:
        from portfolio import answers

        typer.echo(show.template(templates.get(template), answers.questions(), output))
    else:
        typer.echo(show.catalogue([each for each in templates.all() if role in (None, each.role)], output))


@app.command()
def new(
    template: TemplateName = "",
    dest: Annotated[
        Path | None,
        typer.Argument(metavar="DEST", help="The folder to make; ./TEMPLATE by default.", show_default=False),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take the defaults.")] = False,
    data: Annotated[list[str], typer.Option(metavar="KEY=VALUE", help="Answer a question; repeat for more.")] = [],  # noqa: B006 - Typer copies it
    run: Annotated[bool, typer.Option("--run", help="Then set up its environment and run its pipeline.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be made, and make nothing.")] = False,
    git: Annotated[
        bool | None,
        typer.Option("--git/--no-git", help="Make a repository and a first commit.", show_default="unless inside one"),
    ] = None,
    output: OutputFormat = Format.text,
) -> None:
    """Create a complete project that runs, make its first commit and print the next steps."""
    from portfolio import answers, runner, scaffold, show, templates

    is_talking = not yes and sys.stdin.isatty() and sys.stderr.isatty() and output is Format.text
    chosen = templates.get(template or _pick(is_talking, output))
    folder = dest or Path(chosen.name)
    absolute = folder.resolve()  # now: `new NAME .` replaces the folder we stand in
    given = dict(_key_and_value(each) for each in data)
    scaffold.check_destination(folder)  # before the first question
    collected = answers.collect(chosen, absolute.name, given, show.Prompt(chosen) if is_talking else None)
    if dry_run:
        typer.echo(show.plan(collected, folder, scaffold.plan(collected), output))
        return
    created = scaffold.create(collected, absolute, git)
    command = show.command(collected, folder, git, run)
    steps = tuple(runner.next_steps(chosen, has_run=False))
    if not run:
        typer.echo(show.created(created, folder, None, steps, command, output))
        return
    typer.echo(show.made(created, folder), err=True)
    progress = show.Progress()
    try:
        done = runner.run(chosen, absolute, progress)
    except (runner.RunFailed, KeyboardInterrupt) as problem:
        if output is Format.json:  # the project is there all the same
            typer.echo(show.created(created, folder, None, steps, command, output))
        if isinstance(problem, KeyboardInterrupt):
            raise runner.RunFailed("interrupted; the project is there", f"go on in {folder}: see README.md") from None
        raise
    finally:
        progress.finish()
    steps = tuple(runner.next_steps(chosen, has_run=True))
    typer.echo(show.created(created, folder, done, steps, command, output))


@app.command()
def update(
    path: Annotated[
        Path, typer.Argument(metavar="[PATH]", help="The project; this folder by default.", show_default=False)
    ] = Path(),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, as a patch; change nothing.")
    ] = False,
    output: OutputFormat = Format.text,
) -> None:
    """Merge the newest version of its template into a project, as a git merge that loses no line of yours."""
    from portfolio import gain, show
    from portfolio import update as updating

    is_talking = sys.stdin.isatty() and sys.stderr.isatty() and output is Format.text
    planned = updating.plan(path, show.Prompt if is_talking else None)
    bought = _gain(planned)
    try:
        commit = None if dry_run else updating.apply(planned)
    except KeyboardInterrupt:
        raise PortfolioError("interrupted in the middle", "back to what was committed: git reset --hard") from None
    as_json = gain.as_json(bought) if bought else None
    typer.echo(show.updated(planned, path, commit, dry_run, as_json, output))
    if output is Format.text and planned.merge:
        told = gain.lines(bought) if bought else ["Once that is resolved, see what the update bought: portfolio audit"]
        typer.echo("\n".join(["", *told]))
        if dry_run:
            typer.echo("\n" + planned.diff, nl=False)
    raise typer.Exit(CONFLICTS if planned.merge and planned.merge.conflicts else 0)


def _gain(planned: Update) -> Gain | None:
    """The audit of the project as committed, and as it is after the update; none of a file with conflict marks."""
    import tempfile

    from portfolio import audit, gain, project
    from portfolio import update as updating

    if planned.merge is None or planned.merge.conflicts:
        return None
    found = []
    for tree in (planned.merge.head, planned.merge.tree):
        with tempfile.TemporaryDirectory() as folder:
            updating.export(planned, tree, Path(folder))
            found.append(audit.audit(project.open_project(Path(folder)), folder))
    return gain.between(*found)


def _rule_codes(incomplete: str) -> list[str]:
    from portfolio.rules import RULES

    return [rule.code for rule in RULES if rule.code.startswith(incomplete.upper())]


@app.command()
def audit(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Projects, or READMEs; this folder by default.", show_default=False),
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Insert missing sections to fill in; refresh report numbers.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --fix: show the changes, and make none.")] = False,
    fail_on: Annotated[FailOn, typer.Option(help="The least finding that makes the exit code 1.")] = FailOn.error,
    output: Annotated[
        ReportFormat, typer.Option("--format", help="How to answer; JSON is one document on stdout.")
    ] = ReportFormat.text,
) -> None:
    """Check each project's README: is it complete, and is it true? And say how to close each gap."""
    from portfolio import cohort, report

    if dry_run and not fix:
        raise WrongUse("--dry-run is for --fix", "portfolio audit --fix --dry-run")
    chosen = paths or [Path()]
    job = functools.partial(_answer, fix=fix, dry_run=dry_run, fail_on=fail_on, output=output, is_one=len(chosen) == 1)
    codes = {0}

    def pieces() -> Iterator[report.Piece]:
        for piece, code in cohort.answers(job, chosen, may_share=not fix):
            codes.add(code)
            yield piece

    for line in report.lines(pieces(), output, is_one=len(chosen) == 1):
        if not (dry_run and output is ReportFormat.text):  # there, the changes are the answer
            typer.echo(line)
    raise typer.Exit(max(codes))


def _answer(
    path: Path, fix: bool, dry_run: bool, fail_on: FailOn, output: ReportFormat, is_one: bool
) -> tuple[Piece, int]:
    """What is shown of a project, and the exit code that it asks for."""
    from portfolio import report
    from portfolio.audit import Audit
    from portfolio.rules.rule import Severity

    outcome = _audited(path, fix, dry_run, output)
    level = Severity(fail_on.value)
    code = int(outcome.fails_at(level)) if isinstance(outcome, Audit) else outcome.exit_code
    return report.piece(outcome, output, is_one), code


def _audited(path: Path, fix: bool, dry_run: bool, output: ReportFormat) -> Outcome:
    """One project's audit, or why there is none: a bad repository never stops the rest, and a crash is never green."""
    from portfolio import audit, project

    try:
        found = project.open_project(path)
        result = audit.audit(found, str(path))
        if fix and _mends(found, result, dry_run, output):
            result = audit.audit(project.open_project(path), str(path))
    except PortfolioError as error:
        _tell(error)
        return audit.Refused(str(path), error.message, error.hint, error.exit_code)
    except Exception as error:
        import traceback

        traceback.print_exc()
        hint = "this is a fault of portfolio's: please report it with the lines above"
        return audit.Refused(str(path), f"the audit failed: {type(error).__name__}", hint, CRASHED)
    return result


def _mends(found: Project, result: Audit, dry_run: bool, output: ReportFormat) -> bool:
    """Whether there was something to mend, and it was."""
    from portfolio import mend, show

    mended = mend.plan(found, result)
    if mended is None:
        typer.echo(f"{result.path}: nothing to fix safely", err=True)
    elif dry_run:
        typer.echo(mended.diff(), nl=False, err=output is not ReportFormat.text)
    else:
        mend.write(found, mended)
        typer.echo(show.mended(mended.path, mend.describe(mended)), err=True)
        return True
    return False


@app.command()
def rules(
    code: Annotated[
        str, typer.Argument(metavar="CODE", help="Such as RFL702.", autocompletion=_rule_codes, show_default=False)
    ] = "",
    output: OutputFormat = Format.text,
) -> None:
    """Show the rules; with a code what it asks, why, how it is decided, and examples."""
    from portfolio.audit import rule_of
    from portfolio.report import pages
    from portfolio.rules import RULES

    found = (rule_of(code),) if code else RULES
    if output is Format.json:
        typer.echo(pages.as_json(found))
    else:
        typer.echo(pages.page(found[0]) if code else pages.overview(found))


def _pick(is_talking: bool, output: Format) -> str:
    """The name that the user picks; without a terminal, the list and an error."""
    from portfolio import show, templates

    choices = templates.all()
    if is_talking:
        return show.pick(choices)
    typer.echo(show.catalogue(choices, output))
    raise WrongUse("no template was named", f"for example: portfolio new {choices[0].name}")


def _key_and_value(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise WrongUse(f"--data {text!r} is not KEY=VALUE", "for example: --data author='Ada Lovelace'")
    return key.strip(), value
