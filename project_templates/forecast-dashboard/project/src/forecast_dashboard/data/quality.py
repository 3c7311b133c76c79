"""Finds what is wrong, or unusual, in a series before anything is learned from it."""

from dataclasses import dataclass, replace

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.data.series import Series


@dataclass(frozen=True)
class Finding:
    """One thing that was found."""

    kind: str  # "gap", "stuck meter", "change of level", "heat wave" or "clock change"
    area: str | None  # None where it is the same for all
    first: str  # local date
    intervals: int  # how long it lasts
    detail: str = ""


def clean(series: Series, config: Config) -> tuple[Series, list[Finding]]:
    """The series without values that cannot be believed, and everything that was found."""
    stuck = _stuck(series, config)
    believed = replace(series, demand=np.where(stuck, np.nan, series.demand))
    found = [
        *_runs(series, np.isnan(series.demand), "gap"),
        *_runs(series, stuck, "stuck meter"),
        *_changes_of_level(believed, config),
        *_heat_waves(series, config),
        *_clock_changes(series),
    ]
    return believed, found


def _stuck(series: Series, config: Config) -> np.ndarray:
    """(A, T) whether the value is one of many equal ones in a row."""
    fewest = round(config.stuck_hours * 3600 / series.step)
    found = np.zeros(series.demand.shape, dtype=bool)
    for area, values in enumerate(series.demand):
        same = np.concatenate([[False], np.diff(values) == 0])
        for first, last in _spans(same):
            if last - first + 1 >= fewest:
                found[area, first - 1 : last] = True
    return found


def _spans(flags: np.ndarray) -> list[tuple[int, int]]:
    """(first, end) of each run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def _runs(series: Series, flags: np.ndarray, kind: str) -> list[Finding]:
    return [
        Finding(kind, name, str(series.date(int(series.day[first]))), end - first)
        for name, row in zip(series.areas, flags, strict=True)
        for first, end in _spans(row)
    ]


def _changes_of_level(series: Series, config: Config) -> list[Finding]:
    """Days from which on demand is lastingly higher or lower than season, weather and weekday explain."""
    found, width = [], config.shift_days
    inputs = _explaining(series)
    for name, values in zip(series.areas, series.demand, strict=True):
        valid = ~np.isnan(values)
        daily = np.log(
            np.bincount(series.day, np.where(valid, np.maximum(values, 1e-9), 0))
            / np.maximum(np.bincount(series.day, valid), 1)
            + 1e-9
        )
        days = np.arange(len(daily))
        best, place = 0.0, 0
        for day in range(width, len(daily) - width):  # a step at that day, beside everything that explains without one
            step = (days >= day).astype(float)
            near = slice(max(0, day - 6 * width), day + 6 * width)
            fitted = np.linalg.lstsq(np.column_stack([inputs, step])[near], daily[near], rcond=None)[0]
            around = slice(day - width, day + width)
            rest = daily - inputs @ fitted[:-1]
            jump = np.median(rest[day : day + width]) - np.median(rest[day - width : day])
            agree = min(abs(jump), abs(fitted[-1])) if jump * fitted[-1] > 0 else 0.0
            noise = np.std(rest[around] - fitted[-1] * step[around])
            if agree > best and agree > 2 * noise:
                best, place = agree, day
        if best >= config.shift:
            found.append(Finding("change of level", name, str(series.date(place)), 0, f"{best:.0%}"))
    return found


def _explaining(series: Series) -> np.ndarray:
    """(days, columns): weekdays, holidays, the season, and how far it is from mild."""
    starts = series.starts
    yearly = 2 * np.pi * series.yearday[starts] / 365.25
    columns = [np.ones(len(starts)), series.holiday[starts].astype(float), np.sin(yearly), np.cos(yearly)]
    columns += [(series.weekday[starts] == each).astype(float) for each in range(1, 7)]
    if series.temperature is not None:
        mean = np.nanmean(series.temperature, axis=0)
        daily = np.bincount(series.day, np.nan_to_num(mean)) / np.bincount(series.day)
        columns += [np.maximum(14 - daily, 0), np.maximum(daily - 21, 0)]
    return np.column_stack(columns)


def _heat_waves(series: Series, config: Config) -> list[Finding]:
    """Three hot days in a row, or more."""
    if series.temperature is None:
        return []
    highest = np.maximum.reduceat(np.nan_to_num(series.temperature, nan=-99).max(axis=0), series.starts)
    return [
        Finding("heat wave", None, str(series.date(first)), (end - first) * series.per_day, f"{end - first} days")
        for first, end in _spans(highest >= config.hot)
        if end - first >= 3
    ]


def _clock_changes(series: Series) -> list[Finding]:
    lengths = np.bincount(series.day)
    return [
        Finding("clock change", None, str(series.date(int(day))), int(lengths[day]))
        for day in np.unique(series.day[series.changes_clock])
    ]
