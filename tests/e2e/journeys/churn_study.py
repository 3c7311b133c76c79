"""What only `churn-study` can know."""

from __future__ import annotations

import math
import random
import shlex
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.conftest import outside
from tests.e2e.conftest import Project
from tests.e2e.journeys import Facts, Measured, OnThePage, Published, World
from tests.e2e.mirror import Mirror

TELCO = "/raw.githubusercontent.com/IBM/telco-customer-churn-on-icp4d/master/data/Telco-Customer-Churn.csv"
COOKIE_CATS = "/raw.githubusercontent.com/Burak561/cookie-cats-ab-test/main/data/cookie_cats.csv"


def rung(measured: Measured, name: str) -> Measured:
    """One way to find the effect."""
    return next(each for each in measured["ladder"] if each["name"] == name)


def aucs(measured: Measured) -> dict[str, float]:
    """The ROC AUC of every model."""
    return {row["model"]: row["value"] for row in measured["results"] if row["metric"] == "roc_auc"}


def band(project: Project) -> None:
    """The plain difference and every adjustment mislead, the experiment does not; the model is no oracle."""
    measured = project.metrics
    trial = rung(measured, "experiment")
    assert trial["stands"] == "yes"
    assert abs(trial["value"] - trial["truth"]) < 0.025
    assert -0.045 < trial["truth"] < -0.015
    for name in ("plain difference", "doubly robust", "inverse propensity weighting"):
        assert rung(measured, name)["stands"] == "no"
        assert rung(measured, name)["value"] > trial["truth"] + 0.02
    assert measured["observed"]["placebo"]["ci95"][0] > 0
    assert abs(rung(measured, "difference-in-differences")["value"] - trial["truth"]) < 0.03
    effects = {each["name"]: each["difference"] for each in measured["experiment"]["segments"]}
    assert effects["contract: monthly"] < -0.02 < 0.005 < effects["contract: yearly"]
    assert measured["other_experiments"][0]["is_broken"]
    gains = {each["name"]: each["gain"] for each in measured["decision"]["policies"]}
    assert gains["who gains by it"] > max(gains["everybody"], 0)
    scores = aucs(measured)
    served = scores[measured["served"]]
    assert 0.62 <= served <= 0.82
    assert served > max(score for name, score in scores.items() if name.endswith(" only")) + 0.02
    assert scores["random forest, churners copied before the split"] > 0.9
    assert 0.7 <= measured["calibration"]["slope"] <= 1.4


ONE_SEED = """
import duckdb
import numpy as np
from dataclasses import replace
from pathlib import Path
import churn_study
from churn_study.causal import differences, ladder, observed
from churn_study.config import Config
from churn_study.data import prepare, sample
from churn_study.data.split import split
from churn_study.data.study import Study
from churn_study.decision import policies
from churn_study.models import candidates, training

SQL = Path(churn_study.__file__).parent / "sql"

def one(seed):
    config = Config(seed=seed, refits=2, resamples=20, trees=10)
    tables = sample.draw(seed, 3_000)
    with duckdb.connect(config={"threads": 1}) as database:
        for name, table in tables.items():
            database.register(name, table)
        rows, regions = (database.execute((SQL / f"{name}.sql").read_text()).df() for name in ("features", "regions"))
    study = Study(prepare.with_offers(rows, tables), prepare.OF_SAMPLE)
    parts = split(study, config)
    columns = study.columns
    for fit in (candidates.logistic(parts.train, columns), candidates.boosting(parts.train, columns, config)):
        risks = training.risks_of(fit, parts.test)
        assert ((risks > 0) & (risks < 1)).all()
    trial, chosen = study.part("experiment"), study.part("observed")
    valued = policies.value(trial, training.risks_of(fit, trial), ["contract", "tickets"], study.columns, config)
    assert np.isfinite([each["gain"] for each in valued["policies"]]).all()
    assert np.isfinite(observed.observe(chosen, study.columns, config).robust.value)
    assert np.isfinite(ladder.of_panel(differences.panel(regions), config)[0].value)
"""


