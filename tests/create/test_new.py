"""`portfolio new` makes a whole project with an honest first commit, or nothing."""

from __future__ import annotations

import compileall
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from portfolio import record
from portfolio.create import scaffold, templates
from portfolio.create.templates import Template
from portfolio.git import first_commit
from portfolio.readme.words import shingles, words
from tests.conftest import CHECKOUT, Run, default_answers, missing

QUICK = ("new", "image-api", "--yes")
RELEASE = f"image-api@{templates.get('image-api').version}"


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def _tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def test_a_real_run_makes_exactly_what_a_dry_run_lists(portfolio: Run, tmp_path: Path) -> None:
    planned = portfolio(*QUICK, "--dry-run", "--format", "json").json
    assert list(tmp_path.iterdir()) == []
    assert portfolio(*QUICK).code == 0
    assert {each["path"]: each["sha256"] for each in planned["files"]} == _tree(tmp_path / "image-api")


def test_the_first_commit_is_the_pristine_render(portfolio: Run, tmp_path: Path) -> None:
    made = portfolio(*QUICK, "--format", "json").json
    folder = tmp_path / "image-api"
    assert git(folder, "status", "--porcelain", "--ignored") == ""
    assert git(folder, "log", "--format=%H %an <%ae> %cn <%ce>") == (
        f"{made['commit']['sha']} Ada Lovelace <ada@example.org> Ada Lovelace <ada@example.org>"
    )
    assert git(folder, "log", "-1", "--format=%(trailers:key=Portfolio-Template,valueonly)") == RELEASE
    assert git(folder, "symbolic-ref", "--short", "HEAD") == "main"
    assert git(folder, "ls-files").splitlines() == sorted(_tree(folder))
    git(folder, "fsck", "--strict")


def test_the_record_names_every_pristine_file_as_git_does(portfolio: Run, tmp_path: Path) -> None:
    portfolio(*QUICK)
    folder = tmp_path / "image-api"
    recorded = json.loads((folder / record.NAME).read_text(encoding="utf-8"))
    listed = [line.split()[2:] for line in git(folder, "ls-tree", "-r", "HEAD").splitlines()]
    assert recorded["files"] == {path: sha for sha, path in listed if path != record.NAME}
    assert (recorded["schema"], recorded["template"], recorded["version"]) == (1, *RELEASE.split("@"))
    assert {"year", "seed", "title"} <= set(recorded["answers"])
    assert "What I Would Improve Next" in recorded["readme"]
    assert str(tmp_path) not in (folder / record.NAME).read_text(encoding="utf-8")


def test_the_authors_own_answers_are_not_recorded_as_the_templates_words(portfolio: Run, tmp_path: Path) -> None:
    own = "Bakers in my town throw away a third of their bread because they cannot tell tomorrow's demand"
    for name, given in (("default", []), ("own", ["--data", f"problem={own}"])):
        portfolio("new", "image-api", name, "--yes", *given)
    sections = [
        json.loads((tmp_path / name / record.NAME).read_text(encoding="utf-8"))["readme"] for name in ("default", "own")
    ]
    recorded = {shingle for section in sections[1].values() for shingle in section}
    assert recorded.isdisjoint(shingles(words(own)))
    assert sections[0]["Limitations"] == sections[1]["Limitations"]


def test_the_same_answers_give_the_same_project(template: Template, tmp_path: Path) -> None:
    for name in ("one", "other"):
        scaffold.create(default_answers(template), tmp_path / name, git=True)
    trees = [git(tmp_path / name, "rev-parse", "HEAD^{tree}") for name in ("one", "other")]
    assert trees[0] == trees[1]


def test_without_an_identity_the_commit_says_what_it_used(portfolio: Run, machine: Path, tmp_path: Path) -> None:
    (machine / ".gitconfig").unlink()
    outcome = portfolio(*QUICK, "--data", "author=Grace Hopper")
    used = "Grace Hopper <nobody@example.invalid>"
    assert used in outcome.out
    assert "git config --global user.email" in outcome.out
    assert git(tmp_path / "image-api", "log", "--format=%an <%ae>") == used
    assert used in git(tmp_path / "image-api", "log", "--format=%B")
    trailer = git(tmp_path / "image-api", "log", "--format=%(trailers:key=Portfolio-Template,valueonly)")
    assert trailer == RELEASE


