"""Which of the measured rows is which, and what a difference says."""

from collections.abc import Mapping
from typing import Any

from product_brief.kit import results

Measured = dict[str, Any]


def main(measured: Measured, metric: str = "correct") -> Measured:
    """The served assistant's result."""
    return results.find(measured, role="model", metric=metric)


def suggests(measured: Measured) -> bool:
    """Whether the assistant suggested anything at all: else no share of its suggestions is known."""
    return any(each["role"] == "model" and each["metric"] == "wrong_suggestions" for each in measured["results"])


def strongest(measured: Measured) -> Measured:
    """The best of the baselines."""
    others = [each for each in measured["results"] if each["role"] == "baseline" and each["metric"] == "correct"]
    return max(others, key=lambda row: row["value"])


def against(measured: Measured, other: str) -> Measured:
    """The paired difference of the served assistant to another."""
    return next(each for each in measured["comparisons"] if each["against"] == other)


def decides(difference: Mapping[str, Any]) -> str:
    """What a difference says of the first against the second, by its interval."""
    low, high = difference["ci95"]
    if low == high == 0:
        return "as many as"
    if low <= 0 <= high:
        return "not clearly more than"
    return "more than" if low > 0 else "fewer than"
