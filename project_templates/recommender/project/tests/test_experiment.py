"""The experiment is what the README says: even groups, true propensities, intervals that keep their promises."""

import dataclasses
import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from recommender.config import Config
from recommender.experiment import abtest, events, inference, off_policy
from recommender.experiment.assignment import Experiment, unit
from recommender.experiment.events import Click, Exposure, Store
from recommender.experiment.off_policy import Logged, Policy
from recommender.experiment.population import Population, Truth
from recommender.kit import results
from recommender.kit.project import ExplainedError
from recommender.models.recommend import Recommender
from recommender.models.saved import EASE, KNN, Card
from recommender.monitoring import monitor
from recommender.serving.app import signals

NAMES = [f"user {number}" for number in range(20_000)]


def _counts(experiment: Experiment) -> Counter[str]:
    return Counter(experiment.variant_of(name) for name in NAMES)


def test_assignment_is_stable_and_even(config: Config) -> None:
    experiment = Experiment.of(config)
    first, second = ([experiment.variant_of(name) for name in NAMES[:100]] for _ in range(2))
    assert first == second
    assert inference.ratio(list(_counts(experiment).values()), [1, 1]).p > 0.01
    uneven = dataclasses.replace(experiment, variants=((KNN, 0.9), (EASE, 0.1)))
    assert _counts(uneven)[EASE] == pytest.approx(2000, abs=150)
    hashes = np.array([unit("key", name) for name in NAMES])
    assert stats.kstest(hashes, "uniform").pvalue > 0.01


def test_the_groups_of_one_experiment_say_nothing_of_another_s(config: Config) -> None:
    one, other = (Experiment.of(dataclasses.replace(config, experiment=key)) for key in ("one", "other"))
    both = Counter((one.variant_of(name), other.variant_of(name)) for name in NAMES)
    table = [[both[KNN, KNN], both[KNN, EASE]], [both[EASE, KNN], both[EASE, EASE]]]
    assert stats.chi2_contingency(table).pvalue > 0.01


def test_propensities_are_the_shares_with_which_films_are_shown(recommender: Recommender) -> None:
    history, draws = recommender.trained.ids[10:14], 20_000
    eager = dataclasses.replace(recommender, exploration=0.4)
    slates = [eager.slate(EASE, history, 5, (number + 0.5) / draws) for number in range(draws)]
    shown = Counter(slate.shown[0].item for slate in slates)
    told = {slate.shown[0].item: slate.shown[0].propensity for slate in slates}
    assert set(shown) == set(slates[0].candidates)
    assert sum(told.values()) == pytest.approx(1)
    for film, propensity in told.items():
        assert shown[film] / draws == pytest.approx(propensity, abs=1e-3)
    for slate in slates[:50]:
        films = [each.item for each in slate.shown]
        assert len(set(films)) == 5
        assert not set(films) & set(eager.known(history))


def test_a_list_is_what_the_ranking_says(recommender: Recommender) -> None:
    history = recommender.trained.ids[10:14]
    watched = recommender.known([*history, history[0], "never heard of"])
    slate = recommender.slate(EASE, history, 10, draw=1.0)
    scores = recommender.trained.weights[EASE][watched].sum(axis=0)
    scores[watched] = -np.inf
    assert [each.item for each in slate.shown] == np.argsort(-scores, kind="stable")[:10].tolist()
    loudest = recommender.trained.weights[EASE][watched, slate.shown[0].item].argmax()
    assert slate.shown[0].because == watched[loudest]


def test_power_is_as_in_the_textbook() -> None:
    """A rate of 5 % and a change of a tenth of it, with four chances in five to find it."""
    deviation = np.sqrt(0.05 * 0.95)
    assert inference.needed(deviation, 0.005) == pytest.approx(29_827, abs=2)
    assert inference.detectable(deviation, (29_827, 29_827)) == pytest.approx(0.005, rel=1e-3)


def test_cuped_leaves_what_the_past_does_not_explain() -> None:
    rng = np.random.default_rng(1)
    before, is_treated = rng.normal(size=50_000), rng.random(50_000) < 0.5
    outcomes = 0.75 * before + np.sqrt(1 - 0.75**2) * rng.normal(size=50_000)
    plain, cuped = (inference.running(outcomes, is_treated, *more) for more in ((), (before[:, None],)))
    assert (cuped.error / plain.error)[0] ** 2 == pytest.approx(1 - 0.75**2, abs=0.02)


