"""A template and answers → a project, whole or not at all. The only module that knows Copier."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio import record
from portfolio.create import templates
from portfolio.create.validation import RESERVED
from portfolio.errors import PortfolioError, WrongUse
from portfolio.git import first_commit, repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from portfolio.create.answers import Answers

TRAILER = "Portfolio-Template"


@dataclass(frozen=True)
class PlannedFile:
    """A file that `create` would write."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Created:
    """A project that is there now."""

    answers: Answers
    folder: Path
    files: tuple[PlannedFile, ...]
    commit: first_commit.Commit | None
    why_no_commit: str = ""


def preview(answers: Answers) -> tuple[PlannedFile, ...]:
    """The files that `create` would write, without writing any."""
    with tempfile.TemporaryDirectory() as folder:
        return _planned(render(answers, Path(folder)))


def render(answers: Answers, folder: Path) -> dict[str, bytes]:
    """Render into `folder` and record it there; returns every file."""
    import plumbum
    from copier import Settings, run_copy

    with plumbum.local.env(PATH=""):  # hides git: Copier would start it once for every file
        run_copy(
            str(templates.root()),
            folder,
            data=answers.context,
            defaults=True,
            overwrite=True,
            quiet=True,
            settings=Settings(),  # not the user's own, which would change our defaults
        )
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    template = answers.template
    own_words = [str(value) for value in answers.unpredictable.values()]
    release = (template.name, template.version, template.profile)
    made_of = record.to_text(record.of(release, answers.values, files, own_words)).encode()
    (folder / record.NAME).write_bytes(made_of)
    _set_modes(folder)
    return {**files, record.NAME: made_of}


def _set_modes(folder: Path) -> None:
    """As the user's own files are, however the templates were installed; a script can be run."""
    mask = os.umask(0o077)
    os.umask(mask)
    for path in folder.rglob("*"):
        is_run = path.is_dir() or path.read_bytes().startswith(b"#!")
        path.chmod((0o777 if is_run else 0o666) & ~mask | 0o600)


def check_destination(folder: Path) -> None:
    """Refuse a destination that is neither absent nor an empty folder."""
    another = f"choose another folder: portfolio new TEMPLATE {folder}-2"
    if folder.name.partition(".")[0].lower() in RESERVED:
        raise WrongUse(f"{folder.name} is the name of a device on Windows, and cannot be a folder", another)
    try:
        if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
            raise PortfolioError(f"{folder} is there already and is not a folder", another)
        in_the_way = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    except OSError as error:
        raise PortfolioError(f"{folder} cannot be used: {error.strerror}", "choose another folder") from error
    if in_the_way:
        shown = ", ".join(in_the_way[:5]) + (f" and {len(in_the_way) - 5} more" if len(in_the_way) > 5 else "")
        raise PortfolioError(f"{folder} is not empty: it holds {shown}", another)


def create(answers: Answers, destination: Path, git: bool | None = None) -> Created:
    """Make the project at `destination`, which must be absent or empty, with its first commit.

    `git`: True commits even inside another repository, False never; None commits unless inside another one.
    """
    check_destination(destination)
    why_no_commit = _why_no_commit(destination, git)
    try:
        with _staged(destination) as folder:
            files = render(answers, folder)
            commit = None
            if not why_no_commit:
                subject, trailer = f"Scaffold {answers.project_name}", f"{TRAILER}: {answers.template.release}"
                commit = first_commit.commit_all(folder, subject, trailer, str(answers.values["author"]))
    except OSError as error:
        raise PortfolioError(
            f"{destination} could not be made: {error.strerror or error}",
            "nothing was left behind; choose a folder that you may write to, on a disk with room",
        ) from error
    return Created(answers, destination, _planned(files), commit, why_no_commit)


def _why_no_commit(destination: Path, git: bool | None) -> str:
    around = repository.enclosing(destination.parent)
    if git is False:
        return "as asked, nothing is committed"
    if not repository.is_available():
        return f"{repository.why_not()}, so nothing is committed"
    if around and git is None:
        return f"inside the repository {around}, so nothing is committed (--git makes a repository of its own)"
    return ""


@contextlib.contextmanager
def _staged(destination: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `destination` when the block ends, at once, and is gone if it fails.

    Staged at the first folder on the way that is not there yet: so new parents come and go with the project.
    """
    destination = destination.absolute()
    missing = [destination, *(parent for parent in destination.parents if not parent.exists())]
    top = missing[-1]
    _remove_abandoned(top)
    stage = top.with_name(f".{top.name}.tmp-{os.getpid()}")
    try:
        folder = stage / destination.relative_to(top)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        if os.name == "nt" and top.is_dir():  # there a rename does not replace even an empty folder
            top.rmdir()
        stage.rename(top)
    except BaseException:  # Ctrl-C too
        _remove(stage)
        raise


def _remove_abandoned(top: Path) -> None:
    """Remove what a killed process left, and nothing that a running one still fills."""
    for folder in top.parent.glob(f".{glob.escape(top.name)}.tmp-*"):
        owner = folder.name.rpartition(".tmp-")[2]
        if owner.isdecimal() and not _is_running(int(owner)):
            _remove(folder)


def _is_running(process: int) -> bool:
    if process == os.getpid():  # our own number: the folder is left by an earlier process that had the same
        return False
    if os.name == "nt":  # there, os.kill(…, 0) would end it: leave the folder to its owner
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def _remove(folder: Path) -> None:
    def make_writable(function: Callable[[str], object], path: str, _: object) -> None:
        with contextlib.suppress(OSError):  # git's objects are read-only, which Windows does not remove
            Path(path).chmod(0o700)
            function(path)

    shutil.rmtree(folder, onerror=make_writable)


def _planned(files: dict[str, bytes]) -> tuple[PlannedFile, ...]:
    return tuple(PlannedFile(path, hashlib.sha256(files[path]).hexdigest()) for path in sorted(files))
