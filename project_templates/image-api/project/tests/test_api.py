"""The service is what the README says: it answers, refuses what it should with a reason, and logs nothing personal."""

import contextlib
import dataclasses
import io
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import httpx2
import numpy as np
import pytest
import uvicorn
from conftest import CARD, Stub
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from image_api.config import Config
from image_api.data import images
from image_api.models.classifier import Classifier
from image_api.serving.app import create_app

Encode = Callable[..., bytes]


@pytest.fixture
def client(stub: Classifier, config: Config, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(stub, config, tmp_path / "logs"), raise_server_exceptions=False) as client:
        yield client


def _ask(client: TestClient, content: bytes, headers: dict[str, str] | None = None) -> httpx2.Response:
    return client.post("/predict", files={"file": ("my holiday.jpg", content, "image/jpeg")}, headers=headers)


def test_it_answers_with_probabilities_and_the_version_of_its_model(client: TestClient, encoded: Encode) -> None:
    answer = _ask(client, encoded())
    assert answer.status_code == 200
    body = answer.json()
    assert (body["label"], body["abstained"]) == ("dark", False)
    assert sum(guess["probability"] for guess in body["top"]) == pytest.approx(1, abs=1e-3)
    assert body["model_version"] == "0" * 12
    assert body["request_id"] == answer.headers["x-request-id"]


def test_it_says_that_it_is_not_sure(client: TestClient, stub: Classifier) -> None:
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "grey").save(file, "PNG")
    body = _ask(client, file.getvalue()).json()
    assert body["probability"] < stub.card.threshold
    assert (body["label"], body["abstained"]) == (None, True)
    assert 'predictions_total{label="not sure"} 1.0' in client.get("/metrics").text


def test_it_says_that_a_photograph_is_unlike_what_it_knows(client: TestClient) -> None:
    """However sure it is; what it would have said is there as well."""
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "blue").save(file, "PNG")
    body = _ask(client, file.getvalue()).json()
    assert (body["label"], body["abstained"], body["why"]) == (None, True, "unlike")
    assert [guess["label"] for guess in body["top"]] == ["dark", "bright"]
    assert 'predictions_total{label="unlike"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_it_reads_every_kind_of_png(client: TestClient, encoded: Encode, mode: str) -> None:
    assert _ask(client, encoded(mode)).status_code == 200


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("CMYK", "JPEG"), ("L", "JPEG"), ("RGB", "WEBP"), ("RGBA", "WEBP"), ("P", "GIF"), ("RGB", "BMP"), ("RGB", "TIFF")],
)
def test_it_reads_other_formats_by_content_not_by_name(
    client: TestClient, encoded: Encode, mode: str, kind: str
) -> None:
    assert _ask(client, encoded(mode, kind=kind)).status_code == 200


@pytest.mark.parametrize(
    ("status", "make"),
    [
        (422, lambda encode: b""),
        (415, lambda encode: b"%PDF-1.7 not a picture"),
        (415, lambda encode: encode(kind="ICO")),
        (422, lambda encode: encode(size=(300, 300), kind="JPEG")[:-200]),
        (422, lambda encode: encode(size=(300, 300))[:-40]),
        (413, lambda encode: encode("1", (6000, 6000))),
        (413, lambda encode: encode("1", (16000, 16000))),
        (413, lambda encode: encode(size=(3000, 2500), kind="WEBP", lossless=True)),
        (413, lambda encode: encode(size=(3000, 2500), kind="JPEG", progressive=True)),
        (422, lambda encode: encode(size=(64, 64), kind="JPEG", progressive=True) + b"\xff\xda" * 200),
        (413, lambda encode: bytes(8_000_001)),
        (413, lambda encode: bytes(9_000_000)),
    ],
    ids=[
        "empty",
        "pdf",
        "icon",
        "cut jpeg",
        "cut png",
        "pixels",
        "bomb",
        "webp",
        "progressive",
        "scans",
        "bytes",
        "many bytes",
    ],
)
def test_it_refuses_with_a_reason(
    client: TestClient, encoded: Encode, status: int, make: Callable[[Encode], bytes]
) -> None:
    answer = _ask(client, make(encoded))
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_it_counts_bytes_itself_where_the_length_is_not_announced(client: TestClient) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    parts = (part for part in [head, *[bytes(1_000_000)] * 10])
    answer = client.post("/predict", content=parts, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 413


def test_no_file_is_a_mistake_of_the_asker(client: TestClient) -> None:
    for answer in (client.post("/predict"), client.post("/predict", data={"file": "text"})):
        assert answer.status_code == 422
        assert isinstance(answer.json()["detail"], str)


def test_a_photograph_is_turned_upright_and_forgets_where_it_was_taken() -> None:
    """The camera stored it on its side: white on the left, which is really the top."""
    stored = Image.new("RGB", (400, 300))
    stored.paste("white", (0, 0, 200, 300))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter to the right
    exif[0x010F] = "somebody's camera"
    file = io.BytesIO()
    stored.save(file, "JPEG", exif=exif)
    upright = images.open_photograph(file.getvalue(), side=64, max_pixels=10**6)
    assert upright.width < upright.height
    top, bottom = (upright.getpixel((upright.width // 2, place)) for place in (5, upright.height - 5))
    assert sum(top) > 700  # type: ignore[arg-type] # three numbers, since it is RGB
    assert sum(bottom) < 60  # type: ignore[arg-type]
    assert not upright.getexif()
    assert not upright.info


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "I;16", "CMYK"])
def test_a_large_picture_is_made_small_before_it_is_copied(mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (2400, 2400)).save(file, "JPEG" if mode == "CMYK" else "PNG")
    opened = images.open_photograph(file.getvalue(), side=64, max_pixels=24_000_000)
    assert 128 <= min(opened.size) < 256


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_a_moving_picture_it_looks_at_the_first(client: TestClient, kind: str) -> None:
    frames = [Image.new("RGB", (80, 60), colour) for colour in ("white", "black", "black")]
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], lossless=True)
    assert _ask(client, file.getvalue()).json()["label"] == "bright"


