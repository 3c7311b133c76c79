"""The kit that every project carries, tested once: in the environment of one of them, which has its packages."""

from __future__ import annotations

import shutil
from pathlib import Path

from portfolio.create import templates
from tests.e2e.conftest import Project, copied, run

TEMPLATE = "image-api"
CASES = sorted((templates.root() / "_shared/tests").glob("test_kit*.py"))


def test_the_kit_does_what_it_says(project: Project, tmp_path: Path) -> None:
    copy = copied(project, tmp_path)
    for cases in CASES:
        shutil.copy(cases, copy.folder / "tests")
    files = " ".join(f"tests/{cases.name}" for cases in CASES)
    run(f"{copy.python} -m pytest -q {files}", copy.folder)
    run(f"{copy.python} -m ruff check {files} && {copy.python} -m ruff format --check tests", copy.folder)
    run(f"{copy.python} -m mypy", copy.folder)
