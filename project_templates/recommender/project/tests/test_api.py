"""The service is what the README says: it answers, refuses with a reason, and writes down what was seen, and once."""

import dataclasses
import json
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from recommender.config import Config
from recommender.experiment import events, tokens
from recommender.kit.project import ExplainedError
from recommender.models.recommend import Recommender
from recommender.models.saved import EASE, KNN, Trained
from recommender.serving.app import create_app

SECRET = "anna.karenina@example.org"


def _asked(client: TestClient, history: list[str], **more: object) -> dict[str, Any]:
    answer = client.post("/recommendations", json={"user": SECRET, "history": history, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _sent(client: TestClient, *found: dict[str, Any]) -> httpx2.Response:
    return client.post("/events", json={"events": list(found)})


def _rows(folder: Path, table: str) -> list[dict[str, Any]]:
    with events.reading(events.file_in(folder / "logs")) as connection:
        return [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]


def test_a_list_is_personal_and_says_why(client: TestClient, model: Trained) -> None:
    found = _asked(client, model.ids[:4], length=7)
    assert len(found["items"]) == 7
    assert not {each["item"] for each in found["items"]} & set(model.ids[:4])
    assert not found["is_fallback"]
    assert any(each["because"] in model.titles[:4] for each in found["items"])
    assert found["model_version"] == model.card.version
    other = _asked(client, model.ids[200:204], length=7)
    assert [each["item"] for each in other["items"]] != [each["item"] for each in found["items"]]


@pytest.mark.parametrize("history", [[], ["never heard of"]])
def test_who_is_not_known_gets_what_is_popular_and_is_told(
    client: TestClient, model: Trained, history: list[str]
) -> None:
    found = _asked(client, history)
    assert found["is_fallback"]
    best = sorted(range(len(model.ids)), key=lambda each: -model.popular[each])[:10]
    assert [each["item"] for each in found["items"]] == [model.ids[each] for each in best]
    assert 'predictions_total{label="fallback"} 1.0' in client.get("/metrics").text


def test_who_has_watched_everything_gets_an_empty_list_with_its_reason(client: TestClient, model: Trained) -> None:
    asked = {"user": "anna", "history": model.ids, "length": 50}
    answer = client.post("/recommendations", json=asked).json()
    assert answer["items"] == []
    assert answer["reason"] == "every film of the catalogue is in this history"
    assert not any(client.post("/preview", json={"history": model.ids}).json()["rankings"].values())
    seen = client.post("/events", json={"events": [{"type": "exposure", "token": answer["token"]}]}).json()
    assert seen == {"new": 0, "rows": 0}
    but_one = client.post("/recommendations", json={**asked, "history": model.ids[1:]}).json()
    assert [each["item"] for each in but_one["items"]] == model.ids[:1]
    assert but_one["reason"] is None


def test_the_same_visit_is_the_same_list_and_the_same_user_the_same_variant(client: TestClient, model: Trained) -> None:
    found = [_asked(client, model.ids[:4], visit="monday") for _ in range(3)]
    assert len({json.dumps(each["items"]) for each in found}) == 1
    visits = [_asked(client, model.ids[:4]) for _ in range(150)]  # of which one in ten explores
    assert len({each["variant"] for each in visits}) == 1
    assert len({each["items"][0]["item"] for each in visits}) > 1, "now and then the first film is explored"


def test_nothing_is_logged_before_it_was_seen_and_everything_once(
    client: TestClient, model: Trained, tmp_path: Path
) -> None:
    found = _asked(client, model.ids[:4])
    assert _rows(tmp_path, "exposures") == []
    shown = {"type": "exposure", "token": found["token"]}
    opened = {"type": "click", "token": found["token"], "item": found["items"][2]["item"], "event_id": "e1"}
    assert _sent(client, shown, opened).json() == {"new": 11, "rows": 11}
    assert _sent(client, shown, opened).json() == {"new": 0, "rows": 11}
    assert _sent(client, {**opened, "event_id": "e2"}).json() == {"new": 0, "rows": 1}
    rows = _rows(tmp_path, "exposures")
    assert [row["item_id"] for row in rows] == [each["item"] for each in found["items"]]
    assert [row["position"] for row in rows] == list(range(1, 11))
    assert {(row["variant"], row["history"], row["is_fallback"]) for row in rows} == {(found["variant"], 4, 0)}
    assert 0 < rows[0]["propensity"] < 1
    assert found["items"][0]["item"] in json.loads(rows[0]["choices"])["candidates"]
    (click,) = _rows(tmp_path, "clicks")
    assert (click["position"], click["event_id"]) == (3, "e1")


def test_no_name_and_no_history_is_kept(client: TestClient, model: Trained, tmp_path: Path) -> None:
    found = _asked(client, model.ids[:4], visit=SECRET)
    _sent(client, {"type": "exposure", "token": found["token"]})
    for path in (tmp_path / "logs").iterdir():
        content = path.read_bytes()
        assert SECRET.encode() not in content, path
        assert b"karenina" not in content, path
    logged = (tmp_path / "logs/service.jsonl").read_text().splitlines()[0]
    assert not any(f'"{each}"' in logged for each in model.ids[:4])
    assert (tmp_path / "logs" / tokens.NAME).stat().st_mode & 0o077 == 0
    assert SECRET not in found["token"]


def test_pseudonyms_differ_between_services(tmp_path: Path) -> None:
    one, other = (tokens.load_key(tmp_path / name) for name in ("one", "other"))
    assert tokens.pseudonym(one, "anna") == tokens.pseudonym(tokens.load_key(tmp_path / "one"), "anna")
    assert tokens.pseudonym(one, "anna") != tokens.pseudonym(other, "anna")
    assert tokens.pseudonym(one, "a", "bc") != tokens.pseudonym(one, "ab", "c")


@pytest.mark.parametrize("change", ["body", "seal", "nothing", "no dot", "not base64"])
def test_a_token_that_is_not_ours_is_refused(client: TestClient, model: Trained, tmp_path: Path, change: str) -> None:
    token = _asked(client, model.ids[:4])["token"]
    body, _, seal = token.partition(".")
    forged = {
        "body": f"{'A' if body[5] != 'A' else 'B'}{body[1:]}.{seal}",
        "seal": f"{body}.{seal[:-2]}{'A' if seal[-2] != 'A' else 'B'}{seal[-1]}",
        "nothing": "",
        "no dot": body,
        "not base64": "é.é",
    }[change]
    answer = _sent(client, {"type": "exposure", "token": token}, {"type": "exposure", "token": forged})
    assert (answer.status_code, answer.json()["detail"]) == (422, "the token is not one of ours")
    assert _rows(tmp_path, "exposures") == [], "all of a request, or nothing"


def test_an_old_list_and_a_film_it_did_not_hold_are_refused(model: Trained, config: Config, tmp_path: Path) -> None:
    hasty = dataclasses.replace(config, token_hours=0.0)
    with TestClient(create_app(model, hasty, tmp_path)) as client:
        found = _asked(client, model.ids[:4])
        time.sleep(0.01)
        answer = _sent(client, {"type": "exposure", "token": found["token"]})
    assert "hours ago" in answer.json()["detail"]
    with TestClient(create_app(model, config, tmp_path)) as client:
        click = {"type": "click", "token": found["token"], "item": model.ids[0], "event_id": "e"}
        answer = _sent(client, click)
    assert (answer.status_code, "is not in the list" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/recommendations", {}),
        ("/recommendations", {"user": ""}),
        ("/recommendations", {"user": "u" * 129}),
        ("/recommendations", {"user": "u", "length": 0}),
        ("/recommendations", {"user": "u", "length": 51}),
        ("/recommendations", {"user": "u", "history": "f001"}),
        ("/recommendations", {"user": "u", "history": ["f"] * 1001}),
        ("/recommendations", {"user": "\ud800"}),
        ("/events", {}),
        ("/events", {"events": [{"type": "purchase"}]}),
        ("/events", {"events": [{"type": "click", "token": "t", "item": "i"}]}),
        ("/events", {"events": [{"type": "exposure", "token": "t"}] * 101}),
        ("/preview", {"history": [None]}),
        ("/preview", []),
    ],
)
def test_what_is_not_asked_properly_is_refused_with_a_reason(client: TestClient, path: str, body: object) -> None:
    answer = client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 5000, b"\xff\xfe", b'{"user": NaN}', b"null"])
