"""Every line that the user added is in the result, or in a conflict."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.update.conftest import (
    Bench,
    Living,
    assert_abortable,
)

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
