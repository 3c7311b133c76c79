"""Every template renders completely, into files that are what their endings say."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from portfolio.create import scaffold, templates
from portfolio.create.templates import Template
from tests.conftest import CHECKOUT, ComposeLoader, default_answers

HOSTILE = (
    'O\'Brien "the\nnew" \\ 🍃 {{ 7*7 }} {% raw %} {# | `x` <script>alert(1)</script> $HOME &amp; *b* [l](http://x) #é'
)
LISTS = CHECKOUT / "tests" / "files"


@pytest.fixture(scope="module", params=["default", "hostile"])
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each template, rendered with harmless answers and with hostile ones."""
    texts = (
        {}
        if request.param == "default"
        else dict.fromkeys(("title", "author", "problem", "decision", "success"), HOSTILE)
    )
    folders = {}
    for template in templates.all():
        folders[template.name] = tmp_path_factory.mktemp(request.param) / template.name
        scaffold.create(default_answers(template, **texts), folders[template.name], git=False)
    return folders


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def test_the_list_of_files_is_the_committed_one(rendered: dict[str, Path], template: Template) -> None:
    folder = rendered[template.name]
    names = "".join(f"{path.relative_to(folder).as_posix()}\n" for path in _files(folder))
    assert names == (LISTS / f"{template.name}.txt").read_text(encoding="utf-8")


def test_every_file_parses(rendered: dict[str, Path], template: Template) -> None:
    readers: dict[str, Callable[[str], object]] = {
        ".py": ast.parse,
        ".toml": tomllib.loads,
        ".json": json.loads,
        ".yaml": lambda text: list(yaml.load_all(text, ComposeLoader)),
        ".yml": lambda text: list(yaml.safe_load_all(text)),
    }
    for path in _files(rendered[template.name]):
        text = path.read_text(encoding="utf-8")
        readers.get(path.suffix, str)(text)
        assert not text or (text.endswith("\n") and not text.endswith("\n\n")), f"{path} does not end in one newline"
        assert "\r" not in text


def test_answers_arrive_as_they_were_given(rendered: dict[str, Path], template: Template) -> None:
    folder = rendered[template.name]
    answers = json.loads((folder / ".portfolio.json").read_text(encoding="utf-8"))["answers"]
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["description"] == answers["title"]
    assert project["project"]["authors"] == [{"name": answers["author"]}]
    assert not [text for text in answers.values() if "\n" in str(text)]  # it would end a header of the built package
    assert project["tool"][template.name]["title"] == answers["title"]
    assert " ".join(answers["author"].split()) in (folder / "LICENSE").read_text(encoding="utf-8")
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "<script>" not in readme
    front_matter = re.search(
        r"^---\n(.*?)^---$", (folder / "deploy/README.md").read_text(encoding="utf-8"), re.S | re.M
    )
    assert front_matter
    assert yaml.safe_load(front_matter[1])["title"] == answers["title"]


def test_nothing_of_jinja_is_left(template: Template, tmp_path: Path) -> None:
    scaffold.create(default_answers(template), tmp_path / "p", git=False)
    for path in _files(tmp_path / "p"):
        text = path.read_text(encoding="utf-8").replace("${{", "")  # a workflow's own
        assert not re.search(r"\{\{|\{%|\{#", text), path
        assert path.suffix != ".jinja"


def test_nothing_names_this_machine(template: Template, tmp_path: Path) -> None:
    scaffold.create(default_answers(template), tmp_path / "p", git=False)
    for path in _files(tmp_path / "p"):
        text = path.read_text(encoding="utf-8")
        assert not any(place in text for place in (str(tmp_path), str(CHECKOUT), str(Path.home()))), path


def test_a_project_reads_the_same_as_yaml_whatever_its_name(template: Template, tmp_path: Path) -> None:
    scaffold.create(default_answers(template, project_name="null"), tmp_path / "p", git=False)
    manifests = list(yaml.safe_load_all((tmp_path / "p/deploy/kubernetes.yaml").read_text(encoding="utf-8")))
    assert all(isinstance(each["metadata"]["name"], str) for each in manifests)
    deployment = next(each for each in manifests if each["kind"] == "Deployment")
    assert deployment["spec"]["selector"]["matchLabels"] == {"app": "null"}
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    assert {"readinessProbe", "livenessProbe", "resources"} <= set(container)
    assert deployment["spec"]["replicas"] == 1


def test_shared_files_are_copied_as_they_are() -> None:
    shared = templates.root() / "_shared"
    for path in _files(shared):
        if shared / "files" in path.parents:  # which are rendered, with what their stubs set
            continue
        assert not re.search(r"\{\{|\{%|\{#", path.read_text(encoding="utf-8")), path


