"""`portfolio defend` as it is called: a list, a document, a quiz at a real terminal."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

from tests.conftest import Run, missing
from tests.defend.test_questions import questions


def test_the_list_fits_80_columns(ran: Path, portfolio: Run) -> None:
    done = portfolio("defend", str(ran))
    lines = done.out.splitlines()
    assert done.code == 0
    assert lines[0].endswith(f"{len(questions(ran))} questions, about the run of 2026-11-27")
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "One by one, at this terminal:  portfolio defend --quiz"


def test_the_document(ran: Path, portfolio: Run) -> None:
    document = portfolio("defend", str(ran), "--format", "json").json
    assert document["new"] is None
    assert [each["name"] for each in document["questions"]] == list(questions(ran))
    assert not (ran / "DEFENSE.md").exists()


def test_a_quiz_needs_a_terminal(ran: Path, portfolio: Run) -> None:
    done = portfolio("defend", str(ran), "--quiz")
    assert done.code == 2
    assert done.err.startswith("error: --quiz needs a terminal to answer at\nhint:  ")


def test_a_quiz_shows_the_other_side_after_the_answer_and_keeps_nothing(ran: Path) -> None:
    if os.name == "nt":
        missing("needs a pseudo-terminal")
    import pty  # is not there on Windows

    before = sorted(ran.rglob("*"))
    control, terminal = pty.openpty()
    command = [sys.executable, "-m", "portfolio", "defend", str(ran), "--quiz"]
    process = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, env={**os.environ, "NO_COLOR": "1"}
    )
    os.close(terminal)
    assert "Rests on" not in _until(control, "\n> ")
    os.write(control, b"because plants resemble themselves\n\n")
    assert "def by_group" in _until(control, "2 of ")
    os.write(control, b"\x04")
    assert process.wait(timeout=20) == 0
    os.close(control)
    assert sorted(ran.rglob("*")) == before


def _until(control: int, text: str) -> str:
    seen = ""
    while text not in seen:
        ready, _, _ = select.select([control], [], [], 20)
        assert ready, seen
        seen += os.read(control, 4096).decode(errors="replace").replace("\r", "")
    return seen
