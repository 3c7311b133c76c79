"""The experiment: numbers that are known, false alarms as often as promised, and a plan that cannot change quietly."""

from pathlib import Path

import numpy as np
import pytest

from churn_study.config import PLAN, Config
from churn_study.data.prepare import Manifest
from churn_study.data.study import EXPERIMENT, Study
from churn_study.experiment import analysis, compare, plan, power
from churn_study.kit import intervals
from churn_study.kit.project import ExplainedError

HALF = np.arange(4_000) % 2 == 0


def test_the_sample_size_is_the_one_of_the_textbook() -> None:
    """50% against 47%, 80% power: (1.96 + .8416)² · (.25 + .2491) / .03² = 4,353 in each arm."""
    assert intervals.needed(0.5, -0.03, 0.8, 0.5, 0.05) == 4_353
    assert intervals.detectable(0.5, (4_353, 4_353), 0.8, 0.05) == pytest.approx(0.03, abs=2e-4)


@pytest.mark.parametrize(("baseline", "effect"), [(0.12, 0.03), (0.5, 0.03), (0.02, 0.03), (0.81, 0.01)])
def test_simulated_experiments_have_the_power_of_the_closed_form(
    baseline: float, effect: float, config: Config
) -> None:
    needed = intervals.needed(baseline, -effect if baseline > effect else effect, 0.8, 0.5, 0.05)
    assert power.simulated(baseline, effect, needed, 0.5, config) == pytest.approx(0.8, abs=0.04)


def test_unequal_arms_of_a_published_experiment() -> None:
    assert intervals.ratio_p(44_700, 45_489, 0.5) == pytest.approx(0.0086, abs=1e-4)
    assert intervals.ratio_p(500, 500, 0.5) == 1.0


def test_a_difference_has_the_interval_of_two_proportions() -> None:
    values = np.concatenate([np.repeat([1.0, 0.0], [300, 700]), np.repeat([1.0, 0.0], [240, 760])])
    found = compare.difference(values, np.arange(2_000) >= 1_000)
    error = np.sqrt(0.3 * 0.7 / 999 + 0.24 * 0.76 / 999)
    assert found.difference == pytest.approx(-0.06)
    assert found.ci95[1] - found.ci95[0] == pytest.approx(2 * 1.96 * error, abs=1e-4)


def test_cuped_says_the_same_more_surely() -> None:
    rng = np.random.default_rng(1)
    before = rng.normal(size=4_000)
    after = before + 0.1 * HALF + 0.3 * rng.normal(size=4_000)
    plain, adjusted = compare.difference(after, HALF), compare.cuped(after, before, HALF)
    assert adjusted.ci95[1] - adjusted.ci95[0] < 0.4 * (plain.ci95[1] - plain.ci95[0])
    assert adjusted.ci95[0] < 0.1 < adjusted.ci95[1]


def test_the_delta_method_agrees_with_a_bootstrap() -> None:
    rng = np.random.default_rng(2)
    days = rng.integers(1, 20, 4_000).astype(float)
    sessions = rng.poisson(days * rng.gamma(4, 0.3, 4_000)).astype(float)
    found = compare.ratio(sessions, days, HALF)
    drawn = []
    for _ in range(400):
        k = rng.integers(0, 4_000, 4_000)
        one, two = k[HALF[k]], k[~HALF[k]]
        drawn.append(sessions[one].sum() / days[one].sum() - sessions[two].sum() / days[two].sum())
    assert (found.ci95[1] - found.ci95[0]) / 3.92 == pytest.approx(np.std(drawn), rel=0.12)


def test_without_an_effect_one_experiment_in_twenty_raises_an_alarm() -> None:
    rng = np.random.default_rng(3)
    alarms = [compare.difference((rng.random(4_000) < 0.12).astype(float), HALF).p < 0.05 for _ in range(800)]
    assert 0.03 < np.mean(alarms) < 0.075


def test_many_tests_are_corrected_as_published() -> None:
    p = [0.01, 0.04, 0.03, 0.005]
    assert compare.holm(p) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert compare.benjamini_hochberg(p) == pytest.approx([0.02, 0.04, 0.04, 0.02])


# ---- the plan


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan of the test's own, and nothing registered yet."""
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(plan, "PLAN", path)
    monkeypatch.setattr(plan, "REGISTERED", tmp_path / "plan.json")
    return path


def test_outcomes_are_closed_until_a_plan_is_registered(
    written: Path, prepared: tuple[Study, Manifest], config: Config
) -> None:
    study, manifest = prepared
    with pytest.raises(ExplainedError, match="no plan is registered"):
        plan.open_outcomes(manifest)
    plan.register(study, manifest, config)
    assert plan.open_outcomes(manifest).is_first


def test_a_plan_that_changes_afterwards_is_not_the_first(
    written: Path, prepared: tuple[Study, Manifest], config: Config
) -> None:
    study, manifest = prepared
    plan.register(study, manifest, config)
    plan.open_outcomes(manifest)
    before = written.read_text(encoding="utf-8")
    written.write_text(before.replace("0.03 #", "0.05 #"), encoding="utf-8")
    with pytest.raises(ExplainedError, match="is not the plan that was registered"):
        plan.open_outcomes(manifest)
    assert not plan.register(study, manifest, config).is_first
    written.write_text(before + "# a comment\n", encoding="utf-8")
    assert plan.register(study, manifest, config).is_first


BROKEN = {
    "a field is missing": ("stopping:", "# stopping:", "'stopping' is missing"),
    "a field too many": ("metric:", "peeking: daily\nmetric:", "'peeking' is not known"),
    "an impossible number": ("power: 0.8", "power: 2", "power is 2"),
    "no list": ("segments: [contract, tickets]", "segments: contract", "segments is not a list"),
    "no YAML": ("question:", "question: [", "cannot be read"),
    "code": ("question: Does", "question: !!python/object/apply:os.system [ls] #", "cannot be read"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_plan_that_is_none_is_refused(case: str, written: Path) -> None:
    old, new, message = BROKEN[case]
    text = written.read_text(encoding="utf-8")
    assert old in text
    written.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ExplainedError, match=message):
        plan.read()


def test_broken_arms_end_the_analysis(prepared: tuple[Study, Manifest], written: Path, config: Config) -> None:
    study, manifest = prepared
    registered = plan.register(study, manifest, config)
    rows = study.part(EXPERIMENT)
    cut = rows[~rows["treated"] | (rows.index % 6 > 0)].reset_index(drop=True)
    found = analysis.analyze(cut, None, study.columns, plan.read(), registered, config)
    assert found["state"] == analysis.BROKEN
    assert "primary" not in found