def test_what_is_no_json_is_refused(client: TestClient, content: bytes) -> None:
    answer = client.post("/recommendations", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert isinstance(answer.json()["detail"], str)


def test_too_many_bytes_are_refused(client: TestClient) -> None:
    assert client.post("/events", content=bytes(300_001)).status_code == 413
    parts = (part for part in [bytes(100_000)] * 4)
    assert client.post("/events", content=parts).status_code == 413


def test_strange_names_are_names_too(client: TestClient, model: Trained) -> None:
    for name in ("🦆", "a\x00b", "x' OR 1=1 --", "\x1f", "é" * 128):
        answer = client.post("/recommendations", json={"user": name, "history": model.ids[:2], "visit": name})
        assert answer.status_code == 200
        token, item = answer.json()["token"], answer.json()["items"][0]["item"]
        events = [{"type": "click", "token": token, "item": item, "event_id": name}]
        assert client.post("/events", json={"events": events}).json()["new"] == 1


def test_an_event_that_cannot_be_written_is_not_acknowledged(
    client: TestClient, model: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))

    token = _asked(client, model.ids[:4])["token"]
    monkeypatch.setattr(events.Store, "add", full)
    answer = _sent(client, {"type": "exposure", "token": token})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "disk" not in answer.text
    assert "disk is full" in (tmp_path / "logs/service.jsonl").read_text(), "why, is for the operator"


