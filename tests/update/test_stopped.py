"""Stopped at any moment, by whatever it is, an update can be undone and done again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from portfolio.git.repository import Repository
from tests.conftest import CHECKOUT, missing
from tests.update.conftest import (
    Bench,
    Living,
    assert_merged,
    assert_refused,
    better,
    conflicting,
    mine,
)


def test_a_full_temporary_folder_is_said(bench: Bench, living: Living, tmp_path: Path) -> None:
    mine(living)
    better(bench)
    full = tmp_path / "full"
    full.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(full)], capture_output=True, check=False
    )
    if mounted.returncode:
        missing("a file system of 64 kB cannot be mounted")
    before = living.git("rev-parse", "HEAD")
    try:
        done = _in_a_process(bench, living, TMPDIR=str(full))
        output = done.communicate(timeout=60)
    finally:
        subprocess.run(["umount", "-l", str(full)], check=True)
    assert done.returncode == 1, output
    error, hint = output[1].decode().splitlines()
    assert "No space left on device" in error or "Out of diskspace" in error
    assert "TMPDIR" in hint or "try again" in hint
    assert living.git("rev-parse", "HEAD") == before
    assert living.git("status", "--porcelain") == ""


def _in_a_process(bench: Bench, living: Living, stop_at: int = 0, **variables: str) -> subprocess.Popen[bytes]:
    """`portfolio update` as a process of its own; killed with all its children before its N-th git command."""
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from portfolio.__main__ import main; from portfolio.create import templates\n"
        "from portfolio.git.repository import Repository\n"
        f"templates.root = lambda: Path({str(bench.root)!r})\n"
        f"execute, count = Repository._execute, [0]\n"
        "def counted(self, words, *rest, **more):\n"
        "    count[0] += 1\n"
        f"    if count[0] == {stop_at}: os.killpg(0, signal.SIGKILL)\n"
        "    return execute(self, words, *rest, **more)\n"
        "Repository._execute = counted\n"
        f"sys.argv = ['portfolio', 'update', {str(living.folder)!r}]\n"
        "main()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "src"), **variables}
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _history(living: Living) -> str:
    return living.git("log", "--format=%H", "main")


@pytest.mark.e2e  # some forty processes
@pytest.mark.parametrize("ends", ["merged", "in conflict"])
def test_killed_before_any_of_its_git_commands_it_can_be_undone_and_done_again(
    bench: Bench, living: Living, ends: str, tmp_path: Path
) -> None:
    mine(living)
    better(bench)
    bench.write("src/bakery/new.py", "NEW = 1\n")
    if ends == "in conflict":
        conflicting(bench)
    living.write("untracked.txt", "mine\n")
    before = _history(living)
    for number in range(1, 60):
        killed = _in_a_process(bench, living, stop_at=number)
        output = killed.communicate(timeout=60)
        if killed.returncode != -signal.SIGKILL:
            break
        if not (living.folder / ".git/MERGE_HEAD").exists() and _history(living) == before:
            assert living.git("status", "--porcelain", "--untracked-files=no") == ""  # nothing was touched yet
            continue
        refused = living.update()
        assert_refused(refused, "an update", "is in progress", "git reset --hard")
        living.git("reset", "-q", "--hard", before.splitlines()[0])
        assert _history(living) == before
        assert living.read("untracked.txt") == "mine\n"
    assert number > 20
    assert living.read("untracked.txt") == "mine\n"
    assert "return 33  # mine" in living.read("src/bakery/oven.py")
    assert killed.returncode == (0 if ends == "merged" else 4), output


def test_killed_while_git_writes_files_it_can_be_undone_and_done_again(
    bench: Bench, living: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As git leaves it then: its lock is there, and some of the new files are."""
    mine(living)
    better(bench)
    for name in ("one", "two"):
        bench.write(f"src/bakery/{name}.py", f"{name.upper()} = 1\n")
    before = living.git("rev-parse", "HEAD")
    ask = Repository.ask

    def stopped(repository: Repository, *words: str, **rest: Any) -> str:
        if words[:3] == ("read-tree", "-m", "-u"):
            living.write("src/bakery/one.py", "ONE = 1\n")
            living.write("src/bakery/oven.py", "half wri")
            raise KeyboardInterrupt
        return ask(repository, *words, **rest)

    with monkeypatch.context() as patched:
        patched.setattr(Repository, "ask", stopped)
        assert living.update().code == 1
    assert_refused(living.update(), "an update", "is in progress", "git reset --hard")
    living.git("reset", "-q", "--hard")
    assert living.git("rev-parse", "HEAD") == before
    assert living.git("status", "--porcelain") == "?? src/bakery/one.py"
    assert_merged(living, living.update())
    assert living.read("src/bakery/one.py") == "ONE = 1\n"


def test_a_merge_of_the_users_own_is_not_taken_for_an_update(bench: Bench, living: Living) -> None:
    better(bench)
    living.git("switch", "-qc", "side")
    living.git("commit", "-q", "--allow-empty", "-m", "Side")
    living.git("switch", "-q", "main")
    living.git("merge", "-q", "--no-ff", "--no-commit", "-m", "Update docs", "side")
    outcome = living.update()
    assert_refused(outcome, "a merge is in progress")
    assert "reset --hard" not in outcome.err


def test_a_checkout_that_fails_in_the_middle_can_be_undone(bench: Bench, living: Living) -> None:
    living.write(".git/info/attributes", "src/bakery/shop.py filter=fails\n")
    mine(living)
    before = living.git("rev-parse", "HEAD")
    for setting in ("clean", "smudge"):
        living.git("config", f"filter.fails.{setting}", "cat")
    living.git("config", "filter.fails.required", "true")
    bench.replace("src/bakery/shop.py", "PRICE = 3", "PRICE = 4")
    better(bench)
    living.git("config", "filter.fails.smudge", "false")
    assert_refused(living.update(), "smudge filter fails failed", "git reset --hard")
    living.git("config", "filter.fails.smudge", "cat")
    living.git("reset", "-q", "--hard", before)
    assert living.git("status", "--porcelain", "--untracked-files=no") == ""
    assert_merged(living, living.update())
