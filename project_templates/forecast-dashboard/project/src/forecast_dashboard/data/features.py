"""What a forecast is made from. Every feature says when it is known, and a test holds it to that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from forecast_dashboard.data.series import Series


class Known(StrEnum):
    """When a feature of a target is available."""

    always = "years before"  # the calendar
    measured = "measured before the moment of the forecast"
    forecast = "forecast before the moment of the forecast"
    afterwards = "not before the target itself: nobody can have it"


class Weather(StrEnum):
    """What a model is told of the weather."""

    none = "without weather"
    forecast = "with a weather forecast"
    actual = "with the actual weather"  # the usual leak: an upper bound that cannot be had


@dataclass(frozen=True)
class View:
    """The data as features see them."""

    series: Series
    forecast: np.ndarray | None = None  # (A, T) degrees, made at the beginning of each day
    numbers: tuple[int, ...] | None = None  # of the areas among those that trained, where these are only some of them

    @cached_property
    def index(self) -> np.ndarray:
        """(T,) each interval's own place."""
        return np.arange(len(self.series.times))

    @property
    def area_numbers(self) -> np.ndarray:
        """(A,)"""
        return np.array(self.numbers or range(len(self.series.areas)))

    def before(self, values: np.ndarray, days: int) -> np.ndarray:
        """(A, T) the value that many days before, or a day more where that is not measured yet.

        On the day when clocks go back, the last hour minus 24 hours lies after the moment of the forecast.
        """
        place = self.index - days * self.series.per_day
        place = np.where(place >= self.series.issue, place - self.series.per_day, place)
        return values[:, np.maximum(place, 0)]

    def recent(self, values: np.ndarray, intervals: int) -> np.ndarray:
        """(A, T) mean of the newest intervals before the moment of the forecast."""
        total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
        end = self.series.issue
        start = np.maximum(end - intervals, 0)
        return (total[:, end] - total[:, start]) / np.maximum(end - start, 1)

    def over_day(self, values: np.ndarray, summary: Callable[[np.ndarray], float]) -> np.ndarray:
        """(A, T) one number for each local day."""
        parts = np.split(self.index, self.series.starts[1:])
        daily = np.array([[summary(row[part]) for part in parts] for row in values])
        return daily[:, self.series.day]

    def day_before(self, values: np.ndarray, summary: Callable[[np.ndarray], float]) -> np.ndarray:
        """(A, T) the same number of the local day before."""
        return self.over_day(values, summary)[:, np.maximum(self.series.issue - 1, 0)]


@dataclass(frozen=True)
class Feature:
    """One column."""

    name: str
    available_at: Known
    of: Callable[[View], np.ndarray]  # → (A, T), or (T,) where all areas share it


def _holidays(view: View, days: int) -> np.ndarray:
    """Whether the day so many days later is a holiday."""
    series = view.series
    daily = series.holiday[:, series.starts]
    return daily[:, np.clip(series.day + days, 0, series.days - 1)]


def _free_days(view: View) -> np.ndarray:
    """0 on a day of work, 1 on a Saturday, 2 on a Sunday or holiday."""
    series = view.series
    return np.where(series.holiday | (series.weekday == 6), 2, np.where(series.weekday == 5, 1, 0))


def _alike(view: View) -> np.ndarray:
    """Demand at the same time on the newest day of the same kind: of work, Saturday, or Sunday and holiday."""
    kinds, values = _free_days(view), view.series.filled
    found = view.before(values, 7)
    for days in (6, 5, 4, 3, 2, 1):  # the newest last, so that it stays
        place = np.maximum(view.index - days * view.series.per_day, 0)
        fits = (kinds[:, place] == kinds) & (place < view.series.issue)
        found = np.where(fits, values[:, place], found)
    return found


def measured(view: View) -> np.ndarray:
    """Degrees, the last measured ones where they are missing."""
    values = view.series.temperature
    if values is None:
        raise ValueError("there is no temperature")
    place = np.maximum.accumulate(np.where(np.isnan(values), 0, view.index), axis=1)
    return np.nan_to_num(np.take_along_axis(values, place, axis=1), nan=float(np.nanmean(values)))


