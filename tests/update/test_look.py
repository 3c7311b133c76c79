"""A merge that is clean for git and broken for Python or for the README: put right where that is sure, else listed."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import Run
from tests.update.conftest import (
    Bench,
    Living,
    Whereabouts,
    assert_abortable,
    assert_conflicts,
    assert_merged,
    assert_to_look_at,
    better,
    mine,
)

MINE = '''"""My own: how warm it gets."""

from . import shop
from .oven import step_3


def warmth():
    return step_3() + shop.sell()
'''
TEST = """from bakery import oven
from bakery.mine import warmth


def test_it_is_warm(monkeypatch):
    monkeypatch.setattr("bakery.shop.PRICE", 4)
    assert warmth() == oven.step_3() + 4
"""


def _moved_into_folders(bench: Bench) -> None:
    """A release whose modules moved, and whose own code follows."""
    bench.move("src/bakery/oven.py", "src/bakery/heat/oven.py")
    bench.move("src/bakery/shop.py", "src/bakery/street/counter.py")
    bench.replace("src/bakery/heat/oven.py", "return 9\n", "return 99  # better\n")
    bench.release("0.2.0")


def _own_work(living: Living) -> None:
    living.write("src/bakery/mine.py", MINE)
    living.write("tests/test_mine.py", TEST)
    mine(living)


def _tests_pass(living: Living) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(
        command, cwd=living.folder, env={"PYTHONPATH": "src", "PATH": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_users_own_module_and_test_follow_modules_that_moved(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    _own_work(living)
    _tests_pass(living)
    _moved_into_folders(bench)
    project = whereabouts(living)
    outcome = project.update()
    assert_merged(project, outcome)
    assert outcome.json["broken"] == []
    assert {(each["path"], each["line"]) for each in outcome.json["rewritten"]} == {
        ("src/bakery/mine.py", 3),
        ("src/bakery/mine.py", 4),
        ("tests/test_mine.py", 1),
        ("tests/test_mine.py", 6),
    }
    text = project.read("src/bakery/mine.py")
    assert "from .street import counter as shop\nfrom .heat.oven import step_3\n" in text
    assert "return 33  # mine" in project.read("src/bakery/heat/oven.py")  # the edits moved along
    assert "return 99  # better" in project.read("src/bakery/heat/oven.py")
    _tests_pass(project)


def test_edits_move_along_with_a_module_that_the_template_also_rewrote(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    """Git alone follows a file only as long as half of it is the same."""
    living.replace("src/bakery/shop.py", "    return PRICE\n", "    return PRICE + 1  # mine\n")
    living.commit()
    bench.move("src/bakery/shop.py", "src/bakery/street/counter.py")
    new = "".join(f"def sell_{number}():\n    return {number}\n\n\n" for number in range(40))
    bench.replace("src/bakery/street/counter.py", "PRICE = 3\n\n\n", f"PRICE = 4\n\n\n{new}")
    bench.release("0.2.0")
    project = whereabouts(living)
    assert_merged(project, project.update())
    text = project.read("src/bakery/street/counter.py")
    assert "return PRICE + 1  # mine" in text
    assert "def sell_39()" in text
    assert not (project.folder / "src/bakery/shop.py").exists()


def test_what_cannot_be_rewritten_is_listed_and_left_uncommitted(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    _own_work(living)
    living.replace("README.md", "## Limitations\n", "## Limitations\n\nSee `src/bakery/oven.py`, or `bakery.oven`.\n")
    living.write("notes.sh", "python -m bakery.oven\n")
    living.commit()
    bench.move("src/bakery/oven.py", "src/bakery/heat/oven.py")
    bench.replace("src/bakery/heat/oven.py", "def step_3", "def renamed_3")
    bench.release("0.2.0")
    project = whereabouts(living)
    outcome = project.update()
    assert_conflicts(project, outcome, "src/bakery/heat/oven.py")  # the line below is edited
    assert_abortable(project)
    project.git("checkout", "-q", "HEAD~2", "--", "src/bakery/oven.py")
    project.git("commit", "-qm", "As it was")
    outcome = project.update()
    assert_to_look_at(
        project, outcome, "README.md:13", "README.md:13", "notes.sh:1", "src/bakery/mine.py:4", "tests/test_mine.py:7"
    )
    said = {each["reference"]: (each["message"], each["hint"]) for each in outcome.json["broken"]}
    assert said["src/bakery/oven.py"] == (
        "there is no longer a file or folder src/bakery/oven.py",
        "now src/bakery/heat/oven.py",
    )
    assert said["bakery.heat.oven.step_3"][0] == "bakery.heat.oven no longer has step_3"
    assert "from .heat.oven import step_3" in project.read("src/bakery/mine.py")
    assert_abortable(project)
    assert project.read("src/bakery/mine.py") == MINE


def test_finished_by_its_user_it_is_a_merge(bench: Bench, living: Living, whereabouts: Whereabouts) -> None:
    _own_work(living)
    bench.path("src/bakery/shop.py").unlink()
    bench.release("0.2.0")
    project = whereabouts(living)
    outcome = project.update()
    assert_to_look_at(project, outcome, "src/bakery/mine.py:3", "tests/test_mine.py:6")
    project.write("src/bakery/mine.py", "def warmth():\n    return 7\n")
    project.write("tests/test_mine.py", "")
    project.commit()
    assert len(project.git("log", "-1", "--format=%P").split()) == 2
    assert project.update().json["outcome"] == "nothing to do"


def test_the_terminal_says_file_line_and_what_to_do(bench: Bench, living: Living, portfolio: Run) -> None:
    _own_work(living)
    bench.move("src/bakery/oven.py", "src/bakery/heat/oven.py")
    bench.path("src/bakery/shop.py").unlink()
    bench.release("0.2.0")
    for words in (["--dry-run"], []):
        outcome = portfolio("update", str(living.folder), *words)
        assert outcome.code == 4
        for line in (
            "Imports of moved modules, rewritten in your files: 2",
            "  src/bakery/mine.py:4\n    - from .oven import step_3\n    + from .heat.oven import step_3\n",
            "Merged by git, and broken: 2 to look at",
            "  src/bakery/mine.py:3: there is no longer a module bakery.shop",
        ):
            assert line in outcome.out
        assert all(len(line) <= 80 for line in outcome.out.partition("diff --git")[0].splitlines())
        assert ("git merge --abort" in outcome.out) == (not words)


def test_a_dry_run_foretells_it_and_leaves_the_repository_untouched(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    _own_work(living)
    bench.move("src/bakery/oven.py", "src/bakery/heat/oven.py")
    bench.path("src/bakery/shop.py").unlink()
    better_later = "0.2.0"
    bench.release(better_later)
    project = whereabouts(living)
    project.git("update-ref", "refs/yours", "HEAD")  # a ref of the user's own
    project.git("status")
    (project.folder / "src/bakery/oven.py").touch()  # as git would like to note in its index

    def everything() -> dict[str, bytes]:
        return {
            str(path.relative_to(project.folder)): path.read_bytes()
            for path in project.folder.rglob("*")
            if path.is_file()
        }

    before = everything()
    foretold = project.update("--dry-run")
    assert foretold.code == 4
    assert everything() == before
    done = project.update()
    for key in ("files", "broken", "rewritten", "conflicts", "outcome"):
        assert foretold.json[key] == done.json[key], key
    assert project.git("rev-parse", "refs/yours") == project.git("rev-parse", "HEAD")


def test_where_nothing_is_the_users_nothing_is_to_look_at(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    _moved_into_folders(bench)
    project = whereabouts(living)
    outcome = project.update()
    assert_merged(project, outcome)
    assert outcome.json["rewritten"] == []


def test_a_file_of_the_users_in_the_new_place_is_not_written_over(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    living.write("src/bakery/heat/oven.py", "MY_OWN = 1\n")
    living.commit()
    bench.move("src/bakery/oven.py", "src/bakery/heat/oven.py")
    bench.release("0.2.0")
    project = whereabouts(living)
    assert_conflicts(project, project.update(), "src/bakery/heat/oven.py")
    assert "MY_OWN = 1" in project.read("src/bakery/heat/oven.py")
    assert_abortable(project)
    assert project.read("src/bakery/heat/oven.py") == "MY_OWN = 1\n"


def test_without_a_word_in_the_manifest_what_moved_is_listed(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    _own_work(living)
    bench.move("src/bakery/shop.py", "src/bakery/street/counter.py", is_told=False)
    better(bench)
    project = whereabouts(living)
    assert_to_look_at(project, project.update(), "src/bakery/mine.py:3", "tests/test_mine.py:6")
    assert_abortable(project)
