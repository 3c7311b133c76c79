"""Many projects for one role: what is shown and by whom, what is missing, which two to lead with; and for a mentor."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from portfolio.arguments import Role
from portfolio.audit import rubric
from portfolio.audit.portfolio import PATTERNS
from portfolio.audit.rules import RULES
from portfolio.create import templates
from tests.audit.audited import COMPLETE, Tree, build, git
from tests.conftest import Run

SERVED: Tree = {**COMPLETE, "serve.py": "from fastapi import FastAPI\n\napp = FastAPI()\n"}
QUERIES: Tree = {
    "README.md": "# Shop\n\nWhich customers leave?\n",
    "sql/churn.sql": "SELECT 1 FROM visits;\n",
    "eda.ipynb": '{"cells": []}',
}
THIN: Tree = {"README.md": "# Notes\n", "a.py": "x = 1\n"}


@pytest.fixture
def three(tmp_path: Path) -> None:
    """A complete project, one with SQL only, and one with nothing."""
    for name, tree in (("thin", THIN), ("served", SERVED), ("queries", QUERIES)):
        build(tmp_path / name, tree)


@pytest.mark.parametrize("role", Role)
def test_a_role_s_criteria_name_rules_and_templates_that_exist(role: Role) -> None:
    codes = {rule.code for rule in RULES}
    bundled = {each.name for each in templates.all()}
    found = rubric.of_role(role)
    assert 8 <= len(found.criteria) <= 12
    for criterion in found.criteria:
        assert criterion.template in bundled | {""}
        assert {each.rule for level in criterion.levels for each in level.conditions if each.rule} <= codes
    assert {code for each in PATTERNS.values() for code in each} <= codes


def test_the_text_says_who_shows_what_and_what_is_missing(portfolio: Run, three: None) -> None:
    done = portfolio("audit", "--role", "ds", "thin", "served", "queries")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert re.fullmatch(r"Data scientist: \d of 10 are shown", lines[0])
    assert "  ✓ SQL: queries, sql/churn.sql" in lines
    assert "  ✓ A baseline: served, README.md:45" in lines
    assert "an A/B test; a template that has it: portfolio new churn-study" in " ".join(done.out.split())
    assert max(map(len, lines)) <= 80
    assert re.search(r"^Lead with served: it shows \d of 10 by itself, and \d of 6 parts", done.out, re.M)
    assert re.search(r"^Then queries: .*it adds: .*SQL", done.out.replace("\n", " ").replace("Then", "\nThen"), re.M)
    assert lines[-1] == "Two strong projects outperform ten shallow ones: link the other below them."


def test_the_document(portfolio: Run, three: None) -> None:
    document = portfolio("audit", "--role", "mle", "thin", "served", "missing", "--format", "json").json
    assert document["lead"] == ["served", "thin"]
    assert document["shown"]["A model that others can call"] == {"project": "served", "evidence": "serve.py:1"}
    assert {each["path"] for each in document["refused"]} == {"missing"}
    names = {each["criterion"] for each in document["missing"]} | set(document["shown"])
    assert len(names) == 10
    assert [each["patterns"]["problem"] for each in document["projects"]] == [0, 1]


def test_one_project_leads_alone(portfolio: Run, three: None) -> None:
    done = portfolio("audit", "--role", "pm", "served")
    assert "Lead with served" in done.out
    assert "Then" not in done.out


def test_what_one_of_its_own_projects_could_show_needs_no_other(ran: Path, portfolio: Run) -> None:
    document = portfolio("audit", "--role", "mle", str(ran), "--format", "json").json
    assert {each["template"] for each in document["missing"]} == {"", "recommender"}


def test_a_findings_error_is_no_failure_here(portfolio: Run, ran: Path) -> None:
    page = ran / "README.md"
    page.write_text(page.read_text(encoding="utf-8").replace("docs/serving.md", "docs/gone.md"), encoding="utf-8")
    assert portfolio("audit", str(ran)).code == 1
    assert portfolio("audit", "--role", "mle", str(ran)).code == 0


@pytest.mark.parametrize("output", ["csv", "html", "github", "markdown"])
def test_another_format_is_refused(portfolio: Run, three: None, output: str) -> None:
    done = portfolio("audit", "--role", "mle", "thin", "--format", output)
    assert done.code == 2
    assert "--role answers in text or JSON" in done.err


@pytest.mark.skipif(os.name == "nt", reason="no folder has such a name there")
def test_a_cohort_is_one_page(portfolio: Run, three: None, tmp_path: Path) -> None:
    evil = tmp_path / '<img src=x onerror="alert(1)">'
    build(evil, THIN)
    git(tmp_path / "served", "init", "-q")
    git(tmp_path / "served", "add", "-A")
    git(tmp_path / "served", "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-q", "-m", "x", "--date", "now")
    done = portfolio("audit", "served", evil.name, "missing", "--rubric", "ml-zoomcamp", "--format", "html")
    assert done.out.startswith("<!doctype html>")
    assert "<h1>3 projects</h1>" in done.out
    assert "<img" not in done.out
    assert re.search(r"\d+ of 16</td>\n<td class=\"number\">0</td>", done.out)  # points, then days since the commit
    assert "Not audited: missing is not there" in done.out
    assert re.search(r"<summary>\d+ of 14</summary>", done.out)


def test_days_since_the_last_change(
    portfolio: Run, three: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2020-01-01T00:00:00Z")
    git(tmp_path / "served", "init", "-q")
    git(tmp_path / "served", "add", "-A")
    git(tmp_path / "served", "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-q", "-m", "x")
    projects = portfolio("audit", "served", "thin", "--format", "json").json["projects"]
    assert projects[0]["days_since_change"] > 2_500
    assert projects[1]["days_since_change"] is None
