"""The kit does what its docstrings say, whatever the project: run once, in the environment of one of them."""

import io
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI

from image_api.kit import (
    blocks,
    commands,
    drift,
    intervals,
    load_test,
    page,
    provenance,
    questions,
    refresh,
    results,
    screenshot,
)
from image_api.kit.commands import Verb
from image_api.kit.drift import Reference
from image_api.kit.project import LOG_NAME, ExplainedError, Project
from image_api.kit.provenance import Manifest
from image_api.kit.results import Result

BLOCK = "mine\n<!-- report:a -->\nold\n<!-- /report:a -->\nmine too\n<!-- report:own -->\nkept\n<!-- /report:own -->\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty one."""
    return Project("my-project", "my_project", "A title", tmp_path, 7)


# --- blocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contents", "after"),
    [
        ({"a": "new"}, BLOCK.replace("old", "new")),
        ({"a": "\n new\n\n"}, BLOCK.replace("old", "new")),
        ({"other": "new"}, BLOCK),
        ({"a": r"\1 \g<2> $1"}, BLOCK.replace("old", r"\1 \g<2> $1")),
    ],
)
def test_report_changes_nothing_outside_its_blocks(contents: dict[str, str], after: str) -> None:
    assert blocks.filled(BLOCK, contents) == after


def test_a_file_in_docs_gets_to_the_reports_from_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    files = [tmp_path / "README.md", tmp_path / "docs/more.md", tmp_path / "absent.md"]
    for path in files[:2]:
        path.write_text(BLOCK)
    differing = blocks.fill(files, {"a": "![a](reports/a.png)"}, only_check=True)
    assert differing == files[:2]
    assert files[0].read_text() == BLOCK, "a check writes nothing"
    blocks.fill(files, {"a": "![a](reports/a.png)"})
    assert "](reports/a.png)" in files[0].read_text()
    assert "](../reports/a.png)" in files[1].read_text()
    assert blocks.fill(files, {"a": "![a](reports/a.png)"}) == []


def test_a_table_aligns_numbers_and_escapes_bars() -> None:
    lines = blocks.table(["Name", "Score"], [["a|b", "0.5"], ["**c**", "−1"], ["d", ""]]).splitlines()
    assert lines[1] == "| :-- | --: |"
    assert lines[2] == "| a\\|b | 0.5 |"


@pytest.mark.parametrize(
    ("role", "name"), [("model", "**x**"), ("naive", "_x_"), ("baseline", "x"), ("something new", "x")]
)
def test_a_model_is_set_off_by_its_role(role: str, name: str) -> None:
    assert blocks.model_name({"role": role, "model": "x"}) == name


def test_numbers_are_written_with_a_real_minus() -> None:
    row = {"difference": -0.123, "ci95": [-0.2, 0.05], "value": 0.5}
    assert blocks.difference(row) == "−0.12, 95% interval [−0.20, +0.05]"
    assert blocks.score(row) == "0.50 [-0.20, 0.05]"


# --- intervals -------------------------------------------------------------------------------------------------------


def test_each_stratum_is_drawn_as_often_as_it_is_large() -> None:
    strata = np.array([0, 0, 0, 1, 1])
    drawn = intervals.resample(strata, 100, seed=1)
    assert (drawn[:, strata == 0].sum(axis=1) == 3).all()
    assert (drawn[:, strata == 1].sum(axis=1) == 2).all()


def test_intervals_are_wider_when_members_of_a_group_share_their_fate() -> None:
    right = np.repeat(np.random.default_rng(0).random(80) < 0.8, 5).astype(float)

    def width(groups: np.ndarray) -> float:
        sums = np.array([right[groups == group].sum() for group in np.unique(groups)])
        low, high = intervals.interval(intervals.resample(np.zeros(len(sums)), 500, 1) @ sums / len(right))
        return high - low

    assert width(np.repeat(np.arange(80), 5)) > 1.5 * width(np.arange(400))


# --- drift -----------------------------------------------------------------------------------------------------------


def test_broken_lines_of_a_log_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / LOG_NAME).write_text('{"path": "/a", "status": 200}\n{"status": 2\n\n{"path": "/a", "status": 500}')
    assert [entry["status"] for entry in drift.read_log(tmp_path)] == [200, 500]
    with pytest.raises(ExplainedError, match="there is no folder"):
        drift.read_log(tmp_path / "nowhere")


@pytest.mark.parametrize(("failures", "is_alarm"), [(0, False), (1, False), (10, True)])
def test_errors_are_counted_among_the_newest_requests_for_an_answer(failures: int, is_alarm: bool) -> None:
    entries = [{"path": "/version", "status": 500}] * 50 + [{"path": "/a", "status": 500}] * 50
    entries += [{"path": "/a", "status": 200}] * (100 - failures) + [{"path": "/a", "status": 503}] * failures
    (check,) = drift.error_check(entries, "/a", window=100, limit=0.02)
    assert check.is_alarm == is_alarm
    assert drift.error_check([], "/a", 100, 0.02) == []


