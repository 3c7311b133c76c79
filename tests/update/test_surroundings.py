"""Whatever the machine and its git are like: line ends, identity, hooks, signing, submodules, work trees."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.update.conftest import (
    Bench,
    Living,
    Whereabouts,
    assert_abortable,
    assert_conflicts,
    assert_merged,
    better,
    mine,
)


def test_a_checkout_with_windows_line_ends(bench: Bench, living: Living, whereabouts: Whereabouts) -> None:
    living.write(".gitattributes", "*.bin binary\n")  # no help from there
    mine(living)
    living.git("config", "--global", "core.autocrlf", "true")
    for path in living.git("ls-files").splitlines():
        (living.folder / path).unlink()
    living.git("checkout", "-q", "--", ".")
    assert "return 33  # mine\r\n" in living.read("src/bakery/oven.py")
    better(bench)
    project = whereabouts(living)
    assert_merged(project, project.update())
    assert "return 33  # mine\r\n" in project.read("src/bakery/oven.py")
    assert "return 99  # better\r\n" in project.read("src/bakery/oven.py")


def test_line_ends_alone_are_no_difference(bench: Bench, living: Living, whereabouts: Whereabouts) -> None:
    text = living.read("src/bakery/oven.py").replace("return 3\n", "return 33  # mine\n").replace("\n", "\r\n")
    living.write(".gitattributes", "* -text\n")
    living.write("src/bakery/oven.py", text)
    living.commit()  # with the line ends of Windows, to the letter
    living.git("checkout", "-q", "HEAD~1", "--", ".gitattributes")
    living.git("commit", "-qm", "Attributes")
    better(bench)
    project = whereabouts(living)
    outcome = project.update()
    if outcome.code == 1:  # where git says so, it is not committed
        project.git("add", "--renormalize", ".")
        project.git("commit", "-qm", "Line ends")
        outcome = project.update()
    assert_merged(project, outcome)
    assert "return 33  # mine" in project.read("src/bakery/oven.py")
    assert "return 99  # better" in project.read("src/bakery/oven.py")


def test_without_a_git_identity(bench: Bench, living: Living, machine: Path, whereabouts: Whereabouts) -> None:
    mine(living)
    better(bench)
    project = whereabouts(living)
    (machine / ".gitconfig").unlink()
    outcome = project.update()
    assert_merged(project, outcome)
    assert project.git("log", "-1", "--format=%an <%ae>") == "Ada <nobody@example.invalid>"
    assert outcome.json["identity"]["is_configured"] is False


def test_hooks_that_fail_stop_nothing(
    bench: Bench, living: Living, machine: Path, whereabouts: Whereabouts, tmp_path: Path
) -> None:
    mine(living)
    better(bench)
    project = whereabouts(living)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-commit", "pre-merge-commit", "commit-msg", "prepare-commit-msg", "post-merge", "post-checkout"):
        (hooks / name).write_text("#!/bin/sh\nexit 1\n")
        (hooks / name).chmod(0o755)
    project.git("config", "core.hooksPath", str(hooks))
    assert_merged(project, project.update())


@pytest.mark.parametrize("works", [True, False], ids=["works", "fails"])
def test_signing(bench: Bench, living: Living, whereabouts: Whereabouts, tmp_path: Path, works: bool) -> None:
    mine(living)
    better(bench)
    project = whereabouts(living)
    signer = tmp_path / "signer"
    signature = ("-----BEGIN PGP SIGNATURE-----", "", "no", "-----END PGP SIGNATURE-----")
    lines = " ".join(f"'{line}'" for line in signature)
    good = f"cat > /dev/null\nprintf '\\n[GNUPG:] SIG_CREATED ' >&2\nprintf '%s\\n' {lines}"
    signer.write_text(f"#!/bin/sh\n{good if works else 'exit 1'}\n")
    signer.chmod(0o755)
    project.git("config", "gpg.program", str(signer))
    project.git("config", "commit.gpgSign", "true")
    before = project.git("rev-parse", "HEAD")
    outcome = project.update()
    if works:
        assert_merged(project, outcome)
        assert "PGP SIGNATURE" in project.git("cat-file", "commit", "HEAD")
    else:
        assert outcome.code == 1
        assert "gpgSign" in outcome.err
        assert project.git("rev-parse", "HEAD") == before
        assert project.git("status", "--porcelain") == ""


def test_beside_a_submodule(bench: Bench, living: Living, tmp_path: Path, whereabouts: Whereabouts) -> None:
    other = tmp_path / "other"
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    (other / "flour").write_text("white\n")
    subprocess.run(["git", "add", "-A"], cwd=other, check=True)
    subprocess.run(["git", "commit", "-qm", "Flour"], cwd=other, check=True)
    living.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "flour")
    living.git("commit", "-qm", "Flour")
    mine(living)
    better(bench)
    project = whereabouts(living)
    if project is living:
        (project.folder / "flour/flour").write_text("brown\n")  # its own business
    assert_merged(project, project.update())
    assert "160000" in project.git("ls-tree", "HEAD", "flour")
    if project is living:
        assert project.read("flour/flour") == "brown\n"


def test_on_a_detached_head(bench: Bench, living: Living, whereabouts: Whereabouts) -> None:
    mine(living)
    better(bench)
    project = whereabouts(living)
    project.git("switch", "-q", "--detach")
    main = project.git("rev-parse", "main")
    assert_merged(project, project.update())
    assert project.git("rev-parse", "main") == main


def test_in_a_linked_work_tree(bench: Bench, living: Living, tmp_path: Path) -> None:
    mine(living)
    bench.replace("src/bakery/oven.py", "return 3\n", "return 333  # better\n")
    better(bench)
    linked = tmp_path / "linked"
    living.git("worktree", "add", "-q", str(linked))
    project = Living(linked, linked, living.portfolio)
    assert_conflicts(project, project.update(), "src/bakery/oven.py")
    assert living.git("status", "--porcelain") == ""
    assert_abortable(project)
