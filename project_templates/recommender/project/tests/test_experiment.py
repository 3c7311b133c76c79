"""The experiment is what the README says: even groups, true propensities, intervals that keep their promises."""

import dataclasses
import json
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from recommender.config import Config
from recommender.experiment import abtest, events, inference, off_policy
from recommender.experiment.assignment import Experiment, unit
from recommender.experiment.events import Click, Exposure, Store
from recommender.experiment.off_policy import Logged, Policy
from recommender.experiment.population import Population, Truth
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
    before = rng.normal(size=50_000)
    outcomes = 0.75 * before + np.sqrt(1 - 0.75**2) * rng.normal(size=50_000)
    left = inference.adjusted(outcomes, before[:, None]).var() / outcomes.var()
    assert left == pytest.approx(1 - 0.75**2, abs=0.02)


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
    assert difference == pytest.approx(truth.clicks_per_visitor(EASE) - truth.clicks_per_visitor(KNN))
    before = inference.covariates(np.array([len(each.history) for each in visitors]))
    rng, covered, always = np.random.default_rng(1), [], []
    for _ in range(200):
        is_treated = rng.random(len(visitors)) < 0.5
        chances = np.where(is_treated[:, None], wishes[1], wishes[0])
        clicks = rng.binomial(rendered[:, None], chances).sum(axis=1)
        found = inference.difference(inference.adjusted(clicks, before), is_treated)
        low, high = found.interval()
        covered.append(low <= difference <= high)
        low, high = found.always_valid(len(visitors))
        always.append(low <= difference <= high)
    assert 0.90 <= np.mean(covered) <= 0.99
    assert np.mean(always) >= np.mean(covered)


def test_the_experiment_is_large_enough_to_find_something(
    everybody: Population, recommender: Recommender, config: Config
) -> None:
    truth = Truth(everybody, recommender, config.length)
    lift = truth.clicks_per_visitor(EASE) / truth.clicks_per_visitor(KNN) - 1
    assert 0.02 < lift < 0.2


def test_peeking_finds_what_is_not_there_and_the_always_valid_interval_does_not() -> None:
    outcomes = np.random.default_rng(1).poisson(1.5, size=4000).astype(float)
    found = {each.looks: each for each in inference.peeking(outcomes, 2000, seed=1)}
    assert found[1].naive == pytest.approx(0.05, abs=0.015)
    assert found[5].naive > 0.1
    assert found[20].naive > 0.18
    assert max(each.always_valid for each in found.values()) <= 0.05


def _logged(store: Store, config: Config, shares: tuple[int, int], lift: float = 0.0) -> None:
    """Visitors of both variants, who click with a chance of a half and more under the second."""
    rng = np.random.default_rng(1)
    key = Experiment.of(config).key
    rows: list[Exposure | Click] = []
    for number in range(sum(shares)):
        variant = KNN if number < shares[0] else EASE
        choices = json.dumps({"candidates": ["a", "b"], "first": {KNN: "a", EASE: "b", "most popular": "a"}})
        shown = ("a", "b") if variant == KNN else ("b", "a")
        for position, item in enumerate(shown, start=1):
            rows.append(
                Exposure(
                    f"list {number}", position, 1.0, 2.0, "r", f"visitor {number}", key, variant, "m", item, 0.5,
                    0.9 if position == 1 else 1.0, 0, number % 7, 2.0, choices if position == 1 else "",
                )
            )  # fmt: skip
        if rng.random() < 0.5 + lift * (variant == EASE):
            rows.append(Click(f"click {number}", f"list {number}", 1, 3.0, f"visitor {number}", shown[0]))
    store.add(rows)


@pytest.fixture
def store(tmp_path: Path, config: Config) -> Store:
    store = Store(tmp_path)
    store.start(Experiment.of(config), 1.0)
    return store


def test_a_lift_is_found_with_its_size(store: Store, config: Config, tmp_path: Path) -> None:
    _logged(store, config, (2000, 2010), lift=0.1)
    found = abtest.analyze(abtest.read(tmp_path, config), config)
    low, high = found["estimates"][1]["ci95"]
    assert low <= 0.1 <= high
    assert low > 0
    assert all(each["holds"] for each in found["guardrails"])


