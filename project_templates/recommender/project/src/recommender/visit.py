"""What somebody does on the page before its picture is taken."""

from typing import Any

SIZE = {"width": 900, "height": 940}
CHOSEN = 3


def visit(page: Any) -> None:
    """Choose a few of the offered, not the most popular ones, and wait for both rankings."""
    for _ in range(CHOSEN):
        page.locator("#choices button[aria-pressed=false]").nth(7).click()
    page.get_by_text(f"for {CHOSEN} chosen").wait_for()
