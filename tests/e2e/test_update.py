"""From one wheel to the next: a project that was run, and worked on, gets what is new and keeps what is its own."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from portfolio.create import templates
from tests.conftest import CHECKOUT
from tests.e2e.conftest import Project, copied, run

SECTION = "## How this was reviewed\n\nBy reading every row of its tables beside the code that wrote it.\n\n"
FUNCTION = '\n\ndef quoted(text: str) -> str:\n    """In quotation marks."""\n    return f"“{text}”"\n'


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The command of a `portfolio` whose templates are one version on, installed from its wheel."""
    folder = tmp_path_factory.mktemp("newer")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, tracked.split("\0")):
        target = folder / "checkout" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, target)
    for template in templates.all():
        there = folder / "checkout/project_templates" / template.name
        manifest = there / "template.toml"
        manifest.write_text(manifest.read_text().replace(f'version = "{template.version}"', 'version = "9.0.0"'))
        page = there / "project/README.md.jinja"
        text = page.read_text(encoding="utf-8")
        assert "## Limitations\n" in text
        text = text.replace("## Limitations\n", f"{SECTION}## Limitations\n")
        page.write_text(text.replace("](deploy/README.md)", "](deploy/PLACES.md)"), encoding="utf-8")
        (there / "project/deploy/README.md.jinja").rename(there / "project/deploy/PLACES.md.jinja")
    wording = folder / "checkout/project_templates/_shared/wording.py"
    wording.write_text(wording.read_text(encoding="utf-8") + FUNCTION, encoding="utf-8")
    run(f"{shlex.quote(sys.executable)} -m build --wheel --outdir {folder}/dist checkout", folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    venv.create(folder / "environment", with_pip=True)
    run(f"{folder}/environment/bin/python -m pip install --quiet {wheel}", folder)
    return str(folder / "environment/bin/portfolio")


def test_the_next_version_comes_into_a_project_that_was_run_and_worked_on(
    each: Project, newer: str, tmp_path: Path
) -> None:
    project = copied(each, tmp_path)
    page, config = project.folder / "README.md", next((project.folder / "src").glob("*/config.py"))
    measured = re.findall(r"<!-- report:.*?<!-- /report:\S+ -->", page.read_text(encoding="utf-8"), re.DOTALL)
    text = page.read_text(encoding="utf-8").replace(
        "## Limitations\n", "## Limitations\n\nMy own: nobody checked it.\n"
    )
    page.write_text(text, encoding="utf-8")
    config.write_text(config.read_text(encoding="utf-8") + "\nMINE = True  # looked at\n", encoding="utf-8")
    with (project.folder / "deploy/README.md").open("a", encoding="utf-8") as places:
        places.write("\nMine is under the stairs.\n")
    run("git add -A && git commit -qm 'First run, and my own words'", project.folder)
    said = json.loads(run(f"{newer} update . --format json 2>/dev/null", project.folder))
    assert (said["outcome"], said["to"]) == ("merged", f"{each.template.name}@9.0.0")
    after = page.read_text(encoding="utf-8")
    assert SECTION in after
    assert "My own: nobody checked it." in after
    assert re.findall(r"<!-- report:.*?<!-- /report:\S+ -->", after, re.DOTALL) == measured
    assert "MINE = True" in config.read_text(encoding="utf-8")
    assert "under the stairs" in (project.folder / "deploy/PLACES.md").read_text(encoding="utf-8")
    assert FUNCTION in config.with_name("wording.py").read_text(encoding="utf-8")
    assert run("git status --porcelain", project.folder) == ""
    project.do("report --check")
    assert json.loads(run(f"{newer} update . --format json", project.folder))["outcome"] == "nothing to do"
    assert [each["code"] for each in said["audit"]["turns"] if each["after"] == "fail"] == []
