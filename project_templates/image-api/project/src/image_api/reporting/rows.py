"""Which of the measured rows is which, and what a text calls the place where it was measured."""

from typing import Any

from image_api.kit import results


def main(measured: dict[str, Any]) -> dict[str, Any]:
    """The result that the project is judged by."""
    return results.find(measured, role="model", metric="macro_f1")


def in_field(measured: dict[str, Any]) -> dict[str, Any] | None:
    """The same result in the other domain, if there is one."""
    rows = [row for row in measured["results"] if row["role"] == "model" and row["metric"] == "macro_f1"]
    return rows[1] if len(rows) > 1 else None


def is_careless(row: dict[str, Any], measured: dict[str, Any]) -> bool:
    """Whether it belongs to the experiment that a leaky evaluation would have chosen."""
    return bool(row["model"] == results.find(measured, role="naive")["model"])


def place(row: dict[str, Any]) -> str:
    """Where it was measured, within a sentence."""
    if row["split"].startswith("test (by "):
        return "on new plants"
    return "in the field" if row["split"] == "field" else f"on {row['split']}"
