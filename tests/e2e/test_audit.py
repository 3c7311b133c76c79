"""The audit as installed from the wheel: on a project that was run, as a hook, on the specification of Markdown."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from portfolio.audit.topics import Reading
from portfolio.readme import markdown
from portfolio.readme.model import BOLD
from tests.audit.audited import COMPLETE, build, git
from tests.conftest import CHECKOUT
from tests.e2e.conftest import Project, Tool, copy_tree, run

TEMPLATE = "image-api"
pytestmark = pytest.mark.e2e


def audited(tool: Tool, folder: Path) -> dict[str, Any]:
    """The one project of the document."""
    document = json.loads(run(f"{tool.command} audit {shlex.quote(str(folder))} --format json || true", folder))
    (project,) = document["projects"]
    return {each["code"]: each for each in project["results"]}


@pytest.fixture
def copy(project: Project, tmp_path: Path) -> Path:
    """A project that was run, to be changed."""
    folder = tmp_path / "project"
    copy_tree(project.folder, folder)
    return folder


def test_one_digit_is_found_and_both_values_are_named(tool: Tool, copy: Path) -> None:
    page = copy / "README.md"
    row = re.search(r"(\| \*\*convolutional network\*\* \| test \(by plant\) \| 0\.\d)(\d)(\d \|)", page.read_text())
    assert row
    shown = f"{row[1]}{(int(row[2]) + 5) % 10}{row[3]}"
    page.write_text(page.read_text().replace(row[0], shown))
    found = audited(tool, copy)["EVL402"]
    recorded = json.loads((copy / "reports/metrics.json").read_text())["results"]
    value = next(each["value"] for each in recorded if each["role"] == "model" and each["metric"] == "macro_f1")
    assert found["state"] == "fail"
    assert str(value) in found["message"]
    assert shown.split("| ")[-1].strip(" |") in found["message"]
    before = page.read_text()
    run(f"{tool.command} audit . --fix", copy)
    assert page.read_text() == before.replace(shown, row[0])


def test_every_digit_of_a_result_is_watched(tool: Tool, copy: Path) -> None:
    """In the tables of results: each digit that is changed so that no rounding explains it."""
    page = (copy / "README.md").read_text()
    start, end = (page.index(mark) for mark in ("<!-- report:results -->", "<!-- /report:results -->"))
    digits = [found.start() for found in re.finditer(r"(?<=\.\d)\d(?=\d? \|)", page[start:end])]
    assert len(digits) >= 8
    missed = []
    for at in (start + each for each in digits):
        (copy / "README.md").write_text(page[:at] + str((int(page[at]) + 5) % 10) + page[at + 1 :])
        if audited(tool, copy)["EVL402"]["state"] != "fail":
            missed.append(page[at - 20 : at + 5])
    assert missed == []


def test_the_hook_runs_in_a_project(tmp_path: Path) -> None:
    folder = build(tmp_path / "project", COMPLETE)
    git(folder, "init", "--quiet")
    git(folder, "add", "-A")
    command = [
        sys.executable,
        "-m",
        "pre_commit",
        "try-repo",
        str(CHECKOUT),
        "portfolio-audit",
        "--all-files",
        "--verbose",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "14 of 14 parts" in done.stdout


def test_the_specification_s_examples_are_read(tmp_path: Path) -> None:
    """The parser's own source distribution carries them."""
    release = f"markdown-it-py=={version('markdown-it-py')}"
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", release]
    subprocess.run(download, cwd=tmp_path, check=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as source:
        (name,) = (each for each in source.getnames() if each.endswith("test_cmark_spec/commonmark.json"))
        file = source.extractfile(name)
        assert file is not None
        examples = json.load(file)
    assert len(examples) > 600
    for example in examples:
        reading = Reading(markdown.parse(example["markdown"]))
        assert reading.language
        headings = len(re.findall(r"<h[1-6]>", example["html"]))
        assert sum(0 < each.level < BOLD for each in reading.readme.sections) == headings, example["markdown"]