def _forecast(view: View) -> np.ndarray:
    if view.forecast is None:
        raise ValueError("there is no weather forecast")
    return view.forecast


def _smooth(view: View, values: np.ndarray) -> np.ndarray:
    """Mean of an interval and those around it, within its own day: tomorrow's forecast is not made yet."""
    reach = 3 * view.series.per_day // 24 // 2
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    ends = np.append(view.series.starts[1:], len(view.index))[view.series.day]
    first, end = np.maximum(view.index - reach, view.series.issue), np.minimum(view.index + reach + 1, ends)
    return (total[:, end] - total[:, first]) / (end - first)


CALENDAR = (
    Feature("hour", Known.always, lambda view: view.series.hour),
    Feature("weekday", Known.always, lambda view: view.series.weekday),
    Feature("day of the year", Known.always, lambda view: view.series.yearday),
    Feature("kind of day", Known.always, _free_days),
    Feature("holiday before", Known.always, lambda view: _holidays(view, -1)),
    Feature("holiday after", Known.always, lambda view: _holidays(view, 1)),
    Feature("area", Known.always, lambda view: view.area_numbers[:, None] + 0 * view.index),
)
DEMAND = (
    *(
        Feature(f"demand {days} day{'s' * (days > 1)} before", Known.measured,
                lambda view, days=days: view.before(view.series.filled, days))  # type: ignore[misc]
        for days in (1, 2, 3, 7, 14)
    ),
    Feature("demand on the newest day of this kind", Known.measured, _alike),
    Feature("mean demand of four weeks", Known.measured,
            lambda view: np.mean([view.before(view.series.filled, days) for days in (7, 14, 21, 28)], axis=0)),
    Feature("newest demand", Known.measured, lambda view: view.recent(view.series.filled, 1)),
    Feature("mean demand of a day", Known.measured, lambda view: view.recent(view.series.filled, view.series.per_day)),
    Feature("mean demand of a week", Known.measured,
            lambda view: view.recent(view.series.filled, 7 * view.series.per_day)),
    Feature("highest demand of the day before", Known.measured,
            lambda view: view.day_before(view.series.filled, np.max)),
    Feature("lowest demand of the day before", Known.measured,
            lambda view: view.day_before(view.series.filled, np.min)),
)  # fmt: skip
PAST_WEATHER = (
    Feature("temperature a day before", Known.measured, lambda view: view.before(measured(view), 1)),
    Feature("mean temperature of a day", Known.measured,
            lambda view: view.recent(measured(view), view.series.per_day)),
    Feature("mean temperature of three days", Known.measured,
            lambda view: view.recent(measured(view), 3 * view.series.per_day)),
)  # fmt: skip


def _ahead(known: Known, of: Callable[[View], np.ndarray]) -> tuple[Feature, ...]:
    """Of the day to come, by a forecast or, out of reach, the actual one."""
    return (
        Feature("temperature", known, lambda view: _smooth(view, of(view))),
        Feature("mean temperature of the day", known, lambda view: view.over_day(of(view), np.mean)),
        Feature("highest temperature of the day", known, lambda view: view.over_day(of(view), np.max)),
        Feature("lowest temperature of the day", known, lambda view: view.over_day(of(view), np.min)),
    )


FORECAST_WEATHER = _ahead(Known.forecast, _forecast)
ACTUAL_WEATHER = _ahead(Known.afterwards, measured)
FEATURES: dict[Weather, tuple[Feature, ...]] = {
    Weather.none: (*CALENDAR, *DEMAND),
    Weather.forecast: (*CALENDAR, *DEMAND, *PAST_WEATHER, *FORECAST_WEATHER),
    Weather.actual: (*CALENDAR, *DEMAND, *PAST_WEATHER, *ACTUAL_WEATHER),
}
KINDS = (
    ("the calendar", CALENDAR),
    ("past values", DEMAND),
    ("past weather", PAST_WEATHER),
    ("the weather forecast", FORECAST_WEATHER),
)


def matrix(view: View, features: Sequence[Feature]) -> np.ndarray:
    """(A, T, F)."""
    shape = view.series.demand.shape
    return np.stack([np.broadcast_to(each.of(view), shape) for each in features], axis=2).astype(np.float32)