def test_a_stub_is_one_line_and_ends_without_a_newline_of_its_own() -> None:
    for path in templates.root().rglob("*.jinja"):
        text = path.read_text(encoding="utf-8")
        if "_shared" in text and path.suffixes[-2:] != [".jinja"]:
            assert text.splitlines()[-1].endswith("-%}"), path


def test_the_manifest_is_true(template: Template, tmp_path: Path) -> None:
    scaffold.create(default_answers(template), tmp_path / "p", git=False)
    project = tomllib.loads((tmp_path / "p/pyproject.toml").read_text(encoding="utf-8"))
    assert (tmp_path / "p/src" / template.package / "__main__.py").is_file()
    groups = project["dependency-groups"]
    extras = {*re.findall(r"\w+", template.pip_install.partition("[")[2])}  # what pip is told, uv does by itself
    extras |= {template.smaller_build.package} if template.smaller_build else set()
    assert {"train", "dev"} <= extras
    assert {name: [f"{template.name}[{name}]"] for name in extras} == groups
    assert set(project["tool"]["uv"]["default-groups"]) == set(groups)
    assert {*template.steps, "serve", "monitor", "run"} <= set(template.verbs)
    assert {"numpy", "fastapi", "matplotlib", "pytest"} <= template.dependencies


def test_readme_has_no_number_outside_its_report_blocks(template: Template, tmp_path: Path) -> None:
    scaffold.create(default_answers(template), tmp_path / "p", git=False)
    text = (tmp_path / "p/README.md").read_text(encoding="utf-8")
    text = re.sub(r"<!-- report:(\S+) -->.*?<!-- /report:\1 -->|```.*?```|`[^`]*`|<http[^>]*>", "", text, flags=re.S)
    prose = "\n".join(line for line in text.splitlines() if "Scaffolded with" not in line)
    numbers = re.findall(r"(?<![\w-])\d+(?:[.,]\d+)*%?(?!xx|\w)", re.sub(r"^\d\. ", "", prose, flags=re.M))
    # The oldest Python, an exit code, an answer, and the gigabytes of what is fetched before anything is measured.
    assert set(numbers) <= {"3.11", "1", "503", "0.2", "2.7"}


FOLDERS = ("data", "models", "evaluation", "reporting", "serving", "monitoring", "kit")


def test_a_readme_is_a_page_and_the_house_is_the_same_everywhere(template: Template, tmp_path: Path) -> None:
    folder = scaffold.create(default_answers(template), tmp_path / "p", git=False).folder
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 150
    assert "## Make it yours" in readme
    assert all(f"](docs/{page.name})" in readme for page in folder.glob("docs/*.md"))
    for name in re.findall(r"^\| `(src/[^`]+)` \|", readme, re.M):
        assert (folder / name).is_file(), name
    package = folder / "src" / template.package
    assert all((package / name / "__init__.py").is_file() for name in FOLDERS)
    assert {path.name for path in package.glob("*.py")} == {"__init__.py", "__main__.py", "config.py"}


LONGEST_FUNCTION = 40  # lines


def test_no_function_of_a_template_is_long(template: Template) -> None:
    for path in (template.folder / "project/src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, f"{path}: {node.name}"


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.github-workflows", ".github/workflows/ci.yml"),
        ("vendor.compose-spec", "compose.yaml"),
    ],
)
def test_files_of_other_tools_follow_their_schemas(schema: str, path: str, template: Template, tmp_path: Path) -> None:
    scaffold.create(default_answers(template), tmp_path / "p", git=False)
    _check_schema(schema, tmp_path / "p" / path)


def _check_schema(schema: str, path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout


def test_the_dockerfile_is_as_promised(template: Template, tmp_path: Path) -> None:
    text = scaffold.render(default_answers(template), tmp_path)["Dockerfile"].decode()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line.split()[1] for line in lines if line.startswith("FROM")] == ["python:3.12-slim"] * 2
    assert "--require-hashes" in text
    assert "<<" not in text
    for instruction in ("USER 1000", "HEALTHCHECK", "VOLUME /logs"):
        assert any(line.startswith(instruction) for line in lines)


def test_the_lock_holds_serving_only_and_names_no_address(template: Template) -> None:
    text = (template.folder / "project/requirements.lock").read_text(encoding="utf-8")
    locked = {templates.normalize(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.M)}
    assert "://" not in text
    assert {"fastapi", "uvicorn", "numpy"} <= locked
    assert locked.isdisjoint({"torch", "scikit-learn", "scipy", "matplotlib", "pytest", "httpx2"})


def test_copier_is_the_one_that_refuses_includes_outside_the_root() -> None:
    major, minor, patch = map(int, importlib.metadata.version("copier").split(".")[:3])
    assert (9, 17, 2) <= (major, minor, patch) < (10, 0, 0)