def test_a_look_on_the_way_is_what_an_analysis_then_would_have_said() -> None:
    rng = np.random.default_rng(1)
    outcomes, is_treated, before = rng.poisson(1.5, 900).astype(float), rng.random(900) < 0.5, rng.random((900, 2))
    on_the_way = inference.running(outcomes, is_treated, before, looks=np.array([100, 500, 900]))
    for place, number in enumerate((100, 500, 900)):
        alone = inference.running(outcomes[:number], is_treated[:number], before[:number])
        assert on_the_way.value[place] == pytest.approx(alone.value[0])
        assert on_the_way.error[place] == pytest.approx(alone.error[0])
    welch = stats.ttest_ind(outcomes[is_treated], outcomes[~is_treated], equal_var=False)
    plain = inference.running(outcomes, is_treated)
    assert plain.value[0] / plain.error[0] == pytest.approx(welch.statistic)


def test_the_relative_interval_knows_that_the_control_s_mean_is_an_estimate() -> None:
    """Small groups: a fixed base would make it too narrow."""
    rng, covered = np.random.default_rng(1), []
    for _ in range(500):
        is_treated = rng.random(400) < 0.5
        outcomes = rng.exponential(np.where(is_treated, 3.0, 2.0))
        found = inference.running(outcomes, is_treated)
        covered.append(abs(found.relative[0] - 0.5) <= 1.96 * found.relative_error[0])
    assert 0.92 <= np.mean(covered) <= 0.98


@pytest.mark.parametrize("planned", [500, 4_400, 20_000])
def test_an_experiment_without_a_difference_seldom_finds_one_however_often_one_looks(planned: int) -> None:
    """A/A tests on the path of `abtest`, a look after every visitor, long past the plan, which stays what it was."""
    rng, number, times = np.random.default_rng(planned), 20_000, 70
    looks, false = np.arange(200, number + 1), 0
    for _ in range(times):
        history = np.where(rng.random(number) < 0.1, 0, rng.lognormal(2.7, 0.8, number).astype(int))
        outcomes = rng.poisson(rng.lognormal(0, 1, number) * (0.2 + 0.1 * np.sqrt(history))).astype(float)
        found = inference.running(outcomes, rng.random(number) < 0.5, inference.covariates(history), looks)
        low, high = found.always(planned).T
        false += bool(((low > 0) | (high < 0)).any())
    assert stats.binomtest(false, times, inference.ALPHA, alternative="greater").pvalue > 0.01


def test_intervals_cover_the_truth_as_often_as_they_promise(
    everybody: Population, recommender: Recommender, config: Config
) -> None:
    """Two hundred experiments with the same visitors, assigned and clicking anew each time."""
    calm = dataclasses.replace(recommender, exploration=0.0)
    truth = Truth(everybody, calm, config.length)
    visitors = truth.exposed
    wishes = np.array(
        [
            [
                everybody.clicks(each, np.array([one.item for one in calm.slate(name, each.history, 10, 1.0).shown]))
                for each in visitors
            ]
            for name in (KNN, EASE)
        ]
    )  # (rankings, visitors, places)
    rendered = np.array([each.rendered for each in visitors])
    difference = float((rendered * (wishes[1] - wishes[0]).sum(axis=1)).mean())
    lasting = [truth.clicks_per_visitor(name, has_worn_off=True) for name in (EASE, KNN)]
    assert difference == pytest.approx(lasting[0] - lasting[1])
    before = inference.covariates(np.array([len(each.history) for each in visitors]))
    rng = np.random.default_rng(1)
    covered: list[bool] = []
    always: list[bool] = []
    for _ in range(200):
        is_treated = rng.random(len(visitors)) < 0.5
        chances = np.where(is_treated[:, None], wishes[1], wishes[0])
        clicks = rng.binomial(rendered[:, None], chances).sum(axis=1).astype(float)
        found = inference.running(clicks, is_treated, before)
        for kept, (low, high) in ((covered, found.once()[0]), (always, found.always(config.planned)[0])):
            kept.append(low <= difference <= high)
    assert 0.90 <= np.mean(covered) <= 0.99
    assert np.mean(always) >= np.mean(covered)


