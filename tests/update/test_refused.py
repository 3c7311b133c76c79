"""What cannot be updated is refused, in two lines, and nothing is touched."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from portfolio import record
from portfolio.git.repository import Repository
from tests.update.conftest import (
    Bench,
    Living,
    Whereabouts,
    assert_abortable,
    better,
    mine,
)


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
