"""A first look at the training days, before anything is modeled: `data` writes it into reports/explore.md.

The test year stays closed: a model that is chosen after a look at it has already been fitted to it.
"""

import numpy as np

from forecast_dashboard.config import EXPLORATION, PROJECT, Config
from forecast_dashboard.data import features, prepare
from forecast_dashboard.data.features import View
from forecast_dashboard.data.prepare import Manifest
from forecast_dashboard.data.series import Series
from forecast_dashboard.kit import charts
from forecast_dashboard.kit.blocks import table
from forecast_dashboard.kit.charts import COLORS
from forecast_dashboard.models import rolling

FEWEST_IN_BIN = 3  # days of one degree in each area, below which their mean says nothing
COLDEST, DEGREES = -60, 120  # of a day, in degrees Celsius


def explore(config: Config) -> None:
    """Write the page and its figures."""
    series, manifest = prepare.load()
    training = open_to_see(series, config)
    _draw_hours(training, manifest)
    _draw_history(training, manifest)
    parts = [
        f"# A first look at {manifest.title}",
        f"The {training.days} training days from {training.date(0)} to {training.date(training.days - 1)}, in "
        f"{manifest.unit}. The test year is left out on purpose. Written by `python -m forecast_dashboard data`.",
        table(["Area", "Mean", "Lowest", "Highest", "Missing", "Like yesterday", "Like last week"], _rows(training)),
        "_Like yesterday_ and _like last week_ are the correlations with the value 24 hours and 7 days before. "
        f"{_rhythm(training)}",
        "## Over the day",
        "Median, and the range that holds eight of ten values; days off are Saturdays, Sundays and holidays.",
        "![Values by the hour of the day](figures/explore_hours.png)",
        "## Over the years",
        "![Weekly means](figures/explore_history.png)",
    ]
    if training.temperature is not None:
        _draw_temperature(training, manifest)
        parts += ["## Against temperature", _bend(training, manifest)]
        parts += ["![Daily mean against the temperature of the day](figures/explore_temperature.png)"]
    EXPLORATION.write_text("\n\n".join(parts) + "\n", encoding="utf-8", newline="\n")


def open_to_see(series: Series, config: Config) -> Series:
    """The days before the test."""
    return series.until(int(series.starts[rolling.test_from(series, config)]))


def _rows(series: Series) -> list[list[str]]:
    rows = []
    for name, values, filled in zip(series.areas, series.demand, series.filled, strict=True):
        amounts = [f"{each:.1f}" for each in (np.nanmean(values), np.nanmin(values), np.nanmax(values))]
        day, week = (_likeness(filled, days * series.per_day) for days in (1, 7))
        rows.append([name, *amounts, f"{np.isnan(values).mean():.2%}", f"{day:.2f}", f"{week:.2f}"])
    return rows


def _likeness(values: np.ndarray, intervals: int) -> float:
    """Correlation of (T,) values with those so many intervals before."""
    return float(np.corrcoef(values[intervals:], values[:-intervals])[0, 1])


def _rhythm(series: Series) -> str:
    """Whether days or weeks repeat themselves more, where all areas agree."""
    is_weekly = {
        _likeness(each, 7 * series.per_day) > _likeness(each, series.per_day) for each in series.filled
    }  # fmt: skip
    if len(is_weekly) > 1:
        return "Which of them says more differs from area to area."
    first, second = ("a week", "a day") if is_weekly.pop() else ("a day", "a week")
    return f"The same time {first} before says more than the same time {second} before."


def _daily(series: Series, values: np.ndarray) -> np.ndarray:
    """(days,) means of (T,) values."""
    known = ~np.isnan(values)
    sums = np.bincount(series.day[known], values[known], minlength=series.days)
    numbers = np.bincount(series.day[known], minlength=series.days)
    return np.where(numbers > 0, sums / np.maximum(numbers, 1), np.nan)


