"""Finds what is wrong, or unusual, in a series before anything is learned from it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.data.series import BadDataError, Series

WARMEST = 60.0  # degrees Celsius that the air can have
PLACEHOLDERS = (-999.0, -9999.0, -99999.0, -99.0, 99999.0, 999999.0)
USUAL = 0.99  # share of the values, that a spike is compared with
MOST_OF_A_DAY = 0.75  # of its intervals, whose mean stands for the day


@dataclass(frozen=True)
class Finding:
    """One thing that was found."""

    kind: str  # "gap", "placeholder", "spike", "stuck meter", "change of level", "heat wave" or "clock change"
    area: str | None  # None where it is the same for all
    first: str  # local date
    intervals: int  # how long it lasts
    detail: str = ""


def clean(series: Series, config: Config) -> tuple[Series, list[Finding]]:
    """The series without values that cannot be believed, and everything that was found; BadDataError where that is
    the whole of it."""
    _check_temperature(series)
    placeholders = _placeholders(series)
    measured = replace(series, demand=np.where(placeholders, np.nan, series.demand))
    _check_values(measured)
    spikes = _spikes(measured, config)
    measured = replace(series, demand=np.where(spikes, np.nan, measured.demand))
    stuck = _stuck(measured, config)
    believed = replace(series, demand=np.where(stuck, np.nan, measured.demand))
    found = [
        *_runs(series, np.isnan(series.demand), "gap"),
        *_runs(series, placeholders, "placeholder", lambda value: f"the value {value:g}"),
        *_runs(series, spikes, "spike", lambda value: f"the value {value:g}"),
        *_runs(series, stuck, "stuck meter"),
        *_changes_of_level(believed, config),
        *_heat_waves(series, config),
        *_clock_changes(series),
    ]
    return believed, found


def _check_temperature(series: Series) -> None:
    if series.temperature is not None and np.nanmax(series.temperature) > WARMEST:
        raise BadDataError(
            f"the temperature reaches {np.nanmax(series.temperature):.0f}: it is not in degrees Celsius. Convert it, "
            "or leave --weather out"
        )


def _placeholders(series: Series) -> np.ndarray:
    """(A, T) whether the value is one that loggers write where they have none, such as -999."""
    return np.isin(series.demand, PLACEHOLDERS)


def _check_values(series: Series) -> None:
    """BadDataError where a series cannot be an amount that varies."""
    for name, values in zip(series.areas, series.demand, strict=True):
        known = values[~np.isnan(values)]
        if not len(known):
            continue
        if (negative := int((known < 0).sum())) > 0:
            raise BadDataError(
                f"{negative} of the values of {name!r} are negative, the lowest is {known.min():g}: only amounts can "
                "be forecast. Put what is used and what is fed in into columns of their own"
            )
        if known.min() == known.max():
            raise BadDataError(f"every value of {name!r} is {known[0]:g}: there is nothing to forecast")
        if np.nansum(np.abs(values[series.per_day :] - values[: -series.per_day])) == 0:
            raise BadDataError(f"every day of {name!r} is the same: yesterday's values are a perfect forecast")


def _spikes(series: Series, config: Config) -> np.ndarray:
    """(A, T) whether the value is many times higher than nearly all others, as when a unit is wrong."""
    usual = np.array([np.nanquantile(row, USUAL) for row in series.demand])[:, None]
    with np.errstate(invalid="ignore"):
        return series.demand > config.spike * usual


def _stuck(series: Series, config: Config) -> np.ndarray:
    """(A, T) whether the value is one of many equal ones in a row. Zeros may last: a sun that does not shine."""
    found = np.zeros(series.demand.shape, dtype=bool)
    for area, values in enumerate(series.demand):
        same = np.concatenate([[False], np.diff(values) == 0])
        for first, last in _spans(same):
            hours = config.stuck_hours if values[first] != 0 else config.dead_hours
            if (last - first + 1) * series.step >= hours * 3600:
                found[area, first - 1 : last] = True
    return found


def _spans(flags: np.ndarray) -> list[tuple[int, int]]:
    """(first, end) of each run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def _runs(
    series: Series, flags: np.ndarray, kind: str, describe: Callable[[float], str] = lambda _: ""
) -> list[Finding]:
    return [
        Finding(kind, name, str(series.date(int(series.day[first]))), end - first, describe(values[first]))
        for name, values, row in zip(series.areas, series.demand, flags, strict=True)
        for first, end in _spans(row)
    ]


def _changes_of_level(series: Series, config: Config) -> list[Finding]:
    """Days from which on demand is lastingly higher or lower than season, weather and weekday explain."""
    found, width = [], config.shift_days
    explaining = _explaining(series)
    for name, values in zip(series.areas, series.demand, strict=True):
        valid = ~np.isnan(values)
        counted = np.bincount(series.day, valid)
        total = np.bincount(series.day, np.where(valid, values, 0))
        whole = (counted >= MOST_OF_A_DAY * series.per_day) & (total > 0)  # of other days the mean says nothing
        daily, inputs = np.log(total[whole] / counted[whole]), explaining[whole]
        days = np.flatnonzero(whole)
        best, place = 0.0, 0
        for day in range(width, len(daily) - width):  # a step at that day, beside everything that explains without one
            step = (np.arange(len(daily)) >= day).astype(float)
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
            found.append(Finding("change of level", name, str(series.date(int(days[place]))), 0, f"{best:.0%}"))
    return found


def _explaining(series: Series) -> np.ndarray:
    """(days, columns): weekdays, holidays, the season, and how far it is from mild."""
    starts = series.starts
    yearly = 2 * np.pi * series.yearday[starts] / 365.25
    columns = [np.ones(len(starts)), series.holiday[:, starts].mean(axis=0), np.sin(yearly), np.cos(yearly)]
    columns += [(series.weekday[starts] == each).astype(float) for each in range(1, 7)]
    if series.temperature is not None:
        mean = np.nanmean(series.temperature, axis=0)
        daily = np.bincount(series.day, np.nan_to_num(mean)) / np.bincount(series.day)
        columns += [np.maximum(15.5 - daily, 0), np.maximum(daily - 22, 0)]
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
