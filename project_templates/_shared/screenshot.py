"""Takes the README's picture of the page at work: the real service, a real browser, and what `visit.py` does there.

Run with `screenshot`, or `screenshot --browser PATH`.
"""

from .asking import running_service
from .config import PICTURE, ExplainedError
from .visit import SIZE, visit


def screenshot(browser: str | None) -> str:
    """Write reports/figures/page.png with Chromium, the one at the path `browser` or Playwright's own."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise ExplainedError(
            'the picture needs a browser: `pip install -e ".[screenshot]"`, then `playwright install chromium`'
        ) from error
    with running_service() as port, sync_playwright() as playwright:
        try:
            window = playwright.chromium.launch(executable_path=browser)
        except Error as error:
            raise ExplainedError(
                "there is no browser: `playwright install chromium`, or `--browser` with the path of one"
            ) from error
        page = window.new_page(viewport=SIZE, color_scheme="light")
        page.goto(f"http://127.0.0.1:{port}/")
        visit(page)
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURE)
        window.close()
    return f"{PICTURE.name} is taken, and at the top of README.md"