def test_sixteen_bits_of_grey_are_scaled_not_clipped() -> None:
    file = io.BytesIO()
    Image.fromarray(np.full((80, 80), 32768, dtype=np.uint16)).save(file, "PNG")
    opened = images.open_photograph(file.getvalue(), side=64, max_pixels=10**6)
    assert opened.getpixel((0, 0)) == (128, 128, 128)


def test_the_log_holds_numbers_and_no_personal_data(client: TestClient, encoded: Encode, tmp_path: Path) -> None:
    _ask(client, encoded(), headers={"X-Request-ID": "abc-1", "User-Agent": "somebody"})
    text = (tmp_path / "logs" / "service.jsonl").read_text(encoding="utf-8")
    entry = json.loads(text.splitlines()[-1])
    assert entry["request_id"] == "abc-1"
    assert entry["status"] == 200
    assert set(entry["signals"]) == {"brightness", "contrast", "sharpness", "colorfulness", "confidence"}
    assert not any(word in text for word in ("holiday", "somebody", "testclient"))


@pytest.mark.parametrize("given", ["two words", "x" * 65, "né"])
def test_a_strange_request_id_is_replaced(client: TestClient, given: str) -> None:
    answer = client.get("/healthz", headers=[(b"X-Request-ID", given.encode())])
    assert len(answer.headers["x-request-id"]) == 32


class Slow(Stub):
    """Thinks until it is told to stop, and remembers how many photographs it thought about at once."""

    def __init__(self) -> None:
        super().__init__(Path("none"), CARD)
        self.__dict__.update(may_answer=threading.Event(), thinking=0, most=0)  # the base class is frozen

    def look(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        state = self.__dict__
        state["thinking"] += 1
        state["most"] = max(state["most"], state["thinking"])
        state["may_answer"].wait(10)
        state["thinking"] -= 1
        return super().look(pixels)


def test_when_it_is_full_it_says_when_to_come_back_and_still_answers_those_it_took(
    config: Config, encoded: Encode, tmp_path: Path
) -> None:
    model, few = Slow(), dataclasses.replace(config, workers=2, waiting=2)
    model.__dict__["may_answer"].set()
    with TestClient(create_app(model, few, tmp_path)) as client, ThreadPoolExecutor(8) as people:
        model.__dict__["may_answer"].clear()
        asked = [people.submit(_ask, client, encoded()) for _ in range(8)]
        refused = [each.result() for each in itertools.islice(as_completed(asked), 4)]
        assert client.get("/healthz").status_code == 200, "it is busy, not dead"
        model.__dict__["may_answer"].set()
        statuses = sorted(each.result().status_code for each in asked)
    assert {answer.status_code for answer in refused} == {503}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert statuses == [200] * 4 + [503] * 4
    assert model.__dict__["most"] == 2


def test_who_sends_too_slowly_is_let_go(stub: Classifier, config: Config, tmp_path: Path) -> None:
    """Else eighteen of them would keep everybody out."""

    def dripping() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        time.sleep(0.5)
        yield b"..."

    hasty = dataclasses.replace(config, upload_seconds=0.2)
    with _served(create_app(stub, hasty, tmp_path)) as address:
        answer = httpx2.post(
            f"{address}/predict", content=dripping(), headers={"Content-Type": "multipart/form-data; boundary=b"}
        )
    assert answer.status_code == 408
    assert "0.2 seconds" in answer.json()["detail"]


def test_told_to_stop_it_finishes_what_it_has(config: Config, encoded: Encode, tmp_path: Path) -> None:
    model = Slow()
    model.__dict__["may_answer"].set()
    with ThreadPoolExecutor() as people, _served(create_app(model, config, tmp_path)) as address:
        model.__dict__["may_answer"].clear()
        asked = people.submit(httpx2.post, f"{address}/predict", files={"file": encoded()}, timeout=10)
        while not model.__dict__["thinking"]:
            time.sleep(0.01)
        threading.Timer(0.3, model.__dict__["may_answer"].set).start()  # by then it has been told
    assert asked.result().status_code == 200


@contextlib.contextmanager
def _served(app: FastAPI) -> Iterator[str]:
    """On a real port; on leaving it is told to stop, as SIGTERM tells it, and waited for."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=10))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/version", "/metrics", "/openapi.json", "/"])
def test_every_route_of_the_contract_answers(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_metrics_count_by_known_paths_only(client: TestClient) -> None:
    client.get("/no/such/path")
    text = client.get("/metrics").text
    assert 'requests_total{path="other",status="404"} 1.0' in text
    assert "no/such" not in text


def test_the_page_names_the_classes_and_loads_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/")
    assert "Leaves &lt;tested&gt;" in answer.text
    assert "bright, dark" in answer.text
    assert "http://" not in answer.text
    assert "https://" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
