"""The page in a real browser: by mouse, by keyboard, on a phone, in the dark, and without a service behind it."""

from __future__ import annotations

import io
import json
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.e2e.browsing import WAYS, Visit, visited
from tests.e2e.conftest import Project, free_port, served


@pytest.fixture(scope="module")
def service(project: Project) -> Iterator[str]:
    """The address of the trained project's service."""
    port = free_port()
    with served(shlex.split(f"{project.python} -m image_api serve --port {port}"), project.folder, port) as address:
        yield address


@pytest.fixture(params=WAYS)
def visit(request: pytest.FixtureRequest, chromium: Browser, service: str) -> Iterator[Visit]:
    with visited(chromium, service, request.param) as visit:
        yield visit


def _chosen(visit: Visit, content: bytes | Path, name: str = "leaf.png") -> None:
    chooser = visit.page.locator("input[type=file]").last
    chooser.set_input_files(
        content if isinstance(content, Path) else {"name": name, "mimeType": "image/png", "buffer": content}
    )


def _asked(service: str, photograph: Path) -> dict[str, object]:
    answer = subprocess.run(
        ["curl", "-sS", "-F", f"file=@{photograph}", f"{service}/predict"], capture_output=True, check=True
    )
    document: dict[str, object] = json.loads(answer.stdout)
    return document


@pytest.fixture(scope="module")
def photographs(project: Project, service: str) -> dict[bool, Path]:
    """One photograph that is answered, and one that the model is not sure of."""
    found: dict[bool, Path] = {}
    for path in sorted((project.folder / "data/sample").rglob("*.png")):
        found.setdefault(bool(_asked(service, path)["abstained"]), path)
        if len(found) == 2:
            break
    return found


def test_a_photograph_is_answered(visit: Visit, service: str, photographs: dict[bool, Path]) -> None:
    _chosen(visit, photographs[False])
    visit.page.locator(".verdict").wait_for()
    assert visit.page.locator(".verdict").inner_text() == _asked(service, photographs[False])["label"]
    assert visit.page.locator("#result li").count() == 3
    assert visit.page.locator("#preview").is_visible()


def test_when_it_is_not_sure_it_asks_for_another(visit: Visit, photographs: dict[bool, Path]) -> None:
    _chosen(visit, photographs[True])
    visit.page.locator(".verdict").wait_for()
    assert visit.page.locator(".verdict").inner_text() == "Not sure. Please retake the photo."
    assert visit.page.locator("#result li").count() == 0


def test_what_is_no_photograph_is_refused_in_words(visit: Visit) -> None:
    _chosen(visit, b"%PDF-1.7", "leaf.pdf")
    visit.page.get_by_text("No answer: not a picture").wait_for()


def test_without_the_service_it_says_so(visit: Visit, photographs: dict[bool, Path]) -> None:
    visit.page.route("**/predict", lambda route: route.abort())
    _chosen(visit, photographs[False])
    visit.page.get_by_text("The service cannot be reached").wait_for()


def test_a_large_photograph_is_made_smaller_before_it_is_sent(visit: Visit) -> None:
    visit.page.add_init_script(
        """const ask = fetch; window.fetch = async (address, options) => {
             const picture = await createImageBitmap(options.body.get("file"));
             window.sent = [picture.width, picture.height];
             return ask(address, options);
           }"""
    )
    visit.page.reload()
    file = io.BytesIO()
    Image.effect_noise((3000, 2000), 60).save(file, "JPEG", quality=90)
    _chosen(visit, file.getvalue())
    visit.page.locator(".verdict").wait_for()
    assert visit.page.evaluate("window.sent") == [1024, 683]


def test_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit.page
    page.locator("h1").click()  # into the page, and not into the browser around it
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('input[type=file]:not([capture])')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_timeout(1000)
    assert visit.choosers
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.examples button')")
    page.keyboard.press("Enter")
    page.locator(".verdict").wait_for()


def test_a_phone_is_offered_its_camera_and_a_desk_is_not(visit: Visit) -> None:
    has_camera = visit.page.locator("input[capture=environment]").is_visible()
    assert has_camera == visit.page.evaluate("matchMedia('(pointer: coarse)').matches")
