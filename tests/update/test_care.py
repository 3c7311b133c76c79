"""What is the user's own stays so: hooks, filters, refs, sparse checkouts, marks, folders of their own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.update.conftest import (
    NAME,
    Bench,
    Living,
    Whereabouts,
    assert_abortable,
    assert_conflicts,
    assert_merged,
    assert_refused,
    better,
    conflicting,
    mine,
)

HOOKS = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg",
    "commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-merge", "pre-push", "pre-auto-gc",
    "post-rewrite", "post-index-change", "reference-transaction", "fsmonitor-watchman", "proc-receive", "update",
)  # fmt: skip


@pytest.mark.parametrize("place", ["in the repository", "in a configured folder"])
@pytest.mark.parametrize("ends", ["merged", "in conflict"])
def test_no_hook_ever_runs(bench: Bench, living: Living, tmp_path: Path, place: str, ends: str) -> None:
    mine(living)
    better(bench)
    if ends == "in conflict":
        conflicting(bench)
    hooks = living.folder / ".git/hooks" if place == "in the repository" else tmp_path / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in HOOKS:
        (hooks / name).write_text(f"#!/bin/sh\necho {name} >> '{tmp_path}/ran'\nexit 1\n")
        (hooks / name).chmod(0o755)
    if place != "in the repository":
        living.git("config", "core.hooksPath", str(hooks))
    living.git("config", "core.fsmonitor", str(hooks / "fsmonitor-watchman"))
    outcome = living.update()
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()
    assert outcome.json["outcome"] == ("merged" if ends == "merged" else "conflicts")


def test_a_sparse_checkout_stays_sparse(bench: Bench, living: Living, whereabouts: Whereabouts) -> None:
    living.write("elsewhere/big.txt", "much\n")
    mine(living)
    better(bench)
    bench.write("docs/new.md", "New.\n")
    project = whereabouts(living)
    project.git("sparse-checkout", "set", "src")
    assert not (project.folder / "elsewhere").exists()
    assert_merged(project, project.update())
    assert "return 99  # better" in project.read("src/bakery/oven.py")
    assert not (project.folder / "elsewhere").exists()
    assert not (project.folder / "docs").exists()
    assert project.git("show", "HEAD:docs/new.md") == "New."
    assert project.git("show", "HEAD:elsewhere/big.txt") == "much"


@pytest.mark.parametrize("mark", ["skip-worktree", "assume-unchanged"])
def test_a_file_that_git_is_set_not_to_look_at_is_named(
    bench: Bench, living: Living, whereabouts: Whereabouts, mark: str
) -> None:
    mine(living)
    better(bench)
    project = whereabouts(living)
    project.git("update-index", f"--{mark}", "src/bakery/oven.py")
    project.write("src/bakery/oven.py", "secret = 1\n")
    assert_refused(project.update(), "src/bakery/oven.py", "git update-index --no-skip-worktree")
    assert project.read("src/bakery/oven.py") == "secret = 1\n"
    project.git("update-index", f"--no-{mark}", "src/bakery/oven.py")
    project.git("checkout", "-q", "HEAD", "--", "src/bakery/oven.py")
    project.git("update-index", f"--{mark}", "loaf.bin")  # which the update does not touch
    assert_merged(project, project.update())


def test_a_bisect_in_progress_is_refused(bench: Bench, living: Living, whereabouts: Whereabouts) -> None:
    mine(living)
    better(bench)
    project = whereabouts(living)
    project.git("bisect", "start")
    assert_refused(project.update(), "a bisect is in progress", "git bisect reset")


@pytest.mark.parametrize("attributes", [".gitattributes", ".git/info/attributes"])
def test_a_filter_of_the_users_leaves_the_tree_clean(
    bench: Bench, living: Living, attributes: str, tmp_path: Path
) -> None:
    """One that strips a line when a file is stored, as those for notebooks do."""
    living.git("config", "filter.strip.clean", "sed -e '/^# output/d'")
    living.git("config", "filter.strip.smudge", "cat")
    if attributes == ".gitattributes":
        living.write(attributes, living.read(attributes) + "*.py filter=strip\n")
    else:
        living.write(attributes, "*.py filter=strip\n")
    mine(living)
    bench.replace("src/bakery/shop.py", "PRICE = 3", "# output\nPRICE = 4")
    better(bench)
    assert_merged(living, living.update())
    assert "# output" not in living.git("show", "HEAD:src/bakery/shop.py")
    assert "PRICE = 4" in living.read("src/bakery/shop.py")
    assert living.git("status", "--porcelain") == ""


def test_a_repository_that_names_objects_by_sha256(
    bench: Bench, living: Living, portfolio: Run, whereabouts: Whereabouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    assert portfolio("new", NAME, "sha", "--yes", "--data", "author=Ada").code == 0
    other = living.folder.with_name("sha")
    made = Living(other, other, portfolio)
    assert made.git("rev-parse", "--show-object-format") == "sha256"
    mine(made)
    better(bench)
    project = whereabouts(made)
    outcome = project.update()
    assert_merged(project, outcome)
    assert outcome.json["base"]["commit"]
    assert "return 33  # mine" in project.read("src/bakery/oven.py")
    assert "return 99  # better" in project.read("src/bakery/oven.py")
    project.replace("src/bakery/oven.py", "return 5\n", "return 55  # mine\n")
    project.commit()
    bench.replace("src/bakery/oven.py", "return 5\n", "return 555  # best\n")
    bench.release("0.3.0")
    assert_conflicts(project, project.update(), "src/bakery/oven.py")
    assert_abortable(project)


def test_in_a_sha256_repository_without_its_history(
    bench: Bench, portfolio: Run, living: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    assert portfolio("new", NAME, "sha", "--yes", "--no-git").code == 0
    other = living.folder.with_name("sha")
    made = Living(other, other, portfolio)
    made.git("init", "-q")
    made.commit()
    better(bench)
    assert_merged(made, made.update())


def test_a_repository_of_somebody_elses_keeps_gits_remedy(
    bench: Bench, living: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    better(bench)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert_refused(living.update(), "detected dubious ownership", "git config --global --add safe.directory")


def test_gits_whole_reason_is_passed_on(bench: Bench, living: Living) -> None:
    better(bench)
    living.write(".git/index.lock", "")
    assert_refused(living.update(), "index.lock", "File exists", "remove the file manually")


def test_a_package_that_its_owner_renamed(bench: Bench, living: Living, whereabouts: Whereabouts) -> None:
    (living.folder / "src/bakery").rename(living.folder / "src/bread")
    mine_in_bread = living.read("src/bread/oven.py").replace("return 3\n", "return 33  # mine\n")
    living.write("src/bread/oven.py", mine_in_bread)
    living.commit()
    better(bench)
    bench.write("src/bakery/new.py", "NEW = 1\n")
    bench.path("src/bakery/shop.py").unlink()
    project = whereabouts(living)
    outcome = project.update()
    assert_conflicts(project, outcome, "src/bread/new.py", "src/bread/shop.py")
    assert "return 33  # mine" in project.read("src/bread/oven.py")
    assert "return 99  # better" in project.read("src/bread/oven.py")
    assert_abortable(project)
    text = project.portfolio("update", str(project.folder), "--dry-run").out
    said = " ".join(text.partition("diff --git")[0].split())
    assert "src/bread/new.py: the template adds it to a folder that you renamed" in said
    assert "src/bread/shop.py: you renamed it and the template deleted it" in said
    assert "you have it no more" not in said


def test_nothing_is_fetched_for_a_partial_clone(bench: Bench, living: Living, tmp_path: Path) -> None:
    mine(living)
    better(bench)
    living.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    subprocess.run(["git", "clone", "-q", "--filter=blob:none", living.folder.as_uri(), str(partial)], check=True)
    project = Living(partial, partial, living.portfolio)
    project.git("config", "remote.origin.uploadpack", f"touch '{tmp_path}/asked'; git-upload-pack")
    assert_refused(project.update(), "is a partial clone", "git fetch --refetch --no-filter")
    assert not (tmp_path / "asked").exists()
    project.git("fetch", "-q", "--refetch", "--no-filter")
    assert_merged(project, project.update())


@pytest.mark.parametrize("own", ["notes", "notes/counter.py/deep.txt"], ids=["a file", "a folder"])
def test_what_stands_where_a_module_moves_to_is_not_lost(
    bench: Bench, living: Living, whereabouts: Whereabouts, own: str
) -> None:
    living.write(own, "mine\n")
    mine(living)
    bench.move("src/bakery/shop.py", "notes/counter.py")
    bench.release("0.2.0")
    project = whereabouts(living)
    outcome = project.update()
    assert outcome.code == 4, outcome
    assert_abortable(project)
    assert project.read(own) == "mine\n"


def test_edits_in_two_modules_that_become_one_are_not_lost(bench: Bench, living: Living) -> None:
    mine(living)
    living.replace("src/bakery/shop.py", "return PRICE", "return PRICE + 1  # mine")
    living.commit()
    bench.move("src/bakery/oven.py", "src/bakery/all.py")
    bench.move("src/bakery/shop.py", "src/bakery/gone.py")
    manifest = bench.root / NAME / "template.toml"
    manifest.write_text(manifest.read_text().replace("src/bakery/gone.py", "src/bakery/all.py"))
    bench.path("src/bakery/gone.py").unlink()
    bench.release("0.2.0")
    outcome = living.update()
    assert outcome.code == 4, outcome
    held = "".join(living.read(str(path.relative_to(living.folder))) for path in living.folder.rglob("*.py"))
    assert "return 33  # mine" in held
    assert "return PRICE + 1  # mine" in held


def test_a_folder_of_the_templates_may_become_a_file(bench: Bench, living: Living) -> None:
    bench.write("bin/x.sh", "x\n")
    bench.release("0.2.0")
    assert_merged(living, living.update())
    (bench.path("bin/x.sh")).unlink()
    bench.path("bin").rmdir()
    bench.write("bin", "y\n")
    bench.release("0.3.0")
    assert_merged(living, living.update())
    assert living.read("bin") == "y\n"


def test_a_file_that_no_parser_likes_stops_nothing(bench: Bench, living: Living) -> None:
    living.write("deep.py", "x = " + " + ".join(["1"] * 3000) + "\n")
    living.write("page.md", "<div><![foo[bar]]></div>\n\n<div>&#" + "9" * 5000 + ";</div>\n")
    living.replace("README.md", "## Limitations\n", "<div><![foo[bar]]></div>\n\n## Limitations\n")
    mine(living)
    bench.path("src/bakery/shop.py").unlink()
    better(bench)
    assert_merged(living, living.update())
