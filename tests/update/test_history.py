"""Where the old render is found: after a squash, a new beginning, in a shallow clone, in another folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from portfolio import record
from tests.conftest import Run
from tests.update.conftest import (
    NAME,
    Bench,
    Living,
    Whereabouts,
    assert_abortable,
    assert_conflicts,
    assert_merged,
    better,
    mine,
)


@pytest.mark.parametrize(
    "message", ["Squashed", "Squashed\n\nPortfolio-Template: bakery@0.2.0"], ids=["plain", "trailer"]
)
def test_after_a_squashed_update_the_next_one_starts_from_the_recorded_files(
    bench: Bench, living: Living, whereabouts: Whereabouts, message: str
) -> None:
    mine(living)
    better(bench)
    living.git("switch", "-qc", "update")
    assert living.update().code == 0
    living.git("switch", "-q", "main")
    living.git("merge", "--squash", "-q", "update")
    living.git("commit", "-qm", message)
    living.git("branch", "-qD", "update")
    bench.replace("src/bakery/oven.py", "return 5\n", "return 55  # best\n")
    bench.release("0.3.0")
    project = whereabouts(living)
    outcome = project.update()
    if project is living:  # the pristine files are still in its object database
        assert_merged(project, outcome)
        assert outcome.json["base"] == {"tree": outcome.json["base"]["tree"], "commit": None, "forgotten": []}
        assert "return 33  # mine" in project.read("src/bakery/oven.py")
        assert "return 55  # best" in project.read("src/bakery/oven.py")
    else:  # the pristine 0.2.0 of what was edited never came along
        assert_conflicts(project, outcome, "README.md", "src/bakery/oven.py")
        assert outcome.json["base"]["forgotten"] == ["README.md", "src/bakery/oven.py"]
        assert "return 33  # mine" in project.read("src/bakery/oven.py")
        assert "At seven." in project.read("README.md")
        assert_abortable(project)


def test_after_the_history_was_begun_anew(bench: Bench, living: Living, whereabouts: Whereabouts) -> None:
    shutil.rmtree(living.folder / ".git")
    living.git("init", "-q", "-b", "trunk")
    living.commit()
    mine(living)
    better(bench)
    project = whereabouts(living)
    assert_merged(project, project.update())
    assert "return 33  # mine" in project.read("src/bakery/oven.py")
    bench.replace("src/bakery/oven.py", "return 5\n", "return 55  # best\n")
    bench.release("0.3.0")
    outcome = project.update()
    assert_merged(project, outcome)
    assert outcome.json["base"]["commit"]  # from now on, there is one


def test_after_the_history_was_begun_anew_with_edits_in_it(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    mine(living)
    shutil.rmtree(living.folder / ".git")
    living.git("init", "-q")
    living.commit()
    better(bench)
    project = whereabouts(living)
    outcome = project.update()
    assert_conflicts(project, outcome, "README.md", "src/bakery/oven.py")
    assert outcome.json["base"]["forgotten"] == ["README.md", "src/bakery/oven.py"]
    assert "return 33  # mine" in project.read("src/bakery/oven.py")
    assert record.from_text(project.read(record.NAME)).version == "0.2.0"
    assert_abortable(project)


def test_in_a_shallow_clone_an_edited_file_is_a_conflict_and_the_rest_is_merged(
    bench: Bench, living: Living, tmp_path: Path
) -> None:
    mine(living)
    better(bench)
    bench.replace("src/bakery/shop.py", "PRICE = 3", "PRICE = 4")
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=1", living.folder.as_uri(), str(shallow)], check=True)
    project = Living(shallow, shallow, living.portfolio)
    assert_conflicts(project, project.update(), "README.md", "src/bakery/oven.py")
    assert "PRICE = 4" in project.read("src/bakery/shop.py")
    assert "return 33  # mine" in project.read("src/bakery/oven.py")
    assert_abortable(project)
    assert project.git("rev-parse", "--is-shallow-repository") == "true"


def test_in_a_sub_folder_of_a_larger_repository(
    bench: Bench, portfolio: Run, tmp_path: Path, whereabouts: Whereabouts
) -> None:
    top = tmp_path / "all my work"
    (top / "ml").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(top)], check=True)
    (top / "README.md").write_text("# Everything\n")
    assert portfolio("new", NAME, str(top / "ml/bäckerei"), "--yes").code == 0
    living = Living(top, top / "ml/bäckerei", portfolio)
    living.commit()
    mine(living)
    better(bench)
    project = whereabouts(living)
    outcome = project.update()
    assert_merged(project, outcome)
    assert {each["path"].startswith("ml/bäckerei/") for each in outcome.json["files"]} == {True}
    assert (project.top / "README.md").read_text() == "# Everything\n"
    assert "return 33  # mine" in project.read("src/bakery/oven.py")
    bench.replace("src/bakery/oven.py", "return 5\n", "return 55  # best\n")
    bench.release("0.3.0")
    (project.top / "README.md").write_text("# Everything, and more\n")
    subprocess.run(["git", "commit", "-qam", "More"], cwd=project.top, check=True)
    outcome = project.update()
    assert_merged(project, outcome)
    assert outcome.json["base"]["commit"]
    assert (project.top / "README.md").read_text() == "# Everything, and more\n"


def test_a_project_that_was_moved_into_another_folder_of_its_repository(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    mine(living)
    names = [each for each in living.folder.iterdir() if each.name != ".git"]
    (living.folder / "inner").mkdir()
    for each in names:
        each.rename(living.folder / "inner" / each.name)
    living.commit()
    better(bench)
    project = whereabouts(Living(living.top, living.folder / "inner", living.portfolio))
    assert_merged(project, project.update())
    assert "return 33  # mine" in project.read("src/bakery/oven.py")
    assert "return 99  # better" in project.read("src/bakery/oven.py")
