"""The report says only what was measured: each sentence with the results under which it may, and may not, be said."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from forecast_dashboard.reporting import paragraphs, tables
from forecast_dashboard.reporting.tables import ADAPTIVE, FROZEN, PLAIN

Measured = dict[str, Any]
MODEL, RIDGE, LEAK = "boosting with a weather forecast", "ridge with a weather forecast", "boosting, actual weather"


def _results(model: str, role: str, value: float) -> list[Measured]:
    ci95 = [value - 0.02, value + 0.02]
    row = {"model": model, "role": role, "split": "test year", "value": value, "ci95": ci95, "n": 8000}
    return [{**row, "metric": metric, "label": metric.upper()} for metric in ("mase", "mae", "rmse", "bias", "peak")]


def _skill(against: str, low: float, high: float) -> Measured:
    return {"of": MODEL, "against": against, "value": (low + high) / 2, "ci95": [low, high]}


def _intervals(method: str, *coverages: float) -> Measured:
    slices = [
        {"name": name, "n": 300, "coverage": coverage, "mae": mae, "width": 9.0}
        for name, coverage, mae in zip(("night", "holidays"), coverages, (1.0, 5.0), strict=True)
    ]
    return {"method": method, "model": MODEL, "promised": 0.95, "coverage": 0.94, "ci95": [0.93, 0.95], "width": 9.0,
            "slices": slices}  # fmt: skip


USUAL: Measured = {
    "data": {"source": "mine", "licence": "CC0-1.0", "synthetic": False, "noun": "production", "unit": "kWh",
             "areas": ["roof"], "zone": "Europe/Berlin", "step_minutes": 60, "rows": 17000, "missing": 5,
             "first": "2023-01-01", "last": "2024-12-31", "findings": [], "train_days": 365, "test_days": 365,
             "test_first": "2024-01-01", "has_weather": True, "served": MODEL, "refit_days": 122},
    "results": [*_results("yesterday", "baseline", 0.9), *_results(RIDGE, "baseline", 0.6),
                *_results(MODEL, "model", 0.5), *_results(LEAK, "naive", 0.4)],
    "skill": [_skill("yesterday", 0.4, 0.5), _skill(RIDGE, 0.1, 0.2)],
    "intervals": [_intervals(PLAIN, 0.96, 0.45), _intervals(ADAPTIVE, 0.95, 0.9), _intervals(FROZEN, 0.95, 0.7)],
    "decision": {"short": 90.0, "over": 30.0, "rows": [
        {"commit": "the forecast", "cost": 10, "ci95": [9, 11], "saved": 2, "saved_ci95": [1, 3]}]},
}  # fmt: skip
GAP = {"kind": "gap", "area": "roof", "first": "2023-05-01", "intervals": 9, "detail": ""}


def _data(**facts: Any) -> Callable[[Measured], None]:
    return lambda measured: measured["data"].update(facts)


def _against_ridge(low: float, high: float) -> Callable[[Measured], None]:
    return lambda measured: measured["skill"].__setitem__(1, _skill(RIDGE, low, high))


def _yesterday_is_stronger(measured: Measured) -> None:
    measured["results"][0]["value"] = 0.55


def _reserve(low: int, high: int) -> Callable[[Measured], None]:
    row = {"commit": "the forecast", "cost": 10, "ci95": [9, 11], "saved": (low + high) // 2, "saved_ci95": [low, high]}
    return lambda measured: measured["decision"].update(rows=[row])


def _importance(measured: Measured) -> None:
    growth = {"increase": 0.3, "least": 0.2, "most": 0.4}
    names = (("past values", True), ("demand 1 day before", False))
    measured["importance"] = [{"name": name, "is_kind": is_kind, **growth} for name, is_kind in names]


def _leak(value: float | None) -> Callable[[Measured], None]:
    def change(measured: Measured) -> None:
        kept = [row for row in measured["results"] if row["role"] != "naive"]
        measured["results"] = kept if value is None else [*kept, *_results(LEAK, "naive", value)]
        measured["data"]["has_weather"] = value is not None

    return change


@pytest.mark.parametrize(
    ("change", "text", "said", "unsaid"),
    [
        (_reserve(1, 3), tables.decision, "it paid", "cost more"),
        (_reserve(-3, -1), tables.decision, "it cost more than committing the forecast itself", "paid"),
        (_reserve(-3, -1), paragraphs.weakest, "The reserve cost 2 a day more", "paid"),
        (_reserve(-1, 3), tables.decision, "neither clearly paid nor clearly cost", "it paid"),
        (_reserve(-1, 3), paragraphs.weakest, "The error is largest", "The reserve"),
        (_data(), paragraphs.headline, f"15.0% less error than the strongest baseline ({RIDGE})", "(yesterday)"),
        (_against_ridge(-0.2, -0.1), paragraphs.headline, "15.0% more error than", "less error"),
        (_against_ridge(-0.1, 0.2), paragraphs.headline, "no clearly different error from", ", 5.0%"),
        (
            _yesterday_is_stronger,
            paragraphs.headline,
            "45.0% less error than the strongest baseline (yesterday)",
            "ridge",
        ),
        (_data(), paragraphs.headline, "Production a day ahead", "Demand"),
        (_data(), paragraphs.headline, "45.0% at worst (holidays, 300 values)", "synthetic"),
        (_data(), paragraphs.headline, "the adaptive ones cover 90.0%, or 70.0% while no actual", "(night"),
        (_data(synthetic=True), paragraphs.headline, "nothing about a real place", "real data"),
        (_leak(0.4), paragraphs.headline, "would claim a MASE of 0.400.", "no better"),
        (_leak(0.52), paragraphs.headline, "0.520, which is no better this time", "gained"),
        (_leak(None), paragraphs.headline, "No weather was measured", "claim"),
        (_leak(0.4), tables.results, "No real forecast can know it", "gained nothing"),
        (_leak(0.52), tables.results, "This time it gained nothing", "yesterday's actual weather"),
        (_leak(None), tables.results, "MASE is the error", "weather let in"),
        (_leak(0.4), paragraphs.weakest, "from 0.500 to 0.400", "no better"),
        (_leak(0.52), paragraphs.weakest, "The error is largest on holidays", "Perfect knowledge"),
        (_leak(None), paragraphs.data, "5 values are missing", "emulated"),
        (_data(), paragraphs.data, "The weather forecast is **emulated**", "Data checks"),
        (_data(findings=[GAP, GAP]), paragraphs.data, "2 × gap (first on 2023-05-01 in roof, 9 intervals)", "stuck"),
        (_data(), paragraphs.data, "17000 rows, one for", "areas"),
        (_data(areas=["a", "b"]), paragraphs.data, "17000 rows of 2 areas", "roof"),
        (_importance, tables.importance, "| production 1 day before | +0.300 | +0.200 to +0.400 |", "demand"),
        (_importance, tables.importance, "**past values**", "causes demand"),
        (_data(), tables.importance, "Not measured yet", "Permutation"),
        (_data(), tables.decision, "One kWh too little", "areas"),
        (_data(areas=["a", "b"]), tables.decision, "over 2 areas", "kW "),
    ],
)
def test_a_sentence_is_said_where_it_holds(
    change: Callable[[Measured], None], text: Callable[[Measured], str], said: str, unsaid: str
) -> None:
    measured = copy.deepcopy(USUAL)
    change(measured)
    assert said in text(measured)
    assert unsaid not in text(measured)
