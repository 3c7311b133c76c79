"""A course's rubric: points by what files show, evidence, the next point; a mentor's own; a cohort as a table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from portfolio.audit import rubric
from portfolio.audit.engine import audit
from portfolio.audit.project import open_project
from portfolio.audit.rubric import Assessment
from portfolio.errors import WrongUse
from tests.audit.audited import COMPLETE, Tree, build
from tests.conftest import Run

TOTALS = {"mlops-zoomcamp": 33, "ml-zoomcamp": 16}
OWN = """
name = "Mine"
source = "https://example.org"

[[criterion]]
name = "Tests"
adds_up = true
level = [
    { points = 1, asks = "write a test", any = ['file ^tests/'] },
    { points = 2, asks = "run it in CI", any = ['text \\.yml$ pytest'] },
]

[[criterion]]
name = "Problem"
level = [{ points = 3, asks = "state it", any = ["rule PRB101"] }]
"""


def assessed(folder: Path, name: str) -> Assessment:
    project = open_project(folder)
    return rubric.assess(project, audit(project, "project"), rubric.load(name))


def test_the_courses_rubrics_have_the_courses_points() -> None:
    assert rubric.names() == sorted(TOTALS)
    for name, total in TOTALS.items():
        assert sum(criterion.most for criterion in rubric.load(name).criteria) == total


@pytest.mark.parametrize("name", TOTALS)
def test_an_empty_project_gets_nothing_and_is_told_each_next_point(tmp_path: Path, name: str) -> None:
    found = assessed(build(tmp_path, {"a.txt": "x"}), name)
    assert found.points == 0
    assert all(each.next_point for each in found.criteria)


@pytest.mark.parametrize("name", TOTALS)
def test_every_point_has_its_evidence(tmp_path: Path, name: str) -> None:
    found = assessed(build(tmp_path, COMPLETE), name)
    assert 0 < found.points < found.most
    assert all(bool(each.points) == bool(each.evidence) for each in found.criteria)
    assert all(each.points == each.most or each.next_point for each in found.criteria)


LEVELS: list[tuple[str, Tree, int]] = [
    ("Experiment tracking and model registry", {"train.py": "import mlflow\nmlflow.start_run()\n"}, 2),
    ("Experiment tracking and model registry", {"train.py": "mlflow.register_model(uri, 'm')\n"}, 4),
    ("Workflow orchestration", {"flow.py": "from prefect import flow\n"}, 2),
    ("Cloud", {"infra/main.tf": "resource {}\n"}, 4),
    ("Model deployment", {"app.py": "app = FastAPI()\n"}, 2),
    ("Model deployment", {"Dockerfile": "FROM python:3.12\n"}, 4),
    ("Best practices", {"Makefile": "a:\n", ".pre-commit-config.yaml": "repos: []\n"}, 2),
    ("Best practices", {".github/workflows/ci.yml": "on: push\n", "tests/test_a.py": "def test_a():\n    pass\n"}, 3),
]


@pytest.mark.parametrize(("criterion", "tree", "points"), LEVELS)
def test_a_level_is_known_by_its_files(tmp_path: Path, criterion: str, tree: Tree, points: int) -> None:
    found = {each.criterion: each for each in assessed(build(tmp_path, tree), "mlops-zoomcamp").criteria}
    assert found[criterion].points == points


def test_a_mentor_s_own_rubric_works(portfolio: Run, tmp_path: Path) -> None:
    build(tmp_path / "project", COMPLETE)
    (tmp_path / "mine.toml").write_text(OWN)
    document = portfolio("audit", "project", "--rubric", "mine.toml", "--format", "json").json
    found = document["projects"][0]["rubric"]
    assert (found["points"], found["most"]) == (6, 6)
    assert found["criteria"][0]["evidence"] == ["tests/test_model.py", ".github/workflows/ci.yml:4"]
    assert "Mine: 6 of 6 points" in portfolio("audit", "project", "--rubric", "mine.toml").out


BAD = {
    "no TOML": "name = ",
    "no criteria": 'name = "a"\nsource = "b"\n',
    "no condition": OWN.replace("rule PRB101", "rules PRB101"),
    "no pattern": OWN.replace("file ^tests/", "file ^tests/("),
    "no points": OWN.replace("points = 3", 'points = "many"'),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_rubric_that_is_none_is_refused_in_two_lines(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(WrongUse) as caught:
        rubric.load(str(tmp_path / "mine.toml"))
    assert "mine.toml" in caught.value.message
    assert caught.value.hint


def test_a_name_that_is_none_is_refused(portfolio: Run, tmp_path: Path) -> None:
    build(tmp_path / "project", COMPLETE)
    outcome = portfolio("audit", "project", "--rubric", "mlops-zoomcmap")
    assert outcome.code == 2
    assert "mlops-zoomcamp" in outcome.err


def test_a_cohort_is_a_table_for_a_spreadsheet(portfolio: Run, tmp_path: Path) -> None:
    for name in ("ada", "=1+1"):
        build(tmp_path / name, COMPLETE)
    outcome = portfolio("audit", "ada", "=1+1", "missing", "--format", "csv", "--rubric", "ml-zoomcamp")
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert [row["project"] for row in rows] == ["ada", "'=1+1", "missing"]
    assert rows[0]["kind"] == "tabular"
    assert int(rows[0]["points"]) == sum(int(rows[0][key]) for key in rows[0] if "(of " in key)
    assert "is not there" in rows[2]["problem"]