def test_the_simulated_world_is_as_the_analysis_supposes(
    everybody: Population, recommender: Recommender, config: Config
) -> None:
    """A lift that can be found, more of it while it is new; who comes more often opens more."""
    truth = Truth(everybody, recommender, config.length)
    rates = {key: truth.clicks_per_visitor(EASE, key) / truth.clicks_per_visitor(KNN, key) - 1 for key in (True, False)}
    assert 0.02 < rates[True] < rates[False] < 0.25
    opened = [truth._clicks(KNN, each, True) for each in truth.exposed[:1500]]
    assert np.corrcoef(opened, [each.rendered for each in truth.exposed[:1500]])[0, 1] > 0.3
    days = np.concatenate([each.days for each in everybody.visitors])
    assert 0 <= days.min() < days.max() <= 7 * config.weeks


def test_peeking_finds_what_is_not_there_and_the_always_valid_interval_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inference, "TIMES", 300)
    rng = np.random.default_rng(1)
    outcomes, history = rng.poisson(1.5, size=2000).astype(float), rng.integers(30, size=2000)
    found = {each.looks: each for each in inference.peeking(outcomes, history, 2000, 100, seed=1)}
    assert found["1"].naive == pytest.approx(0.05, abs=0.03)
    assert 0.08 < found["5"].naive < found["20"].naive < found["after every visitor"].naive
    assert max(each.always_valid for each in found.values()) <= 0.05


@pytest.mark.parametrize(
    ("always", "guardrails", "decision"),
    [
        ((0.1, 0.3), ["holds", "holds"], "ship"),
        ((0.1, 0.3), ["holds", "undecided"], "undecided"),
        ((0.1, 0.3), ["holds", "broken"], "keep"),
        ((-0.1, 0.3), ["holds", "holds"], "undecided"),
        ((0.0, 0.0), ["holds", "holds"], "undecided"),
        ((-0.3, -0.1), ["holds", "holds"], "keep"),
        ((float("nan"), float("nan")), ["holds"], "undecided"),
    ],
)
def test_the_decision_follows_the_rule(always: tuple[float, float], guardrails: list[str], decision: str) -> None:
    assert abtest.decide(always, guardrails) == decision


def _logged(store: Store, config: Config, shares: tuple[int, ...], lift: float = 0.0) -> None:
    """Visitors of all variants, who click with a chance of a half and more under the second."""
    rng = np.random.default_rng(1)
    key = Experiment.of(config).key
    rows: list[Exposure | Click] = []
    variants = [name for (name, _), share in zip(config.variants, shares, strict=True) for _ in range(share)]
    for number, variant in enumerate(variants):
        choices = json.dumps({"candidates": ["a", "b"], "first": {KNN: "a", EASE: "b", "most popular": "a"}})
        shown = ("a", "b") if variant == KNN else ("b", "a")
        for position, item in enumerate(shown, start=1):
            rows.append(
                Exposure(
                    f"list {number}", position, 1.0, 2.0 + number, "r", f"visitor {number}", key, variant, "m", item,
                    0.5, 0.9 if position == 1 else 1.0, 0, number % 7, 2.0, choices if position == 1 else "",
                )
            )  # fmt: skip
        if rng.random() < 0.5 + lift * (variant == EASE):
            rows.append(Click(f"list {number}", shown[0], 1, 3.0 + number, f"visitor {number}", "0"))
    store.add(rows)


def _analyzed(folder: Path, config: Config) -> dict[str, Any]:
    experiment, visitors = abtest.read(folder, config)
    return abtest.analyze(visitors, experiment, None, config)


def test_a_lift_is_found_with_its_size(store: Store, config: Config, tmp_path: Path) -> None:
    _logged(store, config, (2000, 2010), lift=0.1)
    found = _analyzed(tmp_path, config)
    (arm,) = found["arms"]
    low, high = arm["estimates"][1]["ci95"]
    assert low <= 0.1 <= high
    assert low > 0
    assert [each["state"] for each in arm["guardrails"]] == ["holds", "holds"]
    assert (found["decision"], found["chosen"]) == ("ship", EASE)


