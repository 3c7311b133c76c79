"""Takes a picture of a page at work, with a browser that is installed."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")  # fmt: skip
QUIET = ("--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--virtual-time-budget=20000")  # fmt: skip


def snap(url: str, size: tuple[int, int], out: Path, browser: str | None = None) -> bool:
    """Write a PNG file of a page, by `browser` or the first that is here; False if none of them took it."""
    program = browser or next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        return False
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # else it refuses to start
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        where = [f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}", f"--screenshot={out}"]
        try:
            done = subprocess.run([program, *QUIET, *as_root, *where, url], capture_output=True, timeout=60)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0 and out.is_file()
