"""A template that can be changed as a new release would change it, and a project made of it that lives on."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from portfolio import record
from portfolio.create import answers, scaffold, templates
from tests.conftest import CHECKOUT, Outcome, Run

NAME = "bakery"
MANIFEST = """
version = "0.1.0"
title = "Bread for tomorrow"
summary = "How much to bake"
role = "ds"
profile = "tabular"
skills = ["baking"]
package = "bakery"
pip_install = "-e ."
steps = ["run"]
next_steps = []
data_sets = []
[minutes]
cold = 1
warm = 1
[budget]
seconds = 1
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

    def move(self, old: str, new: str, is_told: bool = True) -> None:
        """Move a file of the template, and say so in the manifest's `[moved]`."""
        self.path(new).parent.mkdir(parents=True, exist_ok=True)
        self.path(old).rename(self.path(new))
        manifest = self.root / NAME / "template.toml"
        text = manifest.read_text()
        if is_told:
            manifest.write_text(text + ("" if "[moved]" in text else "\n[moved]\n") + f'"{old}" = "{new}"\n')

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


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project as `portfolio new` makes it, to be copied."""
    folder = tmp_path_factory.mktemp("pristine")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", str(folder))
        patched.setenv("GIT_AUTHOR_NAME", "Ada Lovelace")
        patched.setenv("GIT_AUTHOR_EMAIL", "ada@example.org")
        root = Bench(folder / "templates").root
        patched.setattr(templates, "root", lambda: root)
        collected = answers.collect(templates.get(NAME), "my bakery é", {"author": "Ada"})
        return scaffold.create(collected, folder / "project", git=True).folder


@pytest.fixture
def living(bench: Bench, portfolio: Run, pristine: Path, tmp_path: Path) -> Living:
    """A project that was just made."""
    folder = tmp_path / "my bakery é"
    shutil.copytree(pristine, folder)
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


Whereabouts = Callable[[Living], Living]


def assert_to_look_at(project: Living, outcome: Outcome, *places: str) -> None:
    """Merged by git and left uncommitted, with each broken `path:line` listed; `git merge --abort` brings all back."""
    assert (outcome.code, outcome.json["outcome"], outcome.json["commit"]) == (4, "to look at", None), outcome
    assert [f"{each['path']}:{each['line']}" for each in outcome.json["broken"]] == list(places)
    assert project.git("ls-files", "--unmerged") == ""
    assert "All conflicts fixed but you are still merging" in project.git("status")


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


def conflicting(bench: Bench) -> None:
    """A release that changes the line that `mine` changes."""
    bench.replace("src/bakery/oven.py", "return 3\n", "return 333  # better\n")


def assert_refused(outcome: Outcome, *words: str) -> None:
    """Refused in two lines that hold these words."""
    assert outcome.code == 1, outcome
    assert len(outcome.err.splitlines()) == 2, outcome.err
    assert outcome.err.startswith("error: ")
    assert all(word in outcome.err for word in words), outcome.err