def test_a_guardrail_that_the_ranking_breaks_is_seen(store: Store, config: Config, tmp_path: Path) -> None:
    _logged(store, config, (2000, 2010), lift=-0.2)
    found = _analyzed(tmp_path, config)
    assert {each["name"]: each["state"] for each in found["arms"][0]["guardrails"]} == {
        "milliseconds of the ranking": "holds",
        "share of visitors who open nothing": "broken",
    }
    assert found["decision"] == "keep"


def test_several_treatments_are_compared_each_with_the_control(tmp_path: Path, config: Config) -> None:
    three = dataclasses.replace(config, variants=((KNN, 0.4), (EASE, 0.3), ("most popular", 0.3)))
    store = Store(events.file_in(tmp_path))
    store.start(Experiment.of(three), "key", 1.0)
    _logged(store, three, (2000, 1500, 1520), lift=0.15)
    found = _analyzed(tmp_path, three)
    assert [arm["treatment"] for arm in found["arms"]] == [EASE, "most popular"]
    assert [arm["decision"] for arm in found["arms"]] == ["ship", "undecided"]
    assert found["chosen"] == EASE


@pytest.mark.parametrize(
    ("shares", "spoil", "why"),
    [
        ((2000, 2300), "", "not as large"),
        ((60, 60), "", "fewer than 100"),
        ((1000, 1000), "UPDATE exposures SET model_version = 'n' WHERE visitor = 'visitor 7'", "trained anew"),
    ],
    ids=["sample ratio", "too few", "another model"],
)
def test_what_does_not_fit_silences_the_report(
    store: Store, config: Config, tmp_path: Path, shares: tuple[int, int], spoil: str, why: str
) -> None:
    _logged(store, config, shares, lift=0.1)
    if spoil:
        with sqlite3.connect(tmp_path / events.NAME) as connection:
            connection.execute(spoil)
    found = _analyzed(tmp_path, config)
    assert why in found["reason"]
    assert found["arms"] == []
    assert not any("+0." in line for line in abtest.describe(found))
    assert "no difference is reported" in abtest.describe(found)[-1]


def test_a_log_that_says_nothing_yet_leaves_the_readme_s_experiment(
    store: Store, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _logged(store, config, (3, 4))
    monkeypatch.setattr(results, "write", lambda *_: pytest.fail("it was overwritten"))
    assert abtest.abtest(config, str(tmp_path)) == 0


def test_who_saw_both_variants_bots_and_clicks_from_nowhere_are_set_aside(
    store: Store, config: Config, tmp_path: Path
) -> None:
    _logged(store, config, (50, 50))
    connection = sqlite3.connect(tmp_path / events.NAME)
    connection.execute("UPDATE exposures SET visitor = 'visitor 0' WHERE visitor = 'visitor 99'")
    connection.execute("UPDATE exposures SET visitor = 'bot' WHERE visitor IN ('visitor 2', 'visitor 3')")
    connection.execute("INSERT INTO clicks VALUES ('no such list', 'a', 1, 1.0, 'visitor 1', 'x')")
    connection.commit()
    _, found = abtest.read(tmp_path, dataclasses.replace(config, most_lists=1))
    assert (len(found.clicks), found.in_both, found.bots, found.orphans) == (96, 1, 1, 1)


def test_the_plan_is_the_one_that_was_fixed_with_the_experiment(store: Store, config: Config, tmp_path: Path) -> None:
    _logged(store, config, (50, 50))
    experiment, _ = abtest.read(tmp_path, dataclasses.replace(config, planned=10**9))
    assert experiment.planned == config.planned
    assert experiment == Experiment.of(config)


def test_what_nobody_saw_cannot_be_analysed(store: Store, config: Config, tmp_path: Path) -> None:
    with pytest.raises(ExplainedError, match="nobody has been shown"):
        abtest.read(tmp_path, config)
    with pytest.raises(ExplainedError, match=r"no events\.sqlite"):
        abtest.read(tmp_path / "elsewhere", config)


def _bandit(rng: np.random.Generator, number: int) -> tuple[Logged, np.ndarray]:
    """A log of four actions with known rewards, taken more or less often."""
    worth, taken = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.7, 0.1, 0.1, 0.1])
    actions = rng.choice(4, size=number, p=taken)
    rewards = (rng.random(number) < worth[actions]).astype(float)
    return Logged(actions, rewards, taken[actions], np.arange(number)), worth


