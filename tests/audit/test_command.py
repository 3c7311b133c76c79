"""`portfolio audit` and `portfolio rules` as they are called."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from portfolio.audit.project import Project
from portfolio.audit.rules import RULES
from portfolio.audit.rules.rule import Rule
from tests.audit.audited import COMPLETE, Tree, audited, build, git
from tests.conftest import Run

FLAWED = COMPLETE | {
    "README.md": str(COMPLETE["README.md"]).replace("| boosted trees | 0.738 |", "| boosted trees | 0.748 |")
}
SAID = """\
project  (tabular)

README: 14 of 14 parts
  [x] problem          [x] how to run
  [x] data source      [x] monitoring
  [x] data described   [x] deployment
  [x] baseline         [x] diagram
  [x] results table    [x] something to look at
  [x] error analysis   [x] limitations
  [x] trade-offs       [x] what I would improve next

First
  1. EVL402 Numbers differ from the results file  README.md:47
     ROC AUC of boosted trees: the README says 0.748, the results file 0.73811
     → Let a run write the numbers: never type them by hand, and run again when
       the code changes.

Score 60 of 100, by 33 rules; rule set 8.
"""


def test_the_text_is_for_people(portfolio: Run, tmp_path: Path) -> None:
    build(tmp_path / "project", FLAWED)
    outcome = portfolio("audit", "project")
    assert outcome.out == SAID
    assert outcome.code == 0  # on a stranger's repository nothing is more than a warning


@pytest.mark.parametrize(
    ("tree", "arguments", "code"),
    [
        (COMPLETE, [], 0),
        (COMPLETE, ["--fail-on", "warn"], 0),
        (FLAWED, [], 0),
        (FLAWED, ["--fail-on", "warn"], 1),
        ({"a.txt": "x"}, [], 0),
        (COMPLETE | {"pyproject.toml": "[tool.portfolio.audit]\nignore = ['RFL701']\n"}, [], 2),
        (COMPLETE | {"pyproject.toml": "[tool.portfolio.audit]\nresults = '/etc/passwd'\n"}, [], 2),
        (COMPLETE | {"pyproject.toml": "[tool.portfolio.audit]\nresluts = 'x.json'\n"}, [], 2),
        (COMPLETE | {"pyproject.toml": "[tool.portfolio\n"}, [], 0),  # not ours to judge
    ],
    ids=["clean", "clean at warn", "warned", "warned at warn", "no README", "no reasons", "outside", "typo", "no TOML"],
)
def test_exit_codes(portfolio: Run, tmp_path: Path, tree: Tree, arguments: list[str], code: int) -> None:
    build(tmp_path / "project", tree)
    outcome = portfolio("audit", "project", *arguments)
    assert outcome.code == code, outcome.err
    assert (code == 2) == outcome.err.startswith("error:")


def test_nothing_audited_is_no_success(portfolio: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert portfolio("audit", "empty").code == 3
    assert portfolio("audit", "missing").code == 2
    assert portfolio("audit", "--dry-run").code == 2


def test_a_crash_is_never_green(portfolio: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Project) -> str:
        raise RuntimeError("a fault of ours")

    build(tmp_path / "project", COMPLETE)
    monkeypatch.setattr(Project, "profile", property(broken))
    outcome = portfolio("audit", "project")
    assert outcome.code == 3
    assert "a fault of ours" in outcome.err


def test_the_document_holds_every_rule(portfolio: Run, tmp_path: Path) -> None:
    build(tmp_path / "project", FLAWED)
    document = portfolio("audit", "project", "--format", "json").json
    (project,) = document["projects"]
    assert document["schema"] == 1
    assert {key: project[key] for key in ("path", "readme", "language", "profile", "score", "coverage")} == {
        "path": "project",
        "readme": "README.md",
        "language": "en",
        "profile": "tabular",
        "score": 60,
        "coverage": 1.0,
    }
    assert [each["code"] for each in project["results"]] == [rule.code for rule in RULES]
    assert project["results"][0].keys() == {
        *(
            "code",
            "title",
            "state",
            "severity",
            "confidence",
            "path",
            "line",
            "message",
            "weight",
            "advice",
            "paste",
            "example",
        )
    }
    assert {each["state"] for each in project["results"]} <= {"pass", "fail", "n/a", "unknown", "suppressed"}


def test_a_cohort_is_a_table_and_one_bad_project_stops_nothing(portfolio: Run, tmp_path: Path) -> None:
    for name in ("first", "second"):
        build(tmp_path / name, FLAWED)
    build(tmp_path / "bad", COMPLETE | {"pyproject.toml": "[tool.portfolio.audit]\nignore = 1\n"})
    outcome = portfolio("audit", "first", "bad", "missing", "second")
    assert outcome.code == 2
    assert [line.split()[0] for line in outcome.out.splitlines()[:5]] == [
        "Project",
        "first",
        "bad",
        "missing",
        "second",
    ]
    assert all(len(line) <= 80 for line in outcome.out.splitlines())
    projects = portfolio("audit", "first", "bad", "missing", "second", "--format", "json").json["projects"]
    assert [bool(each["results"]) for each in projects] == [True, False, False, True]
    assert len({tuple(each) for each in projects}) == 1, "readers of the document need one shape"
    assert [each["error"] is None for each in projects] == [True, False, False, True]


def test_a_readme_alone_is_judged_alone(portfolio: Run, tmp_path: Path) -> None:
    build(tmp_path / "project", FLAWED)
    (project,) = portfolio("audit", "project/README.md", "--format", "json").json["projects"]
    found = {each["code"]: each["state"] for each in project["results"]}
    assert found["EVL402"] == found["HYG801"] == "unknown"
    assert found["PRB101"] == "pass"


REASON = "the clinic's rules are in its handbook"


@pytest.mark.parametrize(
    "changed",
    [
        {"pyproject.toml": f'[tool.portfolio.audit]\nignore = {{ RFL701 = "{REASON}" }}\nresults = "results.json"\n'},
        {"README.md": f"<!-- portfolio: ignore RFL701 {REASON} -->\n"},
    ],
    ids=["pyproject", "comment"],
)
def test_a_suppression_is_shown_everywhere_and_is_no_pass(
    portfolio: Run, tmp_path: Path, changed: dict[str, str]
) -> None:
    cut = re.sub(r"(?ms)^## Limitations.*?(?=^## What)", changed.get("README.md", ""), str(COMPLETE["README.md"]))
    build(tmp_path / "project", COMPLETE | changed | {"README.md": cut})
    (project,) = portfolio("audit", "project", "--format", "json").json["projects"]
    (found,) = [each for each in project["results"] if each["state"] == "suppressed"]
    assert found["code"] == "RFL701"
    assert project["score"] < 100
    for form in ("text", "json", "markdown", "github"):
        said = " ".join(portfolio("audit", "project", "--format", form).out.split())
        assert REASON in said, form
    assert "[-] limitations" in portfolio("audit", "project").out


@pytest.mark.parametrize(
    ("code", "reason", "note"),
    [
        ("RFL701", "a reason that fits nothing", "RFL701 is ignored, and would not be a finding"),
        ("EVL402", "short", "EVL402 is ignored without a reason of 10 characters"),
        ("RFL799", "a reason long enough", "RFL799 is ignored, and there is no such rule: did you mean RFL7"),
    ],
)
def test_a_suppression_that_is_none_is_reported(
    portfolio: Run, tmp_path: Path, code: str, reason: str, note: str
) -> None:
    ignore = f'[tool.portfolio.audit]\nresults = "results.json"\nignore = {{ {code} = "{reason}" }}\n'
    build(tmp_path / "project", FLAWED | {"pyproject.toml": ignore})
    for form in ("text", "markdown", "github", "json"):
        assert note in " ".join(portfolio("audit", "project", "--format", form).out.split())
    assert states_of(portfolio("audit", "project", "--format", "json").json)["EVL402"] == "fail"


def states_of(document: dict[str, list[dict[str, list[dict[str, str]]]]]) -> dict[str, str]:
    return {each["code"]: each["state"] for each in document["projects"][0]["results"]}


HOSTILE = '# x\n\n`y` | <script>alert(1)</script> %0A::error::\n\n[a|b<c>%](no%0Afile "t")\n\n![::warning::](no.png)\n'


def test_hostile_text_stays_text(portfolio: Run, tmp_path: Path) -> None:
    build(tmp_path / "project", {"README.md": HOSTILE, "a.py": ""})
    lines = portfolio("audit", "project", "--format", "github").out.splitlines()
    assert all(line.startswith(("::warning ", "::notice ")) for line in lines)
    assert "<script>" not in portfolio("audit", "project", "--format", "markdown").out


POOR = "# Frost\n\nA machine learning classifier.\n\n## Data\n\nNights.\n\n## License\n\nMIT\n".replace("\n", "\r\n")


def test_fix_inserts_what_keeps_failing_and_nothing_else(portfolio: Run, tmp_path: Path) -> None:
    folder = build(tmp_path / "project", {"README.md": POOR, "a.py": ""})
    before = states_of(portfolio("audit", "project", "--format", "json").json)
    assert portfolio("audit", "project", "--fix", "--dry-run").out.startswith("--- a/README.md")
    assert (folder / "README.md").read_bytes() == POOR.encode()
    assert portfolio("audit", "project", "--fix").code == 0
    after = (folder / "README.md").read_bytes().decode()
    kept = iter(after.split("\r\n"))
    assert all(line in kept for line in POOR.split("\r\n"))  # every line, in order
    assert "\n" not in after.replace("\r\n", "")
    titles = re.findall(r"(?m)^## (.+?)\r$", after)
    assert titles.index("The problem") < titles.index("Data") < titles.index("Limitations") < titles.index("License")
    now = states_of(portfolio("audit", "project", "--format", "json").json)
    assert {code for code in now if now[code] != before[code]} == {"COM604"}  # which says: to be filled in
    assert "nothing to fix" in portfolio("audit", "project", "--fix").err
    assert (folder / "README.md").read_bytes().decode() == after


def test_fix_makes_a_readme_where_there_is_none(portfolio: Run, tmp_path: Path) -> None:
    build(tmp_path / "project", {"model.py": "import sklearn\n", "requirements.txt": "scikit-learn\n"})
    portfolio("audit", "project", "--fix")
    assert (tmp_path / "project/README.md").read_text().startswith("# project\n\n")


def test_fix_writes_recorded_numbers_into_report_blocks_only(portfolio: Run, tmp_path: Path) -> None:
    table = str(FLAWED["README.md"]).partition("## Results\n\n")[2].partition("\n\nThe interval")[0]
    inside = str(FLAWED["README.md"]).replace(table, f"<!-- report:results -->\n{table}\n<!-- /report:results -->")
    folder = build(tmp_path / "project", FLAWED | {"README.md": inside})
    portfolio("audit", "project", "--fix")
    assert (folder / "README.md").read_text() == inside.replace("0.748", "0.738")
    build(tmp_path / "by hand", FLAWED)
    portfolio("audit", "by hand", "--fix")
    assert (tmp_path / "by hand/README.md").read_text() == FLAWED["README.md"]


def test_fix_keeps_bytes_that_are_no_text(portfolio: Run, tmp_path: Path) -> None:
    folder = build(
        tmp_path / "project", {"README.md": b"# Fr\xf6st classifier, machine learning on a dataset\n", "a": ""}
    )
    portfolio("audit", "project", "--fix")
    assert (folder / "README.md").read_bytes().startswith(b"# Fr\xf6st")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_its_page(portfolio: Run, rule: Rule) -> None:
    page = portfolio("rules", rule.code.lower()).out
    assert all(
        word in page for word in ("Why a reviewer cares", "How it is decided", "Passes", "Fails", "When to ignore it")
    )
    assert " ".join(rule.advice.split()) in " ".join(page.split())
    assert all(len(line) <= 80 for line in page.splitlines())


def test_rules_are_listed(portfolio: Run) -> None:
    listed = portfolio("rules").out
    assert all(rule.code in listed for rule in RULES)
    assert [each["code"] for each in portfolio("rules", "--format", "json").json["rules"]] == [
        rule.code for rule in RULES
    ]
    unknown = portfolio("rules", "RFL703")
    assert unknown.code == 2
    assert "did you mean RFL70" in unknown.err


def test_nothing_of_a_project_is_run(portfolio: Run, tmp_path: Path) -> None:
    """A repository may name programs for git to run, and links that leave it."""
    folder = build(tmp_path / "project", COMPLETE)
    git(folder, "init", "--quiet")
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "-m", "x")
    trap = f"#!/bin/sh\ntouch {tmp_path}/ran\n"
    (folder / ".git/hooks").mkdir(exist_ok=True)
    for hook in ("fsmonitor", "post-index-change"):
        (folder / ".git/hooks" / hook).write_text(trap)
        (folder / ".git/hooks" / hook).chmod(0o755)
    git(folder, "config", "core.fsmonitor", str(folder / ".git/hooks/fsmonitor"))
    (tmp_path / "secret.md").write_text("# secret\n")
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(tmp_path / "secret.md")
    outcome = portfolio("audit", "project", "--format", "json")
    assert outcome.code == 0
    assert not (tmp_path / "ran").exists()
    assert "secret" not in json.dumps(outcome.json)


def test_it_works_without_git(portfolio: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = build(tmp_path / "project", COMPLETE)
    git(folder, "init", "--quiet")
    monkeypatch.setenv("PATH", "")
    assert portfolio("audit", "project", "--fail-on", "warn").code == 0


HEADINGS = {
    "problem": "The problem",
    "data source": "Data",
    "data described": "Dataset",
    "baseline": "Baseline",
    "results table": "Results",
    "error analysis": "Error analysis",
    "trade-offs": "Trade-offs",
    "how to run": "How to run",
    "monitoring": "Monitoring",
    "deployment": "Deployment",
    "diagram": "Architecture",
    "limitations": "Limitations",
    "what I would improve next": "Future work",
}


@pytest.mark.parametrize(
    "text", ["", "Soon.", "TODO", "To be written.", "This section will be completed later.", "..."]
)
@pytest.mark.parametrize("part", HEADINGS)
def test_a_part_that_is_only_a_heading_is_said_to_be_one(tmp_path: Path, part: str, text: str) -> None:
    page = f"# Frost\n\nMachine learning on a dataset.\n\n## {HEADINGS[part]}\n\n{text}\n\n## License\n\nMIT\n"
    parts = {each.name: each for each in audited(tmp_path, {"README.md": page, "a.py": ""}).checklist}
    assert parts[part].result.state == "fail"
    assert parts[part].result.is_only_heading


@pytest.mark.parametrize(
    "text",
    [
        "The growers of this valley light fires at dusk when they are told that frost comes at night.",
        "| a | b |\n| -- | -- |\n| 1 | 2 |",
        "![x](x.png)",
        "```\nx = 1\n```",
        "- one thing after another\n- another thing after one",
    ],
)
@pytest.mark.parametrize("part", HEADINGS)
def test_a_part_with_something_in_it_is_not(tmp_path: Path, part: str, text: str) -> None:
    page = f"# Frost\n\nMachine learning on a dataset.\n\n## {HEADINGS[part]}\n\n{text}\n"
    parts = {each.name: each for each in audited(tmp_path, {"README.md": page, "a.py": ""}).checklist}
    assert not parts[part].result.is_only_heading


def test_a_part_is_called_a_heading_only_where_there_is_one(portfolio: Run, tmp_path: Path) -> None:
    build(tmp_path / "project", {"README.md": "# Frost\n\nMachine learning on a dataset.\n", "a.py": ""})
    assert "problem (only" not in portfolio("audit", "project").out
    build(
        tmp_path / "other", {"README.md": "# Frost\n\nMachine learning on data.\n\n## Problem\n\nFrost.\n", "a.py": ""}
    )
    assert "problem (only a heading)" in portfolio("audit", "other").out
