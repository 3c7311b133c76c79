"""Projects that `portfolio new` made: what fails before the first run, and when their author's words are their own."""

from __future__ import annotations

import functools
import hashlib
import json
import re
import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from portfolio import record
from portfolio.audit.engine import Audit, audit
from portfolio.audit.project import Project, open_project
from portfolio.create import scaffold, templates
from portfolio.create.templates import Template
from portfolio.readme import markdown
from tests.audit.audited import git, states
from tests.conftest import default_answers

ABOUT_RESULTS = {"DAT203", "MOD301", "MOD303", "EVL401", "EVL402", "EVL404", "EVL406", "LLM953"}
OWN = {"OWN901", "OWN902", "OWN903", "OWN904", "OWN905", "OWN906", "OWN907"}


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Template], Path]:
    """Where a project of each template is, made once, to be copied."""

    @functools.cache
    def made(name: str) -> Path:
        answers = default_answers(templates.get(name))
        return scaffold.create(answers, tmp_path_factory.mktemp("pristine") / "project").folder

    return lambda template: made(template.name)


@pytest.fixture
def fresh(template: Template, pristine: Callable[[Template], Path], tmp_path: Path) -> Path:
    """Just made, by each template in turn."""
    return Path(shutil.copytree(pristine(template), tmp_path / "project"))


def of(folder: Path) -> Audit:
    return audit(open_project(folder), "project")


def test_before_the_first_run_only_results_and_own_words_are_missing(fresh: Path) -> None:
    found = of(fresh)
    command = open_project(fresh).command
    assert OWN <= {each.rule.code for each in found.findings} <= ABOUT_RESULTS | OWN
    assert all(command in each.message for each in found.findings if each.rule.code in ABOUT_RESULTS)
    assert all(each.severity == "warn" for each in found.findings if each.rule.code in OWN)
    assert found.fails_at(found.findings[0].severity)


@pytest.mark.parametrize(
    "dress",
    [
        lambda text: re.sub(r"(?<=[a-z,])\n(?=[a-z])", " ", text),
        lambda text: re.sub(r"(?m)^((?![|`#<-]).{60,})$", lambda m: textwrap.fill(m[1], 40), text),
        lambda text: text.replace(" the ", " **the**  ").replace("\n", "\r\n"),
    ],
    ids=["unwrapped", "rewrapped", "emphasised and re-spaced"],
)
def test_other_clothes_make_no_own_words(fresh: Path, dress: object) -> None:
    path = fresh / "README.md"
    path.write_text(dress(path.read_text()), newline="")  # type: ignore[operator]
    assert {"OWN901", "OWN902", "OWN903", "OWN904"} <= {each.rule.code for each in of(fresh).findings}


OWN_WORDS = {
    "OWN901": ("The problem", "My uncle grows tomatoes, and last summer he sprayed against the wrong blight. "
               "He decides at breakfast; a photograph from the row would settle it before the sprayer is filled."),
    "OWN902": ("Approach and trade-offs", "I gave up a pretrained backbone rather than my evenings: an epoch took long "
               "on this laptop, and the small network told my uncle's leaves apart just as well."),
    "OWN903": ("Limitations", "- All my photographs are from one garden in one July, so rain was never seen.\n"
               "- My uncle named the damage alone, and he sees blight everywhere since the network praised him."),
    "OWN904": ("What I Would Improve Next", "1. Collect my own data for one more summer, as the baseline may be luck.\n"
               "2. Ask the neighbour to judge the same cases, and measure how often both agree.\n"
               "3. Show the interval beside each answer of the service, which now hides how unsure it is."),
}  # fmt: skip


@pytest.mark.parametrize("code", OWN_WORDS)
def test_own_words_are_recognised(fresh: Path, code: str) -> None:
    title, words = OWN_WORDS[code]
    path = fresh / "README.md"
    before = states(of(fresh))
    path.write_text(re.sub(rf"(?ms)(^## {title}\n\n).*?(?=^## )", lambda m: f"{m[1]}{words}\n\n", path.read_text()))
    after = states(of(fresh))
    assert after[code] == "pass"
    assert {each for each, state in after.items() if state != before[each]} == {code}


def test_the_template_s_words_stay_its_words_in_another_place(fresh: Path) -> None:
    """Pasted below the author's heading, from the template's other sections."""
    path = fresh / "README.md"
    text = path.read_text()
    approach = re.search(r"(?ms)^## Approach and trade-offs\n\n(.*?)^<!--", text)
    assert approach
    path.write_text(re.sub(r"(?ms)(^## Limitations\n\n).*?(?=^## )", lambda m: m[1] + approach[1] + "\n", text))
    assert states(of(fresh))["OWN903"] == "fail"


def metrics(synthetic: bool, sha: str | None) -> str:
    model = b"a model"
    return json.dumps(
        {
            "schema": 1,
            "commit": sha,
            "data": {"source": "sample" if synthetic else "garden", "synthetic": synthetic},
            "results": [
                {
                    "model": "always healthy",
                    "role": "baseline",
                    "label": "Macro F1",
                    "metric": "macro_f1",
                    "value": 0.0667,
                },
                {"model": "network", "role": "model", "label": "Macro F1", "metric": "macro_f1", "value": 0.8582},
            ],
            "artefacts": [{"path": "models/m.bin", "sha256": hashlib.sha256(model).hexdigest(), "bytes": len(model)}],
        }
    )


