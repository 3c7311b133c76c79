"""The commands: parse, call one function, print, exit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from portfolio import arguments as args
from portfolio import terminal
from portfolio.audit.report import Format as ReportFormat
from portfolio.errors import PortfolioError, WrongUse
from portfolio.terminal import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.audit.report import Piece

app = typer.Typer(
    help="Portfolio projects that run, measure themselves and keep their README true.",
    no_args_is_help=True,
    rich_markup_mode=None,  # Rich doubles the time to start
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback()
def _options(context: typer.Context, version: args.Version = False) -> None:
    if context.invoked_subcommand in ("new", "update", "audit"):
        try:
            Path.cwd()
        except OSError:
            raise PortfolioError("the folder that you are in is gone", "change to one that is there: cd") from None


@app.command("list")
def list_(
    template: args.TemplateName = "", role: args.OnlyRole = None, output: args.OutputFormat = Format.text
) -> None:
    """Show the templates; with a name, its questions, data sets and commands."""
    from portfolio.create import templates, text

    if template:
        from portfolio.create import questions

        terminal.show(text.template(templates.get(template), questions.questionnaire(), output))
    else:
        terminal.show(text.catalog(templates.all(role), output))


@app.command()
def new(
    template: args.TemplateName = "",
    dest: args.Destination = None,
    yes: args.Yes = False,
    data: args.Data = [],  # noqa: B006 - Typer copies it
    data_set: args.Dataset = "",
    run: args.AlsoRun = False,
    dry_run: args.Preview = False,
    git: args.WithGit = None,
    output: args.OutputFormat = Format.text,
) -> None:
    """Create a complete project that runs, make its first commit and print the next steps."""
    from portfolio.create import answers, dataset, environment, runner, scaffold, templates, text

    is_talking = not yes and terminal.is_interactive(output)
    chosen = templates.get(template or _pick(is_talking, output))
    folder = dest or Path(chosen.name)
    place = folder.resolve()  # before `create`, which replaces the working folder in `new NAME .`
    given = answers.given(data)
    if run:
        environment.check(chosen)
    scaffold.check_destination(folder)  # before the first question
    source = dataset.choose(chosen, data_set or (text.pick_data(chosen) if is_talking else ""))
    collected = answers.collect(chosen, place.name, given, text.prompt(chosen) if is_talking else None)
    if dry_run:
        terminal.show(text.preview(collected, folder, scaffold.preview(collected), output))
        return
    project = scaffold.create(collected, place, git)
    if run:
        terminal.warn(text.made(project, folder))
    pipeline = runner.run(chosen, place, terminal.Progress(), source) if run else None
    again = text.command(collected, folder, git, run, source)
    if answer := text.created(project, folder, pipeline, source, again, output):
        terminal.tell(answer)
    if pipeline and pipeline.failure:
        raise pipeline.failure


@app.command()
def update(
    path: args.ProjectFolder = Path(),
    dry_run: args.OnlyPatch = False,
    output: args.OutputFormat = Format.text,
) -> None:
    """Merge the newest version of its template into a project, as a git merge that loses no line of yours."""
    from portfolio.create.text import prompt
    from portfolio.update import before_and_after, plan, text

    with plan.planned(path, prompt if terminal.is_interactive(output) else None) as planned:
        comparison = before_and_after.compare(planned)
        commit = None if dry_run else plan.apply(planned)
        answer = text.answer(planned, path, commit, comparison, dry_run, output)
    terminal.tell(answer)
    raise typer.Exit(planned.exit_code)


@app.command()
def audit(
    paths: args.Projects = None,
    fix: args.AlsoFix = False,
    dry_run: args.OnlyShowFix = False,
    at_length: args.AtLength = False,
    course: args.RubricName = "",
    role: args.ForRole = None,
    fail_on: args.FailLevel = args.FailOn.error,
    output: args.AuditFormat = ReportFormat.text,
) -> None:
    """Check each project's README: is it complete, and is it true? And say how to close each gap."""
    from portfolio.audit import report
    from portfolio.audit.run import Options, answers
    from portfolio.audit.verdict import Severity

    chosen = paths or [Path()]
    points = args.points(course, role)
    form = report.of_pieces(output, bool(role))
    options = Options(fix, dry_run, Severity(fail_on.value), form, at_length, points, is_one=len(chosen) == 1)
    codes = {0}

    def pieces() -> Iterator[Piece]:
        for each in answers(chosen, options):
            codes.add(each.code)
            terminal.warn(*each.messages)
            yield each.piece

    of_role = points if role else None
    for line in report.lines(pieces(), output, options.is_one or options.shows_only_patch, of_role):
        terminal.show(line)
    raise typer.Exit(max(codes - {1} if role else codes))


@app.command()
def defend(
    path: args.ProjectFolder = Path(),
    write: args.AlsoWrite = False,
    quiz: args.OneByOne = False,
    output: args.OutputFormat = Format.text,
) -> None:
    """Ask what an interviewer will ask about this run, with the number and the line that each question rests on."""
    from portfolio.audit.project import open_project
    from portfolio.defend import asked, sheet, text

    project = open_project(path)
    questions = asked.of(project)
    if quiz:
        terminal.quiz(text.both_sides(questions, project), output)
        return
    written = sheet.write(project.folder, questions) if write else None
    terminal.show(text.answer(questions, written, output))


@app.command()
def site(
    paths: args.SeveralProjects,
    out: args.SiteFolder = Path("site"),
    author: args.AuthorFile = None,
    output: args.OutputFormat = Format.text,
) -> None:
    """Put projects on one static page: results with intervals, pictures, demos, what you would improve next."""
    from portfolio.site import author as authors
    from portfolio.site import build, text

    whose = authors.read(author)
    pages = build.collect(paths, whose)
    terminal.warn(*text.left_out(pages))
    build.write(pages, whose, out)
    terminal.tell(text.answer(pages, out, output))


@app.command()
def rules(code: args.RuleCode = "", output: args.OutputFormat = Format.text) -> None:
    """Show the rules; with a code what it asks, why, how it is decided, and examples."""
    from portfolio.audit.report import pages

    terminal.show(pages.answer(code, output))


def _pick(is_talking: bool, output: Format) -> str:
    """The name that the user picks; without a terminal, the list and an error."""
    from portfolio.create import templates, text

    choices = templates.all()
    if is_talking:
        return terminal.pick([(template.name, template.summary) for template in choices])
    terminal.show(text.catalog(choices, output))
    raise WrongUse("no template was named", f"for example: portfolio new {choices[0].name}")
