"""Which of the measured rows is which, and what a difference says."""

from typing import Any

from churn_study.kit import results
from churn_study.models.risk import BASE_RATE

Measured = dict[str, Any]


def main(measured: Measured) -> Measured:
    """The result that the model is judged by."""
    return results.find(measured, role="model", metric="roc_auc")


def strongest(measured: Measured) -> Measured | None:
    """The best of the others that were measured on the same customers."""
    others = [
        each
        for each in measured["results"]
        if each["metric"] == "roc_auc" and each["role"] == "baseline" and each["model"] != BASE_RATE
    ]
    return max(others, key=lambda row: row["value"], default=None)


def against(measured: Measured, other: str, metric: str = "roc_auc") -> Measured | None:
    """The paired difference of what is served to another."""
    return next(
        (each for each in measured["comparisons"] if each["against"] == other and each["metric"] == metric), None
    )


def decides(difference: Measured, higher_is_better: bool = True) -> str:
    """What a difference says of the first against the second, by its interval."""
    low, high = difference["ci95"] if higher_is_better else [-each for each in reversed(difference["ci95"])]
    if low == high == 0:
        return "the same as"
    if low <= 0 <= high:
        return "not clearly better than"
    return "better than" if low > 0 else "worse than"


def naive(measured: Measured) -> list[Measured]:
    """What a careless evaluation would have claimed."""
    return [each for each in measured["results"] if each["role"] == "naive"]


def three(value: float) -> str:
    """With three digits."""
    return f"{value:.3f}"