def test_a_sample_ratio_that_does_not_fit_silences_the_report(store: Store, config: Config, tmp_path: Path) -> None:
    _logged(store, config, (2000, 2300), lift=0.1)
    found = abtest.analyze(abtest.read(tmp_path, config), config)
    assert found["sample_ratio_p"] < config.mismatch
    assert found["estimates"] == []
    assert not any("+0." in line for line in abtest.describe(found))
    assert "no lift is reported" in abtest.describe(found)[1]


def test_who_saw_both_variants_and_clicks_from_nowhere_are_set_aside(
    store: Store, config: Config, tmp_path: Path
) -> None:
    _logged(store, config, (50, 50))
    connection = sqlite3.connect(tmp_path / events.NAME)
    connection.execute("UPDATE exposures SET visitor = 'visitor 0' WHERE visitor = 'visitor 99'")
    connection.execute("INSERT INTO clicks VALUES ('x', 'no such list', 1, 1.0, 'visitor 1', 'a')")
    connection.commit()
    found = abtest.read(tmp_path, config)
    assert (len(found.clicks), found.in_both, found.orphans) == (98, 1, 1)


def test_what_nobody_saw_cannot_be_analysed(store: Store, config: Config, tmp_path: Path) -> None:
    with pytest.raises(ExplainedError, match="nobody has been shown"):
        abtest.read(tmp_path, config)
    with pytest.raises(ExplainedError, match=r"no events\.sqlite"):
        abtest.read(tmp_path / "elsewhere", config)


def test_a_running_experiment_is_not_changed(store: Store, config: Config) -> None:
    store.start(Experiment.of(config), 2.0)
    with pytest.raises(ExplainedError, match="started with other settings"):
        store.start(Experiment.of(dataclasses.replace(config, exploration=0.2)), 2.0)
    store.start(Experiment.of(dataclasses.replace(config, exploration=0.2, experiment="another")), 2.0)


def test_events_are_counted_once_and_all_or_none(store: Store, tmp_path: Path) -> None:
    click = Click("e", "l", 1, 1.0, "v", "i")
    assert store.add([click, click]) == 1
    assert store.add([dataclasses.replace(click, event_id="other")]) == 0, "one film of one list, however it is called"
    broken = dataclasses.replace(click, event_id="new", item_id=None)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        store.add([dataclasses.replace(click, event_id="before", item_id="j"), broken])
    rows = sqlite3.connect(tmp_path / events.NAME).execute("SELECT COUNT(*) FROM clicks").fetchone()
    assert rows == (1,)


KILLED = """
import sys
from pathlib import Path
from recommender.experiment.events import Click, Store

store = Store(Path(sys.argv[1]))
for number in range(10_000):
    store.add([Click(f"{number}", f"{number}", 1, 1.0, "v", "i")])
    print(number, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(store: Store, tmp_path: Path) -> None:
    writing = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert writing.stdout
    acknowledged = [int(next(writing.stdout)) for _ in range(50)]
    writing.kill()
    acknowledged += [int(line) for line in writing.communicate()[0].split("\n")[:-1]]
    written = {row["event_id"] for row in events.open_to_read(tmp_path).execute("SELECT event_id FROM clicks")}
    assert {str(each) for each in acknowledged} <= written


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


@pytest.fixture(scope="module")
def lists(everybody: Population, recommender: Recommender) -> list[dict[str, object]]:
    """What the service logs of many visits."""
    found: list[dict[str, object]] = []
    for visitor in everybody.visitors:
        for _ in range(visitor.visits):
            slate = recommender.slate(EASE, visitor.history, 10, 1.0)
            found.append({"visitor": visitor.name, "signals": signals(slate, recommender, visitor.history)})
    return found


def test_monitor_is_quiet_without_drift_and_rings_on_half_histories(
    lists: list[dict[str, object]], everybody: Population, recommender: Recommender, config: Config
) -> None:
    card = monitor.with_reference(Card("", "film", "", "0" * 64, {}), lists[-config.reference :], config)

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
