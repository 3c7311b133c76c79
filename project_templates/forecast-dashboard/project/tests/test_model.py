"""The forecasts are what the README says: blind to the future, better than what is simpler, and measured rightly."""

import dataclasses

import numpy as np
import pytest

from forecast_dashboard.config import Config
from forecast_dashboard.data.features import FEATURES, Known, View, Weather, matrix
from forecast_dashboard.data.series import Series
from forecast_dashboard.evaluation import aggregates, exploration, importance, measures, reference, slices
from forecast_dashboard.evaluation.backtest import ADAPTIVE, PLAIN, Year
from forecast_dashboard.models import conformal, decision, naive, rolling, trees
from forecast_dashboard.models.conformal import Limits
from forecast_dashboard.models.decision import Reserve
from forecast_dashboard.models.designs import Design, Method, Model, Yardstick
from forecast_dashboard.models.saved import Card, Trained
from forecast_dashboard.models.training import Rolled
from forecast_dashboard.monitoring import monitor
from forecast_dashboard.monitoring.monitor import Judged

LONG = 650  # the day on which clocks go back: 2023-10-29
DAYS = (100, 300, LONG - 1, LONG)


def _changed_from(view: View, index: int) -> View:
    """The same past, and another future."""
    series = view.series
    assert series.temperature is not None
    demand, temperature = series.demand.copy(), series.temperature.copy()
    demand[:, index:] = 1e4 + np.arange(demand.shape[1] - index)
    temperature[:, index:] = 50 - np.arange(temperature.shape[1] - index) % 7
    return View(dataclasses.replace(series, demand=demand, temperature=temperature), view.forecast)


@pytest.mark.parametrize("day", DAYS)
def test_no_feature_knows_what_its_moment_does_not(view: View, day: int) -> None:
    series = view.series
    rows = np.flatnonzero(series.day == day)
    other = _changed_from(view, int(rows[0]))
    for weather, features in FEATURES.items():
        before, after = (matrix(each, features)[:, rows] for each in (view, other))
        for number, feature in enumerate(features):
            knows = not np.array_equal(before[:, :, number], after[:, :, number])
            assert knows == (feature.available_at is Known.afterwards), (weather, feature.name)


@pytest.mark.parametrize("day", DAYS)
def test_no_feature_knows_a_weather_forecast_that_is_made_later(view: View, day: int) -> None:
    """Tomorrow's forecast is made at tomorrow's midnight: another one changes nothing today, not even at 23:00."""
    assert view.forecast is not None
    rows = np.flatnonzero(view.series.day == day)
    forecast = view.forecast.copy()
    forecast[:, rows[-1] + 1 :] += 20
    other = View(view.series, forecast)
    for weather, features in FEATURES.items():
        before, after = (matrix(each, features)[:, rows] for each in (view, other))
        for number, feature in enumerate(features):
            assert np.array_equal(before[:, :, number], after[:, :, number]), (weather, feature.name)


def test_only_the_upper_bound_uses_what_nobody_can_have() -> None:
    late = {
        weather for weather, features in FEATURES.items() for each in features if each.available_at is Known.afterwards
    }
    assert late == {Weather.actual}
    assert all(each.available_at is Known.always for each in FEATURES[Weather.none][:7])


def test_no_naive_forecast_knows_the_day(view: View) -> None:
    rows = np.flatnonzero(view.series.day == LONG)
    other = _changed_from(view, int(rows[0]))
    for name, values in naive.forecasts(view).items():
        assert np.array_equal(values[:, rows], naive.forecasts(other)[name][:, rows]), name


def test_yesterday_is_yesterday_and_the_day_before_where_that_is_not_measured(view: View) -> None:
    values = np.arange(view.series.demand.shape[1])[None].repeat(3, axis=0)
    ordinary = np.flatnonzero(view.series.day == 100)
    assert (view.before(values, 1)[0, ordinary] == ordinary - 24).all()
    long_day = np.flatnonzero(view.series.day == LONG)
    assert len(long_day) == 25
    assert view.before(values, 1)[0, long_day[-1]] == long_day[-1] - 48


