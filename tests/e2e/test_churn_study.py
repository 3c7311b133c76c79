"""The estimators of `churn-study` on studies whose results are published: what they find, and what they refuse."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.conftest import outside
from tests.e2e.conftest import Project, copied, run

TEMPLATE = "churn-study"
LALONDE = """
import json, sys
import numpy as np, pandas as pd
from churn_study.causal import estimators, weighting
from churn_study.causal.observed import Observed
from churn_study.causal.weighting import THE_TREATED, Weighted
from churn_study.config import Config
from churn_study.experiment import compare

folder, found = sys.argv[1], {}
trial = pd.read_stata(f"{folder}/nsw_dw.dta")
drawn = compare.difference(trial["re78"].to_numpy(float), trial["treat"].to_numpy() == 1)
found["experiment"] = [drawn.difference, (drawn.ci95[1] - drawn.ci95[0]) / 3.92]
NAMES = ["age", "education", "black", "hispanic", "married", "nodegree", "re74", "re75"]
for name in ("psid", "cps"):
    rows = pd.concat([trial[trial["treat"] == 1], pd.read_stata(f"{folder}/{name}_controls.dta")])
    outcome, treated = rows["re78"].to_numpy(float), rows["treat"].to_numpy() == 1
    x = np.column_stack([rows[NAMES].to_numpy(float), rows["re74"] == 0, rows["re75"] == 0, rows["age"] ** 2])
    x, one = (x - x.mean(0)) / x.std(0), np.ones(len(rows))
    weighted = Weighted(treated, x, weighting.propensities(treated, x), THE_TREATED)
    trimmed = weighted.trimmed()
    estimate = estimators.Estimate(0.0, (0.0, 0.0), len(rows))
    observed = Observed(estimate, estimate, estimate, 0.0, 1.0, weighted, [], None)
    found[name] = {
        "naive": estimators.naive(outcome, treated, x, one),
        "ipw": estimators.weighted(THE_TREATED)(outcome, treated, x, one),
        "robust": estimators.doubly_robust(THE_TREATED)(outcome, treated, x, one),
        "controls": weighted.controls_that_count,
        "below": float((weighted.propensity[~treated] < 0.01).mean()),
        "trimmed": [int(trimmed.treated.sum()), int((~trimmed.treated).sum())],
        "doubts": observed.doubts(Config()),
    }
print(json.dumps(found))
"""
ORGANS = """
import json, sys
import numpy as np, pandas as pd
from churn_study.causal import differences, ladder
from churn_study.config import Config

QUARTERS = ["Q42010", "Q12011", "Q22011", "Q32011", "Q42011", "Q12012"]
rows = pd.read_csv(sys.argv[1])
rows = rows.assign(unit=rows["State"], period=rows["Quarter"].map(QUARTERS.index), value=rows["Rate"])
rows["treated"] = ((rows["State"] == "California") & (rows["period"] >= 3)).astype(int)
panel = differences.panel(rows)
rung, checked = ladder.of_panel(panel, Config())
print(json.dumps([panel.effect, panel.clustered_error, checked["placebo_p"], checked["placebos"], rung.stands]))
"""


def _said(project: Project, script: str, path: str) -> Any:
    return json.loads(run(f"{project.python} -c {shlex.quote(script)} {shlex.quote(path)}", project.folder))


def test_lalonde_is_found_by_the_experiment_and_refused_without_it(project: Project) -> None:
    """Dehejia and Wahba 1999. The doubly robust estimate comes close by luck: hardly any control counts."""
    found = _said(project, LALONDE, f"{outside('PORTFOLIO_DATA')}/lalonde")
    assert found["experiment"] == pytest.approx([1_794, 671], abs=1)
    psid, cps = found["psid"], found["cps"]
    assert psid["naive"] == pytest.approx(-15_205, abs=1)
    assert psid["ipw"] == pytest.approx(2_682, abs=50)
    assert psid["robust"] == pytest.approx(2_804, abs=50)
    assert psid["controls"] == pytest.approx(10.5, abs=0.2)
    assert psid["below"] == pytest.approx(0.82, abs=0.01)
    assert psid["trimmed"] == [95, pytest.approx(115, abs=3)]
    assert cps["naive"] == pytest.approx(-8_498, abs=1)
    assert cps["ipw"] == pytest.approx(1_519, abs=50)
    assert cps["robust"] == pytest.approx(1_474, abs=50)
    assert cps["controls"] == pytest.approx(141, abs=6)
    for each in (psid, cps):
        assert any("hardly anybody to compare with" in doubt for doubt in each["doubts"])


def test_organ_donations_fall_and_one_state_is_too_few(project: Project) -> None:
    """Huntington-Klein, The Effect: −.0225 with a small clustered error; among 27 states, five show as much."""
    path = f"{outside('PORTFOLIO_DATA')}/organ-donations/organ_donation.csv"
    effect, error, p, placebos, stands = _said(project, ORGANS, path)
    assert (effect, error) == (pytest.approx(-0.0225, abs=1e-4), pytest.approx(0.0067, abs=1e-4))
    assert (p, placebos) == (pytest.approx(5 / 27, abs=1e-4), 27)
    assert stands == "no"


BOTH = """
import json
from churn_study.config import Config
from churn_study.data import prepare
from churn_study.data.split import split
from churn_study.decision import offers
from churn_study.models import candidates, saved
from churn_study.models.saved import Saved
from churn_study.serving import site

