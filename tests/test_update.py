"""`portfolio update` merges a newer template into a living project, and loses no line of the user's."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portfolio import record, templates
from portfolio.repository import Repository
from tests.conftest import CHECKOUT, Outcome, Run

NAME = "bakery"
MANIFEST = """
version = "0.1.0"
title = "Bread for tomorrow"
summary = "How much to bake"
role = "ds"
skills = ["baking"]
package = "bakery"
pip_install = "-e ."
steps = ["run"]
next_steps = []
data_sets = []
[minutes]
cold = 1
warm = 1
[story]
problem = "Bakers throw away a third of their bread because nobody tells them"
decision = "How much to bake"
success = "Less bread thrown away"
[verbs]
run = "all"
"""
README = """\
# {{ markdown.title }}

{{ markdown.problem }}.

## Results

<!-- report:results -->
*Nothing was measured yet: run it.*
<!-- /report:results -->

## Limitations

Bread made on holidays was never seen by this model, so it says nothing of them at all.

Scaffolded with {{ release }}.
"""
CODE = "".join(f"def step_{i}():\n    return {i}\n\n\n" for i in range(12))
FILES = {
    "README.md.jinja": README,
    "pyproject.toml.jinja": '[project]\nname = "{{ project_name }}"\ndependencies = ["numpy"]\n'
    "\n[project.optional-dependencies]\ndev = []\n",
    "requirements.lock": "numpy==2.0\n",
    "src/bakery/oven.py": CODE,
    "src/bakery/shop.py": '"""The shop."""\n\nPRICE = 3\n\n\ndef sell():\n    return PRICE\n',
    "bake.sh": "#!/bin/sh\necho bread\n",
    "loaf.bin": "\0\1\2bread" * 30,
    ".gitattributes": "* text=auto eol=lf\n*.bin binary\n",
    ".gitignore": "/logs/\n",
}


class Bench:
    """A tool whose templates can be changed, as a new release of it would."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / NAME).mkdir(parents=True)
        shutil.copy(CHECKOUT / "project_templates/copier.yml", root)
        (root / NAME / "template.toml").write_text(MANIFEST, encoding="utf-8")
        for path, content in FILES.items():
            self.write(path, content)

    def path(self, name: str) -> Path:
        """A file of the template."""
        return self.root / NAME / "project" / name

    def write(self, name: str, content: str) -> None:
        """Make a file of the template."""
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_bytes(content.encode())

    def replace(self, name: str, old: str, new: str) -> None:
        """Change some words of a file."""
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def release(self, version: str) -> None:
        """Give the template another version."""
        manifest = self.root / NAME / "template.toml"
        now = templates.get(NAME).version
        manifest.write_text(manifest.read_text().replace(f'"{now}"', f'"{version}"'))


@dataclass(frozen=True)
class Living:
    """A project, its repository, and the tool."""

    top: Path  # of the repository
    folder: Path
    portfolio: Run

    def git(self, *words: str, allowed: tuple[int, ...] = (0,)) -> str:
        """Ask git in the project's folder."""
        done = subprocess.run(["git", *words], cwd=self.folder, capture_output=True, check=False)
        assert done.returncode in allowed, done.stderr.decode()
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def write(self, name: str, content: str) -> None:
        """Make a file of the project."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(content.encode())

    def read(self, name: str) -> str:
        """A file of the project."""
        return (self.folder / name).read_bytes().decode("utf-8", "replace")

    def replace(self, name: str, old: str, new: str) -> None:
        """Change some words of a file."""
        text = self.read(name)
        assert old in text
        self.write(name, text.replace(old, new))

    def commit(self) -> None:
        """All there is."""
        self.git("add", "-A")
        self.git("commit", "-qm", "Work")

    def update(self, *words: str) -> Outcome:
        """Run the command, as a program does."""
        return self.portfolio("update", str(self.folder), "--format", "json", *words)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The tool."""
    made = Bench(tmp_path / "templates")
    monkeypatch.setattr(templates, "root", lambda: made.root)
    return made


