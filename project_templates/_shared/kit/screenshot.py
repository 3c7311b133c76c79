"""Takes a picture of a page at work, with a real browser."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .project import ExplainedError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")  # fmt: skip
QUIET = ("--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--virtual-time-budget=8000")  # fmt: skip
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


def snap(page: Path, size: tuple[int, int], out: Path) -> bool:
    """The picture of a page in one file, after its own example, by a browser that is here; False if there is none."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        return False
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # else it refuses to start
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        where = [f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}", f"--screenshot={out}"]
        command = [program, *QUIET, *as_root, *where, f"{page.as_uri()}#example"]
        try:
            return subprocess.run(command, capture_output=True, timeout=60).returncode == 0 and out.is_file()
        except (OSError, subprocess.TimeoutExpired):
            return False
