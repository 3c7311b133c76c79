"""For whom, and when: the same errors and the same coverage, hour by hour, by kind of day, and by temperature."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.evaluation.backtest import Year
from forecast_dashboard.models.conformal import Band

HOURS = 4  # in a slice of the day


@dataclass(frozen=True)
class Slice:
    """Part of the test."""

    kind: str  # "hour", "day", "temperature" or "clock"
    name: str
    rows: np.ndarray  # (A, T)


@dataclass(frozen=True)
class Part:
    """What was measured in it."""

    kind: str
    name: str
    n: int
    coverage: float
    width: float
    mae: float


def all_of(year: Year, config: Config) -> list[Slice]:
    """Every slice with something in it."""
    counted = year.tested.rows
    return [
        Slice(kind, name, counted & np.broadcast_to(rows, counted.shape))
        for kind, name, rows in _slices(year, config)
        if (counted & rows).any()
    ]


def _slices(year: Year, config: Config) -> Iterator[tuple[str, str, np.ndarray]]:
    series = year.series
    for hour in range(0, 24, HOURS):
        yield "hour", f"{hour} to {hour + HOURS} h", (series.hour >= hour) & (series.hour < hour + HOURS)
    weekend = series.weekday >= 5
    yield "day", "workdays", ~weekend & ~series.holiday
    yield "day", "weekends", weekend & ~series.holiday
    yield "day", "holidays", series.holiday
    if series.temperature is not None:
        felt = series.temperature
        yield "temperature", f"below {config.cold:g} °C", felt < config.cold
        yield "temperature", f"{config.cold:g} to {config.hot:g} °C", (felt >= config.cold) & (felt < config.hot)
        yield "temperature", f"{config.hot:g} °C and hotter", felt >= config.hot
    yield "clock", "days on which clocks change", series.changes_clock


def measure(year: Year, band: Band, model: str, config: Config) -> list[Part]:
    """Coverage, width and error in each slice."""
    covered, errors = band.covers(year.series.demand), year.errors(model)
    return [
        Part(
            each.kind,
            each.name,
            int(each.rows.sum()),
            round(float(covered[each.rows].mean()), 4),
            round(float(band.width[each.rows].mean()), 2),
            round(float(errors[each.rows].mean()), 2),
        )
        for each in all_of(year, config)
    ]
