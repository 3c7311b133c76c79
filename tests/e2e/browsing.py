"""A page in a real browser: on a desk, on a phone, in the dark; it has to keep quiet, and to its own host."""

from __future__ import annotations

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FileChooser, Page

DESK: dict[str, Any] = {"viewport": {"width": 1000, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
WAYS = {"desk": DESK, "phone": PHONE, "dark": {**DESK, "color_scheme": "dark"}}


@dataclass
class Visit:
    """One page, and what went on behind it."""

    page: Page
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    choosers: list[FileChooser] = field(default_factory=list)


@contextlib.contextmanager
def visited(browser: Browser, address: str, way: str) -> Iterator[Visit]:
    """The page, just opened; afterwards it must have kept quiet, and to its own host."""
    context = browser.new_context(**WAYS[way])
    visit = Visit(context.new_page())
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    visit.page.on("console", lambda said: visit.errors.append(said.text) if said.type in ("error", "warning") else None)
    visit.page.on("request", lambda asked: visit.hosts.add(urlsplit(asked.url).netloc))
    # From the start: switching it on takes the browser a moment.
    visit.page.on("filechooser", lambda chooser: visit.choosers.append(chooser))
    visit.page.goto(address)
    yield visit
    found = Axe().run(visit.page).response["violations"]
    assert not [each["id"] for each in found if each["impact"] in ("serious", "critical")]
    assert visit.page.evaluate("document.documentElement.scrollWidth <= screen.width")
    assert visit.hosts <= {urlsplit(address).netloc, ""}
    # A refusal is an error to the console of a browser, and to nobody else.
    assert not [text for text in visit.errors if "Failed to load resource" not in text]
    context.close()


@contextlib.contextmanager
def shown(folder: Path) -> Iterator[str]:
    """The address of a host that only shows the files of a folder."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
