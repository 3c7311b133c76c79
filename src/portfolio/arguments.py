"""The arguments and options of the commands, with their help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from portfolio.audit.report import Format as ReportFormat
from portfolio.terminal import Format, version

if TYPE_CHECKING:
    from portfolio.audit.rubric import Rubric


class Role(StrEnum):
    """The role whose work a template, or a portfolio, shows."""

    mle = "mle"
    ds = "ds"
    ai = "ai"
    pm = "pm"


class FailOn(StrEnum):
    """From which severity on a finding makes the exit code 1."""

    error = "error"
    warn = "warn"


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"portfolio {version()}")
        raise typer.Exit


def _template_names(incomplete: str) -> list[str]:
    from portfolio.create import templates

    return [template.name for template in templates.all() if template.name.startswith(incomplete)]


def _data_set_names(context: typer.Context, incomplete: str) -> list[str]:
    from portfolio.create import templates

    typed = {context.params.get("template"), *context.args}
    named = [template for template in templates.all() if template.name in typed]
    sets = (each for template in named or templates.all() for each in template.data_sets if not each.is_own)
    names = dict.fromkeys(each.name for each in sets)
    return [name for name in names if name.startswith(incomplete)]


def _rule_codes(incomplete: str) -> list[str]:
    from portfolio.audit.rules import RULES

    return [rule.code for rule in RULES if rule.code.startswith(incomplete.upper())]


def _rubric_names(incomplete: str) -> list[str]:
    from portfolio.audit import rubric

    return [name for name in rubric.names() if name.startswith(incomplete)]


def points(course: str, role: Role | None) -> Rubric | None:
    """The criteria of a role or a course; None where neither was named."""
    if not (course or role):
        return None
    from portfolio.audit import rubric

    return rubric.of_role(role) if role else rubric.load(course)


Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
]
OutputFormat = Annotated[Format, typer.Option("--format", help="How to answer; JSON is one document on stdout.")]
AuditFormat = Annotated[ReportFormat, typer.Option("--format", help="How to answer; JSON is one document on stdout.")]

TemplateName = Annotated[
    str,
    typer.Argument(metavar="TEMPLATE", help="See: portfolio list.", autocompletion=_template_names, show_default=False),
]
OnlyRole = Annotated[Role | None, typer.Option(help="Only templates that show this role's work.")]

Destination = Annotated[
    Path | None,
    typer.Argument(metavar="DEST", help="The folder to make; ./TEMPLATE by default.", show_default=False),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take the defaults.")]
Data = Annotated[list[str], typer.Option(metavar="KEY=VALUE", help="Answer a question; repeat for more.")]
Dataset = Annotated[
    str,
    typer.Option(
        "--dataset",
        metavar="NAME|PATH",
        help="The data to run on: a public set, your own, or sample. See: portfolio list TEMPLATE.",
        autocompletion=_data_set_names,
        show_default="the sample, drawn offline",
    ),
]
AlsoRun = Annotated[bool, typer.Option("--run", help="Then set up its environment and run its pipeline.")]
Preview = Annotated[bool, typer.Option("--dry-run", help="List what would be made, and make nothing.")]
WithGit = Annotated[
    bool | None,
    typer.Option("--git/--no-git", help="Make a repository and a first commit.", show_default="unless inside one"),
]

ProjectFolder = Annotated[
    Path, typer.Argument(metavar="[PATH]", help="The project; this folder by default.", show_default=False)
]
OnlyPatch = Annotated[bool, typer.Option("--dry-run", help="Show what would change, as a patch; change nothing.")]

AlsoWrite = Annotated[bool, typer.Option("--write", help="Write them into DEFENSE.md, with blanks for your answers.")]
OneByOne = Annotated[bool, typer.Option("--quiz", help="Ask one by one at this terminal; nothing is kept.")]

Projects = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[PATH]...", help="Projects, or READMEs; this folder by default.", show_default=False),
]
SeveralProjects = Annotated[list[Path], typer.Argument(metavar="PROJECT...", help="The projects to show.")]
SiteFolder = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="The folder to make, or to make anew.")]
AuthorFile = Annotated[
    Path | None,
    typer.Option(
        "--author",
        metavar="FILE",
        help="Name, contact, order and words.",
        show_default="portfolio.toml, if it is there",
    ),
]

AlsoFix = Annotated[bool, typer.Option("--fix", help="Insert missing sections to fill in; refresh report numbers.")]
OnlyShowFix = Annotated[bool, typer.Option("--dry-run", help="With --fix: show the changes, and make none.")]
AtLength = Annotated[bool, typer.Option("--all", help="Every finding with what was seen and what to write.")]
RubricName = Annotated[
    str,
    typer.Option(
        "--rubric", metavar="NAME|PATH", help="Points by a course's rubric too, or by one of your own (TOML).",
        autocompletion=_rubric_names, show_default=False,
    ),
]  # fmt: skip
ForRole = Annotated[
    Role | None, typer.Option(help="What the projects show for that role together, and which two to lead with.")
]
FailLevel = Annotated[FailOn, typer.Option(help="The least finding that makes the exit code 1.")]

RuleCode = Annotated[
    str, typer.Argument(metavar="CODE", help="Such as RFL702.", autocompletion=_rule_codes, show_default=False)
]
