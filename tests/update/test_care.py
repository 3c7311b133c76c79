"""What is the user's own stays so: hooks, filters, refs, sparse checkouts; and a stop at any moment can be undone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portfolio import record
from portfolio.create import templates
from portfolio.git.repository import Repository
from tests.conftest import CHECKOUT, Outcome, Run, missing
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

HOOKS = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg",
    "commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-merge", "pre-push", "pre-auto-gc",
    "post-rewrite", "post-index-change", "reference-transaction", "fsmonitor-watchman", "proc-receive", "update",
)  # fmt: skip


def _conflicting(bench: Bench) -> None:
    bench.replace("src/bakery/oven.py", "return 3\n", "return 333  # better\n")


@pytest.mark.parametrize("place", ["in the repository", "in a configured folder"])
@pytest.mark.parametrize("ends", ["merged", "in conflict"])
def test_no_hook_ever_runs(bench: Bench, living: Living, tmp_path: Path, place: str, ends: str) -> None:
    mine(living)
    better(bench)
    if ends == "in conflict":
        _conflicting(bench)
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


REFORMATTED: dict[str, Callable[[str], str]] = {
    "by a formatter": lambda text: json.dumps(json.loads(text), indent=4, sort_keys=True),
    "on one line": lambda text: json.dumps(json.loads(text)),
    "with Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "with a note in it": lambda text: json.dumps({**json.loads(text), "note": "mine"}),
}


@pytest.mark.parametrize("how", REFORMATTED)
def test_the_record_is_never_in_conflict(bench: Bench, living: Living, whereabouts: Whereabouts, how: str) -> None:
    living.write(record.NAME, REFORMATTED[how](living.read(record.NAME)))
    mine(living)
    better(bench)
    project = whereabouts(living)
    assert_merged(project, project.update())
    assert project.update().json["outcome"] == "nothing to do"


HOSTILE: dict[str, dict[str, Any]] = {
    "a number for an answer's text": {"answers": {"title": 1.5}},
    "a list for an answer": {"answers": {"title": ["x"]}},
    "nothing for an answer": {"answers": {"title": None}},
    "a number for a file": {"files": {"README.md": 3}},
    "a list for a file": {"files": {"README.md": [[]]}},
    "a file outside": {"files": {"../x": "0" * 40}},
    "a file of git's": {"files": {".git/config": "0" * 40}},
    "a file of Windows'": {"files": {"C:\\x": "0" * 40}},
    "an absolute file": {"files": {"/etc/passwd": "0" * 40}},
    "numbers for words": {"readme": {"Limitations": [1]}},
    "a text for words": {"readme": {"Limitations": "abc"}},
    "a number for a version": {"version": 2},
    "an option for a version": {"version": "--all"},
    "a huge version": {"version": "9" * 5000},
    "a list for a template": {"template": []},
    "a number for a profile": {"profile": 3},
    "another schema": {"schema": 2},
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_record_is_refused_in_two_lines(bench: Bench, living: Living, case: str) -> None:
    better(bench)
    living.write(record.NAME, json.dumps({**json.loads(living.read(record.NAME)), **HOSTILE[case]}))
    living.commit()
    _assert_refused(living.update(), "is damaged")


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "[" * 100_000, '{"a":' * 50_000, "\0", '{"schema": 1e999}', '"\\ud800"']
)
def test_no_record_at_all_is_refused_in_two_lines(bench: Bench, living: Living, text: str) -> None:
    better(bench)
    living.write(record.NAME, text)
    living.commit()
    _assert_refused(living.update(), "is damaged")


def _assert_refused(outcome: Outcome, *words: str) -> None:
    assert outcome.code == 1, outcome
    assert len(outcome.err.splitlines()) == 2, outcome.err
    assert outcome.err.startswith("error: ")
    assert all(word in outcome.err for word in words), outcome.err


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
def test_a_file_that_git_is_told_not_to_look_at_is_named(
    bench: Bench, living: Living, whereabouts: Whereabouts, mark: str
) -> None:
    mine(living)
    better(bench)
    project = whereabouts(living)
    project.git("update-index", f"--{mark}", "src/bakery/oven.py")
    project.write("src/bakery/oven.py", "secret = 1\n")
    _assert_refused(project.update(), "src/bakery/oven.py", "git update-index --no-skip-worktree")
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
    _assert_refused(project.update(), "a bisect is in progress", "git bisect reset")


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
    _assert_refused(living.update(), "detected dubious ownership", "git config --global --add safe.directory")


def test_gits_whole_reason_is_passed_on(bench: Bench, living: Living) -> None:
    better(bench)
    living.write(".git/index.lock", "")
    _assert_refused(living.update(), "index.lock", "File exists", "remove the file manually")


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
        "from portfolio import cli; from portfolio.create import templates\n"
        "from portfolio.git.repository import Repository\n"
        f"templates.root = lambda: Path({str(bench.root)!r})\n"
        f"execute, count = Repository._execute, [0]\n"
        "def counted(self, words, *rest, **more):\n"
        "    count[0] += 1\n"
        f"    if count[0] == {stop_at}: os.killpg(0, signal.SIGKILL)\n"
        "    return execute(self, words, *rest, **more)\n"
        "Repository._execute = counted\n"
        f"sys.argv = ['portfolio', 'update', {str(living.folder)!r}]\n"
        "cli.main()\n"
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
        _conflicting(bench)
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
        _assert_refused(refused, "an update", "is in progress", "git reset --hard")
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
    _assert_refused(living.update(), "an update", "is in progress", "git reset --hard")
    living.git("reset", "-q", "--hard")
    assert living.git("rev-parse", "HEAD") == before
    assert living.git("status", "--porcelain") == "?? src/bakery/one.py"
    assert_merged(living, living.update())
    assert living.read("src/bakery/one.py") == "ONE = 1\n"


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


def test_an_answer_in_the_record_that_is_no_valid_one(bench: Bench, living: Living) -> None:
    living.replace(record.NAME, '"year": 2', '"year": 99999999992')
    living.commit()
    better(bench)
    _assert_refused(living.update(), ".portfolio.json", "year", "not a whole number")


def test_it_knows_the_template_of_the_bench(bench: Bench) -> None:
    assert templates.get(NAME).moved == {}


def test_nothing_is_fetched_for_a_partial_clone(bench: Bench, living: Living, tmp_path: Path) -> None:
    mine(living)
    better(bench)
    living.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    subprocess.run(["git", "clone", "-q", "--filter=blob:none", living.folder.as_uri(), str(partial)], check=True)
    project = Living(partial, partial, living.portfolio)
    project.git("config", "remote.origin.uploadpack", f"touch '{tmp_path}/asked'; git-upload-pack")
    _assert_refused(project.update(), "is a partial clone", "git fetch --refetch --no-filter")
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


def test_a_merge_of_the_users_own_is_not_taken_for_an_update(bench: Bench, living: Living) -> None:
    better(bench)
    living.git("switch", "-qc", "side")
    living.git("commit", "-q", "--allow-empty", "-m", "Side")
    living.git("switch", "-q", "main")
    living.git("merge", "-q", "--no-ff", "--no-commit", "-m", "Update docs", "side")
    outcome = living.update()
    _assert_refused(outcome, "a merge is in progress")
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
    _assert_refused(living.update(), "smudge filter fails failed", "git reset --hard")
    living.git("config", "filter.fails.smudge", "cat")
    living.git("reset", "-q", "--hard", before)
    assert living.git("status", "--porcelain", "--untracked-files=no") == ""
    assert_merged(living, living.update())


def test_a_folder_of_the_templates_may_become_a_file(bench: Bench, living: Living) -> None:
    living.portfolio("list")
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
