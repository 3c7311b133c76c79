"""What the making commands answer, as text for people and as JSON for programs; errors and progress too."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from portfolio.errors import WrongUse
from portfolio.terminal import Format, bold, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from portfolio.answers import Answer, Answers, Question
    from portfolio.merge import Conflict
    from portfolio.runner import Run
    from portfolio.scaffold import Created, PlannedFile
    from portfolio.templates import NextStep, Template
    from portfolio.update import Update


def problem(message: str, hint: str) -> str:
    """The two lines of an error."""
    error, next_step = (bold(word, sys.stderr) for word in ("error:", "hint:"))
    return f"{error} {message}\n{next_step}  {hint}"


def catalogue(found: Sequence[Template], output: Format) -> str:
    """The templates, one line each and the skills below it."""
    if output is Format.json:
        return _json({"templates": [_about(each) for each in found]})
    if not found:
        return "No template for that role yet."
    first = found[0].name
    entries = [
        "\n".join(
            [
                wrap(f"{bold(each.name)} ({each.role}) · {each.summary}"),
                wrap(f"shows {', '.join(each.skills)}", "  "),
                wrap(f"first result in about {_minutes(each)}", "  "),
            ]
        )
        for each in found
    ]
    entries.append(wrap(f"Create one: portfolio new {first} · Ask about one: portfolio list {first}"))
    return "\n\n".join(entries)


def template(found: Template, questions: Sequence[Question], output: Format) -> str:
    """One template: its questions, data sets and verbs."""
    if output is Format.json:
        return _json(_about(found) | {"questions": [asdict(each) for each in questions]})
    return "\n".join(
        [
            f"{bold(found.name)} {found.version} ({found.role})",
            wrap(found.summary),
            wrap(f"Shows {', '.join(found.skills)}."),
            wrap(f"First result in about {_minutes(found)}."),
            "",
            bold("Questions") + " (portfolio new --data KEY=VALUE)",
            *_columns((each.key, each.help) for each in questions),
            "",
            bold("Data sets") + f" (python -m {found.package} run --data NAME)",
            *_columns((each.name, f"{each.what}; licence: {each.licence}") for each in found.data_sets),
            "",
            bold("Verbs") + f" (python -m {found.package} VERB)",
            *_columns(found.verbs.items()),
        ]
    )


def plan(answers: Answers, folder: Path, files: Sequence[PlannedFile], output: Format) -> str:
    """What `new` would make."""
    if output is Format.json:
        return _json(
            {
                "template": answers.template.release,
                "path": str(folder),
                "answers": answers.values,
                "files": [asdict(each) for each in files],
            }
        )
    return "\n".join([f"Would make {len(files)} files in {folder}:", *(f"  {each.path}" for each in files)])


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


def created(
    project: Created, folder: Path, run: Run | None, next_steps: Sequence[NextStep], command: str, output: Format
) -> str:
    """The end message of `new`: what was made, called `folder` as by the user, what was measured, what to do next."""
    if output is Format.json:
        return _json(
            {
                "template": project.answers.template.release,
                "path": str(folder),
                "answers": project.answers.values,
                "files": [asdict(each) for each in project.files],
                "commit": project.commit and asdict(project.commit),
                "why_no_commit": project.why_no_commit or None,
                "run": run and asdict(run),
                "next_steps": [asdict(each) for each in next_steps],
                "command": command,
            }
        )
    lines = [] if run else [made(project, folder)]
    lines += _measured(run) if run else []
    lines += ["", bold("Next")]
    lines += _columns([(f"cd {_quote(str(folder))}", ""), *((each.run, each.why) for each in next_steps)])
    if project.commit:
        lines += [
            "",
            bold("To publish it") + " (make an empty repository at your host first)",
            *(["  git add -A && git commit -m 'First run'"] if run else []),
            "  git remote add origin URL",
            "  git push -u origin main",
        ]
    return "\n".join([*lines, "", bold("The same again, without questions"), f"  {command}"])


def mended(path: str, done: Iterable[str]) -> str:
    """What `audit --fix` did to a README."""
    return "\n".join([f"Mended {bold(path, sys.stderr)}:", *(wrap(each, "  ", "    ") for each in done)])


def updated(
    update: Update, folder: Path, commit: str | None, is_dry: bool, audit: dict[str, Any] | None, output: Format
) -> str:
    """What `update` did to the project called `folder` by the user, or would do; without what the audit says of it."""
    before, after = update.project.release, update.answers.template.release
    merged = update.merge
    if output is Format.json:
        return _json(
            {
                "path": str(folder),
                "from": before,
                "to": after,
                "dry_run": is_dry,
                "outcome": "nothing to do" if merged is None else "conflicts" if merged.conflicts else "merged",
                "base": update.base and asdict(update.base),
                "render": merged and merged.theirs,
                "commit": commit,
                "files": [asdict(each) for each in update.changes],
                "conflicts": [asdict(each) for each in merged.conflicts] if merged else [],
                "new_answers": update.new_answers,
                "identity": asdict(update.who),
                "audit": audit,
                "diff": update.diff if is_dry else None,
            }
        )
    if merged is None:
        return wrap(f"{folder} is up to date: it is of {after}. Nothing to do.")
    return "\n".join(_update(update, before, after, commit, is_dry))


def _update(update: Update, before: str, after: str, commit: str | None, is_dry: bool) -> Iterator[str]:
    count = len(update.changes)
    files = f"{count} file{'' if count == 1 else 's'}"
    if is_dry:
        end = f"would change {files}, and nothing is changed yet."
    elif commit:
        end = f"merged, {files}, in commit {commit[:7]}."
    else:
        end = f"merged, {files}, but for the conflicts below."
    yield wrap(f"{bold(before)} → {bold(after)}: {end}")
    yield ""
    for each in sorted(update.changes, key=lambda change: change.path):
        word = "new rights" if each.action == "mode" else each.action
        came = f"{each.moved_from} → " if each.moved_from else ""
        yield f"  {word:<10}  {came}{each.path}"
    yield from _asides(update)
    if conflicts := update.merge.conflicts if update.merge else ():
        yield ""
        yield bold(f"Conflicts: {len(conflicts)} to look at")
        for conflict in conflicts:
            yield wrap(f"{conflict.path}: {_advice(conflict)}", "  ", "    ")
        if not is_dry:
            yield ""
            yield wrap("When each is as you want it: git add -A && git commit", "  ", "    ")
            yield wrap("Or back to before, as it was: git merge --abort", "  ", "    ")
    if commit:
        yield ""
        yield "To undo it: git reset --hard ORIG_HEAD"


def _asides(update: Update) -> Iterator[str]:
    """What the reader would wonder about."""
    if update.base and not update.base.commit:
        yield ""
        yield wrap("The history does not hold the project as it was made; it was put together again from its record.")
    if update.base and update.base.forgotten:
        yield wrap(
            "Not known any more, so that your edits could not be told from the template's lines: "
            f"{', '.join(update.base.forgotten)}."
        )
    if update.new_answers:
        told = ", ".join(f"{key} = {value}" for key, value in update.new_answers.items())
        yield ""
        yield wrap(f"New questions were answered: {told}. To answer otherwise: .portfolio.json, then update again.")
    if update.changes_packages:
        yield ""
        yield "The packages may have changed: set the environment up again, as README.md says."
    if not update.who.is_configured:
        yield ""
        yield wrap(f"Git does not know you, so commits are by {update.who}: git config --global user.email …")


def _advice(conflict: Conflict) -> str:
    if conflict.has_ours and conflict.has_theirs:
        if conflict.kind == "binary":
            return "both changed it, and it is not text: yours is there; git checkout --theirs for the template's"
        return "both changed the same lines: choose between the marks <<<<<<< and >>>>>>>"
    if conflict.has_ours:
        return "you changed it, the template has it no more: git add to keep it, git rm to let it go"
    if conflict.has_theirs:
        return "you have it no more, the template changed it: git add to have it, git rm to do without"
    return "moved to different places: keep the one you want"


def command(answers: Answers, folder: Path, git: bool | None, run: bool) -> str:
    """The command line that makes the same project without asking."""
    options = [f"--data={key}={value}" for key, value in answers.unpredictable.items()]
    flags = [*(["--run"] if run else []), *([] if git is None else ["--git" if git else "--no-git"])]
    words = ["portfolio", "new", answers.template.name, str(folder), "--yes", *flags, *options]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


class Prompt:
    """Asks a question on the terminal until the answer is a valid one."""

    def __init__(self, found: Template) -> None:
        self._template = found

    def __call__(self, question: Question, default: Answer) -> str:
        from portfolio.answers import validate

        while True:
            text: str = typer.prompt(question.help, default=str(default), err=True)
            try:
                validate(question, text, self._template)
            except WrongUse as error:
                typer.echo(problem(error.message, error.hint), err=True)
            else:
                return text


def pick(choices: Sequence[Template]) -> str:
    """The name of the template that the user picks from a numbered list."""
    for number, each in enumerate(choices, start=1):
        typer.echo(wrap(f"{number}. {bold(each.name)}: {each.summary}"), err=True)
    typer.echo("", err=True)
    names = {str(number): each.name for number, each in enumerate(choices, start=1)}
    answer: str = typer.prompt("Which one", default="1", err=True)
    return names.get(answer.strip(), answer.strip())


class Progress:
    """Shows each step of a run on standard error: on a terminal its newest line too, and the seconds so far."""

    def __init__(self) -> None:
        self._is_live = sys.stderr.isatty()
        self._step = ""
        self._started = 0.0

    def __call__(self, step: str, line: str) -> None:
        """Show `line` as the newest of `step`."""
        if step != self._step:
            self.finish()
            self._step, self._started = step, time.monotonic()
            if not self._is_live:
                typer.echo(f"  {step} …", err=True)
        if self._is_live:
            self._draw(line)

    def finish(self) -> None:
        """Leave the last step's line standing, with its seconds."""
        if self._step and self._is_live:
            self._draw("")
            typer.echo("", err=True)
        self._step = ""

    def _draw(self, line: str) -> None:
        shown = f"  {self._step:<12} {time.monotonic() - self._started:6.1f} s  {line}"
        sys.stderr.write("\r" + shown[: width() - 1].ljust(width() - 1))
        sys.stderr.flush()


