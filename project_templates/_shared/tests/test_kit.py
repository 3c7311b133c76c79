"""The kit does what its docstrings say, whatever the project: run once, in the environment of one of them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from image_api.kit import (
    blocks,
    drift,
    intervals,
    load_test,
    provenance,
    questions,
    results,
)
from image_api.kit.drift import Reference
from image_api.kit.project import LOG_NAME, ExplainedError, Project
from image_api.kit.provenance import Manifest
from image_api.kit.results import Result

BLOCK = "mine\n<!-- report:a -->\nold\n<!-- /report:a -->\nmine too\n<!-- report:own -->\nkept\n<!-- /report:own -->\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty one."""
    return Project("my-project", "my_project", "A title", tmp_path, 7)


@dataclass(frozen=True)
class Run:
    name: str


def test_experiments_stay_in_the_order_in_which_they_were_run(project: Project) -> None:
    names = [f"run {number}" for number in range(12)]
    results.write_experiments(project, [Run(name) for name in names])
    (project.reports / "runs/mine.json").write_text('{"name": "by hand"}')
    found = [run["name"] for run in results.experiments(project)]
    assert [name for name in found if name != "by hand"] == names
    assert len(found) == 13


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
    (tmp_path / "LICENSE").unlink()
    (tmp_path / "LICENSE.md").write_text("# License\n\n**CC0 1.0**, for all of it.\n")
    assert provenance.licence(tmp_path) == "CC0 1.0, for all of it."


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
