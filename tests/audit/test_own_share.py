"""How much of a project is its author's: what they wrote counts, and nothing that only looks like it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from portfolio.audit import own_share, program_lines
from portfolio.audit.engine import audit
from portfolio.audit.own_share import Ownership
from portfolio.audit.project import open_project
from portfolio.create import scaffold, templates
from portfolio.git import history
from tests.audit.audited import git
from tests.conftest import Outcome, default_answers

BEFORE = """
def total(prices, rate=0.1):
    \"\"\"What all of them cost.\"\"\"
    found = sum(prices)
    if found > 100:
        found = found * (1 - rate)
    return round(found, 2)


def mean(prices):
    return sum(prices) / len(prices)
"""
LINES = 8  # of that, as Python counts them
RENAMED = BEFORE.replace("prices", "costs").replace("found", "s").replace("rate", "r").replace("total", "add_up")
BY_FUNCTION = BEFORE.replace("sum(prices) / len(prices)", "sum(xs) / len(xs)").replace(
    "def mean(prices)", "def mean(xs)"
)


@pytest.mark.parametrize(
    ("now", "own"),
    [
        (BEFORE, 0),
        (RENAMED, 0),
        (BY_FUNCTION, 0),
        (BEFORE.replace("(prices, rate=0.1)", "(\n    prices,\n    rate=0.1,\n)").replace('"""', "'''"), 0),
        (f"# all mine\n{BEFORE}# the end\n", 0),
        ("\n\ndef".join(["", *BEFORE.split("\n\ndef")[:0:-1], BEFORE.split("\n\ndef")[0].removeprefix("\ndef")]), 0),
        (BEFORE.replace("rate=0.1", "rate=0.2"), 1),
        (BEFORE.replace("> 100", ">= 100"), 1),
        (BEFORE.replace("return sum(prices) / len(prices)", "return sorted(prices)[len(prices) // 2]"), 1),
        (f"{BEFORE}\n\ndef spread(prices):\n    low, high = min(prices), max(prices)\n    return high - low\n", 3),
        (BEFORE.replace("found = sum(prices)", "found = max(prices)"), 1),
        ("def other(a, b):\n    for each in a:\n        print(each, b)\n", 3),
        ("", 0),
    ],
    ids=[
        "as it was", "other names", "other names in one function", "another layout", "comments", "moved", "a setting",
        "a comparison", "another measure", "a function", "another function is called", "rewritten", "gone",
    ],
)  # fmt: skip
def test_lines_are_their_author_s_by_what_they_say(now: str, own: int) -> None:
    before = program_lines.of(BEFORE)
    assert len(before) == LINES
    assert program_lines.changed(program_lines.of(now), before, frozenset(line.words for line in before)) == own


@pytest.mark.parametrize("text", ["x = " + "(" * 5000 + ")" * 5000, "x = 1\n" * 3_000, "\0", "s = '\\d'\n"])
def test_it_survives_any_program(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    lines = program_lines.of(text)
    assert program_lines.changed(lines, lines, frozenset()) == 0
    assert program_lines.count(text) == len(lines)
    assert capfd.readouterr() == ("", "")


def test_what_is_no_python_is_compared_as_it_stands() -> None:
    before = program_lines.of("def (:\n  a\n  b\n")
    assert program_lines.changed(program_lines.of("def (:\n  a\n    c d\n"), before, frozenset()) == 1


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    answers = default_answers(templates.get("image-api"))
    return scaffold.create(answers, tmp_path_factory.mktemp("made") / "project").folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "project"))


def own(folder: Path) -> Ownership:
    found = own_share.of(open_project(folder))
    assert found
    return found


def test_as_it_was_made_nothing_is_its_author_s(folder: Path) -> None:
    found = own(folder)
    assert (found.code.own, found.tests.own, found.share) == (0, 0, 0.0)
    assert found.code.of > 1000
    assert found.prose.share < 0.02
    assert "src/image_api/models/training.py" in found.untouched


