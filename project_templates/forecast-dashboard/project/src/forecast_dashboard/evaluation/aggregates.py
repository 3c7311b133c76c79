"""What dashboard and page show, worked out once; the page works out no more than what a visitor's own costs change."""

import json
from typing import Any

import numpy as np

from forecast_dashboard.config import AGGREGATES, Config
from forecast_dashboard.evaluation.backtest import ADAPTIVE, Year
from forecast_dashboard.models import decision, naive
from forecast_dashboard.models.decision import Reserve

WORST, NEWEST = 8, 14  # days that can be looked at hour by hour
LEVELS = np.arange(5, 96) / 100  # of a reserve


def write(year: Year, measured: dict[str, Any], config: Config) -> None:
    """Write reports/aggregates.json."""
    document = {
        "title": config.title,
        "source": measured["data"]["source"],
        "synthetic": measured["data"]["synthetic"],
        "served": year.served,
        "unit": measured["data"]["unit"],
        "noun": measured["data"]["noun"],
        "test_days": measured["data"]["test_days"],
        "promised": config.level,
        "areas": [_area(year, number, config) for number in range(len(year.series.areas))],
        "results": [row for row in measured["results"] if row["metric"] in ("mase", "mae")],
        "intervals": measured["intervals"],
        "decision": {**measured["decision"], **prices(year, config)},
        "created": measured["created"],
    }
    AGGREGATES.parent.mkdir(parents=True, exist_ok=True)
    AGGREGATES.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def prices(year: Year, config: Config) -> dict[str, Any]:
    """What other costs need: at each level the reserve would be taken at, its share of the forecast by area and hour,
    and how much is missing and left over on a mean day of the test, in units times hours."""
    levels = np.unique([*LEVELS, decision.level(config.cost_short, config.cost_over)])
    shares = {name: decision.shares(year.series, past, levels) for name, past in year.past.items()}

    def reserved(name: str) -> list[list[float]]:
        hours = year.series.hour
        return [_missed(year, Reserve(each).commit(year.points[name], hours)) for each in shares[name]]

    return {
        "levels": levels.tolist(),
        "shares": shares[year.served].swapaxes(0, 1).round(3).tolist(),  # by area, level and hour
        "missed": {
            naive.WEEK: [_missed(year, year.points[naive.WEEK])] * len(levels),
            f"{naive.WEEK}, with a reserve": reserved(naive.WEEK),
            "the forecast": [_missed(year, year.points[year.served])] * len(levels),
            "the forecast, with a reserve": reserved(year.served),
        },
    }


def _missed(year: Year, committed: np.ndarray) -> list[float]:
    """[missing, left over] of what is committed (A, T), on a mean day of all areas together."""
    apart, daily = (year.series.demand - committed)[year.tested.rows], 24 * len(year.series.areas)
    return [float(f"{daily * np.maximum(each, 0).mean():.6g}") for each in (apart, -apart)]


def _area(year: Year, number: int, config: Config) -> dict[str, Any]:
    series = year.series
    days = np.arange(year.first, series.days)
    rows = year.tested.rows[number]
    counts = np.bincount(series.day[rows], minlength=series.days)[days]

    def daily(values: np.ndarray) -> np.ndarray:
        return np.bincount(series.day[rows], values[number, rows], minlength=series.days)[days] / np.maximum(counts, 1)

    band = year.band(ADAPTIVE, year.served)
    errors, naive_errors = daily(year.errors(year.served)), daily(year.errors(naive.WEEK))
    covered = daily(band.covers(series.demand).astype(float))
    known = counts > 0
    weeks = np.array([series.week[np.searchsorted(series.day, day)] for day in days])
    weekly = [
        {
            "from": str(series.date(int(days[weeks == week][0]))),
            "mae": _short(errors[(weeks == week) & known].mean()),
            "naive": _short(naive_errors[(weeks == week) & known].mean()),
            "coverage": round(float(covered[(weeks == week) & known].mean()), 3),
        }
        for week in np.unique(weeks)
        if ((weeks == week) & known).any()
    ]
    worst = days[known][np.argsort(-errors[known], kind="stable")[:WORST]].tolist()
    looked_at = {**dict.fromkeys(days[-NEWEST:].tolist(), "newest"), **dict.fromkeys(worst, "among the worst")}
    for day in np.unique(series.day[series.changes_clock & (series.day >= year.first)]).tolist():
        looked_at[day] = "clocks change"
    for day in np.unique(series.day[series.holiday[number] & (series.day >= year.first)]).tolist():
        looked_at.setdefault(day, "holiday")
    return {
        "name": series.areas[number],
        "weekly": weekly,
        "days": [_day(year, number, day, why) for day, why in sorted(looked_at.items(), reverse=True)],
    }


def _day(year: Year, number: int, day: int, why: str) -> dict[str, Any]:
    """One day, interval by interval."""
    series, band = year.series, year.band(ADAPTIVE, year.served)
    rows = np.flatnonzero(series.day == day)
    clock = [f"{int(hour):02d}:{round(hour % 1 * 60):02d}" for hour in series.hour[rows]]

    def shown(values: np.ndarray) -> list[float | None]:
        return [None if np.isnan(each) else _short(each) for each in values[number, rows]]

    return {
        "date": str(series.date(day)),
        "why": why,
        "clock": clock,
        "actual": shown(series.demand),
        "point": shown(year.points[year.served]),
        "low": shown(band.low),
        "high": shown(band.high),
        "last_week": shown(year.points[naive.WEEK]),
        "commit": shown(year.commit[year.served]),
    }


def _short(value: float) -> float:
    """With as many digits as anybody reads."""
    return float(f"{value:.4g}")
