"""Questions are about this run and this author's code: true, each with its number and its line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from portfolio.audit.project import open_project
from portfolio.create import scaffold, templates
from portfolio.defend import asked, question, recorded
from portfolio.defend.question import Question
from tests.audit.audited import build, git
from tests.conftest import Run, default_answers
from tests.recorded import METRICS, MODEL, record


def questions(folder: Path) -> dict[str, Question]:
    """What is asked there, by name."""
    return {each.name: each for each in asked.of(open_project(folder)).questions}


def test_each_has_its_number_and_its_line(ran: Path) -> None:
    split = questions(ran)["split"]
    assert "0.950" in split.asks
    assert "0.950 [0.900, 0.990]" in split.rests_on
    assert "has 0.600 [0.500, 0.650] on 160 unseen groups" in split.rests_on
    line = (ran / split.path).read_text(encoding="utf-8").splitlines()[split.line - 1]
    assert line.startswith("def by_group")


CHANGED: dict[str, tuple[dict[str, Any], set[str], set[str]]] = {
    "real data": ({"data": METRICS["data"] | {"synthetic": False}}, {"data-license"}, {"real-photographs"}),
    "no leak": ({"results": METRICS["results"][:2]}, set(), {"split"}),
    "a leak that claims less": (
        {"results": [MODEL, {**MODEL, "role": "naive", "split": "by photograph", "value": 0.5}]}, set(), {"split"}),
    "it refuses nothing": ({"abstention": METRICS["abstention"] | {"threshold": 1.01}}, {"unlike"}, {"threshold"}),
    "a field": (
        {"results": [*METRICS["results"], {**MODEL, "split": "field", "value": 0.4}]}, {"field"}, set()),
    "a field where it is as good": (
        {"results": [*METRICS["results"], {**MODEL, "split": "field", "value": 0.9}]}, set(), {"field"}),
    "results that make no sense": ({"results": "none", "comparisons": 3, "abstention": None}, {"alarm"}, {"split"}),
    "infinite": ({"results": [MODEL | {"value": 1e400}]}, {"alarm"}, {"split", "interval"}),
}  # fmt: skip


@pytest.mark.parametrize(("other", "there", "gone"), CHANGED.values(), ids=CHANGED)
def test_another_run_has_other_questions(ran: Path, other: dict[str, Any], there: set[str], gone: set[str]) -> None:
    record(ran, **other)
    names = set(questions(ran))
    assert there <= names
    assert not gone & names


@pytest.mark.parametrize(
    ("file", "old", "new", "name", "asks"),
    [
        ("config.py", "learning_rate: float = 3e-3", "learning_rate: float = 1e-3", "your-learning-rate",
         "You changed `learning_rate` from 0.003 to 0.001. What did you expect, and what did it do?"),
        ("models/network.py", "WIDTHS = (16, 48, 96, 96)", "WIDTHS = (16, 64, 128, 128)", "your-widths",
         "You changed `WIDTHS` from (16, 48, 96, 96) to (16, 64, 128, 128). What did you expect, and what did it do?"),
        ("evaluation/costs.py", "def table", "def dear(prices):\n    most = max(prices)\n    least = min(prices)\n"
         "    return most - least\n\n\ndef table", "your-dear",
         "`dear` is yours, and nothing else in `src` uses it. How does it come into a run, and what then?"),
    ],
    ids=["a setting", "a constant", "a function"],
)  # fmt: skip
def test_what_was_changed_is_asked_about_first(ran: Path, file: str, old: str, new: str, name: str, asks: str) -> None:
    path = ran / "src/image_api" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    first = asked.of(open_project(ran)).questions[0]
    assert (first.name, first.asks, first.path) == (name, asks, f"src/image_api/{file}")
    assert path.read_text(encoding="utf-8").splitlines()[first.line - 1].strip().startswith(new.split("\n")[0][:10])
    assert re.search(r"Macro F1 is 0\.812 \[0\.750, 0\.870\]|^3 statements, 0 uses", first.rests_on)


def test_a_part_that_is_used_and_an_earlier_score_are_said(ran: Path) -> None:
    (ran / "src/image_api/evaluation/dear.py").write_text(
        'def dear(prices):\n    """The dearest."""\n    return max(prices)\n\n\nMOST = dear((1, 2))\n', encoding="utf-8"
    )
    network = ran / "src/image_api/models/network.py"
    network.write_text(network.read_text(encoding="utf-8").replace("(16, 48", "(16, 64"), encoding="utf-8")
    git(ran, "add", "-A")
    git(ran, "commit", "-q", "-m", "Mine")
    record(ran, results=[{**MODEL, "value": 0.7777}])
    found = questions(ran)
    assert found["your-dear"].asks == "`dear` is yours. What does it do, and how do you know that it works?"
    assert found["your-dear"].rests_on.startswith("1 statement, 1 use; Macro F1 is 0.778")
    assert found["your-widths"].rests_on.endswith(", 0.812 in an earlier commit")


def test_other_names_and_layout_are_not_asked_about(ran: Path) -> None:
    path = ran / "src/image_api/evaluation/costs.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"# mine\n{text.replace('def table', 'def all_prices')}", encoding="utf-8")
    assert not [name for name in questions(ran) if name.startswith("your-")]


def test_a_file_that_moved_still_answers(ran: Path) -> None:
    (ran / "src/image_api/data/split.py").rename(ran / "src/image_api/parting.py")
    assert questions(ran)["split"].path == "src/image_api/parting.py"


def test_nothing_measured_is_nothing_to_defend(ran: Path, portfolio: Run) -> None:
    (ran / "reports/metrics.json").unlink()
    done = portfolio("defend", str(ran))
    assert done.code == 1
    assert done.err == (
        "error: nothing has been measured here yet, so there is nothing to defend\n"
        "hint:  uv run python -m image_api run\n"
    )


def test_every_question_has_a_place_in_a_fresh_project(template: templates.Template, tmp_path: Path) -> None:
    folder = scaffold.create(default_answers(template), tmp_path / "fresh", git=False).folder
    asker = asked._Asker(open_project(folder))
    drafts = question.drafts(template.folder / question.NAME)
    assert len(drafts) >= 12
    assert len({each.name for each in drafts}) == len(drafts)
    assert [each.name for each in drafts if asker._place(each.at, each.line) is None] == []


STRANGER = {
    "README.md": "# Churn\n\n## Results\n\n| Model | Accuracy |\n| --- | --- |\n"
    "| dummy | 0.80 |\n| linear | 0.90 |\n| forest | 0.991 |\n"
    "\n## Limitations\n\nIt has only seen customers of one town in one year.\n",
    "train.py": "from sklearn.model_selection import train_test_split\n"
    "a, b = train_test_split(x, test_size=0.2, random_state=42)\nmodel = Forest(n_estimators=200)\n"
    "# epochs = 3\nc, d = train_test_split(x, test_size=0.9, shuffle=False)\nat = np.triu(m, k=1)\n",
    "look.ipynb": json.dumps({"cells": [
        {"cell_type": "code", "source": ["x = scaler.fit_transform(everything)\n"], "outputs": [
            {"text": ["learning_rate=0.3\n"]}]}]}, indent=1),
}  # fmt: skip


def test_a_stranger_is_asked_by_what_is_there(tmp_path: Path) -> None:
    found = questions(build(tmp_path, STRANGER))
    assert found["best-result"].asks.startswith("The README reports Accuracy 0.991 for forest.")
    assert (found["difference"].rests_on, found["difference"].line) == ("0.991 against 0.90", 8)
    assert found["too-good"].line == 9
    assert (found["random-split"].path, found["random-split"].line) == ("train.py", 2)
    assert found["setting"].asks.startswith("`n_estimators` is 200 here.")
    assert found["fitted-on"].path == "look.ipynb"
    assert found["seed"].line == 2
    assert not {"learning-rate", "epochs", "retrieved"} & set(found)  # in an output, a comment, another matter
    assert found["limits"].line == 13


TABLES = {
    "models in rows": ("Model,F1;linear,0.61;forest,0.72", "forest has F1 0.72 and linear 0.61."),
    "a loss falls": ("Model,Loss;b0,0.44;b6,0.14", "b6 has Loss 0.14 and b0 0.44."),
    "measures in rows": (",knn,mlp;F1,0.61,0.72;Recall,0.5,0.6", "mlp has F1 0.72 and knn 0.61."),
    "two keys": ("Model,Input,F1;svm,hog,0.61;svm,hsv,0.72", "svm, hsv has F1 0.72 and svm, hog 0.61."),
    "the test comes first": ("Model,Val F1,Test F1;a,0.8,0.61;b,0.7,0.72", "b has Test F1 0.72 and a 0.61."),
    "somebody else's": (",Kaggle winner,ours;F1,0.99,0.72;AUC,0.99,0.8", ""),
    "classes": ("Class,F1;rust,0.61;blight,0.72", ""),
    "a trivial rival": ("Model,F1;baseline,0.1;forest,0.72", ""),
    "the same": ("Model,F1;a,0.72;b,0.72", ""),
}


@pytest.mark.parametrize(("table", "asks"), TABLES.values(), ids=TABLES)
def test_two_models_are_compared_where_two_models_are(tmp_path: Path, table: str, asks: str) -> None:
    head, *rows = [f"| {row.replace(',', ' | ')} |" for row in table.split(";")]
    lines = "\n".join([head, re.sub(r"[^|]+", "-", head), *rows])
    build(tmp_path, {"README.md": f"# Leaves\n\n## Results\n\n{lines}\n", "a.py": "epochs = 3\n"})
    found = questions(tmp_path).get("difference")
    assert (found.asks if found else "").startswith(asks) if asks else found is None


CLAIMS = {
    "measured": ("The forest reaches an F1 of 0.72 on 300 leaves of another year.", True),
    "a goal": ("The objective is an F1 of at least 0.72 on leaves of another year.", False),
    "a plan": ("Next we could raise the F1 of 0.72 with photographs of another year.", False),
    "a share": ("Accuracy hides that the rust class is rare: a leaf in a hundred, or 3% of all.", False),
}


@pytest.mark.parametrize(("sentence", "is_one"), CLAIMS.values(), ids=CLAIMS)
def test_a_claim_is_a_sentence_that_says_what_was_measured(tmp_path: Path, sentence: str, is_one: bool) -> None:
    build(tmp_path, {"README.md": f"# Leaves\n\n{sentence}\n", "a.py": "epochs = 3\n"})
    assert ("claim" in questions(tmp_path)) is is_one


def test_a_page_that_says_nothing_is_asked_nothing(tmp_path: Path, portfolio: Run) -> None:
    build(tmp_path / "empty", {"README.md": "# Hello\n"})
    done = portfolio("defend", "empty")
    assert done.code == 1
    assert "empty has no results" in done.err
    assert "hint:" in done.err


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (0.8656, "0.866"), (1.2345, "1.23"), (12.34, "12.3"), (35650, "35,650"), (90.0, "90"), (-0.5, "−0.500"),
        ({"value": 0.9, "ci95": [0.8, 1.0]}, "0.900 [0.800, 1.000]"),
        ({"difference": -0.61, "ci95": [-0.7, -0.5]}, "−0.610 [−0.700, −0.500]"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_readers_read_them(given: object, written: str) -> None:
    assert recorded.shown(given) == written


def test_a_hostile_run_stays_text(ran: Path, portfolio: Run) -> None:
    evil = "{{ 7 * 7 }} `<script>` \x1b[31m ‮ [x](javascript:1)"
    record(ran, results=[MODEL, {**MODEL, "model": evil, "role": "naive", "value": 0.95}])
    shown = portfolio("defend", str(ran)).out
    assert "\x1b" not in shown
    assert "‮" not in shown
    assert "{{ 7 * 7 }}" in shown
    assert portfolio("defend", str(ran), "--write").code == 0
    page = (ran / "DEFENSE.md").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "[x](javascript" not in page