def test_without_git_there_is_no_commit_and_it_says_so(
    portfolio: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "")
    outcome = portfolio(*QUICK)
    assert outcome.code == 0
    assert "git was not found, so nothing is committed" in outcome.out
    assert (tmp_path / "image-api/README.md").is_file()
    assert not (tmp_path / "image-api/.git").exists()


def test_without_git_the_command_starts_in_a_new_process(tmp_path: Path) -> None:
    """GitPython fails at import where there is no git, unless told otherwise."""
    command = [sys.executable, "-m", "portfolio", *QUICK]
    outcome = subprocess.run(command, cwd=tmp_path, env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert (outcome.returncode, outcome.stderr) == (0, "")


@pytest.mark.parametrize(("flag", "has_git"), [(None, False), ("--git", True), ("--no-git", False)])
def test_inside_another_repository_nothing_is_committed_unless_asked(
    portfolio: Run, tmp_path: Path, flag: str | None, has_git: bool
) -> None:
    git(tmp_path, "init", "--quiet")
    outcome = portfolio(*QUICK, *([flag] if flag else []))
    assert (tmp_path / "image-api/.git").exists() is has_git
    assert ("nothing is committed" in outcome.out) is not has_git


def test_hooks_and_signing_of_the_user_play_no_part(portfolio: Run, machine: Path, tmp_path: Path) -> None:
    hooks = machine / "hooks"
    hooks.mkdir()
    (machine / "attributes").write_text("* text eol=crlf\n")
    (machine / "ignore").write_text("models/\n*.md\n")
    for name in ("pre-commit", "commit-msg", "post-commit"):
        (hooks / name).write_text("#!/bin/sh\nexit 1\n")
        (hooks / name).chmod(0o755)
    with (machine / ".gitconfig").open("a") as file:
        file.write(
            f"[core]\n\thooksPath = {hooks}\n\tautocrlf = true\n"
            f"\tattributesFile = {machine}/attributes\n\texcludesFile = {machine}/ignore\n"
            "[commit]\n\tgpgsign = true\n[init]\n\tdefaultBranch = x\n"
        )
    assert portfolio(*QUICK).code == 0
    assert git(tmp_path / "image-api", "rev-list", "--count", "main") == "1"
    recorded = json.loads((tmp_path / "image-api" / record.NAME).read_text(encoding="utf-8"))["files"]
    listed = [line.split()[2:] for line in git(tmp_path / "image-api", "ls-tree", "-r", "HEAD").splitlines()]
    assert recorded == {path: sha for sha, path in listed if path != record.NAME}


def test_inside_a_hook_the_commit_goes_into_the_new_project(
    portfolio: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    git(tmp_path / "other", "init", "--quiet")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other/.git/index"))
    assert portfolio(*QUICK).code == 0
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert git(tmp_path / "image-api", "rev-list", "--count", "main") == "1"
    assert git(tmp_path / "other", "for-each-ref") == ""


def test_the_users_settings_of_copier_change_nothing(portfolio: Run, machine: Path) -> None:
    before = portfolio(*QUICK, "--dry-run", "--format", "json").json["files"]
    settings = machine / ".config/copier/settings.yml"
    settings.parent.mkdir(parents=True)
    settings.write_text("defaults:\n  title: Hijacked\n")
    assert portfolio(*QUICK, "--dry-run", "--format", "json").json["files"] == before


@pytest.mark.parametrize("names", [["README.md"], [".git/HEAD"], ["a", "b", "c", "d", "e", "f", "g"]])
def test_what_is_in_the_way_is_listed_and_kept(portfolio: Run, tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / "image-api" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "image-api" / name).write_text("mine")
    outcome = portfolio(*QUICK)
    assert outcome.code == 1
    error, hint = outcome.err.splitlines()
    assert f"it holds {names[0].partition('/')[0]}" in error
    assert "choose another folder" in hint
    assert [path.read_text() for path in (tmp_path / "image-api").rglob("*") if path.is_file()] == ["mine"] * len(names)


@pytest.mark.parametrize("make", ["file", "link", "dangling"])
def test_a_destination_that_is_no_folder_is_refused(portfolio: Run, tmp_path: Path, make: str) -> None:
    target = tmp_path / "image-api"
    if make == "file":
        target.write_text("mine")
    else:
        if make == "link":
            (tmp_path / "elsewhere").mkdir()
        target.symlink_to(tmp_path / "elsewhere")
    assert portfolio(*QUICK).code == 1
    assert target.is_symlink() or target.read_text() == "mine"


@pytest.mark.parametrize("dest", ["image-api", "x/y/z", "my image-api é", "deep/image-api/"])
def test_new_parents_come_with_the_project(portfolio: Run, tmp_path: Path, dest: str) -> None:
    (tmp_path / "deep").mkdir()
    assert portfolio("new", "image-api", dest, "--yes").code == 0
    assert (tmp_path / dest / "pyproject.toml").is_file()
    assert not [path for path in tmp_path.rglob("*") if ".tmp-" in path.name]


def test_an_empty_folder_is_filled(portfolio: Run, tmp_path: Path) -> None:
    (tmp_path / "image-api").mkdir()
    assert portfolio(*QUICK).code == 0


def test_the_project_is_as_readable_as_any_new_folder(portfolio: Run, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    portfolio(*QUICK)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "image-api")]
    assert modes[0] == modes[1]


def test_a_failure_leaves_nothing_behind(portfolio: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(first_commit, "commit_all", full)
    outcome = portfolio("new", "image-api", "x/y", "--yes")
    assert outcome.code == 1
    assert "x/y could not be made: No space left on device" in outcome.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dest", ["a file/image-api", "x" * 300], ids=["below a file", "too long"])
def test_a_destination_that_cannot_be_made_is_refused_in_two_lines(portfolio: Run, tmp_path: Path, dest: str) -> None:
    (tmp_path / "a file").write_text("mine")
    outcome = portfolio("new", "image-api", dest, "--yes", "--data", "project_name=leaves")
    assert outcome.code == 1
    assert len(outcome.err.splitlines()) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a file"]


def test_the_folder_we_stand_in_can_be_filled(portfolio: Run, tmp_path: Path) -> None:
    assert portfolio("new", "image-api", ".", "--yes", "--data", "project_name=leaves").code == 0
    assert (tmp_path / "README.md").is_file()


def test_a_sibling_of_a_repository_is_not_inside_it(
    portfolio: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "repository").mkdir()
    git(tmp_path / "repository", "init", "--quiet")
    monkeypatch.chdir(tmp_path / "repository")
    assert portfolio("new", "image-api", "../leaf", "--yes").code == 0
    assert (tmp_path / "leaf/.git").is_dir()


def test_a_dry_run_refuses_what_a_real_run_refuses(portfolio: Run, tmp_path: Path) -> None:
    (tmp_path / "image-api").mkdir()
    (tmp_path / "image-api/mine").write_text("")
    assert portfolio(*QUICK, "--dry-run").code == 1


def test_a_name_that_git_refuses_is_explained(portfolio: Run, machine: Path, tmp_path: Path) -> None:
    (machine / ".gitconfig").unlink()
    outcome = portfolio(*QUICK, "--data", "author=...")
    assert outcome.code == 1
    assert "git could not make the first commit" in outcome.err.splitlines()[0]
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_removed_and_what_a_running_one_fills_is_not(portfolio: Run, tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    running = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    left, filled, foreign = (tmp_path / f".image-api.tmp-{end}" for end in (ended.pid, running.pid, "notes"))
    for folder in (left, filled, foreign):
        folder.mkdir()
    portfolio(*QUICK)
    running.communicate(b"\n")
    assert not left.exists()
    assert filled.exists()
    assert foreign.exists()


def test_git_is_started_a_few_times_and_not_once_for_every_file(portfolio: Run) -> None:
    started: list[object] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "subprocess.Popen" and is_watching:
            started.append(arguments[1])

    is_watching = True
    sys.addaudithook(watch)
    portfolio(*QUICK)
    is_watching = False  # a hook cannot be taken away again
    assert 1 <= len(started) <= 8, started


def test_an_answer_that_no_question_gives_is_a_bug_and_leaves_nothing(
    portfolio: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    shutil.copytree(templates.root(), root)
    (root / "image-api/project/extra.txt.jinja").write_text("{{ no_such_answer }}")
    monkeypatch.setattr(templates, "root", lambda: root)
    with pytest.raises(Exception, match="no_such_answer"):
        portfolio(*QUICK)
    assert [path.name for path in tmp_path.iterdir()] == ["root"]


def test_compiled_files_of_an_installed_template_are_not_copied(
    portfolio: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    shutil.copytree(templates.root(), root)
    compileall.compile_dir(root, quiet=1)
    assert list(root.rglob("*.pyc"))
    monkeypatch.setattr(templates, "root", lambda: root)
    assert portfolio(*QUICK).code == 0
    assert not [path for path in (tmp_path / "image-api").rglob("*") if "pyc" in path.name]


def test_the_printed_command_makes_the_same_project(portfolio: Run, tmp_path: Path) -> None:
    given = ("--data", 'title=It\'s "mine" & yours', "--data", "seed=77", "--no-git")
    made = portfolio("new", "image-api", "first", *given, "--yes", "--format", "json").json
    first = _tree(tmp_path / "first")
    shutil.rmtree(tmp_path / "first")
    script = made["command"].replace("portfolio", f"{sys.executable} -m portfolio", 1)
    subprocess.run(script, shell=True, cwd=tmp_path, check=True, capture_output=True)
    assert _tree(tmp_path / "first") == first


@pytest.mark.parametrize("name", ["con", "nul", "com1", "LPT9", "Aux.d"])
def test_names_of_devices_on_windows_are_refused(portfolio: Run, name: str) -> None:
    for given in ([name], ["fine", f"--data=project_name={name.lower().partition('.')[0]}"]):
        outcome = portfolio("new", "recommender", *given, "--yes")
        assert outcome.code == 2
        assert "device on Windows" in outcome.err
        assert not Path(given[0]).exists()


def test_on_a_terminal_it_asks_until_the_answer_is_valid(tmp_path: Path) -> None:
    if os.name == "nt":
        missing("needs a POSIX terminal")
    import pty  # is not there on Windows

    try:
        ours, theirs = pty.openpty()
    except OSError as error:
        missing(f"there is no terminal: {error}")
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(CHECKOUT / "src")}
    process = subprocess.Popen(
        [sys.executable, "-m", "portfolio", "new"],
        cwd=tmp_path,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = bytearray()

    def read() -> None:
        while True:
            try:
                shown.extend(os.read(ours, 4096))
            except OSError:  # closed by the child
                return

    reader = threading.Thread(target=read)
    reader.start()
    number = [each.name for each in templates.all()].index("image-api") + 1
    for line in (f"{number}", "no-such-data", "sample", "json", "leaf-thing", "My leaves", "", "", "", ""):
        os.write(ours, f"{line}\n".encode())
    assert process.wait(timeout=30) == 0
    reader.join(timeout=5)
    text = shown.decode()
    assert "error: project_name: 'json' is a module of Python's standard library" in text
    assert "error: 'no-such-data' is no data set of image-api" in text
    assert text.index("license: CC BY-SA 3.0") < text.index("Name of the project")
    assert "'--data=title=My leaves'" in text
    assert "\x1b[" not in text
    assert "My leaves" in (tmp_path / "image-api/README.md").read_text(encoding="utf-8")