@pytest.fixture
def living(bench: Bench, portfolio: Run, tmp_path: Path) -> Living:
    """A project that was just made."""
    assert portfolio("new", NAME, "my bakery é", "--yes", "--data", "author=Ada").code == 0
    folder = tmp_path / "my bakery é"
    return Living(folder, folder, portfolio)


@pytest.fixture(params=["where it was made", "in a fresh clone"])
def whereabouts(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Living], Living]:
    """What makes of a project the one that is updated."""

    def settled(project: Living) -> Living:
        if request.param == "where it was made":
            return project
        clone = tmp_path / "clone"
        subprocess.run(["git", "clone", "-q", "--no-local", str(project.top), str(clone)], check=True)
        return Living(clone, clone / project.folder.relative_to(project.top), project.portfolio)

    return settled


def mine(project: Living) -> None:
    """What most users do: words and code of their own."""
    project.replace("README.md", "## Limitations\n", "## Limitations\n\nMy oven is broken on Mondays.\n")
    project.replace("src/bakery/oven.py", "return 3\n", "return 33  # mine\n")
    project.commit()


def better(bench: Bench) -> None:
    """What most releases do."""
    bench.replace("src/bakery/oven.py", "return 9\n", "return 99  # better\n")
    bench.replace("README.md.jinja", "\nScaffolded", "\n## Serving\n\nAt seven.\n\nScaffolded")
    bench.release("0.2.0")


def assert_merged(project: Living, outcome: Outcome) -> None:
    """Merged, whole: a merge commit on a clean tree, of the new version."""
    assert outcome.code == 0, outcome
    assert outcome.json["outcome"] == "merged"
    assert project.git("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=dirty") == ""
    assert len(project.git("log", "-1", "--format=%P").split()) == 2
    assert project.git("log", "-1", "--format=%H") == outcome.json["commit"]
    made_of = record.from_text(project.read(record.NAME))
    assert made_of.version == templates.get(NAME).version
    assert project.git("for-each-ref", "--format=%(refname)", "refs/yours", f"refs/{NAME}*") == ""
    project.git("fsck", "--strict")


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


Whereabouts = Callable[[Living], Living]


def assert_conflicts(project: Living, outcome: Outcome, *paths: str) -> None:
    """Left to resolve, listed, and `git merge --abort` brings everything back."""
    assert (outcome.code, outcome.json["outcome"], outcome.json["commit"]) == (4, "conflicts", None), outcome
    assert [each["path"] for each in outcome.json["conflicts"]] == list(paths)
    unmerged = project.git("-c", "core.quotePath=false", "ls-files", "--unmerged").splitlines()
    assert {line.partition("\t")[2] for line in unmerged} == set(paths)
    assert "fix conflicts" in project.git("status")


def assert_abortable(project: Living) -> None:
    """`git merge --abort` restores everything."""
    project.git("merge", "--abort")
    assert project.git("status", "--porcelain") == ""
    assert project.git("stash", "list") == ""


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


MEASURED = "| Model | MAE |\n| :-- | --: |\n| mine | 3.1 |\n"
UNMEASURED = "*Nothing was measured yet: run it.*\n"