def run(folder: Path, synthetic: bool = True, sha: str | None = None, shown: str = "0.858") -> Project:
    """What a run leaves, in small."""
    (folder / "reports/metrics.json").write_text(metrics(synthetic, sha))
    (folder / "models").mkdir(exist_ok=True)
    (folder / "models/m.bin").write_bytes(b"a model")
    table = f"| Model | Macro F1 |\n| :-- | --: |\n| always healthy | 0.067 |\n| **network** | {shown} |\n"
    path = folder / "README.md"
    path.write_text(
        re.sub(r"(?s)(<!-- report:results -->\n).*?(<!-- /rep)", lambda m: m[1] + table + m[2], path.read_text())
    )
    return open_project(folder)


@pytest.mark.parametrize(
    ("shown", "state"), [("0.858", "pass"), ("0.86", "pass"), ("0.85", "pass"), ("0.87", "fail"), ("0.8583", "fail")]
)
def test_numbers_agree_rounded_or_cut_off_and_in_no_other_way(fresh: Path, shown: str, state: str) -> None:
    found = {each.rule.code: each for each in audit(run(fresh, shown=shown), "project").results}
    assert found["EVL402"].state == state
    if state == "fail":
        assert shown in found["EVL402"].message
        assert "0.8582" in found["EVL402"].message
    assert found["MOD301"].state == "pass"


def test_a_number_nobody_recorded_for_the_baseline_is_no_baseline(fresh: Path) -> None:
    project = run(fresh)
    text = (fresh / "reports/metrics.json").read_text().replace('"baseline"', '"model"')
    (fresh / "reports/metrics.json").write_text(text)
    assert states(audit(open_project(project.folder), "project"))["MOD301"] == "fail"


def test_a_run_is_tied_to_its_commit_and_its_model(fresh: Path) -> None:
    head = git(fresh, "rev-parse", "HEAD").strip()
    assert states(audit(run(fresh, sha=head), "project"))["EVL403"] == "pass"
    assert states(audit(run(fresh, sha="0" * 40), "project"))["EVL403"] == "unknown"
    run(fresh, sha=head)
    (fresh / "models/m.bin").write_bytes(b"another model")
    assert states(of(fresh))["EVL403"] == "fail"


def test_real_data_and_real_work(fresh: Path) -> None:
    assert states(audit(run(fresh, synthetic=True), "project"))["OWN905"] == "fail"
    assert states(audit(run(fresh, synthetic=False), "project"))["OWN905"] == "pass"
    assert states(of(fresh))["OWN906"] == "fail"
    (fresh / "notes.md").write_text("mine\n")
    git(fresh, "add", "notes.md")
    git(fresh, "commit", "--quiet", "-m", "Note what the uncle said")
    assert states(of(fresh))["OWN906"] == "pass"


def test_a_shallow_clone_is_not_accused(fresh: Path, tmp_path: Path) -> None:
    git(fresh, "commit", "--quiet", "--allow-empty", "-m", "x")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{fresh}", "clone")
    assert states(of(tmp_path / "clone"))["OWN906"] == "unknown"
    run(tmp_path / "clone", sha="0" * 40)
    assert states(of(tmp_path / "clone"))["EVL403"] == "unknown"


def test_a_broken_record_makes_it_a_stranger_s(fresh: Path) -> None:
    (fresh / record.NAME).write_text("{}")
    assert not of(fresh).is_ours
    assert all(each.severity != "error" for each in of(fresh).findings)


def test_the_record_knows_the_template_s_words(template: Template, fresh: Path) -> None:
    recorded = record.from_text((fresh / record.NAME).read_text())
    pages = [fresh / "README.md", *fresh.glob("docs/*.md")]
    sections = [each for page in pages for each in markdown.parse(page.read_text()).sections]
    assert recorded.template == template.name
    assert recorded.readme.keys() == {each.title for each in sections if each.shingles}


@pytest.mark.parametrize(
    ("recorded", "profile"),
    [("forecast", "forecast"), ("", "image"), ("no such kind", "image"), (None, "image")],
    ids=["as recorded", "not recorded", "an unknown one", "by an earlier version"],
)
def test_a_project_is_of_the_kind_that_its_template_says(
    fresh: Path, template: Template, recorded: str | None, profile: str
) -> None:
    """Whatever template it is, also one that nobody has heard of: else its kind is told from what is there."""
    if template.name != "image-api":
        assert of(fresh).profile == template.profile
        return
    made_of = json.loads((fresh / record.NAME).read_text()) | {"template": "butcher", "profile": recorded}
    if recorded is None:
        del made_of["profile"]
    (fresh / record.NAME).write_text(json.dumps(made_of))
    assert of(fresh).profile == profile
    assert of(fresh).is_ours
