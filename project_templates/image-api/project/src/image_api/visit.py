"""What somebody does on the page before its picture is taken."""

from typing import Any

SIZE = {"width": 640, "height": 900}


def visit(page: Any) -> None:
    """Try one example after the other, until one is answered; the last will do otherwise."""
    for example in page.locator(".examples button").all():
        example.click()
        page.locator(".verdict").wait_for()
        if page.locator("#result li").count():
            return
