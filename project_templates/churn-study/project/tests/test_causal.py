"""The estimators find an effect that is known, and the checks see when they cannot."""

import numpy as np
import pandas as pd
import pytest

from churn_study.causal import differences, estimators, ladder, observed, weighting
from churn_study.causal.differences import Panel
from churn_study.causal.weighting import EVERYBODY, THE_TREATED, Weighted
from churn_study.config import Config
from churn_study.data.study import OBSERVED, Columns, Study
from churn_study.kit.project import ExplainedError

EFFECT = -0.5
ONE = np.ones(8_000)


def _confounded(hidden: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(outcome, treated, covariates, what nobody recorded): the covariate moves treatment and outcome."""
    rng = np.random.default_rng(1)
    covariates = rng.normal(size=(8_000, 2))
    unseen = rng.normal(size=8_000)
    treated = rng.random(8_000) < 1 / (1 + np.exp(-(0.9 * covariates[:, 0] + hidden * unseen)))
    outcome = covariates[:, 0] + hidden * unseen + EFFECT * treated + rng.normal(size=8_000)
    return outcome, treated, covariates, unseen


@pytest.mark.parametrize("target", [EVERYBODY, THE_TREATED])
@pytest.mark.parametrize("how", [estimators.weighted, estimators.doubly_robust])
def test_adjusting_finds_the_effect_that_a_plain_comparison_misses(how: object, target: str) -> None:
    outcome, treated, covariates, _ = _confounded()
    assert estimators.naive(outcome, treated, covariates, ONE) > 0.1
    assert how(target)(outcome, treated, covariates, ONE) == pytest.approx(EFFECT, abs=0.09)  # type: ignore[operator]


def test_one_of_the_two_models_may_be_wrong() -> None:
    """The outcome bends, so the outcome model is wrong; then the treatment bends, so the propensity is."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(8_000, 1))
    straight, bent = x[:, 0], x[:, 0] ** 2
    for score, level in ((straight, bent + straight), (bent - 1, straight)):
        treated = rng.random(8_000) < 1 / (1 + np.exp(-score))
        outcome = level + EFFECT * treated + 0.5 * rng.normal(size=8_000)
        found = estimators.doubly_robust()(outcome, treated, x, ONE)
        assert found == pytest.approx(EFFECT, abs=0.1)


def test_a_hidden_cause_is_not_adjusted_away_and_the_placebo_shows_it() -> None:
    outcome, treated, covariates, unseen = _confounded(hidden=0.8)
    found = estimators.doubly_robust()(outcome, treated, covariates, ONE)
    assert found > EFFECT + 0.2
    placebo = unseen + np.random.default_rng(3).normal(size=8_000)
    fake = estimators.with_interval(estimators.doubly_robust(), placebo, treated, covariates, 20, 1)
    assert fake.ci95[0] > 0


def test_weights_balance_what_they_are_made_of() -> None:
    _, treated, covariates, _ = _confounded()
    weighted = Weighted(treated, covariates, weighting.propensities(treated, covariates))
    before, after = weighted.balance()
    assert before[0] > 0.5
    assert after.max() < 0.05
    assert 0.3 < weighted.overlap < 1


def test_without_overlap_no_decision_may_stand_on_it(config: Config) -> None:
    rng = np.random.default_rng(4)
    apart = rng.normal(size=3_000) + np.repeat([0, 4.0], 1_500)
    rows = pd.DataFrame({"x": apart, "treated": np.repeat([False, True], 1_500), "churned": rng.random(3_000) < 0.3})
    found = observed.observe(rows, Columns(["x"], []), config)
    assert any("hardly anybody to compare with" in each for each in found.doubts(config))
    assert {each.stands for each in ladder.of_observed(found, config)} == {ladder.NO}


def test_on_the_sample_adjusting_misleads_and_says_so(study: Study, config: Config) -> None:
    found = observed.observe(study.part(OBSERVED), study.columns, config)
    assert found.robust.value > 0
    assert any("before the offer" in each for each in found.doubts(config))


def test_covariates_that_say_the_same_are_taken_once() -> None:
    rows = pd.DataFrame({"a": [1.0, 2, 3, 4] * 20, "b": [2.0, 4, 6, 8] * 20, "word": ["x", "y"] * 40})
    names, covariates = observed.adjusted_for(rows, Columns(["a", "b"], ["word"]))
    assert names == ["a", "word_y"]
    assert covariates.shape == (80, 2)


# ---- difference-in-differences


def _panel(trend: float = 0.0, effect: float = -0.1, noise: float = 0.01) -> Panel:
    rng = np.random.default_rng(5)
    treated = np.arange(14) < 4
    values = rng.normal(size=(14, 1)) + np.linspace(0, 1, 9) + noise * rng.normal(size=(14, 9))
    values[treated] += trend * np.arange(9)
    values[treated, 6:] += effect
    return Panel(values, treated, 6)


def test_it_is_two_way_fixed_effects() -> None:
    panel = _panel()
    units, periods = panel.values.shape
    treated = np.zeros_like(panel.values)
    treated[panel.is_treated, panel.first :] = 1
    dummies = np.concatenate(
        [np.kron(np.eye(units), np.ones((periods, 1))), np.tile(np.eye(periods), (units, 1))[:, 1:]], axis=1
    )
    design = np.concatenate([treated.reshape(-1, 1), dummies], axis=1)
    slope = np.linalg.lstsq(design, panel.values.reshape(-1), rcond=None)[0][0]
    assert panel.effect == pytest.approx(slope)


def test_a_real_effect_stands_out_of_the_placebos(config: Config) -> None:
    rung, checked = ladder.of_panel(_panel(), config)
    assert rung.ci95 is not None
    assert rung.ci95[0] < -0.1 < rung.ci95[1]
    assert checked["placebo_p"] < 0.01
    assert rung.stands == ladder.WITH_CARE


def test_no_effect_does_not(config: Config) -> None:
    rung, _ = ladder.of_panel(_panel(effect=0.0), config)
    assert rung.stands == ladder.NO


def test_units_that_moved_apart_before_are_no_basis(config: Config) -> None:
    rung, checked = ladder.of_panel(_panel(trend=0.05), config)
    assert abs(checked["pre_trend"]) > checked["detectable_trend"]
    assert rung.stands == ladder.NO


def test_a_design_that_does_not_fit_is_refused() -> None:
    rows = pd.DataFrame(
        [(u, p, float(u == "a" and p > 2), 0.5) for u in "abc" for p in range(5)],
        columns=["unit", "period", "treated", "value"],
    )
    assert differences.panel(rows).first == 3
    for broken in (rows.iloc[:-1], rows.assign(treated=0.0), rows.assign(treated=1.0)):
        with pytest.raises(ExplainedError, match="every unit in every period"):
            differences.panel(broken)
