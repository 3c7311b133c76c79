"""What `list` and `new` answer, as text for people and as JSON for programs."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from portfolio import terminal
from portfolio.create import dataset, environment
from portfolio.create.validation import validate
from portfolio.terminal import Format, bold, columns, document, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from portfolio.create.answers import Answers, Ask
    from portfolio.create.dataset import Chosen
    from portfolio.create.questions import Answer, Question
    from portfolio.create.runner import PipelineRun
    from portfolio.create.scaffold import Created, PlannedFile
    from portfolio.create.templates import NextStep, Template


def catalog(templates: Sequence[Template], output: Format) -> str:
    """The templates, one line each and the skills below it."""
    if output is Format.json:
        return document({"templates": [_about(template) for template in templates]})
    if not templates:
        return "No template for that role yet."
    first = templates[0].name
    entries = [
        "\n".join(
            [
                wrap(f"{bold(template.name)} ({template.role}) · {template.summary}"),
                wrap(f"shows {', '.join(template.skills)}", "  "),
                wrap(f"first result in about {_minutes(template)}", "  "),
            ]
        )
        for template in templates
    ]
    entries.append(wrap(f"Create one: portfolio new {first} · Ask about one: portfolio list {first}"))
    return "\n\n".join(entries)


def template(template: Template, questions: Sequence[Question], output: Format) -> str:
    """One template: its questions, data sets and verbs."""
    if output is Format.json:
        return document(_about(template) | {"questions": [asdict(question) for question in questions]})
    return "\n".join(
        [
            f"{bold(template.name)} {template.version} ({template.role})",
            wrap(template.summary),
            wrap(f"Shows {', '.join(template.skills)}."),
            wrap(f"First result in about {_minutes(template)}."),
            "",
            bold("Questions") + " (portfolio new --data KEY=VALUE)",
            *columns((question.key, question.help) for question in questions),
            "",
            bold("Data sets") + " (portfolio new --dataset NAME)",
            *columns((data.name, f"{data.what}; license: {data.licence}") for data in template.data_sets),
            "",
            bold("Verbs") + f" (python -m {template.package} VERB)",
            *columns(template.verbs.items()),
        ]
    )


def prompt(template: Template) -> Ask:
    """What asks a question of a template on the terminal until the answer is a valid one."""

    def ask(question: Question, default: Answer) -> str:
        return terminal.ask(question.help, str(default), lambda typed: validate(question, typed, template))

    return ask


def pick_data(template: Template) -> str:
    """The data set that the user chooses on the terminal: a name, or a path of their own."""
    terminal.warn("The data that it is to show, first of all:")
    terminal.warn(*columns((each.name, f"{each.what}; license: {each.licence}") for each in template.data_sets))
    default = next(each.name for each in template.data_sets if each.name != dataset.SAMPLE)
    return terminal.ask("A name, or the path of your own", default, lambda typed: dataset.choose(template, typed))


def preview(answers: Answers, folder: Path, files: Sequence[PlannedFile], output: Format) -> str:
    """The answer of `new --dry-run`: the files that it would make."""
    if output is Format.json:
        return document(
            {
                "template": answers.template.release,
                "path": str(folder),
                "answers": answers.values,
                "files": [asdict(file) for file in files],
            }
        )
    return "\n".join([f"Would make {len(files)} files in {folder}:", *(f"  {file.path}" for file in files)])


def made(project: Created, folder: Path) -> str:
    """That the project is there, and its first commit."""
    line = f"Made {bold(project.answers.project_name)} in {folder}: {len(project.files)} files"
    if not project.commit:
        return f"{line}; {project.why_no_commit}."
    line += f", first commit {project.commit.sha[:7]}."
    if not project.commit.identity_is_configured:
        line += (
            f"\nGit does not know you, so the commit is by {project.commit.identity}. To change that:"
            "\n  git config --global user.name 'Your Name'"
            "\n  git config --global user.email you@example.org"
            "\n  git commit --amend --reset-author --no-edit"
        )
    return line


def created(project: Created, folder: Path, run: PipelineRun | None, data: Chosen, command: str, output: Format) -> str:
    """The end message of `new`: what was made, called `folder` as by the user, what was measured, what to do next.

    As text, nothing where the run failed: the error says what to do.
    """
    has_run = run is not None and run.failure is None
    template, fell_back = project.answers.template, run.fell_back if run else ()
    steps = tuple(environment.next_steps(template, has_run, fell_back, data))
    used = dataset.OFFLINE if "data" in fell_back else data
    real = tuple(environment.real_data(template, fell_back)) if used.is_sample else ()
    if output is Format.json:
        body = _document(project, folder, run if has_run else None, steps, command)
        known = [{"run": line, "what": each.what, "licence": each.licence} for line, each in real]
        return document({**body, "dataset": used.written, "real_data": known})
    if run is not None and run.failure is not None:
        return ""
    lines = [*_measured(run)] if run else [made(project, folder)]
    lines += ["", bold("Next")]
    lines += columns([(f"cd {_quote(str(folder))}", ""), *((step.run, step.why) for step in steps)])
    if real:
        lines += ["", bold("With real data") + ", which is what to show; the drawn sample is the offline test"]
        lines += columns((line, f"{each.what}; license: {each.licence}") for line, each in real)
    if project.commit:
        lines += ["", bold("To publish it") + " (make an empty repository at your host first)"]
        lines += ["  git add -A && git commit -m 'First run'"] if run else []
        lines += ["  git remote add origin URL", "  git push -u origin main"]
    lines += ["", bold("What a reader will say"), *columns(_readers(folder, run is not None))]
    return "\n".join([*lines, "", bold("The same again, without questions"), f"  {command}"])


def _readers(folder: Path, has_run: bool) -> Iterator[tuple[str, str]]:
    """The commands that look at a project as others do."""
    yield f"portfolio audit {_quote(str(folder))}", "what its README lacks, and what is not true"
    if has_run:
        yield f"portfolio defend {_quote(str(folder))}", "what you will be asked about this run"


def _document(
    project: Created, folder: Path, run: PipelineRun | None, steps: Sequence[NextStep], command: str
) -> dict[str, Any]:
    measured = run and {
        "steps": [asdict(step) for step in run.steps],
        "headlines": [asdict(headline) for headline in run.headlines],
        "fell_back": run.fell_back,
    }
    return {
        "template": project.answers.template.release,
        "path": str(folder),
        "answers": project.answers.values,
        "files": [asdict(file) for file in project.files],
        "commit": project.commit and asdict(project.commit),
        "why_no_commit": project.why_no_commit or None,
        "run": measured,
        "next_steps": [asdict(step) for step in steps],
        "command": command,
    }


def command(answers: Answers, folder: Path, git: bool | None, run: bool, data: Chosen) -> str:
    """The command line that makes the same project without asking."""
    options = [f"--data={key}={value}" for key, value in answers.unpredictable.items()]
    flags = [*(["--run"] if run else []), *([] if data.is_sample else [f"--dataset={data.written}"])]
    flags += [] if git is None else ["--git" if git else "--no-git"]
    words = ["portfolio", "new", answers.template.name, str(folder), "--yes", *flags, *options]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def _measured(run: PipelineRun) -> Iterator[str]:
    label = run.headlines[0].label
    model = max(len(headline.model) for headline in run.headlines)
    yield ""
    yield bold("Measured") + " (reports/metrics.json; README.md says the same)"
    yield f"  {label:<10} {'95% interval':<16} {'':<{model}}  on"
    for headline in run.headlines:
        low, high = headline.ci95
        interval = f"[{low:.3f}, {high:.3f}]"
        yield f"  {headline.value:<10.3f} {interval:<16} {headline.model:<{model}}  {headline.split}"
    yield ""
    yield wrap("Seconds: " + " · ".join(f"{step.name} {step.seconds:.1f}" for step in run.steps))


def _about(template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "version": template.version,
        "role": template.role,
        "summary": template.summary,
        "skills": template.skills,
        "minutes": {"cold": template.minutes_cold, "warm": template.minutes_warm},
        "data_sets": [asdict(data) for data in template.data_sets],
        "verbs": template.verbs,
    }


def _minutes(template: Template) -> str:
    return f"{template.minutes_cold:g} minutes ({template.minutes_warm:g} once its packages are downloaded)"


def _quote(text: str) -> str:
    return f'"{text}"' if os.name == "nt" and " " in text else text if os.name == "nt" else shlex.quote(text)