def test_trees_in_numpy_are_those_of_the_library(view: View, config: Config) -> None:
    lightgbm = pytest.importorskip("lightgbm")
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(3000, 5)).astype(np.float32)
    targets = inputs[:, 0] * 2 + np.sin(inputs[:, 1]) + rng.normal(0, 0.1, 3000)
    forest = trees.fit(inputs, targets, config)
    settings = {"objective": "regression", "num_leaves": config.leaves, "learning_rate": config.learning_rate}
    settings |= {"min_data_in_leaf": config.least_in_leaf, "num_threads": 1, "seed": config.seed, "verbosity": -1}
    settings |= {"deterministic": True, "force_row_wise": True}
    booster = lightgbm.train(settings, lightgbm.Dataset(inputs, targets), num_boost_round=config.trees)
    assert forest.predict(inputs) == pytest.approx(booster.predict(inputs), abs=1e-9)


def test_each_forecast_beats_the_simpler_one_by_a_margin(year: Year) -> None:
    error = {name: year.tested.mean(year.scaled(name))[0] for name in year.points}
    none, forecast, actual = (error[f"{Method.mean.value} {weather.value}"] for weather in Weather)
    assert 0.9 < error[naive.DAY] < 1.2, "last year's yardstick"
    assert none < 0.8 * min(error[naive.DAY], error[naive.WEEK])
    assert none < error[f"ridge {Weather.none.value}"]
    assert forecast < 0.95 * min(none, error[f"ridge {Weather.forecast.value}"])
    assert actual < forecast, "the leak flatters"
    assert forecast > 0.25, "hard, but not hopeless"
    skill, (low, _) = year.tested.share_saved(year.scaled(year.served), year.scaled(naive.WEEK))
    assert skill > low > 0.3


def test_nothing_missing_is_scored(year: Year) -> None:
    assert not np.isnan(year.series.demand[year.tested.rows]).any()
    missing = np.isnan(year.series.demand) & (year.series.day >= year.first)
    assert missing.any()
    assert not (missing & year.tested.rows).any()


def test_the_same_seed_gives_the_same_model(view: View, config: Config) -> None:
    small = dataclasses.replace(config, trees=10)
    one, same = (rolling.fit(view, Design(Weather.none, Yardstick.week, Method.mean), 200, small) for _ in range(2))
    _same(one, same)


def _same(one: Model, other: Model) -> None:
    arrays = other.arrays("")
    assert all(np.array_equal(value, arrays[key]) for key, value in one.arrays("").items())


def test_a_model_learns_from_days_before_its_origin_only(view: View, config: Config) -> None:
    small, design = dataclasses.replace(config, trees=10), Design(Weather.none, Yardstick.day, Method.mean)
    other = _changed_from(view, int(np.searchsorted(view.series.day, 200)))
    one, same = (rolling.fit(each, design, 200, small) for each in (view, other))
    _same(one, same)
    found = rolling.roll(view, design, [200, 210, 215], small)
    assert np.isnan(found[:, view.series.day < 200]).all()
    assert np.isnan(found[:, view.series.day >= 215]).all()
    assert not np.isnan(found[:, (view.series.day >= 200) & (view.series.day < 215)]).any()


def test_plain_intervals_fail_in_the_heat_and_adaptive_ones_do_not(year: Year, config: Config) -> None:
    assert year.series.temperature is not None
    hot = year.tested.rows & (year.series.temperature >= config.hot)
    plain, adaptive = (year.band(each, year.served).covers(year.series.demand) for each in (PLAIN, ADAPTIVE))
    assert plain[year.tested.rows].mean() > 0.9, "on average they look well"
    assert plain[hot].mean() < 0.7
    assert adaptive[hot].mean() > plain[hot].mean() + 0.15
    assert adaptive[year.tested.rows].mean() == pytest.approx(config.level, abs=0.02)


