"""The verbs that every project has, whatever the project: run once, in the environment of one of them."""

import io
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from image_api.kit import (
    blocks,
    commands,
    drift,
    load_test,
    page,
    questions,
    refresh,
    results,
    screenshot,
)
from image_api.kit.commands import Verb
from image_api.kit.project import ExplainedError, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty one."""
    return Project("my-project", "my_project", "A title", tmp_path, 7)


@pytest.fixture
def called() -> list[tuple[str, int]]:
    return []


@pytest.fixture
def verbs(called: list[tuple[str, int]]) -> list[Verb]:
    """Three steps that note their names and seeds; the last fails where it is told to."""

    def step(name: str) -> Callable[[Namespace], int | None]:
        def call(options: Namespace) -> int | None:
            called.append((name, options.seed))
            return 3 if name == "third" and getattr(options, "fail", False) else None

        return call

    def fail(parser: object) -> None:
        parser.add_argument("--fail", action="store_true")  # type: ignore[attr-defined]

    def choose(parser: object) -> None:
        parser.add_argument("--data", default="sample")  # type: ignore[attr-defined]

    return [
        Verb("first", "…", step("first"), choose, timed=True),
        Verb("second", "…", step("second"), timed=True),
        Verb("third", "…", step("third"), fail, timed=True),
    ]


@pytest.mark.parametrize(
    ("arguments", "steps", "code"),
    [
        ("run", [("first", 7), ("second", 7), ("third", 7)], 0),
        ("run --data mine --seed 5", [("first", 5), ("second", 5), ("third", 5)], 0),
        ("second --seed 0", [("second", 0)], 0),
        ("third --fail", [("third", 7)], 3),
    ],
)
def test_a_pipeline_runs_its_steps_in_order_with_one_seed(
    project: Project, verbs: list[Verb], called: list[tuple[str, int]], arguments: str, steps: list[object], code: int
) -> None:
    assert commands.main(project, verbs, ["first", "second", "third"], arguments.split()) == code
    assert called == steps


@pytest.mark.parametrize("arguments", ["", "nothing", "second --seed -1", "second --seed x", "run --fail"])
def test_a_wrong_word_is_refused_by_the_parser(project: Project, verbs: list[Verb], arguments: str) -> None:
    with pytest.raises(SystemExit) as stop:
        commands.main(project, verbs, ["first", "second"], arguments.split())
    assert stop.value.code == 2


@pytest.mark.parametrize(
    ("problem", "code", "said"),
    [
        (ExplainedError("mend this"), 1, "error: mend this\n"),
        (OSError(28, "No space left"), 1, "error: [Errno 28] No space left\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_can_be_mended_is_said_without_a_traceback(
    project: Project, capsys: pytest.CaptureFixture[str], problem: BaseException, code: int, said: str
) -> None:
    def call(_: Namespace) -> None:
        raise problem

    assert commands.main(project, [Verb("go", "…", call)], ["go"], ["go"]) == code
    assert capsys.readouterr().err == said


def test_a_letter_that_the_terminal_lacks_ends_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert commands.main(project, [Verb("go", "…", lambda _: print("→ 李"))], ["go"], ["go"]) == 0


PAGE = page.Page('<head><meta charset="utf-8"></head><p>here', "default-src 'none'; frame-ancestors 'self'")


def _standard(project: Project, shown: page.Page | None = PAGE) -> commands.Standard:
    def nothing(*_: object) -> dict[str, str]:
        return {"a": "measured"}

    def none() -> list[questions.Question]:
        return [questions.as_json("/ask", {}, example=True)]

    watched = drift.Watched("nothing in the log", 0, [])
    return commands.Standard(project, lambda _: FastAPI(), none, nothing, lambda: shown, lambda *_: watched, (640, 480))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("report", 1, "measure first, with `python -m my_project run`"),
        ("loadtest", 1, "measure first, with `python -m my_project run`"),
        ("monitor", 1, "ALARM  nothing came"),
        ("site --check", 1, "not what was measured; run `python -m my_project site`"),
        ("track", 1, "measure first, with `python -m my_project run`"),
        ("ask --print", 0, "curl -H 'Content-Type: application/json' -d '{}' http://127.0.0.1:8000/ask"),
        ("ask --url http://127.0.0.1:9", 1, "no service answers at http://127.0.0.1:9"),
    ],
)
def test_the_verbs_of_every_project_explain_themselves(
    project: Project, capsys: pytest.CaptureFixture[str], arguments: str, code: int, said: str
) -> None:
    assert commands.main(project, _standard(project).verbs(), ["report"], arguments.split()) == code
    assert said in "".join(capsys.readouterr())


def test_report_names_what_differs_and_then_writes_it(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    results.write(project.metrics, {})
    (project.root / "README.md").write_text("mine\n<!-- report:a -->\nold\n<!-- /report:a -->\nmine too\n")
    verbs = _standard(project).verbs()
    assert commands.main(project, verbs, ["report"], ["report", "--check"]) == 1
    assert "README.md: not what was measured" in capsys.readouterr().err
    assert commands.main(project, verbs, ["report"], ["report"]) == 0
    assert commands.main(project, verbs, ["report"], ["report", "--check"]) == 0


@pytest.mark.parametrize("port", ["0", "99999", "x"])
def test_a_port_that_is_none_is_refused(project: Project, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        commands.main(project, _standard(project).verbs(), ["report"], ["serve", "--port", port])
    assert "is not a number from 1 to 65535" in capsys.readouterr().err


def test_a_service_that_does_not_start_says_why(project: Project) -> None:
    with pytest.raises(ExplainedError, match=r"(?s)stopped as soon.*No module named my_project"), _running(project):
        pass


@contextmanager
def _running(project: Project) -> Iterator[int]:
    with load_test.running_service(project) as port:
        yield port


def test_the_page_in_one_file_says_itself_what_it_may_load(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screenshot, "BROWSERS", ("no-such-browser",))
    assert commands.main(project, _standard(project).verbs(), ["report"], ["site"]) == 0
    text = project.site.read_text(encoding="utf-8")
    assert '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">' in text
    assert commands.main(project, _standard(project).verbs(), ["report"], ["site", "--check"]) == 0
    project.site.write_text(text + " ", encoding="utf-8")
    assert commands.main(project, _standard(project).verbs(), ["report"], ["site", "--check"]) == 1
    assert not project.screenshot.exists(), "no browser, no picture, and no mistake"


def test_a_page_that_may_not_be_published_leaves_nothing_of_an_older_one(project: Project) -> None:
    for path in (project.site, project.screenshot):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("old")
    assert commands.main(project, _standard(project, None).verbs(), ["report"], ["site"]) == 0
    assert not project.site.exists()
    assert not project.screenshot.exists()


@pytest.mark.parametrize("program", ["exit 1", "sleep 0"])
def test_a_browser_that_fails_leaves_no_picture(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\n{program}\n")
    browser.chmod(0o755)
    monkeypatch.setattr(screenshot, "BROWSERS", (str(browser),))
    assert not screenshot.snap("file:///page.html", (640, 480), project.screenshot)
    assert not screenshot.snap("file:///page.html", (640, 480), project.screenshot, str(tmp_path / "no such browser"))


def test_a_server_that_is_measured_does_not_see_what_is_private(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("EVENTS_URL", "HARMLESS"):
        monkeypatch.setenv(name, "set")
    says = "import os, sys; sys.exit(' '.join(name for name in ('EVENTS_URL', 'HARMLESS') if name in os.environ))"
    private = replace(project, private=("EVENTS_URL",))
    command = [sys.executable, "-c", says]
    with (
        pytest.raises(ExplainedError, match=r"(?s)as soon as it was started:\nHARMLESS"),
        load_test.running(private, command, load_test.READY),
    ):
        pass


@pytest.mark.parametrize(
    ("demo", "repository", "said"),
    [
        ("", "", ""),
        ("https://d.example", "", "[**Try it in the browser**](https://d.example)\n\n"),
        ("", "https://g.example/a/b.git", "[![Checks](https://g.example/a/b/actions/workflows/ci.yml/badge.svg)]"),
    ],
)
def test_links_are_shown_once_their_addresses_are_known(tmp_path: Path, demo: str, repository: str, said: str) -> None:
    shown = blocks.links(Project("p", "p", "A title", tmp_path, 7, demo, repository))
    assert shown.startswith(said)
    assert bool(shown) is bool(said)


def _measured(value: float) -> dict[str, object]:
    row = {"model": "m", "split": "test", "metric": "f1", "label": "F1", "value": value}
    return {"seed": 7, "data": {"source": "mine", "rows": 9}, "results": [row]}


@pytest.mark.parametrize(
    ("watched", "said"),
    [
        (drift.Watched("all well", 9, [drift.Check("x", 0.1, 0.2)]), None),
        (drift.Watched("shift", 9, [drift.Check("x", 0.3, 0.2), drift.Check("y", 0.1, 0.2)]), "| x | 0.300 | 0.200 |"),
        (drift.Watched("silence", 0, []), "There is no answer to look at."),
    ],
)
def test_refresh_tells_of_an_alarm_and_of_what_changed(
    project: Project, watched: drift.Watched, said: str | None
) -> None:
    results.write(project.metrics, _measured(0.5))

    def measure() -> int:
        results.write(project.metrics, _measured(0.6))
        return 0

    heard: list[str] = []
    assert refresh.refresh(project, lambda: watched, measure, heard.append) == 0
    assert (project.data / "alarm.md").is_file() is (said is not None)
    assert "| m | test | F1 | 0.500 | 0.600 |" in (project.data / "changes.md").read_text(encoding="utf-8")
    assert said is None or said in heard[0]
    assert "| y |" not in "".join(heard)
    assert refresh.refresh(project, None, lambda: 1, heard.append) == 1
    assert not (project.data / "changes.md").exists(), "what failed has changed nothing"