def _rename_everything(folder: Path) -> None:
    """Every name that a function of its own gives, in every file."""
    for path in (folder / "src/image_api/models").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for number, name in enumerate(sorted(set(re.findall(r"(?m)^        (\w+) = ", text)))):
            text = re.sub(rf"\b(?<!\.){name}\b(?!=)", f"v{number}", text)
        path.write_text(text, encoding="utf-8")


def _reformat(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", "--line-length", "60", folder / "src"], check=True)


def _move(folder: Path) -> None:
    git(folder, "mv", "src/image_api/models/training.py", "src/image_api/models/fitting.py")


@pytest.mark.parametrize("change", [_rename_everything, _reformat, _move])
def test_what_only_looks_like_work_is_none(folder: Path, change: Callable[[Path], None]) -> None:
    change(folder)
    assert own(folder).share <= 0.01


def test_what_was_written_counts_where_it_stands(folder: Path) -> None:
    measure = "\n".join(
        f"def measure_{n}(truth, answers):\n    return (truth == answers)[{n}:].mean()" for n in range(50)
    )
    (folder / "src/image_api/evaluation/mine.py").write_text(f"{measure}\n", encoding="utf-8")
    (folder / "tests/test_mine.py").write_text("def test_mine():\n    assert 1 + 1 == 2\n", encoding="utf-8")
    found = own(folder)
    assert (found.code.own, found.tests.own) == (100, 2)
    assert found.parts[0].part == "evaluation"
    assert found.parts[0].own == 100


def test_files_that_git_has_lost_are_not_guessed(folder: Path) -> None:
    shutil.rmtree(folder / ".git")
    assert own_share.of(open_project(folder)) is None
    states = {each.rule.code: each.state.value for each in audit(open_project(folder), "p").results}
    assert states["OWN907"] == "unknown"


def test_what_git_was_told_to_show_instead_is_not_believed(folder: Path) -> None:
    """Else a replaced object would make the template's lines look like the author's."""
    blob = git(folder, "rev-parse", "HEAD:src/image_api/models/training.py").strip()
    other = git(folder, "rev-parse", "HEAD:README.md").strip()
    git(folder, "replace", blob, other)
    assert own_share.of(open_project(folder)) is None


def test_more_than_can_be_read_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST", 1000)
    assert own_share.of(open_project(folder)) is None


def test_a_fault_in_it_leaves_the_audit_standing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(own_share, "of", broken)
    found = audit(open_project(folder), "p")
    assert found.own is None
    assert [each.state.value for each in found.results if each.rule.code == "OWN907"] == ["unknown"]
    assert len(found.faults) == 1


def test_the_advice_names_the_line_to_begin_at(folder: Path) -> None:
    settings = folder / "src/image_api/config.py"
    settings.write_text(settings.read_text(encoding="utf-8").replace("risk: float = 0.10", "risk: float = 0.05"))
    lines = (folder / "src/image_api/models/training.py").read_text(encoding="utf-8").splitlines()
    line = next(number for number, line in enumerate(lines, start=1) if line.startswith("EXPERIMENTS = "))
    found = next(each for each in audit(open_project(folder), "leaves").results if each.rule.code == "OWN907")
    assert f"first `src/image_api/models/training.py`, line {line}: a fourth experiment" in found.message


def test_the_advice_names_a_file_that_nobody_has_changed(folder: Path, portfolio: Callable[..., Outcome]) -> None:
    said = portfolio("audit", str(folder), "--all").out
    assert "0% of the code, 0% of the tests" in " ".join(said.split())
    assert re.search(r"first `src/image_api/[\w/]+\.py`: ", " ".join(said.split()))
    document = portfolio("audit", str(folder), "--format", "json").json["projects"][0]
    assert document["own"]["code"] == {"part": "code", "own": 0, "of": document["own"]["code"]["of"]}
    table = portfolio("audit", str(folder), "--format", "csv").out.splitlines()
    assert dict(zip(table[0].split(","), table[1].split(","), strict=False))["own"] == "0%"
    assert "src/image_api/models/training.py" in document["own"]["untouched"]
