"""What the kit's services do, whatever the project: run once, in the environment of one of them."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter, Request
from fastapi.testclient import TestClient

from image_api.kit import drift, page, service
from image_api.kit.project import LOG_NAME
from image_api.kit.service import Limits, Refusal, Service


@pytest.fixture
def described() -> Service:
    """A service with one endpoint of each kind."""
    router = APIRouter()

    @router.post("/answer")
    async def answer(request: Request, number: int) -> dict[str, int]:
        service.note(request, "even" if number % 2 == 0 else None, {"number": number, "status": "mine"})
        return {"answer": number}

    @router.put("/refuse")
    async def refuse() -> None:
        raise Refusal(409, "not now", retry_after=3)

    @router.put("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    @router.get("/fail")
    async def fail() -> None:
        raise RuntimeError("secret")

    limits = Limits(max_bytes=1000, at_once=2, seconds=5)
    return Service(
        "A title", "v1", router, page.Page("<p>hello", "default-src 'none'"), limits, warm=lambda: None,
        about={"trained_on": "nothing"}, labels=["even", "odd"],
    )  # fmt: skip


@pytest.fixture
def client(described: Service, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(service.application(described, tmp_path), raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("POST", "/answer?number=2", 200, None),
        ("POST", "/answer?number=x", 422, "number: "),
        ("PUT", "/refuse", 409, "not now"),
        ("GET", "/fail", 500, "the service failed: its log says why"),
        ("GET", "/nowhere", 404, "Not Found"),
        ("PATCH", "/answer", 405, "Method Not Allowed"),
        ("GET", "/docs", 200, None),
        ("GET", "/openapi.json", 200, None),
        ("GET", "/healthz", 200, None),
        ("GET", "/readyz", 200, None),
        ("GET", "/version", 200, None),
        ("GET", "/metrics", 200, None),
        ("GET", "/", 200, None),
    ],
)
def test_every_answer_is_signed_and_every_refusal_has_one_shape(
    client: TestClient, method: str, path: str, status: int, detail: str | None
) -> None:
    answer = client.request(method, path, headers={"X-Request-ID": "mine-1"})
    assert answer.status_code == status
    assert answer.headers["x-request-id"] == "mine-1"
    assert answer.headers["x-content-type-options"] == "nosniff"
    if detail is not None:
        assert answer.json().keys() == {"detail"}
        assert detail in answer.json()["detail"]


def test_a_refusal_says_when_to_come_back(client: TestClient) -> None:
    assert client.put("/refuse").headers["retry-after"] == "3"


def test_a_failure_is_told_to_the_operator_and_not_to_the_client(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert "secret" not in client.get("/fail").text
    assert "secret" in caplog.text


def test_what_is_noted_is_logged_and_counted_and_overwrites_nothing(client: TestClient, tmp_path: Path) -> None:
    for number in (2, 4, 5):
        client.post(f"/answer?number={number}")
    entries = [json.loads(line) for line in (tmp_path / LOG_NAME).read_text().splitlines()]
    assert [(entry["number"], entry["status"], entry["path"]) for entry in entries] == [
        (2, 200, "/answer"), (4, 200, "/answer"), (5, 200, "/answer"),
    ]  # fmt: skip
    numbers = client.get("/metrics").text
    assert 'predictions_total{label="even"} 2.0' in numbers
    assert 'predictions_total{label="odd"} 0.0' in numbers, "shown from the start"
    client.get("/made/up")
    assert "made" not in client.get("/metrics").text


@pytest.mark.parametrize("body", [bytes(2000), [bytes(600)] * 4], ids=["announced", "in parts"])
def test_a_body_that_is_too_large_is_refused(client: TestClient, body: bytes | list[bytes]) -> None:
    answer = client.put("/read", content=body if isinstance(body, bytes) else iter(body))
    assert (answer.status_code, answer.json()["detail"]) == (413, "the request has more than 1,000 bytes")
    assert client.put("/read", content=bytes(1000)).status_code == 200


def test_a_line_that_a_crash_cut_short_takes_no_other_with_it(described: Service, tmp_path: Path) -> None:
    (tmp_path / LOG_NAME).write_text('{"status": 200}\n{"stat')
    with TestClient(service.application(described, tmp_path)) as client:
        client.post("/answer?number=2")
    assert [entry.get("number") for entry in drift.read_log(tmp_path)] == [None, 2]


def test_the_documentation_asks_no_other_host(client: TestClient) -> None:
    text = client.get("/docs").text
    assert "https://" not in text
    assert client.get("/static-offline-docs/swagger-ui-bundle.js").status_code == 200


def test_words_are_escaped_and_only_the_page_s_own_script_may_run(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<style>p {}</style><p>$name</p>$piece<script>1</script>")
    rendered = page.render(tmp_path / "page.html", {"name": "<b>"}, {"piece": "<i>x</i>"})
    assert "<p>&lt;b&gt;</p><i>x</i>" in rendered.text
    assert "script-src 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='" in rendered.policy