def _reference(window: int) -> Reference:
    values = {"x": np.random.default_rng(0).normal(size=1000)}
    return drift.reference(values, np.arange(1000), window, 0.01, 300, 1)


def _alarms(number: int, shift: float, seeds: int = 20) -> int:
    reference = _reference(200)
    windows = ({"x": np.random.default_rng(seed + 1).normal(shift, size=number)} for seed in range(seeds))
    return sum(check.is_alarm for window in windows for check in drift.checks(window, reference))


def test_drift_is_seen_and_chance_is_not() -> None:
    assert _alarms(200, 0.0) <= 1
    assert _alarms(200, 0.6) >= 19


def test_a_smaller_window_may_stray_further_whatever_the_settings_say_now() -> None:
    assert _alarms(60, 0.0) <= 1
    assert drift.checks({"x": np.zeros(drift.FEWEST - 1)}, _reference(200)) == []
    assert drift.checks({}, _reference(200)) == []


def test_signals_that_only_some_answers_have_are_left_out() -> None:
    values = drift.signals([{"a": 1.0, "b": 2.0}, {"a": 3.0}])
    assert values.keys() == {"a"}
    assert drift.checks({"y": np.zeros(100)}, _reference(200)) == []


# --- results ---------------------------------------------------------------------------------------------------------


def test_the_results_of_every_project_start_alike(project: Project) -> None:
    manifest = Manifest(
        source="sample", licence="CC0", synthetic=True, rows=3, sha256="0", commit=None, dirty=None, seed=1
    )
    manifest.save(project.data / "manifest.json")
    assert Manifest.load(project.data / "manifest.json") == manifest
    (project.root / "model.bin").write_bytes(b"weights")
    row = Result("m", "model", "test", "f1", "F1", 0.5, (0.4, 0.6), 10)
    document = results.document(project, manifest, 2, {"areas": 3}, [row], [], [project.root / "model.bin"])
    results.write(project.metrics, document)
    stored = results.read(project.metrics)
    assert (stored["schema"], stored["template"], stored["seed"]) == (1, "my-project", 2)
    assert stored["data"] == {
        "source": "sample", "licence": "CC0", "rows": 3, "sha256": "0", "synthetic": True, "areas": 3,
    }  # fmt: skip
    assert results.find(stored, model="m")["ci95"] == [0.4, 0.6]
    assert stored["artefacts"][0]["bytes"] == 7
    results.note_seconds(project, "train", 2.0)
    results.note_seconds(project, "train", 3.0)
    results.note_seconds(project, "evaluate", 1.04)
    assert results.read(project.metrics)["seconds"] == 4.0


def test_outside_git_there_is_no_version_and_no_license_is_made_up(tmp_path: Path) -> None:
    assert provenance.version(tmp_path / "nowhere") == (None, None)
    assert provenance.licence(tmp_path) == "not stated"
    (tmp_path / "LICENSE").write_text("\n\nCC BY 4.0\nmore\n")
    assert provenance.licence(tmp_path) == "CC BY 4.0"


# --- questions -------------------------------------------------------------------------------------------------------


def test_a_question_is_a_line_of_curl() -> None:
    question = questions.as_json("/ask", {"name": "it's"}, example=True)
    line = "curl -H 'Content-Type: application/json' -d '{\"name\": \"it'\"'\"'s\"}' http://127.0.0.1:8000/ask"
    assert question.curl("http://127.0.0.1:8000") == line
    assert question.described() == {"method": "POST", "path": "/ask", "body": {"name": "it's"}}
    upload = questions.Question("POST", "/ask", {}, b"", file="my file.jpg")
    assert upload.curl("http://a") == "curl -F 'file=@my file.jpg' http://a/ask"
    assert questions.example_of([upload, question]) is question
    assert questions.example_of([upload]) is upload


@pytest.mark.parametrize(
    "address", ["localhost:8000", "https://127.0.0.1", "127.0.0.1", "", "http://", "http://127.0.0.1:99999"]
)
def test_an_address_that_is_none_is_explained(address: str) -> None:
    with pytest.raises(ExplainedError, match=r"no address|no service answers"):
        questions.ask(address, load_test.READY)


# --- commands --------------------------------------------------------------------------------------------------------


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
    return commands.Standard(
        project, lambda _: FastAPI(), none, nothing, lambda: shown, lambda *_: watched, lambda _: None, (640, 480)
    )


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
    (project.root / "README.md").write_text(BLOCK)
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
    assert not screenshot.snap(tmp_path / "page.html", (640, 480), project.screenshot)


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
