"""Forecasts every day of a year that was never looked at, and measures where that goes well and where it does not.

Run as: python -m forecast_dashboard evaluate
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from forecast_dashboard.config import PROJECT, Config
from forecast_dashboard.data import prepare
from forecast_dashboard.data.prepare import Manifest
from forecast_dashboard.data.series import Series
from forecast_dashboard.evaluation import aggregates, backtest, figures, importance, reference, slices
from forecast_dashboard.evaluation.backtest import Year, role
from forecast_dashboard.kit import results
from forecast_dashboard.kit.results import Comparison, Result
from forecast_dashboard.models import decision, naive, rolling, saved, training
from forecast_dashboard.models.saved import Trained

BEST = "the forecast, with a reserve"


def evaluate(config: Config) -> None:
    """Write reports/metrics.json, the figures, and what dashboard and page show."""
    series, manifest = prepare.load()
    model = saved.load()
    first = rolling.test_from(series, config)
    forecasts = training.kept(series)
    year = backtest.forecast(prepare.view(series, config), forecasts, model, config)
    rows = _rows(year, manifest.unit)
    facts = _facts(manifest, series, first, year.served, config)
    document = results.document(PROJECT, manifest, config.seed, facts, rows, _comparisons(year), [saved.MODEL])
    measured = {
        **document,
        "skill": _skill(year),
        "intervals": _intervals(year, config),
        "decision": _decision(year, config),
        "importance": _importance(year, model, config),
    }
    saved.save_card(reference.with_reference(model.card, year, forecasts, config))
    results.write(PROJECT.metrics, measured)
    aggregates.write(year, measured, config)
    figures.scores([row for row in rows if row.metric == "mase"], manifest.title)
    figures.coverage(measured["intervals"], year.served, config.level, manifest.title)
    figures.worst_week(year, config, manifest)


def _rows(year: Year, unit: str) -> list[Result]:
    """Every measure of every model, those that models are judged by first."""
    series, tested = year.series, year.tested
    measures: list[tuple[str, str, Callable[[str], Any]]] = [
        ("mase", "MASE", lambda name: tested.mean(year.scaled(name))),
        ("mae", f"MAE, {unit}", lambda name: tested.mean(year.errors(name))),
        ("rmse", f"RMSE, {unit}", lambda name: tested.root(year.errors(name) ** 2)),
        ("bias", f"Bias, {unit}", lambda name: tested.mean(year.points[name] - series.demand)),
        ("peak", f"Error of the daily peak, {unit}", lambda name: tested.mean(_peak_errors(year, name))),
    ]
    return [
        tested.result(name, role(name), metric, label, measure(name))
        for metric, label, measure in measures
        for name in year.points
    ]


def _peak_errors(year: Year, name: str) -> np.ndarray:
    """(A, T) the error of the day's highest demand, at each of its intervals."""
    series = year.series
    is_missing = np.isnan(series.demand)
    actual, said = (
        np.maximum.reduceat(np.where(is_missing, -np.inf, each), series.starts, axis=1)
        for each in (series.demand, year.points[name])
    )
    with np.errstate(invalid="ignore"):  # days without any value, which do not count
        return np.abs(said - actual)[:, series.day]


def _comparisons(year: Year) -> list[Comparison]:
    served = (year.served, year.scaled(year.served))
    return [
        year.tested.compare("mase", served, (name, year.scaled(name))) for name in year.points if name != year.served
    ]


def _skill(year: Year) -> list[dict[str, Any]]:
    """By what share the error is smaller than that of each baseline."""
    found = []
    for model in (name for name in year.points if role(name) == "model"):
        for name in (name for name in year.points if role(name) == "baseline"):
            value, ends = year.tested.share_saved(year.scaled(model), year.scaled(name))
            ci95 = [round(each, 4) for each in ends]
            found.append({"of": model, "against": name, "value": round(value, 4), "ci95": ci95})
    return found


def _intervals(year: Year, config: Config) -> list[dict[str, Any]]:
    found = []
    for each in year.intervals:
        value, ends = year.tested.mean(each.band.covers(year.series.demand).astype(float))
        width, _ = year.tested.mean(each.band.width)
        parts = slices.measure(year, each.band, each.model, config)
        found.append(
            {
                "method": each.method,
                "model": each.model,
                "promised": config.level,
                "coverage": round(value, 4),
                "ci95": [round(end, 4) for end in ends],
                "width": round(width, 2),
                "slices": [asdict(part) for part in parts],
            }
        )
    return found


def _importance(year: Year, model: Trained, config: Config) -> list[dict[str, Any]]:
    """What the design that is served rests on."""
    design = next(team.point.design for team in model.teams.values() if team.point.design.name == year.served)
    return [asdict(each) for each in importance.importances(year.view, design, year.first, year.scale, config)]


def _decision(year: Year, config: Config) -> dict[str, Any]:
    """What a day costs, for whom commits what."""
    series, tested = year.series, year.tested
    committed = {
        naive.WEEK: year.points[naive.WEEK],
        f"{naive.WEEK}, with a reserve": year.commit[naive.WEEK],
        "the forecast": year.points[year.served],
        BEST: year.commit[year.served],
    }
    per_day = 24 * 3600 / series.step * len(series.areas)
    costs = {
        name: per_day * decision.cost(each, series.demand, series.step, config) for name, each in committed.items()
    }
    best = costs[BEST]
    rows = []
    for name, each in costs.items():
        value, ends = tested.mean(each)
        saved, saved_ends = tested.mean(each - best)
        rows.append(
            {
                "commit": name,
                "cost": round(value),
                "ci95": [round(end) for end in ends],
                "saved": round(saved),
                "saved_ci95": [round(end) for end in saved_ends],
            }
        )
    return {"short": config.cost_short, "over": config.cost_over, "rows": rows}


def _facts(manifest: Manifest, series: Series, first: int, served: str, config: Config) -> dict[str, Any]:
    """What describes the data, beyond what every results file says."""
    return {
        "areas": list(series.areas),
        "zone": series.zone,
        "unit": manifest.unit,
        "noun": manifest.noun,
        "refit_days": config.refit_days,
        "step_minutes": series.step // 60,
        "first": manifest.first,
        "last": manifest.last,
        "missing": manifest.missing,
        "findings": manifest.findings,
        "train_days": first,
        "test_days": series.days - first,
        "test_first": str(series.date(first)),
        "has_weather": series.temperature is not None,
        "served": served,
    }
