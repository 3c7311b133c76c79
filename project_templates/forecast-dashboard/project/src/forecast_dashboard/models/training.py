"""Compares designs on days kept out of training, forecasts the test year, and fits what is served to all days.

Run as: python -m forecast_dashboard train
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from forecast_dashboard.config import PROJECT, Config
from forecast_dashboard.data import prepare
from forecast_dashboard.data.features import View, Weather
from forecast_dashboard.data.series import Series
from forecast_dashboard.evaluation import measures
from forecast_dashboard.kit import results
from forecast_dashboard.kit.progress import progress
from forecast_dashboard.kit.project import ExplainedError
from forecast_dashboard.models import conformal, naive, rolling, saved
from forecast_dashboard.models.conformal import Limits
from forecast_dashboard.models.decision import Reserve
from forecast_dashboard.models.designs import Design, Inputs, Method, Yardstick
from forecast_dashboard.models.saved import Card, Team

ROLLED = PROJECT.data / "rolled.npz"  # every forecast that `evaluate` measures
SLIDING_DAYS = 180


@dataclass(frozen=True)
class Experiment:
    """One design, tried on days that its model has not seen."""

    name: str
    decision: str  # what it tries
    weather: str
    yardstick: str
    method: str
    newest_days: int | None  # that the model learns from; all if None
    validation_mase: float
    validation_days: int


@dataclass(frozen=True)
class Rolled:
    """Forecasts from a rolling origin by models that had not seen their days: (A, T) each, NaN where there is none.

    They begin before the test, where their errors make the intervals.
    """

    point: np.ndarray
    low: np.ndarray
    high: np.ndarray
    scale: np.ndarray  # the yardstick
    once: np.ndarray  # the test by a model that is never fitted again
    ridge: np.ndarray  # the test by the linear rival

    @property
    def limits(self) -> Limits:
        """Those of both quantiles."""
        return Limits(self.low, self.high, self.scale)


def train(config: Config) -> list[Experiment]:
    """Write models/, every experiment into reports/runs/, and the forecasts that `evaluate` measures."""
    series, manifest = prepare.load()
    view = prepare.view(series, config)
    first = rolling.test_from(series, config)
    experiments = list(_experiments(view, first, config))
    results.write_experiments(PROJECT, experiments)
    designs = {weather: _chosen(experiments, weather) for weather in weathers(series)}
    teams: dict[str, Team] = {}
    forecasts: dict[Weather, Rolled] = {}
    for weather, design in progress(designs.items(), "forecasting the test year"):
        forecasts[weather] = rolled(view, design, first, config)
        teams[weather.name] = team(view, design, forecasts[weather], first, config)
    keep(forecasts, saved.digest(series, (0, series.days)), ROLLED)
    sha256 = saved.save(teams, view.series)
    saved.save_card(
        Card(
            source=manifest.title,
            synthetic=manifest.synthetic,
            areas=list(series.areas),
            zone=series.zone,
            step_minutes=series.step // 60,
            unit=manifest.unit,
            noun=manifest.noun,
            trained_until=manifest.last,
            met_sha256=saved.digest(series, (0, series.days)),
            sha256=sha256,
            designs={
                weather.name: f"{each.name}, as a share of the {each.yardstick.value}"
                for weather, each in designs.items()
            },
        )
    )
    return experiments


def weathers(series: Series) -> list[Weather]:
    """What a model can be told that is really there at the moment of the forecast."""
    return [Weather.none] if series.temperature is None else [Weather.none, Weather.forecast]


def keep(forecasts: Mapping[Weather, Rolled], digest: str, path: Path) -> None:
    """Store them for `evaluate`, with what they are of."""
    kept = {
        f"{weather.name}.{each.name}": getattr(rolled, each.name)
        for weather, rolled in forecasts.items()
        for each in fields(rolled)
    }
    np.savez(path, allow_pickle=False, digest=np.array(digest), **kept)


def kept(series: Series) -> dict[Weather, Rolled]:
    """What `train` kept for `evaluate`; ExplainedError if that was of other data."""
    if not ROLLED.is_file():
        raise ExplainedError("no forecast was made yet: run `python -m forecast_dashboard train` first")
    with np.load(ROLLED) as stored:
        if str(stored["digest"]) != saved.digest(series, (0, series.days)):
            raise ExplainedError(
                "the forecasts are of other data, and may have met those it is tested on: "
                "run `python -m forecast_dashboard train` first"
            )
        return {
            weather: Rolled(*(stored[f"{weather.name}.{each.name}"] for each in fields(Rolled)))
            for weather in weathers(series)
        }


def _experiments(view: View, test_from: int, config: Config) -> Iterator[Experiment]:
    """Each yardstick with each weather, then the best one with the newest days only, and with a linear model."""
    series = view.series
    first = test_from - round(config.validation * test_from)
    is_known = ~np.isnan(series.demand)
    daily = naive.forecasts(view)[naive.DAY]
    scale = measures.mase_scale(series.demand, daily, (series.day >= config.warm_up_days) & (series.day < first))

    def tried(design: Design, decision: str, newest: int | None = None) -> Experiment:
        found = rolling.roll(view, design, [first, test_from], config, newest=newest)
        errors = np.abs(found - series.demand) / scale[:, None]
        parts = (design.weather.name, design.yardstick.name, "sliding" if newest else design.method.name)
        return Experiment(
            name="-".join(part for part in parts if part != Method.boosting.name),
            decision=decision,
            weather=design.weather.value,
            yardstick=design.yardstick.name,
            method=design.method.name,
            newest_days=newest,
            validation_mase=round(float(errors[is_known & ~np.isnan(found)].mean()), 6),
            validation_days=test_from - first,
        )

    for weather in progress(weathers(series), "comparing designs"):
        designs = [Design(weather, yardstick) for yardstick in Yardstick]
        compared = [tried(each, f"a share of the {each.yardstick.value}") for each in designs]
        yield from compared
        best = designs[int(np.argmin([each.validation_mase for each in compared]))]
        yield tried(best, "forget all but the newest half year", SLIDING_DAYS)
        yield tried(replace(best, method=Method.ridge), "a linear model of the same inputs")
        yield tried(replace(best, method=Method.mean), "the mean of both")


def _chosen(experiments: list[Experiment], weather: Weather) -> Design:
    """The best of boosting and the mean of both. Whether to forget old days is shown and not chosen: a whole year needs
    all its seasons. The linear model alone stays the rival."""
    rivals = [
        each
        for each in experiments
        if each.weather == weather.value and each.newest_days is None and each.method != Method.ridge.name
    ]
    best = min(rivals, key=lambda each: each.validation_mase)
    return Design(weather, Yardstick[best.yardstick], Method[best.method])


def rolled(view: View, design: Design, first: int, config: Config) -> Rolled:
    """Every forecast from the newer half of the training days on, each model fitted to what lies before it."""
    series, tail = view.series, (1 - config.level) / 2
    test = rolling.test_origins(series, first, config)
    origins = [*rolling.calibration_origins(series, first, config)[:-1], *test]
    point, low, high = (rolling.roll(view, design, origins, config, each) for each in (None, tail, 1 - tail))
    once = rolling.roll(view, design, [first, series.days], config)
    ridge = rolling.roll(view, replace(design, method=Method.ridge), test, config)
    is_training = (series.day >= config.warm_up_days) & (series.day < first)
    levels = np.array([np.nanmean(row[is_training]) for row in series.demand])
    return Rolled(point, low, high, Inputs.of(view, design, levels).scale, once, ridge)


def team(view: View, design: Design, forecasts: Rolled, first: int, config: Config) -> Team:
    """What is served: fitted to all days, with intervals that go on from where the test year left them."""
    series, tail = view.series, (1 - config.level) / 2
    with ThreadPoolExecutor(config.fits) as pool:
        point, low, high = pool.map(
            lambda level: rolling.fit(view, design, series.days, config, level), (None, tail, 1 - tail)
        )
    _, _, states = conformal.adaptive(series, forecasts.limits, first, config)
    return Team(point, low, high, tuple(states), Reserve.of(series, forecasts.point, config))