def test_a_preview_is_no_part_of_the_experiment(client: TestClient, model: Trained, tmp_path: Path) -> None:
    found = client.post("/preview", json={"history": model.ids[:3], "length": 5}).json()
    assert set(found["rankings"]) == {"item-kNN", "EASE"}
    assert all(len(each) == 5 for each in found["rankings"].values())
    assert "token" not in json.dumps(found)
    assert "visitor" not in (tmp_path / "logs/service.jsonl").read_text()


def test_when_it_is_full_it_says_when_to_come_back(
    model: Trained, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer, slate = threading.Event(), Recommender.slate

    def slow(*arguments: Any) -> Any:
        may_answer.wait(10)
        return slate(*arguments)

    few = dataclasses.replace(config, workers=1, waiting=1)
    with TestClient(create_app(model, few, tmp_path)) as client, ThreadPoolExecutor(4) as people:
        monkeypatch.setattr(Recommender, "slate", slow)
        asked = [people.submit(client.post, "/preview", json={"history": []}) for _ in range(4)]
        while sum(each.done() for each in asked) < 2:
            time.sleep(0.01)
        assert client.get("/healthz").status_code == 200, "it is busy, not dead"
        may_answer.set()
        answers = [each.result() for each in asked]
    assert sorted(each.status_code for each in answers) == [200, 200, 503, 503]
    assert {each.headers["retry-after"] for each in answers if each.status_code == 503} == {"1"}


def test_who_sends_too_slowly_is_let_go(model: Trained, config: Config, tmp_path: Path) -> None:
    """Else a few of them would keep everybody out. On a real port: the test's own client sends all at once."""
    hasty = dataclasses.replace(config, request_seconds=0.2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(model, hasty, tmp_path), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)

    def dripping() -> Iterator[bytes]:
        yield b'{"events": ['
        time.sleep(0.5)
        yield b"]}"

    answer = httpx2.post(f"http://127.0.0.1:{port}/events", content=dripping())
    server.should_exit = True
    thread.join()
    assert answer.status_code == 408
    assert "0.2 seconds" in answer.json()["detail"]


def test_many_at_once_are_all_counted(client: TestClient, model: Trained, tmp_path: Path) -> None:
    def visit(number: int) -> int:
        found = _asked(client, model.ids[:3], visit=f"visit {number}")
        answer = _sent(client, {"type": "exposure", "token": found["token"]})
        return int(answer.json()["new"])

    with ThreadPoolExecutor(8) as people:
        assert sum(people.map(visit, range(80))) == 800
    assert len(_rows(tmp_path, "exposures")) == 800


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/version", "/metrics", "/openapi.json", "/", "/items"])
def test_every_route_of_the_contract_answers(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_the_page_loads_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/")
    assert "Films &lt;tested&gt;" in answer.text
    assert "http://" not in answer.text
    assert "https://" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_requests_carry_an_id_and_are_logged_without_their_content(client: TestClient, tmp_path: Path) -> None:
    answer = client.post("/preview", json={}, headers={"X-Request-ID": "abc-1", "User-Agent": "somebody"})
    assert answer.headers["x-request-id"] == "abc-1"
    entry = json.loads((tmp_path / "logs/service.jsonl").read_text().splitlines()[-1])
    assert (entry["path"], entry["status"], entry["request_id"]) == ("/preview", 200, "abc-1")
    client.get("/no/such/path")
    assert 'requests_total{path="other",status="404"} 1.0' in client.get("/metrics").text


@pytest.fixture
def key(tmp_path: Path) -> bytes:
    return tokens.load_key(tmp_path)


def test_a_key_that_was_never_written_is_made_again_and_no_other_is_touched(tmp_path: Path) -> None:
    path = tmp_path / tokens.NAME
    path.touch()
    assert len(tokens.load_key(tmp_path)) == tokens.KEY_BYTES
    path.write_bytes(b"a key of an operator with one byte")
    with pytest.raises(ExplainedError, match="34 bytes"):
        tokens.load_key(tmp_path)
    assert path.read_bytes() == b"a key of an operator with one byte"


def test_nothing_acknowledged_is_dropped_or_joined_to_another_list(client: TestClient, tmp_path: Path) -> None:
    """The same visit with another history, the same request id, the same event id: each list keeps its own clicks."""
    asked = [
        {"user": "anna", "history": ["f001"], "visit": "monday"},
        {"user": "anna", "history": ["f002", "f003"], "visit": "monday"},
        {"user": "bert", "history": ["f001"]},
        {"user": "bert", "history": ["f001"]},
    ]
    lists = [
        client.post("/recommendations", json=each, headers={"X-Request-ID": "always the same"}).json() for each in asked
    ]
    for each in lists:
        token, item = each["token"], each["items"][0]["item"]
        sent = [{"type": "exposure", "token": token}, {"type": "click", "token": token, "item": item, "event_id": "1"}]
        stored = client.post("/events", json={"events": sent}).json()
        assert stored["new"] == stored["rows"] == len(each["items"]) + 1
    place = {(row["list_id"], row["position"]): row["item_id"] for row in _rows(tmp_path, "exposures")}
    opened = _rows(tmp_path, "clicks")
    assert len(opened) == 4
    assert all(place[row["list_id"], row["position"]] == row["item_id"] for row in opened)


@pytest.mark.parametrize("ranking", ["most popular", KNN, EASE])
def test_every_ranking_can_be_a_variant(model: Trained, config: Config, tmp_path: Path, ranking: str) -> None:
    alone = dataclasses.replace(config, variants=((ranking, 1.0),))
    with TestClient(create_app(model, alone, tmp_path / "logs")) as client:
        answer = client.post("/recommendations", json={"user": "anna", "history": model.ids[:3]})
    assert answer.status_code == 200
    assert answer.json()["variant"] == ranking
    assert len(answer.json()["items"]) == 10


def test_what_is_sealed_is_opened(key: bytes) -> None:
    facts = {"list": "l", "ranking": KNN, "é": [1, 0.5, None]}
    assert tokens.unseal(key, tokens.seal(key, facts)) == facts
