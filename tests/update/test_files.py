"""Both sides of a file: moved, deleted, renamed, binary, with new rights, edited in the same place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.update.conftest import (
    CODE,
    Bench,
    Living,
    Whereabouts,
    assert_abortable,
    assert_conflicts,
    assert_merged,
    better,
    mine,
)


def test_both_sides_are_in_the_result(bench: Bench, living: Living, whereabouts: Callable[[Living], Living]) -> None:
    mine(living)
    better(bench)
    project = whereabouts(living)
    outcome = project.update()
    assert_merged(project, outcome)
    assert "return 33  # mine" in project.read("src/bakery/oven.py")
    assert "return 99  # better" in project.read("src/bakery/oven.py")
    assert "My oven is broken" in project.read("README.md")
    assert "At seven." in project.read("README.md")
    assert project.update().json["outcome"] == "nothing to do"


def test_an_edited_file_that_the_template_moves_keeps_its_edits(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    mine(living)
    bench.path("src/bakery/oven.py").rename(bench.path("src/bakery/heat.py"))
    bench.replace("src/bakery/heat.py", "return 9\n", "return 99  # better\n")
    bench.release("0.2.0")
    project = whereabouts(living)
    outcome = project.update()
    assert_merged(project, outcome)
    assert not (project.folder / "src/bakery/oven.py").exists()
    assert "return 33  # mine" in project.read("src/bakery/heat.py")
    assert "return 99  # better" in project.read("src/bakery/heat.py")
    moved = next(each for each in outcome.json["files"] if each["action"] == "moved")
    assert (moved["moved_from"], moved["path"]) == ("src/bakery/oven.py", "src/bakery/heat.py")


def test_the_same_line_is_a_conflict_that_can_be_aborted(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    mine(living)
    bench.replace("src/bakery/oven.py", "return 3\n", "return 333  # better\n")
    bench.replace("src/bakery/oven.py", "return 9\n", "return 99  # better\n")
    bench.release("0.2.0")
    project = whereabouts(living)
    assert_conflicts(project, project.update(), "src/bakery/oven.py")
    text = project.read("src/bakery/oven.py")
    assert "<<<<<<< yours\n    return 33  # mine\n=======\n    return 333  # better\n>>>>>>> bakery@0.2.0\n" in text
    assert "return 99  # better" in text
    assert_abortable(project)
    assert "return 33  # mine" in project.read("src/bakery/oven.py")


def test_a_conflict_that_is_resolved_is_a_merge_and_the_next_update_starts_from_it(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    mine(living)
    bench.replace("src/bakery/oven.py", "return 3\n", "return 333  # better\n")
    bench.release("0.2.0")
    assert living.update().code == 4
    living.write("src/bakery/oven.py", CODE.replace("return 3\n", "return 33333  # ours\n"))
    living.git("add", "-A")
    living.git("commit", "-q", "--no-edit")
    assert living.git("log", "-1", "--format=%s") == "Update the project to bakery@0.2.0"
    bench.replace("src/bakery/oven.py", "return 9\n", "return 99  # better\n")
    bench.release("0.3.0")
    project = whereabouts(living)
    outcome = project.update()
    assert_merged(project, outcome)
    assert outcome.json["base"]["commit"]
    assert "return 33333  # ours" in project.read("src/bakery/oven.py")


def test_an_edited_file_that_the_template_deletes_is_a_conflict(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    mine(living)
    bench.path("src/bakery/oven.py").unlink()
    bench.path("src/bakery/shop.py").unlink()
    bench.release("0.2.0")
    project = whereabouts(living)
    outcome = project.update()
    assert_conflicts(project, outcome, "src/bakery/oven.py")
    assert (outcome.json["conflicts"][0]["has_ours"], outcome.json["conflicts"][0]["has_theirs"]) == (True, False)
    assert "return 33  # mine" in project.read("src/bakery/oven.py")
    assert not (project.folder / "src/bakery/shop.py").exists()  # untouched, so it goes
    assert_abortable(project)


def test_a_file_that_the_user_deleted_stays_deleted_or_is_a_conflict(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    (living.folder / "src/bakery/shop.py").unlink()
    (living.folder / "bake.sh").unlink()
    living.commit()
    bench.replace("src/bakery/shop.py", "PRICE = 3", "PRICE = 4")
    bench.release("0.2.0")
    project = whereabouts(living)
    assert_conflicts(project, project.update(), "src/bakery/shop.py")
    assert not (project.folder / "bake.sh").exists()
    assert_abortable(project)


def test_a_file_that_the_user_renamed_gets_the_templates_change(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    (living.folder / "src/bakery/oven.py").rename(living.folder / "src/bakery/my_oven.py")
    living.commit()
    living.git("config", "--global", "merge.renames", "false")  # whatever the user has set
    better(bench)
    project = whereabouts(living)
    assert_merged(project, project.update())
    assert "return 99  # better" in project.read("src/bakery/my_oven.py")
    assert not (project.folder / "src/bakery/oven.py").exists()


@pytest.mark.parametrize("who", ["template", "both"])
def test_a_binary_file(bench: Bench, living: Living, whereabouts: Whereabouts, who: str) -> None:
    if who == "both":
        living.write("loaf.bin", "\0mine" * 30)
        living.commit()
    bench.write("loaf.bin", "\0better" * 30)
    bench.release("0.2.0")
    project = whereabouts(living)
    outcome = project.update()
    if who == "both":
        assert_conflicts(project, outcome, "loaf.bin")
        assert project.read("loaf.bin") == "\0mine" * 30
        assert_abortable(project)
    else:
        assert_merged(project, outcome)
        assert project.read("loaf.bin") == "\0better" * 30


def test_several_versions_are_skipped(bench: Bench, living: Living, whereabouts: Whereabouts) -> None:
    mine(living)
    for number in range(2, 10):
        bench.replace("src/bakery/oven.py", f"return {number + 1}\n", f"return {number + 1}00\n")
        bench.release(f"0.{number}.0") if number % 2 else None
    bench.write(
        "src/bakery/oven.py", bench.path("src/bakery/oven.py").read_text().replace("return 300\n", "return 3\n")
    )
    bench.release("0.10.0")
    project = whereabouts(living)
    outcome = project.update()
    assert_merged(project, outcome)
    assert (outcome.json["from"], outcome.json["to"]) == ("bakery@0.1.0", "bakery@0.10.0")
    assert "return 33  # mine" in project.read("src/bakery/oven.py")


def test_a_new_dependency_and_changed_rights_come_through(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    living.replace("pyproject.toml", "dev = []", 'dev = ["pytest"]')
    living.commit()
    bench.replace("pyproject.toml.jinja", '["numpy"]', '["numpy", "scipy"]')
    bench.write("requirements.lock", "numpy==2.0\nscipy==1.17\n")
    bench.path("bake.sh").chmod(0o755)
    bench.release("0.2.0")
    project = whereabouts(living)
    assert_merged(project, project.update())
    assert '["numpy", "scipy"]' in project.read("pyproject.toml")
    assert 'dev = ["pytest"]' in project.read("pyproject.toml")
    assert "scipy" in project.read("requirements.lock")
    assert (project.folder / "bake.sh").stat().st_mode & 0o111
