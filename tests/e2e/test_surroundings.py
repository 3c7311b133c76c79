"""Any machine, any terminal: every command in every surroundings ends in words, and makes the same project."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from portfolio.create import runner, scaffold, templates
from portfolio.create.environment import Command
from tests.conftest import CHECKOUT, default_answers, missing

TEMPLATE = "recommender"
ANSWERS = ["--data=author=李雷 é", "--data=seed=7", "--data=year=2026", "--data=project_name=same"]
NEW = ["new", TEMPLATE, "made", "--yes", *ANSWERS]
ONE, NOT_THERE = "there", "nowhere"  # a project that was made before, and a folder that is not there


@dataclass(frozen=True)
class Surroundings:
    """What a command finds around it."""

    name: str
    variables: dict[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()  # variables
    shell: str = "{command}"
    prepare: Callable[[Path], dict[str, str]] = lambda _: {}  # in an empty folder; more variables
    commits: bool = True  # whether a first commit can be made
    repeats: bool = True  # whether standard output can be read


def _git(script: str) -> Callable[[Path], dict[str, str]]:
    def prepare(folder: Path) -> dict[str, str]:
        (folder / "bin").mkdir()
        git = folder / "bin/git"
        git.write_text(f"#!/bin/sh\n{script}\n")
        git.chmod(0o755)
        return {"PATH": os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])}

    return prepare


def _without_git(folder: Path) -> dict[str, str]:
    (folder / "bin").mkdir()
    (folder / "bin/sh").symlink_to("/bin/sh")
    return {"PATH": str(folder / "bin")}


def _bad_settings(folder: Path) -> dict[str, str]:
    (folder / "home").mkdir()
    (folder / "home/.gitconfig").write_text("[broken")
    return {"HOME": str(folder / "home")}


OLD_GIT = f"""for word in "$@"; do case "$word" in
  --initial-branch*) echo "error: unknown option \\`initial-branch'" >&2; exit 129;; esac; done
