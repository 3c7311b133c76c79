"""What sets a project up: with uv and with pip, where a smaller build of a package is reached and where it is not."""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections.abc import Callable

import pytest

from portfolio.create import environment, templates
from portfolio.errors import PortfolioError

TORCH, PLAIN = templates.get("image-api"), templates.get("recommender")
LINE = (
    "python -m pip install --no-deps --index-url https://download.pytorch.org/whl/cpu --retries 0 --timeout 5"
    ' "torch>=2.13,<2.14"'
)
Machine = Callable[[bool], None]


@pytest.fixture
def uv(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Says whether the machine has uv."""
    return lambda is_there: monkeypatch.setattr(environment, "has_uv", lambda: is_there)


@pytest.mark.parametrize(
    ("has_uv", "has_run", "fell_back", "lines"),
    [
        (True, False, (), ["uv sync", "uv run python -m image_api run"]),
        (True, True, (), ["uv run python -m pytest", "uv run python -m image_api serve"]),
        (
            True,
            True,
            ("find torch",),
            ["uv run --no-sync python -m pytest", "uv run --no-sync python -m image_api serve"],
        ),
        (False, False, (), ["python3 -m venv .venv", ". .venv/bin/activate", LINE]),
        (False, True, ("find torch",), [". .venv/bin/activate", "python -m pytest", "python -m image_api serve"]),
    ],
)
def test_next_steps_fit_the_machine_and_what_was_done(
    uv: Machine, has_uv: bool, has_run: bool, fell_back: tuple[str, ...], lines: list[str]
) -> None:
    uv(has_uv)
    steps = [step.run for step in environment.next_steps(TORCH, has_run, fell_back)]
    assert steps[: len(lines)] == lines
    assert all(shlex.split(step) for step in steps)


def test_what_is_not_reached_is_asked_once_and_for_one_package(uv: Machine) -> None:
    uv(False)
    names = {each.name: each for each in environment.commands(TORCH)}
    asked = names["find torch"]
    assert asked.excuse == (
        "no torch from download.pytorch.org: it comes from PyPI instead, 2.7 GB with CUDA libraries on Linux, "
        "0.1 GB elsewhere"
    )
    assert not asked.instead, "the next line fetches it"
    assert asked.words[-1] == "torch>=2.13,<2.14"
    assert {"--no-deps", "--index-url", "--retries"} <= set(asked.words)
    assert not [word for word in names["install"].words if "pytorch" in word]
    uv(True)
    lock, sync = environment.commands(TORCH)
    assert (lock.words, lock.instead) == (["uv", "lock"], ["uv", "lock", "--no-sources-package", "torch"])
    assert int(lock.variables["UV_HTTP_TIMEOUT"]) * (1 + int(lock.variables["UV_HTTP_RETRIES"])) < 15
    assert sync.words == ["uv", "sync", "--frozen"]


@pytest.mark.parametrize("has_uv", [True, False])
def test_a_template_without_it_is_set_up_plainly(uv: Machine, has_uv: bool) -> None:
    uv(has_uv)
    assert [each.name for each in environment.commands(PLAIN)][-1] == "install"
    assert not [each for each in environment.commands(PLAIN) if each.excuse or each.variables or each.instead]
    environment.check(PLAIN)


@pytest.mark.parametrize(
    ("system", "machine", "libc", "version", "has_uv", "refused"),
    [
        ("linux", "x86_64", "glibc", (3, 11), False, ""),
        ("linux", "aarch64", "glibc", (3, 12), False, ""),
        ("darwin", "arm64", "", (3, 14), False, ""),  # also where Python is built for both kinds of Mac
        ("win32", "AMD64", "", (3, 13), False, ""),
        ("linux", "x86_64", "glibc", (3, 15), True, ""),
        ("linux", "x86_64", "glibc", (3, 15), False, "no build for Python"),
        ("linux", "x86_64", "", (3, 12), False, "no build for linux-musl-x86_64"),
        ("linux", "armv7l", "glibc", (3, 12), True, "no build for linux-armv7l"),
        ("darwin", "x86_64", "", (3, 12), True, "no build for darwin-x86_64"),
        ("win32", "x86", "", (3, 12), False, "no build for win32-x86"),
    ],
)
def test_a_machine_without_a_build_is_refused_before_anything_is_made(
    uv: Machine,
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    machine: str,
    libc: str,
    version: tuple[int, int],
    has_uv: bool,
    refused: str,
) -> None:
    uv(has_uv)
    monkeypatch.setattr("sysconfig.get_platform", lambda: "macosx-10.9-universal2")
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.libc_ver", lambda: (libc, "2.36"))
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(sys, "version_info", (*version, 0, "final", 0))
    with contextlib.ExitStack() as expected:
        if refused:
            expected.enter_context(pytest.raises(PortfolioError, match=refused))
        environment.check(TORCH)
