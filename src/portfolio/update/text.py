"""What `update` answers, as text for people and as JSON for programs."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

from portfolio.audit.report import comparison as comparing
from portfolio.terminal import Format, bold, document, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from portfolio.audit.comparison import Comparison
    from portfolio.git.merge import Conflict
    from portfolio.update.broken_references import Broken
    from portfolio.update.plan import Update

# Git's word for a conflict → what to do; where one side is gone, see `_one_sided`.
ADVICE = {
    "contents": "both changed the same lines: choose between the marks <<<<<<< and >>>>>>>",
    "binary": "both changed it, and it is not text: yours is there; git checkout --theirs FILE for the template's",
    "add/add": "both added a file of this name: choose between the marks <<<<<<< and >>>>>>>",
    "rename/rename": "both moved it, to different places: keep the one you want",
    "rename involved in collision": "two files were moved to this place: keep the one you want",
    "directory rename suggested": "the template adds it to a folder that you renamed: git add it here, or move it",
    "file/directory": "a file on one side and a folder on the other: keep the one you want",
    "distinct modes": "a file on one side and a link on the other: keep the one you want",
}


def updated(update: Update, folder: Path, commit: str | None, comparison: Comparison | None, is_dry: bool) -> str:
    """What the update did to the project called `folder` by the user, or would do."""
    release = update.answers.template.release
    if update.merge is None:
        return wrap(f"{folder} is up to date: it is of {release}. Nothing to do.")
    lines = [*_headline(update, commit, is_dry), *_changes(update), *_rewritten(update), *_asides(update)]
    lines += [*_conflicts(update), *_broken(update), *_ways_on(update, commit, is_dry), ""]
    after = "Once that is resolved, see what the update bought: portfolio audit"
    lines += comparing.lines(comparison) if comparison else [after]
    return "\n".join([*lines, *(["", update.diff.rstrip("\n")] if is_dry else [])])


def as_json(update: Update, folder: Path, commit: str | None, comparison: Comparison | None, is_dry: bool) -> str:
    """What `updated` says, as one JSON document."""
    merge, base = update.merge, update.base
    body: dict[str, Any] = {
        "path": str(folder),
        "from": update.project.record.release,
        "to": update.answers.template.release,
        "dry_run": is_dry,
        "outcome": _outcome(update),
        "base": base and {"tree": update.base_tree, "commit": base.commit, "forgotten": base.forgotten},
        "render": merge and merge.theirs,
        "commit": commit,
        "files": [asdict(change) for change in merge.changes] if merge else [],
        "conflicts": [asdict(conflict) for conflict in merge.conflicts] if merge else [],
        "broken": [asdict(broken) for broken in update.broken],
        "rewritten": [asdict(rewrite) for rewrite in update.rewritten],
        "new_answers": update.new_answers,
        "identity": asdict(update.who),
        "audit": comparison and asdict(comparison),
        "diff": update.diff if is_dry else None,
    }
    return document(body)


def answer(
    update: Update, folder: Path, commit: str | None, comparison: Comparison | None, is_dry: bool, output: Format
) -> str:
    """The answer in the form that was asked for."""
    write = as_json if output is Format.json else updated
    written = write(update, folder, commit, comparison, is_dry)
    return written.encode("utf-8", "backslashreplace").decode()  # names and lines of files may be no text


def _outcome(update: Update) -> str:
    if update.merge is None:
        return "nothing to do"
    if update.merge.conflicts:
        return "conflicts"
    return "to look at" if update.broken else "merged"


def _headline(update: Update, commit: str | None, is_dry: bool) -> Iterator[str]:
    count = len(update.merge.changes) if update.merge else 0
    files = f"{count} file{'' if count == 1 else 's'}"
    if is_dry:
        end = f"would change {files}, and nothing is changed yet."
    elif commit:
        end = f"merged, {files}, in commit {commit[:7]}."
    else:
        end = f"merged, {files}, and not committed: see below what to look at first."
    yield wrap(f"{bold(update.project.record.release)} → {bold(update.answers.template.release)}: {end}")
    yield ""


def _changes(update: Update) -> Iterator[str]:
    for change in sorted(update.merge.changes if update.merge else (), key=lambda change: change.path):
        word = "new rights" if change.action == "mode" else change.action
        origin = f"{change.moved_from} → " if change.moved_from else ""
        yield f"  {word:<10}  {origin}{change.path}"


def _rewritten(update: Update) -> Iterator[str]:
    """Imports of moved modules in the user's own files, as they were and as they are."""
    if update.rewritten:
        yield ""
        yield bold(f"Imports of moved modules, rewritten in your files: {len(update.rewritten)}")
    for rewrite in update.rewritten:
        yield f"  {rewrite.path}:{rewrite.line}"
        for mark, text in (("-", rewrite.before), ("+", rewrite.after)):
            yield from (wrap(f"{mark} {line.strip()}", "    ", "      ") for line in text.splitlines())


