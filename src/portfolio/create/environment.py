"""How a project's environment is made: by uv or by pip, with a smaller build of a large package where it is reached."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.create.templates import NextStep
from portfolio.errors import PortfolioError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfolio.create.templates import SmallerBuild, Template

PYTHON = str(Path(".venv") / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
PATIENCE = 5  # seconds for an index to answer: one that is not reached must not cost a quarter of an hour
UV_IMPATIENT = {"UV_HTTP_TIMEOUT": str(PATIENCE), "UV_HTTP_RETRIES": "1"}


@dataclass(frozen=True)
class Command:
    """One command that sets a project up."""

    name: str
    words: list[str]
    variables: dict[str, str] = field(default_factory=dict)
    is_saving: bool = False  # fetches the smaller build: where it fails, PyPI's follows
    without: list[str] = field(default_factory=list)  # the words in that case, where they differ


def has_uv() -> bool:
    """Whether uv is found; else it is venv and pip."""
    return shutil.which("uv") is not None


def commands(template: Template) -> Iterator[Command]:
    """What makes the environment, in order."""
    smaller = template.smaller_build
    if has_uv():
        if smaller:
            yield Command(f"find {smaller.package}", ["uv", "lock"], UV_IMPATIENT, is_saving=True)
        yield Command("install", ["uv", "sync"], without=_without(smaller))
        return
    yield Command("create .venv", [sys.executable, "-m", "venv", ".venv"])
    pip = [PYTHON, "-m", "pip", "install"]
    if smaller:
        yield Command(f"find {smaller.package}", [*pip, *_from_its_index(smaller)], is_saving=True)
    yield Command("install", [*pip, *shlex.split(template.pip_install)])


def next_steps(template: Template, has_run: bool, has_smaller: bool = True) -> Iterator[NextStep]:
    """What to type next, in the project's folder; without what `--run` has done already."""
    if has_uv():
        prefix = "uv run " if has_smaller else "uv run --no-sync "  # or uv would ask the index that is not reached
        if not has_run:
            yield NextStep("uv sync", _advice(template.smaller_build))
    else:
        prefix = ""
        yield from _by_pip(template, has_run)
    for step in template.next_steps:
        if not (has_run and step.run == f"python -m {template.package} run"):
            yield NextStep(prefix + step.run, step.why)


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


def _without(smaller: SmallerBuild | None) -> list[str]:
    return ["uv", "sync", "--no-sources-package", smaller.package] if smaller else []


def _advice(smaller: SmallerBuild | None) -> str:
    if smaller is None:
        return ""
    return f"where {smaller.host} is not reached: {shlex.join(_without(smaller))}, then uv run --no-sync"


def _platform() -> str:
    """`macosx-14.0-arm64` → `macosx-arm64`; a Linux without the GNU C library is named as such."""
    system, *version_and_machine = sysconfig.get_platform().split("-")
    if system == "linux" and platform.libc_ver()[0] != "glibc":
        system = "linux-musl"
    return "-".join([system, *version_and_machine[-1:]])


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}"