def test_what_a_run_wrote_into_the_readme_is_no_conflict(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    living.replace("README.md", UNMEASURED, MEASURED)
    mine(living)
    block = f"<!-- report:results -->\n{UNMEASURED}<!-- /report:results -->\n"
    bench.replace("README.md.jinja", f"## Results\n\n{block}\n", "")  # moved below, told in other words
    bench.replace("README.md.jinja", "Scaffolded", f"## Results\n\n{block.replace('Nothing', 'Naught')}\nScaffolded")
    bench.release("0.2.0")
    project = whereabouts(living)
    assert_merged(project, project.update())
    text = project.read("README.md")
    assert text.count(MEASURED) == 1
    assert text.index("## Limitations") < text.index("My oven is broken") < text.index("## Results")
    assert "Naught" not in text


def test_a_block_that_the_template_has_no_more_is_a_conflict_if_a_run_filled_it(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    living.replace("README.md", UNMEASURED, MEASURED)
    living.commit()
    block = f"<!-- report:results -->\n{UNMEASURED}<!-- /report:results -->\n"
    bench.replace("README.md.jinja", f"## Results\n\n{block}\n", "")
    bench.release("0.2.0")
    project = whereabouts(living)
    assert_conflicts(project, project.update(), "README.md")
    assert MEASURED in project.read("README.md")
    assert_abortable(project)


def test_a_conflict_beside_a_filled_block_keeps_the_whole_of_both_sides(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    living.replace("README.md", UNMEASURED, MEASURED)
    living.replace("README.md", "says nothing of them at all", "says nothing of them, and I know why")
    living.commit()
    bench.replace("README.md.jinja", "says nothing of them at all", "is silent about them")
    bench.replace("README.md.jinja", "Nothing was", "Naught was")
    bench.release("0.2.0")
    project = whereabouts(living)
    assert_conflicts(project, project.update(), "README.md")
    assert MEASURED in project.read("README.md")
    project.git("checkout", "--ours", "README.md")
    assert project.read("README.md") == project.git("show", "HEAD:README.md") + "\n"
    assert_abortable(project)


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


def test_a_new_question_is_answered_and_recorded(bench: Bench, living: Living, whereabouts: Whereabouts) -> None:
    bench.root.joinpath("copier.yml").write_text(
        (bench.root / "copier.yml").read_text() + "oven:\n  type: str\n  help: Which oven\n"
    )
    manifest = bench.root / NAME / "template.toml"
    manifest.write_text(manifest.read_text().replace("[verbs]", 'oven = "The one of stone"\n[verbs]'))
    bench.replace("README.md.jinja", "Scaffolded", "Oven: {{ markdown.oven }}.\n\nScaffolded")
    bench.release("0.2.0")
    project = whereabouts(living)
    outcome = project.update()
    assert_merged(project, outcome)
    assert outcome.json["new_answers"] == {"oven": "The one of stone"}
    assert "Oven: The one of stone." in project.read("README.md")
    assert json.loads(project.read(record.NAME))["answers"]["oven"] == "The one of stone"


def test_the_templates_own_story_is_told_anew_and_the_authors_is_kept(
    bench: Bench, portfolio: Run, tmp_path: Path
) -> None:
    own = "My aunt bakes too much on every Monday of the year"
    made = {}
    for name, words in (("own", ["--data", f"problem={own}"]), ("default", [])):
        assert portfolio("new", NAME, name, "--yes", *words).code == 0
        made[name] = Living(tmp_path / name, tmp_path / name, portfolio)
    manifest = bench.root / NAME / "template.toml"
    manifest.write_text(manifest.read_text().replace("because nobody tells them", "for want of a forecast"))
    bench.release("0.2.0")
    for project in made.values():
        assert_merged(project, project.update())
    assert own in made["own"].read("README.md")
    assert "for want of a forecast" in made["default"].read("README.md")


def test_an_answer_that_was_changed_in_the_record_is_rendered_anew(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    living.replace(record.NAME, '"title": "Bread for tomorrow"', '"title": "Rolls for tomorrow"')
    mine(living)
    project = whereabouts(living)
    assert_merged(project, project.update())
    assert project.read("README.md").startswith("# Rolls for tomorrow\n")
    assert "return 33  # mine" in project.read("src/bakery/oven.py")


def test_a_dry_run_foretells_the_run_and_changes_nothing(
    bench: Bench, living: Living, whereabouts: Whereabouts
) -> None:
    mine(living)
    better(bench)
    bench.path("src/bakery/shop.py").unlink()
    bench.write("src/bakery/till.py", "till = 1\n")
    project = whereabouts(living)
    before = project.git("rev-parse", "HEAD"), project.git("for-each-ref"), project.git("status", "--porcelain")
    foretold = project.update("--dry-run").json
    now = project.git("rev-parse", "HEAD"), project.git("for-each-ref"), project.git("status", "--porcelain")
    assert now == before
    outcome = project.update()
    assert_merged(project, outcome)
    assert outcome.json["files"] == foretold["files"]
    assert outcome.json["audit"] == foretold["audit"]
    assert "+    return 99  # better" in foretold["diff"]
    for each in foretold["files"]:
        path = project.folder / each["path"]
        assert project.git("rev-parse", f"HEAD:{each['path']}") == each["blob"] if each["blob"] else not path.exists()


def test_what_the_update_bought_is_shown(bench: Bench, living: Living, portfolio: Run) -> None:
    bench.replace(
        "README.md.jinja",
        "\nScaffolded",
        "\n## What I Would Improve Next\n\n"
        "1. Replace the constants in `src/bakery/oven.py` by ones that are learned from receipts.\n"
        "2. Measure what `src/bakery/shop.py` throws away on holidays.\n"
        "3. Compare two ovens in `src/bakery/oven.py` on the same day.\n\nScaffolded",
    )
    bench.release("0.2.0")
    outcome = portfolio("update", str(living.folder))
    assert outcome.code == 0
    assert "bakery@0.1.0 → bakery@0.2.0: merged, 2 files, in commit" in outcome.out
    assert "passes now  RFL702" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80


def _in_a_merge(living: Living) -> None:
    living.git("switch", "-qc", "side")
    living.git("commit", "-q", "--allow-empty", "-m", "Side")
    living.git("switch", "-q", "main")
    living.git("merge", "-q", "--no-ff", "--no-commit", "side")


def _recorded(old: str, new: str) -> Callable[[Living], None]:
    def spoil(living: Living) -> None:
        living.replace(record.NAME, old, new)
        living.commit()

    return spoil


def _staged(living: Living) -> None:
    living.write("x.py", "")
    living.git("add", "x.py")


def _without_record(living: Living) -> None:
    (living.folder / record.NAME).unlink()
    living.commit()


def _without_repository(living: Living) -> None:
    shutil.rmtree(living.folder / ".git")


def _without_commit(living: Living) -> None:
    _without_repository(living)
    living.git("init", "-q")


def _elsewhere(living: Living) -> None:
    living.folder.rename(living.folder.with_name("elsewhere"))


REFUSED: dict[str, tuple[Callable[[Living], None], str]] = {
    "a changed file": (lambda it: it.write("README.md", "# Other\n"), "README.md: changed and not committed"),
    "a staged file": (_staged, "x.py: changed and not committed"),
    "a merge in progress": (_in_a_merge, "a merge is in progress"),
    "a file in the way": (lambda it: it.write("till.py", "mine\n"), "till.py: in the way"),
    "an ignored file in the way": (lambda it: it.write("logs/old", "mine\n"), "logs/old: in the way"),
    "a file where a folder comes": (lambda it: it.write("shelf", "mine\n"), "shelf: in the way"),
    "a damaged record": (_recorded("{", "<<<<<<<"), "is damaged"),
    "a record that leads out": (_recorded('"README.md": "', '"../README.md": "'), "is damaged"),
    "a record with a strange name": (_recorded('"README.md": "', '"README.md": "--'), "is damaged"),
    "no record": (_without_record, "was not made by portfolio"),
    "a newer project": (_recorded('"version": "0.1.0"', '"version": "1.0.0"'), "has only bakery@0.2.0"),
    "another template": (_recorded('"template": "bakery"', '"template": "butcher"'), "no template 'butcher'"),
    "an answer that is none": (_recorded('"year": ', '"year": "soon", "_": '), "year: 'soon'"),
    "no repository": (_without_repository, "is not in a git repository"),
    "no commit": (_without_commit, "has no commit yet"),
    "no folder": (_elsewhere, "is not a folder"),
    "a locked index": (lambda it: it.write(".git/index.lock", ""), "index.lock"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_refuses_and_touches_nothing(bench: Bench, living: Living, case: str) -> None:
    spoil, said = REFUSED[case]
    better(bench)
    for name in ("till.py", "logs/old", "shelf/bread.py"):
        bench.write(name, "bread = 1\n")
    spoil(living)
    before = {
        path: path.read_bytes()
        for path in living.folder.parent.rglob("*")
        if path.is_file() and ".git" not in path.parts and "templates" not in path.parts
    }
    outcome = living.update()
    assert outcome.code in (1, 2), outcome
    assert said in outcome.err
    assert outcome.err.startswith("error: ")
    assert len(outcome.err.splitlines()) == 2
    assert all(path.read_bytes() == content for path, content in before.items())
    if case != "a merge in progress":
        assert not (living.folder / ".git/MERGE_HEAD").exists()


def test_stopped_half_way_it_can_be_aborted(
    bench: Bench, living: Living, monkeypatch: pytest.MonkeyPatch, whereabouts: Whereabouts
) -> None:
    mine(living)
    bench.replace("src/bakery/oven.py", "return 3\n", "return 333  # better\n")
    bench.release("0.2.0")
    project = whereabouts(living)
    ask = Repository.ask

    def stopped(repository: Repository, *words: str, **rest: Any) -> str:
        said = ask(repository, *words, **rest)
        if words[:3] == ("read-tree", "-m", "-u"):
            raise KeyboardInterrupt
        return said

    monkeypatch.setattr(Repository, "ask", stopped)
    outcome = project.update()
    assert outcome.code == 1
    assert "git reset --hard" in outcome.err
    assert_abortable(project)
    assert "return 33  # mine" in project.read("src/bakery/oven.py")


TEXTS = ("README.md", "src/bakery/oven.py", "src/bakery/shop.py", "pyproject.toml", "requirements.lock")
LOST = ("delete", "move")
NEEDED = ("README.md", "requirements.lock")  # in a template; and its pyproject is TOML
Edit = tuple[str, str, int, int]  # what, where, from which line, how many lines
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["insert", "insert", "replace", "delete lines", "delete", "move"]),
        st.sampled_from(TEXTS),
        st.integers(0, 60),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=6,
)


def _edit(edits: list[Edit], path_of: Callable[[str], Path], who: str) -> None:
    """Change files; every line that is added is one of its kind."""
    moved: dict[str, Path] = {}
    for number, (what, name, at, count) in enumerate(edits):
        path = moved.get(name, path_of(name))
        if not path.exists():
            continue
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        new = [f"# {who} {number} {i}\n" for i in range(count)]
        match what:
            case "insert":
                lines[at:at] = new
            case "replace":
                lines[at : at + count] = new
            case "delete lines":
                del lines[at : at + count]
            case "move":
                moved[name] = path.rename(path.with_name(f"{who}-{path.name}"))
                continue
            case "delete":
                path.unlink()
                continue
        path.write_text("".join(lines), encoding="utf-8")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(users=EDITS, new=EDITS)
def test_every_line_of_the_users_is_in_the_result_or_in_a_conflict(
    bench: Bench, living: Living, tmp_path_factory: pytest.TempPathFactory, users: list[Edit], new: list[Edit]
) -> None:
    place = tmp_path_factory.mktemp("case")
    project = Living(place / "project", place / "project", living.portfolio)
    shutil.copytree(living.folder, project.folder)
    pristine, bench.root = bench.root, place / "templates"
    shutil.copytree(pristine, bench.root)
    try:
        _edit(users, lambda name: project.folder / name, "user")
        added = re.findall(r"# user \d+ \d+", "".join(_texts(project)))
        project.git("add", "-A")
        project.git("commit", "-q", "--allow-empty", "-m", "Work")
        kept = [each for each in new if each[1] != "pyproject.toml" and not (each[1] in NEEDED and each[0] in LOST)]
        _edit(kept, lambda name: bench.path(name + (".jinja" if name == TEXTS[0] else "")), "new")
        bench.release("0.2.0")
        before = project.git("rev-parse", "HEAD^{tree}")
        outcome = project.update()
        assert outcome.code in (0, 4), outcome
        sides = [
            project.git("cat-file", "blob", line.split()[1]) for line in project.git("ls-files", "-u").splitlines()
        ]
        everything = "\n".join([*_texts(project), *sides])
        assert all(line in everything for line in added)
        if outcome.code == 4:
            in_files = "\n".join(_texts(project))
            assert all(line in in_files for line in added)
            assert_abortable(project)
            assert project.git("write-tree") == before
    finally:
        bench.root = pristine


def _texts(project: Living) -> list[str]:
    """Every file of the project's."""
    return [
        path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(project.folder.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    ]
