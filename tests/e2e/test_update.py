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
from portfolio.update import rewrite_imports
from portfolio.update.tree import Tree
from tests.conftest import CHECKOUT
from tests.e2e.conftest import Project, Tool, copied, run

TEMPLATE = "image-api"
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
        page.write_text(text, encoding="utf-8")
        naming = (page, there / "project/deploy/kubernetes.yaml.jinja", *(there / "project/docs").glob("*.jinja"))
        for file in naming:  # whatever names the file that moves
            named = file.read_text(encoding="utf-8").replace("deploy/README.md", "deploy/PLACES.md")
            file.write_text(named, encoding="utf-8")
        (there / "project/deploy/README.md.jinja").rename(there / "project/deploy/PLACES.md.jinja")
    shared = folder / "checkout/project_templates/_shared/kit/blocks.py"
    shared.write_text(shared.read_text(encoding="utf-8") + FUNCTION, encoding="utf-8")
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
    assert FUNCTION in (config.parent / "kit/blocks.py").read_text(encoding="utf-8")
    assert run("git status --porcelain", project.folder) == ""
    project.do("report --check")
    assert json.loads(run(f"{newer} update . --format json", project.folder))["outcome"] == "nothing to do"
    assert [each["code"] for each in said["audit"]["turns"] if each["after"] == "fail"] == []


MOVED = {
    "models/network.py": "network/layers.py",
    "models/baseline.py": "baseline/linear.py",
    "models/features.py": "baseline/features.py",
    "models/augmentation.py": "network/augmentation.py",
    "models/calibration.py": "trust/calibration.py",
    "evaluation/costs.py": "trust/costs.py",
    "evaluation/trust.py": "trust/tests.py",
    "kit/charts.py": "kit/drawing.py",  # a stub of one line
}
PACKAGE = "src/image_api"
MINE = '''"""My own: how sure the baseline and the network may be."""

from image_api.evaluation import costs
from image_api.models import network
from image_api.models.features import describe

from .kit import charts
from .models.calibration import brier


def names() -> list[str]:
    return [each.__name__ for each in (network, costs, charts, describe, brier)]
'''
TEST = """import pytest
from image_api.evaluation import trust
from image_api.mine import names


def test_what_i_use_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("image_api.models.baseline.__doc__", "replaced")
    assert len(names()) == 5
    assert trust.__doc__
"""


