"""What a README keeps on linked pages counts as if it stood in it, and is shown where it stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from portfolio.audit import fix
from portfolio.audit.engine import audit
from portfolio.audit.project import open_project
from tests.audit.audited import COMPLETE, audited, build
from tests.conftest import Outcome

HEADINGS = ("## Results", "## Limitations", "## What I Would Improve Next")


def _split(heading: str) -> dict[str, str | bytes]:
    """The complete project, with one section on a page of its own."""
    text = str(COMPLETE["README.md"])
    start = text.index(heading)
    end = text.find("\n## ", start + 1)
    section = text[start:] if end < 0 else text[start : end + 1]
    page = section.replace("](figures", "](../figures")
    rest = text.replace(section, "") + "\nThe rest is in [the docs](docs/more.md).\n"
    return {**COMPLETE, "README.md": rest, "docs/more.md": page}


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_section_on_a_linked_page_counts(heading: str, tmp_path: Path) -> None:
    audits = [audited(tmp_path / name, tree) for name, tree in (("a", COMPLETE), ("b", _split(heading)))]
    states = [{each.rule.code: each.state for each in found.results} for found in audits]
    assert states[0] == states[1]


def test_results_on_a_page_beside_the_readme_count(tmp_path: Path) -> None:
    tree = _split("## Results")
    page = str(tree.pop("docs/more.md")).replace("](../figures", "](figures")
    readme = str(tree["README.md"]).replace("docs/more.md", "./RESULTS.md")
    states = [
        {each.rule.code: each.state for each in audited(tmp_path / name, each).results}
        for name, each in (("a", COMPLETE), ("b", {**tree, "README.md": readme, "RESULTS.md": page}))
    ]
    assert states[0] == states[1]


def test_a_page_that_is_not_linked_or_not_there_does_not(tmp_path: Path) -> None:
    tree = _split("## Limitations")
    unlinked = {**tree, "README.md": str(tree["README.md"]).replace("docs/more.md", "docs/none.md")}
    states = {each.rule.code: each.state.value for each in audited(tmp_path, unlinked).results}
    assert states["RFL701"] == "fail"


def test_a_finding_names_the_page_and_the_line_there(tmp_path: Path, portfolio: Callable[..., Outcome]) -> None:
    tree = _split("## Results")
    page = str(tree["docs/more.md"]).replace("0.738", "0.748")
    assert page != tree["docs/more.md"]
    folder = build(tmp_path / "project", {**tree, "docs/more.md": page})
    line = next(number for number, text in enumerate(page.splitlines(), start=1) if "0.748" in text)
    found = {
        each["code"]: each
        for each in portfolio("audit", str(folder), "--format", "json").json["projects"][0]["results"]
    }
    assert (found["EVL402"]["path"], found["EVL402"]["line"]) == ("docs/more.md", line)
    assert f"docs/more.md:{line}" in portfolio("audit", str(folder)).out
    assert f"docs/more.md,line={line}" in portfolio("audit", str(folder), "--format", "github").out


def test_fix_puts_a_number_back_on_the_page_where_it_stands(tmp_path: Path) -> None:
    block = "| Model | ROC AUC |\n| :-- | --: |\n| boosted trees | 0.999 |\n"
    page = f"# More\n\n## Results\n\n<!-- report:results -->\n{block}<!-- /report:results -->\n"
    readme = "# Bread\n\nSee [more](docs/more.md).\n"
    results = {
        "schema": 1,
        "results": [{"model": "boosted trees", "metric": "roc_auc", "label": "ROC AUC", "value": 0.738}],
    }
    tree = {
        "README.md": readme,
        "docs/more.md": page,
        "results.json": json.dumps(results),
        "pyproject.toml": COMPLETE["pyproject.toml"],
    }
    project = open_project(build(tmp_path, tree))
    proposed = fix.propose(project, audit(project, "."))
    assert proposed is not None
    fix.write(project, proposed)
    assert (tmp_path / "docs/more.md").read_text() == page.replace("0.999", "0.738")
    assert "0.738" in proposed.diff()
