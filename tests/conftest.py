"""What many tests share: a machine of their own, and the command line called as a user calls it."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml
from jsonschema import Draft202012Validator

from portfolio.__main__ import main
from portfolio.create import answers, scaffold, templates
from portfolio.create.answers import Answers
from tests.recorded import record

CHECKOUT = Path(__file__).parents[1]
SCHEMAS = CHECKOUT / "src/portfolio/schemas"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Journeys that share a project stay in one process; without them, whatever is next goes wherever there is room."""
    if config.option.markexpr == "not e2e":
        return None
    from tests.e2e.sharing import Sharing

    return Sharing(config, log)


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str
    arguments: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        """Standard output as the one document it must be, which follows the schema that comes along."""
        document = json.loads(self.out)
        validator(self._kind).validate(document)
        return document

    @property
    def _kind(self) -> str:
        command, *words = self.arguments
        match command:
            case "list":
                return "template" if words and not words[0].startswith("-") else "templates"
            case "new":
                return "preview" if "--dry-run" in words else "new"
            case "audit":
                return "role" if "--role" in words else "audit"
            case _:
                return command


@cache
def schema(kind: str) -> Any:
    """The JSON Schema of a document."""
    return json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))


@cache
def validator(kind: str) -> Draft202012Validator:
    """Checks a document of that kind."""
    return Draft202012Validator(schema(kind))


Run = Callable[..., Outcome]


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the home folders are: one of their own each, without looking through all of the earlier ones for a name."""
    folder = tmp_path_factory.mktemp("homes")
    (folder / "nothing").mkdir()
    return folder


@pytest.fixture(autouse=True)
def machine(homes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with a git identity and nothing else; the user's own settings play no part."""
    home = Path(tempfile.mkdtemp(dir=homes))
    (home / ".gitconfig").write_text("[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n")
    for variable in [name for name in os.environ if name.startswith(("GIT_", "COPIER_", "XDG_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(homes / "nothing"))  # else each repository gets fourteen sample hooks
    monkeypatch.setenv("COLUMNS", "80")
    return home


@pytest.fixture
def portfolio(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Outcome]:
    """Runs the command line in an empty folder, without a terminal."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["portfolio", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capfd.readouterr()
        code = stop.value.code
        return Outcome(code if isinstance(code, int) else int(code is not None), out, err, arguments)

    return run


@pytest.fixture(params=[each.name for each in templates.all()])
def template(request: pytest.FixtureRequest) -> templates.Template:
    """Every bundled template in turn."""
    return templates.get(request.param)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the image template as it was made."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{name}_NAME", "Ada Lovelace")
            patch.setenv(f"GIT_{name}_EMAIL", "ada@example.org")
        folder = tmp_path_factory.mktemp("pristine") / "leaves"
        return scaffold.create(default_answers(templates.get("image-api")), folder, git=True).folder


@pytest.fixture
def ran(pristine: Path, tmp_path: Path) -> Path:
    """A copy of it after a run."""
    folder = tmp_path / "leaves"
    shutil.copytree(pristine, folder, symlinks=True)
    record(folder)
    return folder


class ComposeLoader(yaml.SafeLoader):
    """YAML with the tag by which a second file of Docker Compose takes something back."""


ComposeLoader.add_constructor("!reset", lambda *_: [])


def default_answers(template: templates.Template, **given: str) -> Answers:
    """The answers that `portfolio new --yes` would take for the author Ada."""
    return answers.collect(template, template.name, {"author": "Ada", "year": "2026", **given})


def outside(variable: str) -> str:
    """What lies outside the repository, as the environment names it; else the test is skipped, or fails when strict."""
    if variable in os.environ:
        return os.environ[variable]
    return missing(f"{variable} is not set")


def missing(what: str, is_whole_module: bool = False) -> NoReturn:
    """Something this machine lacks: a reason to skip, and with PORTFOLIO_STRICT=1 a failure."""
    if os.environ.get("PORTFOLIO_STRICT") == "1":
        pytest.fail(what)
    pytest.skip(what, allow_module_level=is_whole_module)