def test_conformal_covers_as_it_promises_where_errors_are_alike() -> None:
    rng = np.random.default_rng(1)
    past, future = rng.normal(size=(1, 500)), rng.normal(size=(1, 20_000))
    band = conformal.plain(np.zeros((1, 20_000)), past, 0.9)
    assert band.covers(future).mean() == pytest.approx(0.9, abs=0.03)
    assert conformal.quantile(np.arange(1.0, 100.0), 0.95) == 95.0


def _hourly(days: int, demand: np.ndarray) -> Series:
    times = np.arange(24 * days) * 3600
    return Series(("a",), times, demand[None], None, np.zeros((1, 24 * days), dtype=bool), "UTC")


def test_adaptive_intervals_widen_when_the_world_gets_wilder(config: Config) -> None:
    rng = np.random.default_rng(1)
    spread = np.where(np.arange(200) < 120, 1.0, 4.0).repeat(24)
    series = _hourly(200, 100 + rng.normal(0, spread))
    limits = Limits(*(np.full((1, 4800), each) for each in (98.0, 102.0, 100.0)))
    band, (begin,), (end,) = conformal.adaptive(series, limits, 60, config)
    covered = band.covers(series.demand)[0]
    assert covered[120 * 24 :].mean() > 0.9
    assert band.width[0, -1] > 2 * band.width[0, 100 * 24]
    assert end.margin > begin.margin
    state = begin
    for day in range(60, 200):
        state = state.after(limits.scores(series.demand)[0, 24 * day : 24 * (day + 1)], config)
    assert (state.margin, state.may_miss) == (end.margin, end.may_miss), "a service that goes on arrives at the same"
    kept = conformal.frozen(series, limits, [begin], 60)
    assert kept.covers(series.demand)[0, 120 * 24 :].mean() < covered[120 * 24 :].mean() - 0.1


def test_measures_are_as_computed_by_hand(config: Config) -> None:
    rows = np.array([[True, True, True, False]])
    tested = measures.Tested(rows, np.array([0, 0, 1, 1]), "by hand", config)
    values = np.array([[1.0, 3.0, 8.0, 100.0]])
    assert tested.mean(values)[0] == 4.0
    assert tested.root(values)[0] == 2.0
    assert tested.share_saved(values, 2 * values) == (0.5, (0.5, 0.5))
    low, high = tested.mean(values)[1]
    assert (low, high) == (2.0, 8.0), "each week alone"
    demand, forecast = np.array([[4.0, 6.0, np.nan]]), np.array([[5.0, 3.0, 1.0]])
    assert measures.mase_scale(demand, forecast, np.array([True, True, True]))[0] == 2.0


def test_the_reserve_is_the_one_that_would_have_cost_least_before(year: Year, config: Config) -> None:
    """On the forecasts that it is made of; whether it pays in the test, too, is for the test to say."""
    past = year.past[year.served]
    best = Reserve.of(year.series, past, config)

    def cost(reserve: Reserve) -> float:
        committed = reserve.commit(past, year.series.hour)
        return float(np.nanmean(decision.cost(committed, year.series.demand, year.series.step, config)))

    for change in (-0.02, -0.005, 0.005, 0.02):
        assert cost(best) < cost(Reserve(best.share + change))
    assert cost(best) < cost(Reserve(np.zeros_like(best.share)))


def test_the_reserve_is_the_quantile_at_which_mistakes_cost_the_same(config: Config) -> None:
    series = _hourly(400, 100 + np.arange(400).repeat(24) % 100)
    reserve = Reserve.of(series, np.full((1, 9600), 100.0), config)
    assert reserve.share[0] == pytest.approx(np.full(24, 0.75), abs=0.02)


