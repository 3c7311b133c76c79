"""How a project's environment is made: by uv or by pip, with a smaller build of a large package where it is reached."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.create.dataset import OFFLINE, SAMPLE, Chosen
from portfolio.create.templates import NextStep
from portfolio.errors import PortfolioError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from portfolio.create.templates import DataSet, SmallerBuild, Template

PYTHON = str(Path(".venv") / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
PATIENCE = 5  # seconds for an index to answer: one that is not reached must not cost a quarter of an hour
PIP_BRIEF = {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}  # so that its last line is the reason, and no advertisement
UV_IMPATIENT = {"UV_HTTP_TIMEOUT": str(PATIENCE), "UV_HTTP_RETRIES": "1"}


@dataclass(frozen=True)
class Command:
    """One command that sets a project up, or runs a step of it."""

    name: str
    words: list[str]
    variables: dict[str, str] = field(default_factory=dict)
    excuse: str = ""  # what is said where it fails and the run goes on
    instead: list[str] = field(default_factory=list)  # the words that then follow, if any


def has_uv() -> bool:
    """Whether uv is found; else it is venv and pip."""
    return shutil.which("uv") is not None


def commands(template: Template) -> Iterator[Command]:
    """What makes the environment, in order."""
    smaller = template.smaller_build
    if has_uv():
        if smaller:
            without = ["uv", "lock", "--no-sources-package", smaller.package]
            yield Command(_finding(smaller), ["uv", "lock"], UV_IMPATIENT, _excuse(smaller), without)
        yield Command("install", ["uv", "sync", "--frozen"] if smaller else ["uv", "sync"])
        return
    yield Command("create .venv", [sys.executable, "-m", "venv", ".venv"])
    pip = [PYTHON, "-m", "pip", "install"]
    if smaller:
        yield Command(_finding(smaller), [*pip, *_from_its_index(smaller)], PIP_BRIEF, _excuse(smaller))
    yield Command("install", [*pip, *shlex.split(template.pip_install)])


def next_steps(
    template: Template, has_run: bool, fell_back: Collection[str] = (), data: Chosen = OFFLINE
) -> Iterator[NextStep]:
    """What to type next, in the project's folder; without what `--run` has done already."""
    if has_uv():
        if not has_run:
            yield NextStep("uv sync", _advice(template.smaller_build))
    else:
        yield from _by_pip(template, has_run)
    prefix = _prefix(template, fell_back)
    for step in template.next_steps:
        is_run = step.run == f"python -m {template.package} run"
        if not (has_run and is_run):
            yield NextStep(prefix + (data.line(template.package) if is_run else step.run), step.why)


def real_data(template: Template, fell_back: Collection[str] = ()) -> Iterator[tuple[str, DataSet]]:
    """What runs the project on each data set that nobody drew, and that set."""
    prefix = _prefix(template, fell_back)
    for each in template.data_sets:
        if each.name != SAMPLE:
            yield f"{prefix}python -m {template.package} run --data {each.name}", each


def check(template: Template) -> None:
    """Refuse a machine for which a package has no build, before anything is downloaded."""
    smaller = template.smaller_build
    if smaller is None:
        return
    here, newest = _platform(), tuple(map(int, smaller.newest_python.split(".")))
    needed = f"{template.name} needs {smaller.package}, which has no build for"
    if here not in smaller.platforms:
        raise PortfolioError(
            f"{needed} {here}", f"make the project without --run; it runs on {_list(smaller.platforms)}"
        )
    if sys.version_info[:2] > newest and not has_uv():  # uv would fetch a Python that fits
        raise PortfolioError(
            f"{needed} Python {platform.python_version()}",
            f"use Python {smaller.newest_python} or older, or install uv, which fetches one by itself",
        )


def _prefix(template: Template, fell_back: Collection[str]) -> str:
    if not has_uv():
        return ""
    smaller = template.smaller_build
    # Where that index was not reached, uv would ask it again.
    return "uv run --no-sync " if smaller and _finding(smaller) in fell_back else "uv run "


def _finding(smaller: SmallerBuild) -> str:
    return f"find {smaller.package}"


def _excuse(smaller: SmallerBuild) -> str:
    return f"no {smaller.package} from {smaller.host}: it comes from PyPI instead, {smaller.from_pypi}"


def _by_pip(template: Template, has_run: bool) -> Iterator[NextStep]:
    python, activate = ("python", r".venv\Scripts\activate") if os.name == "nt" else ("python3", ". .venv/bin/activate")
    if not has_run:
        yield NextStep(f"{python} -m venv .venv", "")
    yield NextStep(activate, "")
    if has_run:
        return
    if smaller := template.smaller_build:
        words = shlex.join(["python", "-m", "pip", "install", *_from_its_index(smaller)]).replace("'", '"')
        yield NextStep(words, f"where {smaller.host} is not reached, this fails: go on, PyPI's follows")
    yield NextStep(f"python -m pip install {template.pip_install}", "")


def _from_its_index(smaller: SmallerBuild) -> list[str]:
    """That package alone from that index, asked once; the packages it needs follow from PyPI."""
    asked = ["--no-deps", "--index-url", smaller.index, "--retries", "0", "--timeout", str(PATIENCE)]
    return [*asked, smaller.requirement]


def _advice(smaller: SmallerBuild | None) -> str:
    if smaller is None:
        return ""
    sync = f"uv sync --no-sources-package {smaller.package}"
    return f"where {smaller.host} is not reached: {sync}, then uv run --no-sync"


def _platform() -> str:
    """Such as `darwin-arm64`, by the machine rather than by the Python, which may be built for several."""
    system = "linux-musl" if sys.platform == "linux" and platform.libc_ver()[0] != "glibc" else sys.platform
    return f"{system}-{platform.machine().lower()}"


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}"
