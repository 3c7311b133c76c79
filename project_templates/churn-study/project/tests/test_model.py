"""The model: measures as others compute them, the same numbers in service and training, and better than one column."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from churn_study.config import Config
from churn_study.data.prepare import Manifest
from churn_study.data.split import Split
from churn_study.data.study import CHURNED, Columns, Study
from churn_study.decision import policies
from churn_study.evaluation import measures, naive, slices
from churn_study.models import candidates, saved, training, trees
from churn_study.models.features import as_customers, learned
from churn_study.models.risk import Model

RNG = np.random.default_rng(1)
RISKS = np.round(RNG.random(900), 2)  # with ties
LEFT = RNG.random(900) < 0.2 + 0.4 * RISKS


def test_measures_are_those_of_scikit_learn() -> None:
    one = np.ones((1, 900))
    left = LEFT.astype(float)
    assert measures.roc_auc(left, RISKS, one)[0] == pytest.approx(roc_auc_score(LEFT, RISKS))
    assert measures.average_precision(left, RISKS, one)[0] == pytest.approx(average_precision_score(LEFT, RISKS))
    assert measures.brier(left, RISKS, one)[0] == pytest.approx(brier_score_loss(LEFT, RISKS))


def test_lift_counts_the_riskiest_tenth() -> None:
    order = np.arange(900) / 900
    best = order >= 0.9
    assert measures.lift(best.astype(float), order, np.ones((1, 900)))[0] == pytest.approx(10)
    assert measures.lift(best.astype(float), np.full(900, 0.5), np.ones((1, 900)))[0] == pytest.approx(1)


def test_counts_are_repeated_rows() -> None:
    counts = RNG.integers(0, 3, (1, 900))
    repeated = np.repeat(np.arange(900), counts[0])
    for metric, (_, measure, _) in measures.MEASURES.items():
        twice = measure(LEFT[repeated].astype(float), RISKS[repeated], np.ones((1, len(repeated))))
        assert measure(LEFT.astype(float), RISKS, counts.astype(float))[0] == pytest.approx(twice[0]), metric


def test_calibration_is_one_and_zero_where_risks_are_right() -> None:
    risks = RNG.uniform(0.02, 0.6, 60_000)
    slope, intercept = measures.calibration((RNG.random(60_000) < risks).astype(float), risks)
    assert slope == pytest.approx(1, abs=0.04)
    assert intercept == pytest.approx(0, abs=0.06)
    odds = 2 * np.log(risks / (1 - risks))
    assert measures.calibration((RNG.random(60_000) < risks).astype(float), 1 / (1 + np.exp(-odds)))[
        0
    ] == pytest.approx(0.5, abs=0.03)


def _risks(model: Model, parts: Split) -> np.ndarray:
    return training.risks_of(model, parts.test)


def test_all_columns_are_better_than_the_strongest_one(
    study: Study, parts: Split, model: Model, config: Config
) -> None:
    tested = measures.Tested(parts.name, parts.test[CHURNED].to_numpy(), config)
    fits = candidates.fits(study.columns, config)
    for name in ("tickets only", "contract only", "sessions only"):
        alone = _risks(fits[name][1](parts.train), parts)
        found = tested.compare("roc_auc", ("all", _risks(model, parts)), (name, alone))
        assert found.ci95[0] > 0.01, name


def test_copies_before_the_split_and_a_late_column_look_like_skill(study: Study, parts: Split, config: Config) -> None:
    tested = measures.Tested(parts.name, parts.test[CHURNED].to_numpy(), config)
    rows = {each.model: each for each in naive.rows(parts, study.columns, tested, config)}
    assert rows[naive.OVERSAMPLED].value > config.too_good > rows[naive.FOREST].value + 0.1
    assert rows["logistic regression with `retention_call`"].value > rows[naive.FOREST].value + 0.05


def test_trees_as_arrays_say_what_lightgbm_says(parts: Split, study: Study) -> None:
    import lightgbm

    encoder = learned(parts.train, study.columns.numeric, study.columns.categorical)
    features, labels = encoder.matrix(as_customers(parts.train, encoder)), parts.train[CHURNED].to_numpy()
    grown = trees.grow(features, labels, 20, 8, 0.1, 1)
    settings = {"objective": "binary", "num_leaves": 8, "learning_rate": 0.1, "min_data_in_leaf": trees.FEWEST}
    settings |= {"seed": 1, "deterministic": True, "force_row_wise": True, "num_threads": 1, "lambda_l2": 5.0}
    theirs = lightgbm.train(settings, lightgbm.Dataset(features, label=labels.astype(int)), 20)
    assert np.allclose(grown.scores(features), theirs.predict(features, raw_score=True))


def test_the_same_seed_trains_the_same_model(study: Study, parts: Split, config: Config) -> None:
    one, two = (candidates.boosting(parts.train, study.columns, config) for _ in range(2))
    assert (_risks(one, parts) == _risks(two, parts)).all()


def test_a_saved_model_says_the_same(parts: Split, config: Config, prepared: tuple[Study, Manifest]) -> None:
    columns = prepared[0].columns
    for model in (candidates.logistic(parts.train, columns), candidates.boosting(parts.train, columns, config)):
        saved.save(model, prepared[1], "b" * 64)
        assert np.allclose(_risks(saved.load().model, parts), _risks(model, parts))


def test_a_missing_number_is_no_zero(model: Model, parts: Split) -> None:
    customer = as_customers(parts.test, model.encoder)[0]
    missing, zero = ({**customer, "hours_to_solve": value} for value in (None, 0.0))
    assert model.risks([missing])[0] != model.risks([zero])[0]


def test_what_training_never_saw_is_strange(model: Model) -> None:
    usual = model.encoder.typical
    assert model.encoder.strange(usual) == []
    assert model.encoder.strange({**usual, "plan": "enterprise", "price": 4_000.0}) == ["plan", "price"]
    assert model.encoder.strange({**usual, "price": None}) == ["price"]


def test_reasons_are_what_the_risk_would_lose(model: Model) -> None:
    usual = model.encoder.typical
    (reason,) = model.reasons({**usual, "tickets": "several"})
    assert reason.column == "tickets"
    assert reason.change > 0.05
    assert model.reasons(usual) == []


def test_a_shuffled_column_that_nothing_rests_on_loses_nothing(
    study: Study, parts: Split, model: Model, config: Config
) -> None:
    tested = measures.Tested(parts.name, parts.test[CHURNED].to_numpy(), config)
    found = {each["name"]: each for each in slices.importance(model, parts.test, study.columns, tested, 1)}
    assert found["tickets"]["ci95"][0] > 0
    assert abs(found["sessions_change"]["value"]) < 0.02


# ---- who gets the offer


def _trial(number: int = 8_000) -> pd.DataFrame:
    """Half gain .2 by the offer, half lose .2; a customer pays 10 a month."""
    rng = np.random.default_rng(6)
    kind, treated = rng.choice(["gains", "loses"], number), rng.random(number) < 0.5
    rate = 0.4 + treated * np.where(kind == "gains", -0.2, 0.2)
    return pd.DataFrame({"kind": kind, "treated": treated, "churned": rng.random(number) < rate, "pays": 10.0})


def test_the_rule_finds_who_gains_and_what_that_is_worth(config: Config) -> None:
    costs = replace(config, offer_cost=5.0, margin=0.5, months_kept=20.0)  # who stays is worth 100
    rows = _trial()
    columns = Columns([], ["kind"], money="pays")
    found = policies.value(rows, (rows["kind"] == "loses").to_numpy(dtype=float), ["kind"], columns, costs)
    by_name = {each["name"]: each for each in found["policies"]}
    assert found["main"] == policies.TARGETED
    assert by_name[policies.TARGETED]["ci95"][0] < 1_000 * 0.5 * (20 - 5) < by_name[policies.TARGETED]["ci95"][1]
    assert by_name[policies.EVERYBODY]["ci95"][0] < -5_000 < by_name[policies.EVERYBODY]["ci95"][1]
    assert by_name[policies.RISKIEST]["gain"] < 0
    assert found["break_even"]["cost"] == pytest.approx(20, abs=4)
    assert found["break_even"]["months"] == pytest.approx(5, abs=1)


def test_a_rule_is_not_valued_where_it_was_found(config: Config) -> None:
    """Where the offer does nothing, the rule that chance suggests gains nothing either."""
    rng = np.random.default_rng(7)
    gains = []
    for _ in range(30):
        rows = _trial(2_000).assign(churned=rng.random(2_000) < 0.4, kind=rng.choice(list("abcdef"), 2_000))
        found = policies.value(rows, None, ["kind"], Columns([], ["kind"]), replace(config, resamples=20))
        gains.append(next(each["gain"] for each in found["policies"] if each["name"] == policies.TARGETED))
    assert abs(np.mean(gains)) < 8  # of a thousand
