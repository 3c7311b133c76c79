"""What somebody does on the page before its picture is taken."""

from typing import Any

SIZE = {"width": 900, "height": 1180}


def visit(page: Any) -> None:
    """Ask for tomorrow, and wait for the answer beside the day below it."""
    page.get_by_role("button", name="Forecast").click()
    page.get_by_text("The forecast for").wait_for()
