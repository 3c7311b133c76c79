"""Compares designs on days kept out of training, fits the chosen ones, and widens their limits by their own errors.

Run as: python -m forecast_dashboard train
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast_dashboard.config import PROJECT, Config
from forecast_dashboard.data import prepare
from forecast_dashboard.data.features import View, Weather
from forecast_dashboard.data.series import Series
from forecast_dashboard.evaluation import measures
from forecast_dashboard.kit import results
from forecast_dashboard.kit.progress import progress
from forecast_dashboard.models import conformal, naive, rolling, saved
from forecast_dashboard.models.decision import Reserve
from forecast_dashboard.models.designs import Design, Inputs, Yardstick
from forecast_dashboard.models.saved import Card, Team

CALIBRATION = PROJECT.data / "calibration.npz"  # forecasts of the days that make the intervals
SLIDING_DAYS = 180


@dataclass(frozen=True)
class Experiment:
    """One design, tried on days that its model has not seen."""

    name: str
    decision: str  # what it tries
    weather: str
    yardstick: str
    newest_days: int | None  # that the model learns from; all if None
    validation_mase: float
    validation_days: int


@dataclass(frozen=True)
class Calibration:
    """Forecasts of days before the test by models that had not seen them: (A, T), NaN elsewhere."""

    point: np.ndarray
    low: np.ndarray
    high: np.ndarray


def train(config: Config) -> list[Experiment]:
    """Write models/, and every experiment into reports/runs/."""
    series, manifest = prepare.load()
    view = prepare.view(series, config)
    test_from = rolling.test_from(series, config)
    experiments = list(_experiments(view, test_from, config))
    results.write_experiments(PROJECT, experiments)
    designs = {weather: _chosen(experiments, weather) for weather in weathers(series)}
    teams: dict[str, Team] = {}
    calibrations: dict[Weather, Calibration] = {}
    for weather, design in progress(designs.items(), "fitting"):
        calibrations[weather] = calibrate(view, design, test_from, config)
        teams[weather.name] = team(view, design, calibrations[weather], test_from, config)
    keep(calibrations, CALIBRATION)
    sha256 = saved.save(teams, view.series)
    saved.save_card(
        Card(
            source=manifest.title,
            synthetic=manifest.synthetic,
            areas=list(series.areas),
            zone=series.zone,
            step_minutes=series.step // 60,
            met_sha256=saved.digest(series, (0, test_from)),
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


def keep(calibrations: Mapping[Weather, Calibration], path: Path) -> None:
    """Store them for `evaluate`."""
    fields = ("point", "low", "high")
    kept = {f"{weather.name}.{key}": getattr(each, key) for weather, each in calibrations.items() for key in fields}
    np.savez(path, allow_pickle=False, **kept)


def calibrations(series: Series) -> dict[Weather, Calibration]:
    """What `train` kept for `evaluate`."""
    with np.load(CALIBRATION) as stored:
        return {
            weather: Calibration(*(stored[f"{weather.name}.{key}"] for key in ("point", "low", "high")))
            for weather in weathers(series)
        }


def _experiments(view: View, test_from: int, config: Config) -> Iterator[Experiment]:
    """Each yardstick with each weather, and then the best again with the newest days only."""
    series = view.series
    first = test_from - round(config.validation * test_from)
    is_known = ~np.isnan(series.demand)
    daily = naive.forecasts(view)[naive.DAY]
    scale = measures.mase_scale(series.demand, daily, (series.day >= config.warm_up_days) & (series.day < first))

    def tried(design: Design, newest: int | None = None) -> Experiment:
        found = rolling.roll(view, design, [first, test_from], config, newest=newest)
        errors = np.abs(found - series.demand) / scale[:, None]
        return Experiment(
            name=f"{design.weather.name}-{design.yardstick.name}{'-sliding' if newest else ''}",
            decision="forget all but the newest half year" if newest else f"a share of the {design.yardstick.value}",
            weather=design.weather.value,
            yardstick=design.yardstick.name,
            newest_days=newest,
            validation_mase=round(float(errors[is_known & ~np.isnan(found)].mean()), 6),
            validation_days=test_from - first,
        )

    for weather in progress(weathers(series), "comparing designs"):
        compared = [tried(Design(weather, yardstick)) for yardstick in Yardstick]
        yield from compared
        best = min(compared, key=lambda each: each.validation_mase)
        yield tried(Design(weather, Yardstick[best.yardstick]), SLIDING_DAYS)


def _chosen(experiments: list[Experiment], weather: Weather) -> Design:
    """The best yardstick. Whether to forget old days is shown and not chosen: a whole year needs all its seasons."""
    rivals = [each for each in experiments if each.weather == weather.value and each.newest_days is None]
    return Design(weather, Yardstick[min(rivals, key=lambda each: each.validation_mase).yardstick])


def calibrate(view: View, design: Design, test_from: int, config: Config) -> Calibration:
    """Forecasts of the newer half of the training days, in two parts, each from what lies before it."""
    origins = rolling.calibration_origins(view.series, test_from, config)
    tail = (1 - config.level) / 2
    return Calibration(*(rolling.roll(view, design, origins, config, each) for each in (None, tail, 1 - tail)))


def team(view: View, design: Design, calibration: Calibration, test_from: int, config: Config) -> Team:
    """Fitted to all training days; the margin is where the adaptive one has come to by the end of the data."""
    series, tail = view.series, (1 - config.level) / 2
    point, low, high = (rolling.fit(view, design, test_from, config, each) for each in (None, tail, 1 - tail))
    rows = series.day >= test_from
    inputs = Inputs.of(view, design, point.levels)
    lowest, highest = (
        np.where(rows, model.predict(inputs, rows), past)
        for model, past in ((low, calibration.low), (high, calibration.high))
    )
    _, state = conformal.adaptive(series, lowest, highest, inputs.scale, test_from, config)
    return Team(point, low, high, state.margin, Reserve.of(series, calibration.point, config))
