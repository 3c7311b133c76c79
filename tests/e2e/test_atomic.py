"""Killed at any moment, `portfolio new` leaves nothing or the whole project."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import sys
import threading
from pathlib import Path

import pytest

from portfolio import record
from portfolio.__main__ import main
from tests.conftest import CHECKOUT, missing

# Before forking, so that each try takes a fraction of a second.
for heavy in ("copier", "git", "markdown_it", "yaml", "portfolio.cli"):
    importlib.import_module(heavy)

if os.name == "nt":
    missing("needs fork", is_whole_module=True)

WHOLE = (CHECKOUT / "tests/files/image-api.txt").read_text(encoding="utf-8").splitlines()
PROCESS_EVENTS = ("subprocess.Popen", "os.posix_spawn")
EVENTS = (
    *PROCESS_EVENTS,
    "open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.link", "os.symlink", "os.truncate",
    "os.listdir", "os.scandir", "shutil.rmtree", "shutil.copyfile",
)  # fmt: skip


def _child(folder: Path, kill_at: int, with_signal: int, report: int) -> None:
    """In the child: run the command, and stop at the N-th event that concerns the folder or starts a process."""
    count = 0
    os.chdir(folder)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        if event not in EVENTS or threading.current_thread() is not threading.main_thread():
            return
        what = str(arguments[0])
        if event in PROCESS_EVENTS or str(folder) in what or not what.startswith("/"):
            count += 1
            if count == kill_at:
                os.kill(os.getpid(), with_signal)

    sys.addaudithook(watch)
    sys.argv = ["portfolio", "new", "image-api", "deep/er/image-api", "--yes"]
    code = 0
    try:
        main()
    except SystemExit as stop:
        code = int(stop.code or 0)
    os.write(report, str(count).encode())
    os._exit(code)


def _try(folder: Path, kill_at: int, with_signal: int) -> tuple[int, int]:
    """Returns (exit status as `waitpid` gives it, events counted)."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _child(folder, kill_at, with_signal, writing)
        finally:
            os._exit(70)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    counted = os.read(reading, 100)
    os.close(reading)
    return status, int(counted or 0)


def _is_whole(project: Path) -> bool:
    return all((project / name).is_file() for name in WHOLE) and (project / ".git/refs/heads/main").is_file()


@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT"])
def test_killed_at_every_event_it_leaves_nothing_or_everything(name: str, tmp_path: Path) -> None:
    folder, number = tmp_path / "try", signal.Signals[name]
    status, events = _try(folder, 0, number)
    assert status == 0
    assert _is_whole(folder / "deep/er/image-api")
    assert events > 150
    made = 0
    for kill_at in range(1, events + 1):
        status, _ = _try(folder, kill_at, number)
        left = {path.name for path in folder.iterdir()}
        if name == "SIGINT":
            assert not {each for each in left if ".tmp-" in each}, f"event {kill_at} left {left}"
        left = {each for each in left if not each.startswith(".deep.tmp-")}
        assert left <= {"deep"}, f"event {kill_at} left {left}"
        if left:
            made += 1
            assert _is_whole(folder / "deep/er/image-api"), f"event {kill_at} left half a project"
        elif name == "SIGINT":
            assert os.waitstatus_to_exitcode(status) == 1
    assert made < events / 2
    assert record.NAME in WHOLE


def test_after_a_kill_the_next_new_succeeds_and_cleans_up(tmp_path: Path) -> None:
    folder = tmp_path / "try"
    _, events = _try(folder, 0, signal.SIGKILL)
    for kill_at in (events // 3, events // 2, 2 * events // 3):
        _try(folder, kill_at, signal.SIGKILL)
        left = [path.name for path in folder.iterdir()]
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _child(folder, 0, signal.SIGKILL, writing)
            finally:
                os._exit(70)
        os.close(writing)
        assert os.waitpid(child, 0)[1] == 0
        os.close(reading)
        assert left
        assert [path.name for path in folder.iterdir()] == ["deep"]