@pytest.fixture(scope="module")
def moved_into_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates, where one has its modules in folders, says so, and imports them from there."""
    root = tmp_path_factory.mktemp("folders") / "project_templates"
    shutil.copytree(templates.root(), root, ignore=shutil.ignore_patterns("__pycache__"))
    source = root / "image-api/project" / PACKAGE
    table = {f"{PACKAGE}/{old}": f"{PACKAGE}/{new}" for old, new in MOVED.items()}
    for old, new in MOVED.items():
        (source / new).parent.mkdir(exist_ok=True)
        end = "" if (source / old).exists() else ".jinja"
        (source / f"{old}{end}").rename(source / f"{new}{end}")
    project = source.parents[1]
    files = [*source.rglob("*.py"), *project.glob("tests/*.py")]
    after = {str(path.relative_to(project)): path.read_text(encoding="utf-8") for path in files}
    was_at = {new: old for old, new in table.items()}
    before = {was_at.get(path, path): text for path, text in after.items()}
    old_tree, new_tree = Tree(frozenset({*before, *table}), before), Tree(frozenset({*after, *was_at}), after)
    for path in after:
        renamed = rewrite_imports.modules(table)
        text, _ = rewrite_imports.rewrite(path, old_tree, new_tree, renamed, was_at.get(path, ""))
        (project / path).write_text(text, encoding="utf-8")
    page = root / "image-api/project/README.md.jinja"
    text = page.read_text(encoding="utf-8")
    for old, new in table.items():
        text = text.replace(f"`{old}`", f"`{new}`")
    page.write_text(text, encoding="utf-8")
    manifest = root / "image-api/template.toml"
    version = templates.get("image-api").version
    lines = "".join(f'"{old}" = "{new}"\n' for old, new in table.items())
    manifest.write_text(manifest.read_text().replace(f'"{version}"', '"9.0.0"') + lines)
    return root


def test_modules_that_move_into_folders_take_their_students_work_along(
    tool: Tool, project: Project, moved_into_folders: Path, tmp_path: Path
) -> None:
    copy = copied(project, tmp_path)
    (copy.folder / PACKAGE / "mine.py").write_text(MINE)
    (copy.folder / "tests/test_mine.py").write_text(TEST)
    for name in ("config.py", "models/calibration.py"):
        with (copy.folder / PACKAGE / name).open("a") as module:
            module.write("\nMINE = True\n")
    readme = copy.folder / "README.md"
    words = "## Limitations\n\nMine: `src/image_api/models/network.py` is small.\n"
    readme.write_text(readme.read_text(encoding="utf-8").replace("## Limitations\n", words), encoding="utf-8")
    run(f"{copy.python} -m pytest -q tests/test_mine.py", copy.folder)
    run("git add -A && git commit -qm 'My own work'", copy.folder)
    script = (
        "import sys; from pathlib import Path; from portfolio.__main__ import main; "
        "from portfolio.create import templates; "
        f"templates.root = lambda: Path({str(moved_into_folders)!r}); main()"
    )
    update = f"{tool.environment}/bin/python -c {shlex.quote(script)} update . --format json"
    said = json.loads(run(f"{update} 2>/dev/null || test $? = 4", copy.folder))
    assert said["outcome"] == "to look at", said
    assert [(each["path"], each["reference"], each["hint"]) for each in said["broken"]] == [
        ("README.md", f"{PACKAGE}/models/network.py", f"now {PACKAGE}/network/layers.py")
    ]
    assert {each["path"] for each in said["rewritten"]} == {f"{PACKAGE}/mine.py", "tests/test_mine.py"}
    for name in ("config.py", "trust/calibration.py"):
        assert "MINE = True" in (copy.folder / PACKAGE / name).read_text()
    readme.write_text(
        readme.read_text(encoding="utf-8").replace(f"{PACKAGE}/models/network.py", f"{PACKAGE}/network/layers.py")
    )
    run(f"{copy.python} -m pytest -q tests/test_mine.py tests/test_data.py", copy.folder)
    copy.do("report --check")
    run("git add -A && git commit -q --no-edit", copy.folder)
    assert len(run("git log -1 --format=%P", copy.folder).split()) == 2


# A project as the last commit with all modules of image-api in one folder (623423d, version 0.2.1) made it.
BEFORE = CHECKOUT / "tests/files/image-api-0.2.1.bundle"
OWN_MODULE = '''"""My own module."""

from image_api import costs, measure
from image_api.config import load


def prices() -> float:
    return float(costs.table(["healthy", "rust"], load()).sum()) + len(measure.__name__)
'''
OWN_TEST = "from image_api import mine\n\n\ndef test_mine() -> None:\n    assert mine.prices() > 0\n"
EDITS = {  # path → (before, after)
    "README.md": ("## Limitations\n", "## Limitations\n\nMine: nobody from the field has looked at this yet.\n"),
    "src/image_api/config.py": ("risk: float = 0.10", "risk: float = 0.07"),
    "src/image_api/model.py": ("WIDTHS = (16, 48, 96, 96)", "WIDTHS = (16, 48, 96, 128)"),
    "src/image_api/figures.py": ("figsize=(10, 4.6)", "figsize=(12, 5.5)"),
    "deploy/README.md": ("# Putting it online", "# So kommt es ins Netz"),
}


def test_a_project_from_before_the_folders_comes_across_with_every_edit(project: Project, tmp_path: Path) -> None:
    """Made by the tool of its time, edited in seven places; what is kept, moved along or listed is all of it."""
    run(f"git clone -q --branch main {shlex.quote(str(BEFORE))} old", tmp_path)
    python, folder = shlex.quote(sys.executable), tmp_path / "old"
    for path, (before, after) in EDITS.items():
        text = (folder / path).read_text(encoding="utf-8")
        assert before in text, path
        (folder / path).write_text(text.replace(before, after, 1), encoding="utf-8")
    (folder / "src/image_api/mine.py").write_text(OWN_MODULE)
    (folder / "tests/test_mine.py").write_text(OWN_TEST)
    run("git add -A && git -c user.name=Ada -c user.email=a@b.c commit -qm 'My own work'", folder)

    said = json.loads(run(f"{python} -m portfolio update . --format json 2>/dev/null || test $? = 4", folder))
    assert said["to"] == project.template.release
    listed = {each["path"] for each in said["conflicts"]} | {each["path"] for each in said["broken"]}
    for path, (_, after) in EDITS.items():
        now = project.template.moved.get(path, path)
        assert after.splitlines()[-1] in (folder / now).read_text(encoding="utf-8"), (path, listed)
    assert {each["path"] for each in said["rewritten"]} == {"src/image_api/mine.py"}

    for path in {each["path"] for each in said["conflicts"]}:
        run(f"git checkout -q --theirs {path}", folder)
    mine = folder / "src/image_api/mine.py"  # of what it imports, config.py was not checked: it held conflict marks
    mine.write_text(mine.read_text().replace("import load", "import Config").replace("load()", "Config()"))
    run("git add -A && git -c user.name=Ada -c user.email=a@b.c commit -qm 'Merged'", folder)
    path = shlex.quote(str(folder / "src"))
    run(f"PYTHONPATH={path} {project.python} -m pytest -q tests/test_mine.py tests/test_data.py", folder)