def _measured(run: Run) -> Iterator[str]:
    label = run.headlines[0].label
    model = max(len(each.model) for each in run.headlines)
    yield ""
    yield bold("Measured") + " (reports/metrics.json; README.md says the same)"
    yield f"  {label:<10} {'95 % interval':<16} {'':<{model}}  on"
    for each in run.headlines:
        low, high = each.ci95
        yield f"  {each.value:<10.3f} {f'[{low:.3f}, {high:.3f}]':<16} {each.model:<{model}}  {each.split}"
    yield ""
    yield wrap("Seconds: " + " · ".join(f"{each.name} {each.seconds:.1f}" for each in run.steps))


def _about(found: Template) -> dict[str, Any]:
    return {
        "name": found.name,
        "version": found.version,
        "role": found.role,
        "summary": found.summary,
        "skills": found.skills,
        "minutes": {"cold": found.minutes_cold, "warm": found.minutes_warm},
        "data_sets": [asdict(each) for each in found.data_sets],
        "verbs": found.verbs,
    }


def _minutes(found: Template) -> str:
    return f"{found.minutes_cold:g} minutes ({found.minutes_warm:g} once its packages are downloaded)"


def _columns(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    rows = list(rows)
    column = max((len(left) for left, right in rows if right and len(left) < 40), default=0)
    for left, right in rows:
        if right and len(left) + 4 + len(right) > width() and len(left) > column:
            yield f"  {left}"
            yield wrap(right, " " * 6)
        else:
            yield wrap(
                f"{left:<{column}}  {right}".rstrip() if right else left, "  ", " " * (column + 4), keep=not right
            )


def _quote(text: str) -> str:
    return f'"{text}"' if os.name == "nt" and " " in text else text if os.name == "nt" else shlex.quote(text)


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)
