"""Which of the measured rows is which, and what a text calls the place where it was measured."""

from typing import Any

from image_api.kit import results

TEST = "test (by "


def main(measured: dict[str, Any]) -> dict[str, Any]:
    """The result that the project is judged by."""
    return results.find(measured, role="model", metric="macro_f1")


def in_field(measured: dict[str, Any]) -> dict[str, Any] | None:
    """The same result in the other domain, if there is one."""
    rows = [row for row in measured["results"] if row["role"] == "model" and row["metric"] == "macro_f1"]
    return rows[1] if len(rows) > 1 else None


def leak(measured: dict[str, Any]) -> dict[str, Any] | None:
    """What a leaky evaluation would have claimed; None where its split shares no group, so that nothing can leak."""
    return next((row for row in measured["results"] if row["role"] == "naive"), None)


def against_the_strongest(measured: dict[str, Any]) -> dict[str, Any]:
    """The paired difference to the best of the model's rivals on the same photographs."""
    model = main(measured)
    rivals = [each for each in measured["comparisons"] if each["split"] == model["split"]]
    return min(rivals, key=lambda each: each["difference"])


def place(row: dict[str, Any]) -> str:
    """Where it was measured, within a sentence."""
    if row["split"].startswith(TEST):
        return f"on new {row['split'].removeprefix(TEST).removesuffix(')')}s"
    return "in the field" if row["split"] == "field" else f"on {row['split']}"