@pytest.mark.parametrize(("short", "over"), [(90.0, 30.0), (50.0, 50.0), (20.0, 180.0), (1.0, 1000.0)])
def test_the_page_can_work_out_what_other_costs_make_of_the_year(
    year: Year, config: Config, short: float, over: float
) -> None:
    """From what is written for it, as its script does; levels beyond the outermost are taken for those."""
    shown, other = aggregates.prices(year, config), dataclasses.replace(config, cost_short=short, cost_over=over)
    wanted = decision.level(short, over)
    place = min(range(len(shown["levels"])), key=lambda each: abs(shown["levels"][each] - wanted))
    level = shown["levels"][place]
    assert level == pytest.approx(min(max(wanted, 0.05), 0.95))
    share = decision.shares(year.series, year.past[year.served], np.array([level]))[0]
    for area in range(len(year.series.areas)):
        assert shown["shares"][area][place] == pytest.approx(share[area].tolist(), abs=1e-3)
    committed = Reserve(share).commit(year.points[year.served], year.series.hour)
    daily = 24 * 3600 / year.series.step * len(year.series.areas)
    expected = year.tested.mean(daily * decision.cost(committed, year.series.demand, year.series.step, other))[0]
    missing, left_over = shown["missed"]["the forecast, with a reserve"][place]
    assert short * missing + over * left_over == pytest.approx(expected, rel=1e-3)


def test_slices_hold_every_case_once(year: Year, config: Config) -> None:
    for kind in ("hour", "temperature"):
        found = sum(each.rows.astype(int) for each in slices.all_of(year, config) if each.kind == kind)
        assert np.array_equal(found, year.tested.rows.astype(int))


def _weeks(year: Year, card: Card, late: int = 0) -> list[list[Judged]]:
    """Each whole week of the test year as `monitor` would see it, the feed so many intervals late."""
    series, band = year.series, year.band(ADAPTIVE, year.served)
    actual = np.roll(series.demand, late, axis=1)
    found = []
    for week in np.unique(series.week[series.day >= year.first])[1:-1]:
        rows = np.argwhere(year.tested.rows & (series.week == week) & ~np.isnan(actual))
        found.append([
            Judged(
                int(series.times[place]),
                bool(band.low[area, place] <= actual[area, place] <= band.high[area, place]),
                abs(float(year.points[year.served][area, place] - actual[area, place])) / card.weekly["scale"][area],
            )
            for area, place in sorted(rows.tolist(), key=lambda each: each[1])
        ])  # fmt: skip
    return found


def test_monitor_is_quiet_without_a_change_and_rings_on_a_feed_that_is_an_hour_late(
    year: Year, model: Trained, forecasts: dict[Weather, Rolled], config: Config
) -> None:
    card = reference.with_reference(model.card, year, forecasts, config)
    assert card.limits["error"] < min(year.tested.mean(year.scaled(name))[0] for name in (naive.DAY, naive.WEEK))

    def rings(week: list[Judged]) -> bool:
        return any(each.is_alarm for each in monitor.checks(week, card))

    rng = np.random.default_rng(1)
    as_it_is, late = _weeks(year, card), _weeks(year, card, late=1)
    chosen = rng.choice(len(as_it_is), 20, replace=False)
    assert sum(rings(as_it_is[number]) for number in chosen) <= 1
    assert sum(rings(late[number]) for number in chosen) >= 15
    assert monitor.checks(as_it_is[0][:50], card) == []


def test_the_first_look_leaves_the_test_year_closed(series: Series, config: Config) -> None:
    assert exploration.open_to_see(series, config).days == rolling.test_from(series, config)


def test_what_the_forecast_rests_on_is_found(view: View, config: Config) -> None:
    """Without the past there is no forecast; the last input is one that hardly matters."""
    first, scale = rolling.test_from(view.series, config), np.ones(len(view.series.areas))
    design = Design(Weather.forecast, Yardstick.day)
    found = importance.importances(view, design, first, scale, config)
    kinds, single = ([each for each in found if each.is_kind is is_kind] for is_kind in (True, False))
    assert kinds[0].name == "past values"
    assert len(kinds) == 4
    assert len(single) == len(FEATURES[Weather.forecast])
    assert single[0].increase > 10 * abs(single[-1].increase)
    assert all(each.least <= each.increase <= each.most for each in found)