def ask_the_form(page: Page) -> None:
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.form?.id === 'form'"):
            break
    for _ in range(30):
        if page.evaluate("document.activeElement.tagName === 'BUTTON'"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")


# ---- published data


def _original(name: str) -> bytes:
    return (Path(outside("PORTFOLIO_DATA")) / name).read_bytes()


def publish_cookie_cats(mirror: Mirror) -> None:
    """With semicolons and TRUE, as one copy has it."""
    mirror.files[COOKIE_CATS] = _original("cookie-cats/cookie_cats.csv")


def with_commas(mirror: Mirror) -> None:
    """With commas and True, as others have it."""
    text = _original("cookie-cats/cookie_cats.csv").decode()
    mirror.files[COOKIE_CATS] = text.replace(";", ",").replace("TRUE", "True").replace("FALSE", "False").encode()


def _changed(change: Callable[[bytes], bytes]) -> Callable[[Mirror], None]:
    def spoil(mirror: Mirror) -> None:
        mirror.files[COOKIE_CATS] = change(mirror.files[COOKIE_CATS])

    return spoil


def telco(_: Project, __: Path, mirror: Mirror) -> str:
    mirror.files[TELCO] = _original("telco/Telco-Customer-Churn.csv")
    return f"--data telco --mirror {mirror.address}"


def check_telco(project: Project, said: str) -> None:
    """As published: what is wrong with the data, an honest ROC AUC of about .845, and .96 for a careless one."""
    assert "7,043 customers, 26.54% churned" in said
    assert "blank for 11 customers" in said
    assert "22 customers are the same as an earlier one" in said
    measured = project.metrics
    scores = aucs(measured)
    assert abs(scores[measured["served"]] - 0.845) < 0.02
    assert abs(scores["logistic regression"] - 0.845) < 0.02
    assert abs(scores["Contract only"] - 0.738) < 0.02
    assert abs(scores["tenure only"] - 0.740) < 0.02
    assert abs(scores["random forest, churners copied before the split"] - 0.964) < 0.02
    assert measured["ladder"] == []
    text = (project.folder / "README.md").read_text(encoding="utf-8")
    assert "Offer nothing on this evidence, and run an experiment" in text
    assert "no effect can be estimated" in text


def cookie_cats(_: Project, __: Path, mirror: Mirror) -> str:
    with_commas(mirror)
    return f"--data cookie-cats --mirror {mirror.address}"


def check_cookie_cats(project: Project, said: str) -> None:
    """The published experiment, with what is usually left out; and no player on the page, since nobody allows that."""
    assert "90,189 players" in said
    assert "49,854 rounds" in said
    trial = project.metrics["experiment"]
    assert trial["arms"] == [44_700, 45_489]
    assert abs(trial["ratio_p"] - 0.0086) < 5e-5
    primary = trial["primary"]
    assert abs(primary["difference"] - 0.0082) < 5e-5
    assert [round(100 * end, 2) for end in primary["ci95"]] == [0.31, 1.33]
    assert abs(primary["p"] - 0.0016) < 5e-5
    assert project.metrics["surprises"] == []
    memo = (project.folder / "reports/memo.md").read_text(encoding="utf-8")
    assert "more of them leave with it" in memo
    assert "holds no player of these data" in project.do("site")
    assert "suspicious" in (project.folder / "docs/evaluation.md").read_text(encoding="utf-8")


# ---- another world


def gym(_: Project, folder: Path, __: Mirror) -> str:
    """A gym that called some members; trainers called those who came seldom, and calling keeps one in eight of them."""
    chance, rows = random.Random(7), ["member;joined;left;called;fee;visits;classes;branch;shoe_size"]
    for number in range(3_000):
        visits = min(30, int(chance.expovariate(1 / 8)))
        is_called = chance.random() < 1 / (1 + math.exp(0.12 * visits - 0.4))
        risk = 0.45 - 0.012 * visits - (0.12 if is_called else 0)
        cells = (
            f"M{number:04}",
            f"202{chance.randrange(2, 6)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 28):02}",
            "yes" if chance.random() < risk else "no",
            str(int(is_called)),
            str(chance.choice((29.9, 39.9, 49.9))).replace(".", ","),
            str(visits),
            chance.choice(("none", "yoga", "spinning")),
            chance.choice(("north", "south")),
            str(chance.randrange(36, 47)),
        )
        rows.append(";".join(cells))
    path = folder / "our gym.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    columns = "--id member --date joined --churned left --treated called --money fee --placebo shoe_size"
    return f"--data {shlex.quote(str(path))} {columns} --noun member --offer 'a call'"


def check_gym(project: Project, said: str) -> None:
    """Who was called was chosen; adjusting finds what calling does, and no decision stands on it without a lot."""
    assert "our gym: 3,000 members" in said
    measured = project.metrics
    assert "experiment" not in measured
    assert abs(rung(measured, "doubly robust")["value"] + 0.12) < 0.06
    assert rung(measured, "doubly robust")["stands"] == "with care"
    assert rung(measured, "plain difference")["value"] > rung(measured, "doubly robust")["value"]
    text = (project.folder / "README.md").read_text(encoding="utf-8")
    assert "Try a call on some, drawn by lot, before it is given to all" in text
    assert measured["results"][0]["split"] == "test (later)"


OF_THE_SAMPLE = ("drawn by code", "sample.py", "retention offer", "account manager", "product tour")
FACTS = Facts(
    mistakes={
        "data --data no/such.csv": "no file of that name is there",
        "data --data pyproject.toml": "is not CSV",
        "plan": "no customers yet",
        "train": "no customers yet",
        "evaluate": "no customers yet",
        "sql": "no customers yet",
        "report": "metrics.json is not there yet",
        "serve": "no trained model yet",
        "monitor": "no trained model yet",
        "loadtest": "metrics.json is not there yet",
    },
    band=band,
    page=OnThePage(ask_the_form, "#answer .big", "**/score", "The service cannot be reached"),
    one_seed=ONE_SEED,
    published=Published(
        options="--data cookie-cats",
        publish=publish_cookie_cats,
        licence="do not pass it on",
        spoiled={
            "cut short": (_changed(lambda content: content[: len(content) // 2]), "not the file that was published"),
            "a page that says no": (
                _changed(lambda _: b"<!DOCTYPE html>\n<p>Sign in"),
                "not the file that was published",
            ),
            "another arm": (_changed(lambda content: content.replace(b"gate_30", b"gate_40", 1)), "instead of 90,189"),
            "a player twice": (_changed(lambda content: content.replace(b"\n337;", b"\n116;", 1)), "instead of 90,189"),
            "another column": (
                _changed(lambda content: content.replace(b"retention_7", b"day_7", 1)),
                "no column 'retention_7'",
            ),
        },
    ),
    worlds=(
        World("telco", telco, check_telco, gone=OF_THE_SAMPLE),
        World(
            "cookie cats",
            cookie_cats,
            check_cookie_cats,
            verbs=("data", "plan", "train", "evaluate", "site", "report"),
            gone=(*OF_THE_SAMPLE, "customer"),
        ),
        World(
            "gym",
            gym,
            check_gym,
            gone=(*OF_THE_SAMPLE, "customer"),
            nowhere=("retention offer", "account manager", "tour"),
        ),
    ),
)