def test_estimates_from_another_policy_s_log_are_right_on_average() -> None:
    rng = np.random.default_rng(1)
    chances = np.array([0.0, 0.0, 0.5, 0.5])
    values, covered = [], []
    for _ in range(150):
        logged, worth = _bandit(rng, 2000)
        policy = Policy("other", chances[logged.actions], np.tile(chances, (2000, 1)))
        found = off_policy.estimate(logged, policy, resamples=200, seed=1)
        values.append([each.value for each in found])
        covered.append([each.ci95[0] <= worth @ chances <= each.ci95[1] for each in found])
    assert np.mean(values, axis=0) == pytest.approx([0.35] * 3, abs=0.01)
    assert min(np.mean(covered, axis=0)) >= 0.88


def test_support_is_counted_and_its_lack_refused(config: Config) -> None:
    logged, _ = _bandit(np.random.default_rng(1), 1000)
    same = Policy("same", logged.propensities, np.tile([0.7, 0.1, 0.1, 0.1], (1000, 1)))
    assert off_policy.support(logged, same).effective == pytest.approx(1000)
    assert off_policy.support(logged, same).largest == pytest.approx(1)
    rare = np.zeros((1000, 4))
    rare[:, 3] = 1
    few = Policy("few", np.where(np.arange(1000) < 40, rare[np.arange(1000), logged.actions], 0.0), rare)
    row = off_policy.evaluate(logged, few, None, config)
    assert row["estimates"] == []
    assert "no estimate" in off_policy.describe(row)


def test_a_policy_that_mostly_takes_what_was_never_logged_gets_no_estimate(config: Config) -> None:
    logged, _ = _bandit(np.random.default_rng(1), 5000)
    chances = np.tile([0.1, 0.1, 0.05, 0.05, 0.7], (5000, 1))  # the last was never taken
    row = off_policy.evaluate(logged, Policy("other", chances[np.arange(5000), logged.actions], chances), None, config)
    assert row["effective"] > config.least_support
    assert (row["estimates"], round(row["mass"], 1)) == ([], 0.3)


@pytest.fixture(scope="module")
def lists(everybody: Population, recommender: Recommender) -> list[dict[str, object]]:
    """What the service logs of many visits."""
    found: list[tuple[float, dict[str, object]]] = []
    for visitor in everybody.visitors:
        slate = recommender.slate(EASE, visitor.history, 10, 1.0)
        entry: dict[str, object] = {"visitor": visitor.name, "signals": signals(slate, recommender, visitor.history)}
        found += [(day, entry) for day in visitor.days]
    return [entry for _, entry in sorted(found, key=lambda each: each[0])]


def test_monitor_is_quiet_without_drift_and_rings_on_half_histories(
    lists: list[dict[str, object]], everybody: Population, recommender: Recommender, config: Config
) -> None:
    card = monitor.with_reference(Card("", "film", "films", "", "0" * 64, {}), lists[-config.reference :], config)

    def alarms(answers: list[dict[str, float]]) -> list[str]:
        newest = [{"signals": each} for each in answers]
        return [each.name for each in monitor.drifted(newest, card) if each.is_alarm]

    rng = np.random.default_rng(1)
    starts = rng.integers(len(lists) - config.reference - config.window, size=20)
    windows = [[each["signals"] for each in lists[start : start + config.window]] for start in starts]
    assert sum(bool(alarms(window)) for window in windows) <= 1  # type: ignore[arg-type]
    halved = []
    for visitor in everybody.visitors[: config.window]:
        history = visitor.history[: len(visitor.history) // 2]
        halved.append(signals(recommender.slate(EASE, history, 10, 1.0), recommender, history))
    assert "drift of history" in alarms(halved)
