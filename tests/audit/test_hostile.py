"""What a repository may bring to hurt whoever audits it: nothing is run, nothing outside is read, nothing hangs."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from portfolio.audit import deadline, folder
from portfolio.audit.engine import audit
from portfolio.audit.project import open_project
from portfolio.audit.rules import data
from portfolio.git import history
from tests.audit.audited import COMPLETE, Tree, audited, build, git, picture, states
from tests.conftest import Run

ABOUT = "# Frost\n\nA classifier for machine learning, trained on a dataset.\n\n"
SECRET = "a secret of this machine"
posix = pytest.mark.skipif(os.name == "nt", reason="of POSIX")


def outside(at: Path) -> None:
    (at.parent.parent / "secret.md").write_text(f"# Secret\n\n{SECRET}\n")
    at.symlink_to(at.parent.parent / "secret.md")


def bound_socket(at: Path) -> None:
    here = Path.cwd()
    os.chdir(at.parent)  # its path may be longer than a socket's name
    try:
        socket.socket(socket.AF_UNIX).bind(at.name)
    finally:
        os.chdir(here)


PLACES: dict[str, Callable[[Path], object]] = {
    "a link that leads out": outside,
    "a device": lambda at: at.symlink_to("/dev/zero"),
    "a pipe that nobody writes to": lambda at: os.mkfifo(at),
    "a socket": bound_socket,
    "a link to nothing": lambda at: at.symlink_to("nowhere"),
    "a link to itself": lambda at: at.symlink_to(at.name),
    "a folder": lambda at: at.mkdir(),
}


@posix
@pytest.mark.parametrize(
    "path", ["README.md", "reports/metrics.json", "figures/plot.png", "pyproject.toml", "train.py"]
)
@pytest.mark.parametrize("put", PLACES.values(), ids=PLACES)
def test_only_regular_files_inside_are_read(tmp_path: Path, path: str, put: Callable[[Path], object]) -> None:
    page = f"{ABOUT}![Result](figures/plot.png)\n\n```\npython t.py\npip install .\n```\n"
    at = build(tmp_path / "project", {"README.md": page, "a.py": "", "reports/x": "", "figures/x": ""}) / path
    at.unlink(missing_ok=True)
    put(at)
    found = audit(open_project(tmp_path / "project"), "project")
    assert not found.faults
    assert SECRET not in str(found)
    if path == "README.md":
        assert found.readme is None


@posix
def test_git_s_own_files_may_be_pipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path, {"README.md": ABOUT, "a.py": ""})
    git(tmp_path, "init", "--quiet")
    os.mkfifo(tmp_path / ".gitignore")
    monkeypatch.setattr(history, "PATIENCE", 0.5)
    assert audit(open_project(tmp_path), "project").readme == "README.md"


POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 300 300\nshowpage\n"
TREES: dict[str, Tree] = {
    "PostScript called a picture": {"figures/results.png": POSTSCRIPT},
    "half a picture": {"figures/results.png": picture()[:200]},
    "a picture of a gigapixel": {"figures/results.png": picture()[:16] + b"\0\0\x7f\xff\0\0\x7f\xff" + picture()[24:]},
    "a results file that is a list": {"results.json": "[1, 2]"},
    "numbers out of all bounds": {"results.json": '{"a": {"mae": 1e999, "f1": -1e999}, "b": {"mae": [true, 1]}}'},
    "a results file without a bottom": {"results.json": "[" * 100_000},
    "no TOML": {"pyproject.toml": "[tool.portfolio.audit\n"},
    "paths that are none": {"results.json": json.dumps({"artefacts": [
        {"path": "a" * 5000, "sha256": "0"}, {"path": "\0", "sha256": "0"}, {"path": "\ud800", "sha256": "0"},
        {"path": "../../etc/passwd", "sha256": "0"}, {"path": ".", "sha256": "0"}]})},
    "a declaration that is none": {"README.md": f"{ABOUT}<![logo](a.png)\n"},
    "cells with letters first": {"README.md": f"{ABOUT}| A | F1 |\n|-|-|\n| E5-base | E9 |\n| e | E5-x |\n"},
    "rows without cells": {"README.md": f"{ABOUT}<table><tr></tr><tr><td>F1</td><td>0.6</td></tr><tr></tr></table>\n"},
    "a notebook that is none": {"a.ipynb": '{"cells": [{"outputs": [{"text": 3}]}, 4]}'},
    "bytes that are no text": {"README.md": bytes(range(256)) * 20},
    "UTF-16 cut short": {"README.md": b"\xff\xfe#"},
}  # fmt: skip


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_any_content_is_survived(tmp_path: Path, tree: Tree) -> None:
    found = audited(tmp_path, {**COMPLETE, **tree})
    assert not found.faults


def test_a_rule_that_fails_leaves_the_others_standing(
    portfolio: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path / "project", COMPLETE)

    def fails(*_: object) -> None:
        raise ValueError("::error::\x1b[31m")

    monkeypatch.setattr(data, "_linked_source", fails)
    outcome = portfolio("audit", "project", "--format", "json")
    results = {each["code"]: each for each in outcome.json["projects"][0]["results"]}
    assert outcome.code == 3
    assert results["DAT201"]["state"] == "unknown"
    assert results["DAT203"]["state"] == "pass"
    assert "\x1b" not in outcome.err
    assert not any(line.startswith("::") for line in outcome.err.splitlines())


@posix
def test_a_project_that_takes_too_long_is_given_up_rule_by_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, COMPLETE)
    monkeypatch.setattr(data, "_counts", lambda *_: time.sleep(30))
    with deadline.of(2.0):
        found = states(audit(open_project(tmp_path), "project"))
    assert found["PRB101"] == "pass"
    assert found["DAT203"] == found["HYG803"] == "unknown"


def test_a_list_that_was_cut_accuses_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = {f"a/{number}.txt": "" for number in range(40)}
    build(tmp_path, {**tree, "README.md": f"{ABOUT}[x](z.md) and `python z.py`\n", "z.md": "", "z.py": ""})
    monkeypatch.setattr(folder, "MOST_FILES", 20)
    found = audit(open_project(tmp_path), "project")
    assert "fail" not in {each.state.value for each in found.results if each.rule.needs_files}


STEERING = "\x1b]0;x\x07\x1b[31m\u202eabc\x9b"


@posix
@pytest.mark.parametrize("output", ["text", "json", "markdown", "github"])
def test_nothing_of_theirs_steers_who_reads_us(portfolio: Run, tmp_path: Path, output: str) -> None:
    name = "odd\n::error::x"
    page = f"# {STEERING}\n\n## Data {STEERING}\n\nA machine learning dataset.\n\n[{STEERING}](gone.md)\n"
    build(tmp_path / name, {"README.md": page, "a.py": ""})
    for paths in ([name], [name, "missing\n::error::x"]):
        outcome = portfolio("audit", *paths, "--format", output)
        for text in (outcome.out, outcome.err):
            assert not set(text) & set("\x1b\x07\x9b\u202e")
            assert not any(line.strip().startswith("::error::x") for line in text.splitlines())


def test_git_reaches_no_remote_whatever_the_repository_says(tmp_path: Path) -> None:
    """A partial clone fetches what it lacks, by a program that its own configuration may name."""
    build(tmp_path, {"README.md": ABOUT, "a.py": ""})
    git(tmp_path, "init", "--quiet")
    witness = tmp_path / "witness"
    for key, value in {
        "core.repositoryFormatVersion": "1",  # else the next one says nothing
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::sh -c touch% {witness}",
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
    }.items():
        git(tmp_path, "config", key, value)
    assert not history.has_commit(tmp_path, "1" * 40)
    audit(open_project(tmp_path), "project")
    assert not witness.exists()