study, _ = prepare.load()
rows, card = split(study, Config()).train, saved.load().card
asked = [*card.examples, {**card.examples[0], "price": 900.0, "hours_to_solve": None}]
for model in (candidates.logistic(rows, study.columns), candidates.boosting(rows, study.columns, Config())):
    script = site.SCORE.read_text(encoding="utf-8").replace("MODEL", json.dumps(site.packed(Saved(model, card))))
    said = []
    for customer, risk in zip(asked, model.risks(asked).tolist(), strict=True):
        strange = model.encoder.strange(customer)
        offer = offers.decide(card, customer, strange)
        reasons = [each.column for each in model.reasons(customer)]
        said.append([risk, offer.action, offer.why, offer.gain, strange, reasons])
    print(json.dumps([script, asked, said]))
"""


def test_the_browser_says_of_a_customer_what_the_service_says(project: Project, chromium: Browser) -> None:
    """Of sixty customers and one unlike all others, by weights and by trees."""
    page = chromium.new_page()
    for line in run(f"{project.python} -c {shlex.quote(BOTH)}", project.folder).splitlines():
        script, asked, expected = json.loads(line)
        shown = page.evaluate(f"(asked) => asked.map({script.strip()})", asked)
        assert len(shown) == len(asked) > 60
        assert {each["action"] for each in shown} == {"offer", "no offer", "not known"}
        for found, (risk, action, why, gain, strange, reasons) in zip(shown, expected, strict=True):
            assert found["risk"] == pytest.approx(risk, abs=1e-9)
            assert [found[name] for name in ("action", "why", "strange")] == [action, why, strange]
            assert found["gain"] == (None if gain is None else pytest.approx(gain))
            assert [each["column"] for each in found["reasons"]] == reasons
    page.close()


CHANGED = "sed -i 's/smallest_effect: 0.03/smallest_effect: 0.01/' plan.yaml"


def test_a_plan_that_changes_after_the_arms_were_compared_is_told_of_everywhere(
    project: Project, tmp_path: Path
) -> None:
    copy = copied(project, tmp_path)
    shutil.copytree(project.folder / "data", copy.folder / "data")
    assert "before the arms were compared" in (copy.folder / "docs/evaluation.md").read_text(encoding="utf-8")
    run(CHANGED, copy.folder)
    with pytest.raises(AssertionError, match="is not the plan that was registered"):
        copy.do("evaluate")
    for verb in ("plan", "evaluate", "report"):
        copy.do(verb)
    readme, memo, page = (
        (copy.folder / name).read_text(encoding="utf-8")
        for name in ("README.md", "reports/memo.md", "docs/evaluation.md")
    )
    assert "the plan was changed afterwards" in readme
    assert "it was changed after the arms were compared" in memo
    assert "confirms nothing" in page
