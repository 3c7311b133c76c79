"""What only `image-api` promises: uploads of any kind, its page with a camera, PlantVillage from a host that fails."""

from __future__ import annotations

import base64
import http.client
import io
import json
import random
import shlex
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.e2e.browsing import WAYS, Visit, visited
from tests.e2e.conftest import Project, copied, run
from tests.e2e.fuzz import mutated
from tests.e2e.journeys import image_api as facts
from tests.e2e.mirror import Mirror

TEMPLATE = "image-api"
REQUESTS = 2400
BOUNDARY = "b0undary"


def _pictures(folder: Path) -> list[bytes]:
    """Files of many kinds: the project's own, and what other programs write."""
    drawn = sorted((folder / "data/sample").rglob("*.png"))[:4]
    found = [path.read_bytes() for path in drawn]
    for kind, mode in (
        ("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "I;16"), ("PNG", "1"),
        ("WEBP", "RGB"), ("WEBP", "RGBA"), ("GIF", "P"), ("BMP", "RGB"), ("TIFF", "RGB"), ("ICO", "RGBA"),
    ):  # fmt: skip
        file = io.BytesIO()
        Image.new(mode, (70, 50)).save(file, kind)
        found.append(file.getvalue())
    return found


def _upload(content: bytes, chance: random.Random) -> tuple[bytes, dict[str, str]]:
    """A multipart body, usually a proper one."""
    name, kind, boundary = "file", "image/jpeg", BOUNDARY
    match chance.randrange(12):
        case 0:
            name = chance.choice(["fil", "", "file[]", 'fi"le', "\x00", "é"])
        case 1:
            kind = chance.choice(["text/plain", "", "image/", "x" * 5000])
        case 2:
            boundary = chance.choice(["", "other", "b" * 3000])
        case _:
            pass
    part = f'Content-Disposition: form-data; name="{name}"; filename="p.jpg"\r\nContent-Type: {kind}\r\n\r\n'
    body = f"--{BOUNDARY}\r\n{part}".encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    if chance.randrange(15) == 0:
        body = mutated(body, chance)
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def test_no_upload_however_strange_is_a_mistake_of_the_service(its_service: str, project: Project) -> None:
    chance, seen = random.Random(1), Counter[int]()
    pictures, place = _pictures(project.folder), urlsplit(its_service)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
    for _ in range(REQUESTS):
        body, headers = _upload(mutated(chance.choice(pictures), chance), chance)
        try:
            connection.request("POST", "/predict", body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (http.client.HTTPException, ConnectionError):  # turned away at the door, as a broken request may be
            connection.close()
            seen[0] += 1
            continue
        seen[answer.status] += 1
        assert answer.status < 500, (answer.status, content, body[:300])
        assert json.loads(content)
    assert seen[0] == 0
    assert sum(seen.values()) == REQUESTS
    assert min(seen[200], seen[415], seen[422]) > 50, seen
    logged = (project.folder / "logs/service.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(logged) >= REQUESTS
    assert not [line for line in logged if json.loads(line)["status"] >= 500]


@pytest.fixture(params=WAYS)
def visit(request: pytest.FixtureRequest, chromium: Browser, its_service: str) -> Iterator[Visit]:
    """The page, each way."""
    with visited(chromium, its_service, request.param) as visit:
        yield visit


def _chosen(visit: Visit, content: bytes | Path, name: str = "leaf.png") -> None:
    chooser = visit.page.locator("input[type=file]").last
    chooser.set_input_files(
        content if isinstance(content, Path) else {"name": name, "mimeType": "image/png", "buffer": content}
    )


def _asked(its_service: str, photograph: Path) -> dict[str, object]:
    answer = subprocess.run(
        ["curl", "-sS", "-F", f"file=@{photograph}", f"{its_service}/predict"], capture_output=True, check=True
    )
    document: dict[str, object] = json.loads(answer.stdout)
    return document


@pytest.fixture(scope="module")
def photographs(project: Project, its_service: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One photograph that is answered, one that the model is not sure of, and one that is unlike what it knows."""
    found: dict[str, Path] = {}
    paths = sorted((project.folder / "data/sample").rglob("*.png"))
    for path in (*paths, *_between(paths, tmp_path_factory.mktemp("between"))):
        found.setdefault(str(_asked(its_service, path)["why"] or "answered"), path)
        if len(found) == 3:
            break
    return found


def _between(paths: list[Path], folder: Path) -> Iterator[Path]:
    """Something between two photographs each: a good model is sure of all that were taken."""
    for number, (one, other) in enumerate(zip(paths, reversed(paths), strict=True)):
        first, second = (Image.open(each).convert("RGB").resize((64, 64)) for each in (one, other))
        Image.blend(first, second, 0.5).save(folder / f"{number}.png")
        yield folder / f"{number}.png"


def test_a_photograph_is_answered(visit: Visit, its_service: str, photographs: dict[str, Path]) -> None:
    _chosen(visit, photographs["answered"])
    visit.page.locator(".verdict").wait_for()
    assert visit.page.locator(".verdict").inner_text() == _asked(its_service, photographs["answered"])["label"]
    assert visit.page.locator("#result li").count() == 3
    assert visit.page.locator("#preview").is_visible()


@pytest.mark.parametrize(
    ("why", "said"), [("not sure", "Not sure. Please retake the photo."), ("unlike", "This is unlike what it knows.")]
)
def test_where_there_is_no_answer_it_says_why_and_what_is_likeliest(
    visit: Visit, photographs: dict[str, Path], why: str, said: str
) -> None:
    _chosen(visit, photographs[why])
    visit.page.locator(".verdict").wait_for()
    assert visit.page.locator(".verdict").inner_text() == said
    assert visit.page.locator("#result li").count() == 3


EXPECTED = """
import json, sys
from pathlib import Path
from image_api.data import images
from image_api.models import classifier

model = classifier.load()
for path in sys.argv[1:]:
    content = Path(path).read_bytes()
    pixels = images.reduce(images.open_photograph(content, model.card.side, 10**8), model.card.side)[None]
    (probabilities,), (is_familiar,) = model.answer(pixels)
    print(json.dumps([images.to_input(pixels).ravel().tolist(), probabilities.tolist(), bool(is_familiar)]))
"""
BY_FILE = """async (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return await local.answer(new Blob([bytes]));
}"""


def test_in_one_file_it_answers_as_the_service_does(chromium: Browser, project: Project) -> None:
    """The same probabilities for the same numbers, and nearly always the same class by the browser's own decoder."""
    chance = random.Random(1)
    paths = chance.sample(sorted(map(str, (project.folder / "data/sample").rglob("*.png"))), 70)
    paths += chance.sample(sorted(map(str, facts.photographs().rglob("*.JPG"))), 30)
    names = " ".join(map(shlex.quote, paths))
    said = run(f"{project.python} -c {shlex.quote(EXPECTED)} {names}", project.folder).splitlines()
    classes, same = project.metrics["data"]["classes"], 0
    with visited(chromium, (project.folder / "reports/site/index.html").as_uri(), "desk") as visit:
        for path, line in zip(paths, said, strict=True):
            numbers, probabilities, is_familiar = json.loads(line)
            answer = visit.page.evaluate("(input) => local.predicted(Float32Array.from(input))", numbers)
            found = {each["label"]: each["probability"] for each in answer["all"]}
            assert found == pytest.approx(dict(zip(classes, probabilities, strict=True)), abs=1e-3)
            assert (answer["why"] == "unlike") is not is_familiar
            content = base64.b64encode(Path(path).read_bytes()).decode()
            same += visit.page.evaluate(BY_FILE, content)["top"][0]["label"] == answer["top"][0]["label"]
    assert same >= 98


REFUSED = """
import sys
from pathlib import Path
import numpy as np
from image_api.data import images
from image_api.models import classifier

model, pixels = classifier.load(), []
for path in sorted(Path(sys.argv[1]).rglob("*.*"))[:360]:
    try:
        pixels.append(images.reduce(images.open_photograph(path.read_bytes(), 64, 10**8), 64))
    except images.NotAPhotographError:
        pass
print(len(pixels), 1 - model.answer(np.stack(pixels))[1].mean())
"""


def test_real_photographs_are_unlike_the_drawn_ones(project: Project) -> None:
    said = run(f"{project.python} -c {shlex.quote(REFUSED)} {shlex.quote(str(facts.photographs()))}", project.folder)
    number, refused = said.split()
    assert int(number) >= 300
    assert float(refused) >= 0.8  # .89 to 1, by the processor that trained the network


def test_what_is_no_photograph_is_refused_in_words(visit: Visit) -> None:
    _chosen(visit, b"%PDF-1.7", "leaf.pdf")
    visit.page.get_by_text("No answer: not a picture").wait_for()


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


def test_from_a_first_failure_to_the_last_file_nothing_is_fetched_twice(
    project: Project, mirror: Mirror, tmp_path: Path
) -> None:
    """Rate-limited, interrupted, then one file corrupted and one missing; then all of it."""
    facts.publish(mirror)
    copy = copied(project, tmp_path)
    command = f"data --data plantvillage --limit 40 --mirror {mirror.address}"

    photographs = [path for path in mirror.files if facts.PHOTOGRAPHS in path]
    listing = next(path for path in mirror.files if path.endswith(f"/trees/{facts.COMMIT}"))
    mirror.faults[listing] = (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000000"}, b"")
    message = _failure(copy, command)
    assert "allows no more requests until" in message
    assert "CC BY-SA 3.0" in message, "the licence is shown before anything is fetched"
    mirror.faults.clear()

    mirror.delay = 0.2
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {copy.python} -m image_api {command}"],
        cwd=copy.folder,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background is born deaf to it
    )
    while len([path for path in mirror.asked if facts.PHOTOGRAPHS in path]) < 40:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    mirror.delay = 0.0
    kept = {path.name for path in (copy.folder / "data/plantvillage/contents").iterdir()}
    assert 30 <= len(kept) < 360

    mirror.asked.clear()
    corrupted, missing, *_ = (path for path in photographs if facts.blob_id(mirror.files[path]) not in kept)
    mirror.faults = {corrupted: (200, {}, mirror.files[corrupted][:-1] + b"?"), missing: (404, {}, b"")}
    message = _failure(copy, command)
    assert "it is not the file that was published" in message
    assert "raw.githubusercontent.com answered 404" in message or "127.0.0.1" in message
    assert "run the same command again" in message
    assert not [path for path in mirror.asked if "/trees/" in path]
    assert not kept & {facts.blob_id(mirror.files[path]) for path in mirror.asked}

    mirror.faults.clear()
    mirror.asked.clear()
    copy.do(command)
    assert len(mirror.asked) <= 2 + len(photographs)
    data = json.loads((copy.folder / "data/manifest.json").read_text(encoding="utf-8"))
    assert (data["source"], data["licence"]) == ("PlantVillage (tomato)", "CC BY-SA 3.0")
    assert (data["rows"], data["with_group"], len(data["classes"])) == (360, 40, 9)
    mirror.asked.clear()
    copy.do(command)
    assert mirror.asked == []


def _failure(project: Project, command: str) -> str:
    with pytest.raises(AssertionError) as failure:
        project.do(command)
    assert "ended with 1:" in str(failure.value)
    assert "Traceback" not in str(failure.value)
    return str(failure.value)