exec {shutil.which("git")} "$@" """
SURROUNDINGS = (
    Surroundings("a usual terminal"),
    Surroundings("cp1252", {"PYTHONIOENCODING": "cp1252"}),
    Surroundings("ascii", {"PYTHONIOENCODING": "ascii"}),
    Surroundings("utf-16", {"PYTHONIOENCODING": "utf-16"}, repeats=False),
    Surroundings("C locale", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    Surroundings("no input", shell="{command} <&-"),
    Surroundings("no output", shell="{command} >&-", repeats=False),
    Surroundings("no messages", shell="{command} 2>&-"),
    Surroundings("no streams", shell="{command} <&- >&- 2>&-", repeats=False),
    Surroundings("full output", shell="{command} >/dev/full", repeats=False),
    Surroundings("full messages", shell="{command} 2>/dev/full"),
    Surroundings("-O", {"PYTHONOPTIMIZE": "1"}),
    Surroundings("-OO", {"PYTHONOPTIMIZE": "2"}),
    Surroundings("umask 077", shell="umask 077; {command}"),
    Surroundings("umask 000", shell="umask 000; {command}"),
    Surroundings("no home", without=("HOME", "USERPROFILE")),
    Surroundings("no git", prepare=_without_git, commits=False),
    Surroundings("broken git", prepare=_git("echo 'invalid active developer path' >&2; exit 1"), commits=False),
    Surroundings("bad settings of git", prepare=_bad_settings, commits=False),
    Surroundings("git before 2.28", prepare=_git(OLD_GIT)),
    Surroundings("sha256", {"GIT_DEFAULT_HASH": "sha256"}),
    Surroundings("narrow and plain", {"COLUMNS": "20", "NO_COLOR": "1", "TERM": "dumb"}),
)
COMMANDS = (
    ["list"],
    ["list", TEMPLATE, "--format", "json"],
    NEW,
    [*NEW, "--format", "json", "--no-git"],
    ["audit", ONE],
    ["audit", ONE, "--format", "json"],
    ["audit", NOT_THERE],
    ["rules", "RUN502"],
    ["update", ONE],
    ["nonsense"],
)


@pytest.fixture(scope="module")
def tree() -> dict[str, bytes]:
    """The files that any `new` with those answers makes."""
    given = dict(answer.removeprefix("--data=").split("=", 1) for answer in ANSWERS)
    with tempfile.TemporaryDirectory() as folder:
        return scaffold.render(default_answers(templates.get(TEMPLATE), **given), Path(folder))


@pytest.mark.parametrize("around", SURROUNDINGS, ids=lambda each: each.name)
def test_every_command_ends_in_words_and_makes_the_same(
    around: Surroundings, tree: dict[str, bytes], tmp_path: Path
) -> None:
    if os.name == "nt":
        missing("needs a POSIX shell")
    scaffold.create(default_answers(templates.get(TEMPLATE)), tmp_path / ONE)
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "src"), **around.variables, **around.prepare(tmp_path)}
    environment = {name: value for name, value in environment.items() if name not in around.without}
    for words in COMMANDS:
        command = subprocess.list2cmdline([sys.executable, "-m", "portfolio"]) + ' "$@"'
        outcome = subprocess.run(
            ["/bin/sh", "-c", around.shell.format(command=command), "sh", *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            check=False,
        )
        assert b"Traceback" not in outcome.stderr + outcome.stdout, words
        assert outcome.returncode in (0, 1, 2, 3), (words, outcome)
        if "json" in words and around.repeats:
            assert json.loads(outcome.stdout)  # UTF-8, whatever the stream was said to be
        if "new" in words:
            made = tmp_path / "made"
            assert outcome.returncode == 0, outcome
            assert _files(made) == tree
            is_committed = around.commits and "--no-git" not in words
            assert (made / ".git").is_dir() == is_committed
            if is_committed:
                status = ["git", "-C", str(made), "status", "--porcelain", "--branch"]
                assert subprocess.check_output(status) == b"## main\n"
            shutil.rmtree(made)


def _files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_in_a_folder_that_is_gone(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    script = f'cd gone; rmdir ../gone; exec "{sys.executable}" -m portfolio "$@"'
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "src")}
    command = ["/bin/sh", "-c", script, "sh", *words]
    outcome = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in outcome.stderr
    assert outcome.returncode in (0, 1, 2)
    if words[0] in ("new", "audit", "update"):
        assert "the folder that you are in is gone" in outcome.stderr


@pytest.mark.parametrize("mode", [0o444, 0o600, 0o777], ids=oct)
def test_modes_do_not_depend_on_how_the_templates_were_installed(
    mode: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "templates"
    shutil.copytree(templates.root(), copy)
    for path in copy.rglob("*"):
        if path.is_file():
            path.chmod(mode)
    monkeypatch.setattr(templates, "root", lambda: copy)
    made = scaffold.create(default_answers(templates.get(TEMPLATE)), tmp_path / "made").folder
    mask = os.umask(0o022)
    os.umask(mask)
    files = [path for path in made.rglob("*") if path.is_file() and ".git" not in path.relative_to(made).parts]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o666 & ~mask}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda each: each.name)
def test_an_end_at_any_moment_is_quiet_and_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "src")}
    for moment in range(14):
        folder = tmp_path / str(moment)
        folder.mkdir()
        process = subprocess.Popen(
            [sys.executable, "-m", "portfolio", *NEW],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        time.sleep(0.06 + 0.06 * moment)  # not before Python itself listens
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
        assert b"Traceback" not in said, said.decode()
        left = [path.name for path in folder.iterdir()]
        assert left in ([], ["made"]), (moment, left)
        if left:
            assert (folder / "made/.git/refs/heads/main").is_file(), "whole"


CHILD = "import os, time; open('child', 'w').write(str(os.getpid())); time.sleep(60)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}])"


def test_no_child_survives_us(tmp_path: Path) -> None:
    """A `--run` that is told to stop while pip works ends pip, and what pip has started."""
    (tmp_path / "logs").mkdir()
    script = f"""
import sys
from pathlib import Path
from portfolio import signals
from portfolio.create import runner
signals.listen()
runner._stream([sys.executable, "-c", {PARENT!r}], Path({str(tmp_path)!r}), print, {{}})
"""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "src")}
    process = subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 20
    while not (tmp_path / "child").is_file() or not (tmp_path / "child").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.terminate()
    process.communicate(timeout=20)
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 10
    while _is_running(child):
        assert time.monotonic() < deadline, "orphaned"
        time.sleep(0.05)


def _is_running(process: int) -> bool:
    with contextlib.suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    return False


def test_a_full_disk_during_a_run_keeps_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = scaffold.create(default_answers(templates.get(TEMPLATE)), tmp_path / "made").folder
    (folder / "logs").mkdir()
    (folder / runner.LOG).symlink_to("/dev/full")
    say = Command("say", [sys.executable, "-c", "print(1)"])
    monkeypatch.setattr(runner, "_commands", lambda *_: iter([say]))

    class Silent:
        def __call__(self, step: str, line: str) -> None:
            pass

        def say(self, line: str) -> None:
            pass

        def finish(self) -> None:
            pass

    failure = runner.run(templates.get(TEMPLATE), folder, Silent()).failure
    assert failure
    assert failure.exit_code == 3
    assert "No space left on device" in failure.message
