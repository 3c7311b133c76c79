"""Which of the measured rows is which."""

from typing import Any

from recommender.kit import results
from recommender.kit.blocks import signed


def main(measured: dict[str, Any]) -> dict[str, Any]:
    """The result that the project is judged by."""
    return results.find(measured, role="model", metric="ndcg_at_10")


def naive(measured: dict[str, Any]) -> dict[str, Any]:
    """What a careless evaluation would have claimed of the same model."""
    return results.find(measured, role="naive")


def baselines(measured: dict[str, Any]) -> list[dict[str, Any]]:
    """The baselines' rows under the main protocol."""
    model = main(measured)
    return [
        row
        for row in measured["results"]
        if row["role"] == "baseline" and (row["split"], row["metric"]) == (model["split"], model["metric"])
    ]


def against(measured: dict[str, Any], baseline: str, split: str) -> dict[str, Any]:
    """The paired difference of the model to a baseline, under one protocol."""
    rows: list[dict[str, Any]] = measured["comparisons"]
    return next(row for row in rows if row["against"] == baseline and row["split"] == split)


def decides(difference: dict[str, Any]) -> str:
    """What a difference with its interval says of the first against the second."""
    low, high = difference["ci95"]
    return "better than" if low > 0 else "worse than" if high < 0 else "not clearly better than"


def three(value: float) -> str:
    """With three digits: scores of rankings differ in the second."""
    return f"{value:.3f}"


def signed_three(value: float) -> str:
    """The same with its sign."""
    return signed(value, digits=3)
