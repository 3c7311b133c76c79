"""The service of a trained project, asked by everybody the internet has: fuzzers, impatient people, and a SIGTERM."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import random
import shlex
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.e2e.conftest import Project, free_port, run, served

REQUESTS = 2400
BOUNDARY = "b0undary"


@pytest.fixture(scope="module")
def service(project: Project) -> Iterator[str]:
    """The address of the trained project's service."""
    port = free_port()
    with served(shlex.split(f"{project.python} -m image_api serve --port {port}"), project.folder, port) as address:
        yield address


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


def _mutated(content: bytes, chance: random.Random) -> bytes:
    """Cut, turned over, repeated, or mixed up here and there."""
    data = bytearray(content)
    match chance.randrange(6):
        case 0:
            return bytes(data)
        case 1:
            return bytes(data[: chance.randrange(len(data))])
        case 2:
            for _ in range(chance.randrange(1, 30)):
                data[chance.randrange(len(data))] = chance.randrange(256)
        case 3:
            at = chance.randrange(len(data))
            data[at:at] = chance.randbytes(chance.randrange(1, 200))
        case 4:
            at = chance.randrange(len(data))
            del data[at : at + chance.randrange(1, 100)]
        case _:  # sizes and lengths near the front are where bombs hide
            for _ in range(4):
                data[min(chance.randrange(8, 40), len(data) - 1)] = 255
    return bytes(data)


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
        body = _mutated(body, chance)
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def test_no_upload_however_strange_is_a_mistake_of_the_service(service: str, project: Project) -> None:
    chance, seen = random.Random(1), Counter[int]()
    pictures, place = _pictures(project.folder), urlsplit(service)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
    for _ in range(REQUESTS):
        body, headers = _upload(_mutated(chance.choice(pictures), chance), chance)
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


def test_told_to_stop_it_answers_all_it_has_and_leaves(project: Project) -> None:
    """Eight large photographs are on their way when SIGTERM comes; all are answered, and then the port is free."""
    port = free_port()
    process = subprocess.Popen(
        shlex.split(f"{project.python} -m image_api serve --port {port}"), cwd=project.folder, stderr=subprocess.PIPE
    )
    file = io.BytesIO()
    Image.effect_noise((2400, 2400), 90).convert("RGB").save(file, "JPEG", quality=80)
    photograph = file.getvalue()
    assert len(photograph) < 8_000_000
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="p.jpg"\r\n\r\n'.encode()
    body = head + photograph + f"\r\n--{BOUNDARY}--\r\n".encode()
    statuses: list[int] = []
    all_begun = threading.Barrier(9)

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.putrequest("POST", "/predict")
        connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:-1000])
        all_begun.wait()
        threading.Event().wait(0.5)  # the rest arrives when the service has been told
        connection.send(body[-1000:])
        statuses.append(connection.getresponse().status)

    people = [threading.Thread(target=ask) for _ in range(8)]
    with contextlib.suppress(OSError):
        run(f"curl -sS --retry 40 --retry-connrefused --retry-delay 1 http://127.0.0.1:{port}/readyz", project.folder)
    for each in people:
        each.start()
    all_begun.wait()
    threading.Event().wait(0.2)
    process.send_signal(signal.SIGTERM)
    for each in people:
        each.join()
    _, output = process.communicate(timeout=30)
    assert statuses == [200] * 8
    assert process.returncode in (0, -signal.SIGTERM), output
