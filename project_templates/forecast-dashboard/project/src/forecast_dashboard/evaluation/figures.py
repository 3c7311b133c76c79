"""The figures of the reports, each with the data it shows named in its title."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from forecast_dashboard.config import PROJECT, Config
from forecast_dashboard.data.prepare import Manifest
from forecast_dashboard.evaluation.backtest import ADAPTIVE, PLAIN, Year
from forecast_dashboard.kit import charts
from forecast_dashboard.kit.charts import COLORS
from forecast_dashboard.kit.results import Result
from forecast_dashboard.models import naive
from forecast_dashboard.models.saved import FEWEST_DAYS


def scores(rows: list[Result], source: str) -> None:
    """Every model's error with its interval."""
    figure, axes = charts.single(8, 0.55 * len(rows) + 1.3)
    charts.draw_scores(axes, rows)
    axes.set_xlim(0, max(row.ci95[1] for row in rows) * 1.08)
    axes.set_xlabel(f"{axes.get_xlabel()}: less is better")
    axes.set_title(f"Measured on {source}", loc="left")
    charts.save(figure, PROJECT.figures / "results.png")


def coverage(intervals: Sequence[Mapping[str, Any]], served: str, promised: float, source: str) -> None:
    """What the intervals cover, slice by slice, beside what they promise."""
    shown = [each for each in intervals if each["model"] == served]
    names = [part["name"] for part in shown[0]["slices"]]
    figure, axes = charts.single(8, 0.36 * len(names) + 1.5)
    places = np.arange(len(names))[::-1]
    axes.axvline(promised, color="#7a7a7a", linewidth=1, linestyle="--", label="promised")
    for method, color, marker in ((PLAIN, COLORS["naive"], "s"), (ADAPTIVE, COLORS["model"], "o")):
        values = [part["coverage"] for each in shown if each["method"] == method for part in each["slices"]]
        axes.plot(values, places, marker, color=color, label=method)
    axes.set_yticks(places, names, fontsize=9)
    axes.set_xlim(-0.02, 1.03)
    axes.set_xlabel("share of actual values inside the intervals")
    axes.legend(frameon=False, fontsize=9, loc="lower left")
    axes.set_title(f"Where the intervals keep their promise, {source}", loc="left")
    charts.save(figure, PROJECT.figures / "coverage.png")


def worst_week(year: Year, config: Config, manifest: Manifest) -> None:
    """The whole week with the largest error of the area that has it: the forecast, and the actual values."""
    series, rows = year.series, year.tested.rows
    errors = year.scaled(year.served)
    fewest = FEWEST_DAYS * series.per_day
    weekly = [
        np.bincount(series.week[known], each[known])
        / np.bincount(series.week[known]).clip(1)
        * (np.bincount(series.week[known]) >= fewest)
        for each, known in zip(errors, rows, strict=True)
    ]
    area = int(np.argmax([each.max() for each in weekly]))
    shown = np.flatnonzero((series.week == int(np.argmax(weekly[area]))) & (series.day >= year.first))
    moments = series.local[shown].astype("datetime64[s]")
    band = year.band(ADAPTIVE, year.served)
    figure, axes = charts.single(8, 3.6)
    axes.fill_between(
        moments, band.low[area, shown], band.high[area, shown], color=COLORS["model"], alpha=0.18, linewidth=0,
        label=f"{config.level:.0%} interval",
    )  # fmt: skip
    axes.plot(moments, year.points[year.served][area, shown], color=COLORS["model"], label="forecast")
    axes.plot(moments, year.points[naive.WEEK][area, shown], color="#b0b0b0", linewidth=1, label=naive.WEEK)
    axes.plot(moments, series.demand[area, shown], color="black", linewidth=1.2, label="actual")
    axes.set_ylabel(f"{manifest.noun}, {manifest.unit}")
    axes.tick_params(axis="x", labelsize=8)
    axes.legend(frameon=False, fontsize=9, ncols=4, loc="upper left")
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.15 * (high - low))
    axes.set_title(f"Worst week: {series.areas[area]}, {manifest.title}", loc="left")
    charts.save(figure, PROJECT.figures / "worst_week.png")