def _by_degree(series: Series) -> tuple[np.ndarray, np.ndarray]:
    """Whole degrees of which every area has enough days, and the mean share of its area's mean that such a day has."""
    sums, numbers = [], []
    for values, temperature in zip(series.demand, features.measured(View(series)), strict=True):
        shares = _daily(series, values) / np.nanmean(values)
        degrees = np.round(_daily(series, temperature)).astype(int) - COLDEST
        known = ~np.isnan(shares)
        sums.append(np.bincount(degrees[known], shares[known], minlength=DEGREES))
        numbers.append(np.bincount(degrees[known], minlength=DEGREES))
    enough = np.flatnonzero(np.min(numbers, axis=0) >= FEWEST_IN_BIN)
    means = np.array(sums)[:, enough] / np.array(numbers)[:, enough]
    return enough + COLDEST, means.mean(axis=0)


def _bend(series: Series, manifest: Manifest) -> str:
    """Whether a straight line would do; said only where the ends differ clearly from the middle."""
    degrees, shares = _by_degree(series)
    if len(degrees) < 3:
        return "The temperature hardly changes, so nothing can be said about it."
    least = int(np.argmin(shares))
    cold, hot = shares[0] - shares[least], shares[-1] - shares[least]
    if min(cold, hot) < 0.05:
        return f"{manifest.noun.capitalize()} by the mean temperature of the day, as a share of each area's mean."
    return (
        f"{manifest.noun.capitalize()} is lowest at about {degrees[least]:.0f} °C: {cold:.0%} of the mean higher on "
        f"the coldest days and {hot:.0%} on the hottest. A straight line of temperature would miss both."
    )


def _draw_hours(series: Series, manifest: Manifest) -> None:
    figure, axes = charts.single(8, 3.4)
    is_off = series.holiday | (series.weekday >= 5)
    share = series.demand / np.nanmean(series.demand, axis=1, keepdims=True)
    hours = np.unique(series.hour)
    for name, rows, color in (("working days", ~is_off, COLORS["model"]), ("days off", is_off, COLORS["naive"])):
        chosen = [share[rows & (series.hour == hour)] for hour in hours]
        low, middle, high = np.array(
            [np.nanquantile(each, (0.1, 0.5, 0.9)) if len(each) else [np.nan] * 3 for each in chosen]
        ).T
        axes.fill_between(hours, low, high, color=color, alpha=0.18, linewidth=0)
        axes.plot(hours, middle, color=color, label=name)
    axes.set_xticks(range(0, 25, 3))
    axes.set_xlabel("hour of the local clock")
    axes.set_ylabel(f"{manifest.noun}, share of the area's mean")
    axes.legend(frameon=False, fontsize=9)
    axes.set_title(f"Over the day, {manifest.title}", loc="left")
    charts.save(figure, PROJECT.figures / "explore_hours.png")


def _draw_history(series: Series, manifest: Manifest) -> None:
    figure, axes = charts.single(8, 3.2)
    mondays = np.unique(series.week, return_index=True)[1]
    moments = series.local[mondays].astype("datetime64[s]")
    for name, values in zip(series.areas, series.demand, strict=True):
        known = ~np.isnan(values)
        numbers = np.bincount(series.week[known], minlength=len(mondays))
        means = np.bincount(series.week[known], values[known], minlength=len(mondays)) / np.maximum(numbers, 1)
        axes.plot(moments, np.where(numbers > 0, means, np.nan), linewidth=1.2, label=name)
    axes.set_ylabel(f"{manifest.noun}, {manifest.unit}")
    axes.tick_params(axis="x", labelsize=8)
    axes.legend(frameon=False, fontsize=8, ncols=4)
    axes.set_title(f"Weekly means, {manifest.title}", loc="left")
    charts.save(figure, PROJECT.figures / "explore_history.png")


def _draw_temperature(series: Series, manifest: Manifest) -> None:
    figure, axes = charts.single(8, 3.6)
    for name, values, temperature in zip(series.areas, series.demand, features.measured(View(series)), strict=True):
        share = _daily(series, values) / np.nanmean(values)
        axes.plot(_daily(series, temperature), share, ".", markersize=3, alpha=0.5, label=name)
    axes.plot(*_by_degree(series), color="black", linewidth=1.5, label="mean of a degree")
    axes.set_xlabel("mean temperature of the day, °C")
    axes.set_ylabel(f"{manifest.noun}, share of the area's mean")
    axes.legend(frameon=False, fontsize=8, ncols=4)
    axes.set_title(f"Each day by its temperature, {manifest.title}", loc="left")
    charts.save(figure, PROJECT.figures / "explore_temperature.png")
