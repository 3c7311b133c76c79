"""Takes a picture of a page at work, with a real browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .project import ExplainedError

INSTALL = '`pip install -e ".[screenshot]"`, then `playwright install chromium`'


def take(url: str, visit: Callable[[Any], None], size: tuple[int, int], out: Path, browser: str | None = None) -> None:
    """Open the page, do what a visitor does, and write a PNG file; `browser` is the path of a Chromium."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise ExplainedError(f"the picture needs Playwright: {INSTALL}") from error
    width, height = size
    with sync_playwright() as playwright:
        try:
            window = playwright.chromium.launch(executable_path=browser)
        except Error as error:
            raise ExplainedError(f"the picture needs a browser: {INSTALL}, or `--browser` with its path") from error
        page = window.new_page(viewport={"width": width, "height": height}, color_scheme="light")
        page.goto(url)
        visit(page)
        out.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=out)
        window.close()