def _asides(update: Update) -> Iterator[str]:
    """What the reader would wonder about."""
    base = update.base
    if base and not base.commit:
        yield ""
        yield wrap("The history does not hold the project as it was made; it was put together again from its record.")
    if base and base.forgotten:
        yield wrap(
            "The original of these is lost, so that your edits could not be told from the template's lines: "
            f"{', '.join(base.forgotten)}."
        )
    if update.new_answers:
        shown = ", ".join(f"{key} = {value}" for key, value in update.new_answers.items())
        yield ""
        yield wrap(f"New questions were answered: {shown}. To answer otherwise: .portfolio.json, then update again.")
    if update.changes_packages:
        yield ""
        yield "The packages may have changed: set the environment up again, as README.md says."
    if not update.who.is_configured:
        yield ""
        yield wrap(f"Git does not know you, so commits are by {update.who}: git config --global user.email …")


def _conflicts(update: Update) -> Iterator[str]:
    if conflicts := update.merge.conflicts if update.merge else ():
        yield ""
        yield bold(f"Conflicts: {len(conflicts)} to look at")
        for conflict in conflicts:
            yield wrap(f"{conflict.path}: {advice(conflict)}", "  ", "    ")
        yield wrap("What these files import and name was not checked: they hold conflict marks.", "  ", "    ")


def _broken(update: Update) -> Iterator[str]:
    """What would not run or lead nowhere although git merged it, file by file."""
    if not update.broken:
        return
    yield ""
    yield bold(f"Merged by git, and broken: {len(update.broken)} to look at")
    for (path, _, message, hint), group in groupby(update.broken, _without_line):
        numbers = sorted({broken.line for broken in group})
        lines = ", ".join(str(number) for number in numbers[:8]) + (" …" if len(numbers) > 8 else "")
        yield wrap(f"{path}:{lines}: {message}{f' ({hint})' if hint else ''}", "  ", "    ")


def _without_line(broken: Broken) -> tuple[str, str, str, str]:
    return broken.path, broken.reference, broken.message, broken.hint


def _ways_on(update: Update, commit: str | None, is_dry: bool) -> Iterator[str]:
    if commit:
        yield ""
        yield "To undo it: git reset --hard ORIG_HEAD"
    elif update.is_to_be_looked_at and not is_dry:
        yield ""
        yield wrap("When each is as you want it: git add -A && git commit", "  ", "    ")
        yield wrap("Or back to before, as it was: git merge --abort", "  ", "    ")


def advice(conflict: Conflict) -> str:
    """What to do about a conflict."""
    if conflict.kind in ADVICE:
        return ADVICE[conflict.kind]
    if conflict.kind in ("modify/delete", "rename/delete") and conflict.has_ours != conflict.has_theirs:
        return _one_sided(conflict)
    return f"git says: {conflict.message}" if conflict.message else "keep the one you want"


def _one_sided(conflict: Conflict) -> str:
    """Advice on a file that only one side still has; whose change it was is what the kind of conflict tells."""
    did = "changed" if conflict.kind == "modify/delete" else "renamed"
    if conflict.has_ours:
        return f"you {did} it and the template deleted it: git add to keep it, git rm to let it go"
    return f"the template {did} it and you deleted it: git add to have it, git rm to do without"
