"""Customers: nothing of the future in a row, nobody on both sides of a split, and what cannot be used is refused."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import churn_study
from churn_study.config import Config
from churn_study.data import own, prepare, sample, store
from churn_study.data.own import Named
from churn_study.data.split import Split, split
from churn_study.data.study import CHURNED, CUSTOMER, DATE, EXPERIMENT, HISTORY, OBSERVED, BadDataError, Study
from churn_study.sql import queries

SOURCE = Path(churn_study.__file__).parent
Tables = dict[str, pd.DataFrame]
DAY = pd.Timedelta(days=1)


# ---- the sample


def test_the_same_seed_draws_the_same_customers() -> None:
    one, two = (sample.draw(3, 2_000) for _ in range(2))
    assert all(one[name].equals(two[name]) for name in one)
    assert not one["customers"].equals(sample.draw(4, 2_000)["customers"])


def test_the_offer_helps_some_and_wakes_others(study: Study, tables: Tables) -> None:
    rows = study.part(EXPERIMENT)[["customer", "contract", "tickets"]]
    truth = tables["truth"].merge(rows, on="customer").query("wave == @sample.TRIAL")
    effect = truth.groupby(["contract", "tickets"])["effect"].mean()
    assert effect["yearly"].min() > 0.02
    assert effect["monthly", "none"] < -0.03
    assert effect["monthly", "several"] == 0
    assert truth["effect"].mean() < -0.01


def test_who_was_chosen_misleads(study: Study, tables: Tables) -> None:
    """The plain difference has the wrong sign: the truth, which only the ladder may read, says so."""
    rows = study.part(OBSERVED)
    shares = rows.groupby("treated")[CHURNED].mean()
    assert shares[True] > shares[False] + 0.01
    assert tables["truth"].query("wave == @sample.MANAGERS")["effect"].mean() < -0.01


def test_nothing_but_the_ladder_reads_the_truth() -> None:
    readers = {path.stem for path in SOURCE.rglob("*.py") if re.search(r"\btruth\b[\"']|FROM truth", path.read_text())}
    assert readers <= {"sample", "evaluate", "ladder", "memo", "effects", "figures", "in_points"}
    for name in ("observed", "estimators", "weighting", "differences", "analysis", "compare", "policies"):
        (path,) = SOURCE.rglob(f"{name}.py")
        assert not re.search(r"\btruth\b", path.read_text()), name


def test_one_experiment_has_lost_records(tables: Tables) -> None:
    arms = tables["exposures"].groupby(["experiment", "arm"]).size()
    assert arms["product tour", "treatment"] < 0.92 * arms["product tour", "control"]
    assert abs(arms["retention offer", "treatment"] / arms["retention offer", "control"] - 1) < 0.08


# ---- rows of the model


def test_a_row_knows_nothing_of_its_future(tables: Tables, study: Study) -> None:
    """Without all that happened on that day or later, the features of a moment are the same."""
    moment = tables["moments"].query("part == 'experiment'")["as_of"].iloc[0]
    cut = {name: tables[name][tables[name]["date"] < moment] for name in ("events", "tickets", "invoices")}
    customers = tables["customers"].assign(cancelled=lambda t: t["cancelled"].where(t["cancelled"] < moment))
    store.add({f"old_{name}": table for name, table in {**cut, "customers": customers}.items()})
    text = (SOURCE / "sql/features.sql").read_text()
    for name in ("events", "tickets", "invoices", "customers"):
        text = re.sub(rf"JOIN {name}\b", f"JOIN old_{name}", text)
    then = store.query(text).query("part == 'experiment'").sort_values(CUSTOMER).reset_index(drop=True)
    now = study.part(EXPERIMENT).sort_values(CUSTOMER).reset_index(drop=True)
    known = [CUSTOMER, *study.columns.features, "late_payments", "revenue_before"]
    pd.testing.assert_frame_equal(then[known], now[known])
    assert now[CHURNED].any()
    assert not then[CHURNED].any()


def test_features_are_what_a_second_computation_says(tables: Tables, study: Study) -> None:
    rows = study.part(HISTORY).sample(40, random_state=1)
    for _, row in rows.iterrows():
        events, tickets = (_before(tables[name], row) for name in ("events", "tickets"))
        assert (events["date"] >= row["date"] - 60 * DAY).sum() == row["sessions"]
        number = int((tickets["date"] >= row["date"] - 60 * DAY).sum())
        assert row["tickets"] == ("none", "one", "several")[min(number, 2)]
        cancelled = tables["customers"].set_index("customer").loc[row["customer"], "cancelled"]
        assert row[CHURNED] == (cancelled < row["date"] + 60 * DAY)


def _before(table: pd.DataFrame, row: pd.Series) -> pd.DataFrame:
    return table[(table["customer"] == row["customer"]) & (table["date"] < row["date"])]


def test_no_model_sees_a_forbidden_column(study: Study, model: object) -> None:
    held = set(study.columns.features)
    assert not held & set(study.columns.forbidden)
    assert study.columns.placebo not in held
    assert not held & {CHURNED, "treated", "region"}


# ---- the split


def test_nobody_is_on_both_sides_and_the_test_is_later(parts: Split) -> None:
    met = pd.concat([parts.train, parts.validation])
    assert not set(met[CUSTOMER]) & set(parts.test[CUSTOMER])
    assert not set(parts.train[CUSTOMER]) & set(parts.validation[CUSTOMER])
    assert met[DATE].max() < parts.test[DATE].min()
    assert parts.test[CUSTOMER].is_unique


def _written(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8")
    return path


def _people(number: int = 400, **more: str) -> str:
    rng = np.random.default_rng(1)
    rows = ["id,left,visits,fee,plan,joined,called"]
    for k in range(number):
        visits = rng.integers(0, 20)
        cells = {"id": f"M{k}", "left": "no", "visits": str(visits), "fee": "29.5", "plan": "ab"[k % 2]}
        cells |= {"joined": f"2025-0{1 + k % 9}-15", "called": "01"[k % 3 == 0]}
        cells |= {"left": "yes"} if rng.random() < 0.6 - 0.025 * visits else {}
        cells |= more
        rows.append(",".join(cells.values()))
    return "\n".join(rows)


def test_dates_of_your_own_split_by_time(tmp_path: Path, elsewhere: Path, config: Config) -> None:
    rows, columns, _, _ = own.read(_written(tmp_path, _people()), Named("id", "left", date="joined"))
    found = split(Study(prepare.in_parts(rows, prepare.Request("x.csv")), columns), config)
    assert max(found.train[DATE].max(), found.validation[DATE].max()) < found.test[DATE].min()


# ---- data of your own

NAMED, DATED = Named("id", "left"), Named("id", "left", date="joined")
REFUSED = {
    "no such column": (_people(), Named("id", "gone"), "has no column 'gone' (--churned)"),
    "not of two values": (_people(), Named("id", "visits"), "is not of yes and no"),
    "nobody says who churned": (_people(), Named("id"), "--churned COLUMN"),
    "an id twice": (_people() + "\nM3,yes,1,1,a,2025-01-01,0", NAMED, r"1 ids stand in more than one row \(M3\)"),
    "an empty outcome": (_people() + "\nM999,,1,1,a,2025-01-01,0", NAMED, "is empty in 1 rows"),
    "a day to come": (
        _people(joined="2999-01-01"),
        Named("id", "left", date="joined"),
        "line 2: 2999-01-01 is in the future",
    ),
    "no date": (_people(joined="soon"), Named("id", "left", date="joined"), "line 2: 'soon' is no date"),
    "no row": ("id,left", NAMED, "has no rows"),
    "an empty file": ("", NAMED, "is not CSV|has no rows"),
    "a column twice": ("id,id,left\n1,2,yes", Named("id", "left"), "has a column twice"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused(case: str, tmp_path: Path) -> None:
    text, named, message = REFUSED[case]
    with pytest.raises(BadDataError, match=message.replace("(--churned)", r"\(--churned\)")):
        own.read(_written(tmp_path, text), named)


SAID_NOTHING = {
    "everybody churned": (_people(left="yes"), "everybody churned"),
    "nobody churned": (_people(left="no"), "nobody churned"),
    "thirty rows": (_people(30), "too few: at least 50"),
}


@pytest.mark.parametrize("case", SAID_NOTHING)
def test_what_nothing_could_be_said_of_is_refused(case: str, tmp_path: Path, config: Config) -> None:
    text, message = SAID_NOTHING[case]
    rows, _, _, found = own.read(_written(tmp_path, text), NAMED)
    with pytest.raises(BadDataError, match=message):
        prepare.check(prepare.in_parts(rows, prepare.Request("x.csv")), prepare.Request("x.csv"), config, found)


def test_a_treatment_of_one_value_is_answered(tmp_path: Path, config: Config) -> None:
    request = prepare.Request("x.csv", named=Named("id", "left", "called"))
    rows, _, _, found = own.read(_written(tmp_path, _people(called="1")), request.named)
    parts = prepare.in_parts(rows, request)
    prepare.check(parts, request, config, found)
    assert "`called` has one value: of its effect, nothing can be said" in found
    assert not parts["treated"].any()


def test_a_newest_month_with_most_rows_is_the_test(tmp_path: Path, config: Config) -> None:
    text = re.sub(r"2025-0[1-4]-15", "2025-03-01", re.sub(r"2025-0[5-9]-15", "2025-06-01", _people(600)))
    rows, columns, _, _ = own.read(_written(tmp_path, text), DATED)
    found = split(Study(prepare.in_parts(rows, prepare.Request("x.csv")), columns), config)
    assert len(found.test) > 300
    assert len(found.train) > 0


def test_numbers_are_read_as_they_are_written(tmp_path: Path) -> None:
    text = 'id,left,fee,at\na,yes,$12,2025-01-01T00:00:00Z\n b ,no,"1,250.5",2025-01-02\nc,no,"29,9",2025-01-03'
    rows, columns, _, _ = own.read(_written(tmp_path, text), Named("id", "left", date="at", money="fee"))
    assert rows["fee"].tolist() == [12, 1250.5, 29.9]
    assert columns.money == "fee"


def test_money_that_is_missing_or_no_number_is_refused(tmp_path: Path) -> None:
    for text in ("id,left,fee\na,yes,\nb,no,3\nc,no,4", "id,left,fee\na,yes,dear\nb,no,cheap\nc,no,3"):
        with pytest.raises(BadDataError, match="is not a number from 0 in every row"):
            own.read(_written(tmp_path, text), Named("id", "left", money="fee"))


def test_an_id_is_the_same_with_a_blank(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match="more than one row"):
        own.read(_written(tmp_path, "id,left\na,yes\na ,no"), NAMED)


def test_money_and_placebo_are_what_was_said(tmp_path: Path) -> None:
    _, columns, _, _ = own.read(_written(tmp_path, _people()), Named("id", "left", money="fee", placebo="visits"))
    assert (columns.money, columns.placebo) == ("fee", "visits")
    assert "visits" not in columns.numeric


def test_columns_get_their_kind(tmp_path: Path) -> None:
    text = _people().replace("29.5", '"29,5"').replace(",a,", ",,")
    rows, columns, _, found = own.read(_written(tmp_path, text), NAMED)
    assert columns.numeric == ["visits", "called"]
    assert columns.categorical == ["plan", "joined"]
    assert set(columns.forbidden) == set()
    assert set(rows["plan"]) == {"not stated", "b"}
    assert "`fee` is the same for everybody, and left out" in found


# ---- what SQL says, computed a second time


def _answers() -> dict[str, pd.DataFrame]:
    return {query.name: answer for query, answer in queries.run()}


def test_sql_agrees_with_a_second_computation(tables: Tables) -> None:
    answers, customers = _answers(), tables["customers"]
    assert len(answers) == 6
    new = customers[customers["signup"] >= sample.START]
    quarter = new["signup"].dt.year.astype(str) + " Q" + new["signup"].dt.quarter.astype(str)
    left = (new["cancelled"] - new["signup"] < 180 * DAY)[new["signup"] < "2025-06-01"].groupby(quarter).mean()
    assert np.allclose(answers["01_cohorts"].set_index("cohort")["left_in_180_days"], left)
    days = (new["cancelled"] - new["signup"])[new["signup"] < "2024-12-01"]
    for _, row in answers["02_retention_curve"].iterrows():
        limit = 30 * int(row["moment"].split()[1]) * DAY
        for contract in ("monthly", "yearly"):
            mine = days[new["contract"] == contract]
            assert np.isclose(row[f"{contract}_contract"], (mine.isna() | (mine >= limit)).mean())
    newest = tables["snapshots"].query("part == 'history' and date == date.max()")
    lost = newest[newest[CHURNED]].groupby("contract")["price"].sum()
    assert np.allclose(answers["03_revenue_at_risk"].set_index("contract")["lost"], lost)
    early = new[new["signup"] < "2025-11-01"]
    first = tables["events"].merge(early[["customer", "signup"]], on="customer")
    first = first[(first["date"] >= first["signup"]) & (first["date"] < first["signup"] + 30 * DAY)]
    used = first.groupby("customer")["feature"].agg(["size", "nunique"])
    invited = first[first["feature"] == "invite"]["customer"].nunique()
    assert answers["04_funnel"]["customers"].tolist() == [
        len(early),
        len(used),
        int((used["nunique"] > 1).sum()),
        invited,
    ]
    tickets = tables["tickets"].merge(customers, on="customer")
    tickets = tickets[tickets["date"] < tickets["date"].max() - 60 * DAY]
    gone = (tickets["cancelled"] < tickets["date"] + 60 * DAY).groupby(tickets["topic"]).mean()
    assert np.allclose(answers["05_ticket_drivers"].set_index("topic")["left_in_60_days"], gone)
    paid = tables["invoices"].merge(new[new["signup"] < "2024-12-01"], on="customer", how="right")
    within = paid["amount"].where(paid["date"] < paid["signup"] + 365 * DAY, 0.0).fillna(0.0)
    each = within.groupby([paid["plan"], paid["customer"]]).sum().groupby("plan").mean()
    assert np.allclose(answers["06_lifetime_value"].set_index("plan")["paid_per_customer"], each)


def test_every_file_of_sql_begins_with_its_question() -> None:
    assert all(each.question.endswith("?") for each in queries.queries())
