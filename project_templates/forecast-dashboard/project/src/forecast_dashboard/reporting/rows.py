"""Which of the measured rows is which, and how their numbers are written."""

from typing import Any

from forecast_dashboard.kit import results
from forecast_dashboard.kit.blocks import signed


def main(measured: dict[str, Any], metric: str = "mase") -> dict[str, Any]:
    """The result that the project is judged by."""
    return results.find(measured, role="model", metric=metric, model=measured["data"]["served"])


def rows(measured: dict[str, Any], metric: str) -> list[dict[str, Any]]:
    """All models by one measure."""
    return [row for row in measured["results"] if row["metric"] == metric]


def strongest(measured: dict[str, Any]) -> dict[str, Any]:
    """The baseline with the smallest error."""
    return min((row for row in rows(measured, "mase") if row["role"] == "baseline"), key=lambda row: row["value"])


def intervals(measured: dict[str, Any], method: str) -> dict[str, Any]:
    """Those around the model that is served."""
    found: list[dict[str, Any]] = measured["intervals"]
    served = measured["data"]["served"]
    return next(each for each in found if each["model"] == served and each["method"] == method)


def three(value: float) -> str:
    """With three digits."""
    return f"{value:.3f}"


def one(value: float) -> str:
    """With one: amounts."""
    return f"{value:.1f}"


def percent(value: float) -> str:
    """A share, of a hundred."""
    return f"{100 * value:.1f}%"


def whole(value: float) -> str:
    """A share without digits: what is promised."""
    return f"{100 * value:.0f}%"


def signed_three(value: float) -> str:
    """With its sign."""
    return signed(value, digits=3)
