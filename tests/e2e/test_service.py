"""What every project's service promises: limits, one shape of every refusal, and an orderly end."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import socket
import threading
import urllib.request
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from tests.e2e import journeys
from tests.e2e.conftest import Project, free_port, run, served
from tests.e2e.fuzz import strange

STRANGE = 600  # requests


def test_its_example_question_is_answered(each: Project, service: str) -> None:
    answer = json.loads(run(f"curl -sS {each.question(service)}", each.folder))
    assert answer["model_version"] == each.metrics["artefacts"][0]["sha256"][:12]


def test_the_api_is_what_its_description_says(service: str, tmp_path: Path) -> None:
    """Schemathesis reads the OpenAPI document and asks whatever it allows, and some of what it does not."""
    options = "--checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    run(f"schemathesis run {service}/openapi.json {options} --max-examples 60 --seed 1 --no-color", tmp_path)


def test_every_refusal_has_one_shape(each: Project, service: str) -> None:
    place = urlsplit(service)
    for body, kind, statuses in (
        (b"{}", "application/json", {422}),
        (b"{", "application/json", {400, 422}),  # a service that takes files only does not read JSON
        (b"--b--", "multipart/form-data; boundary=b", {400, 422}),
        (bytes(9_000_000 if "file" in each.example else 1_000_000), "application/octet-stream", {413}),
    ):
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
        connection.request("POST", each.example["path"], body, {"Content-Type": kind})
        answer = connection.getresponse()
        assert answer.status in statuses, (body[:20], answer.status)
        document = json.loads(answer.read())
        assert document.keys() == {"detail"}
        assert isinstance(document["detail"], str)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-request-id"]
        connection.close()


def test_who_stalls_keeps_nobody_out_for_long(each: Project, service: str) -> None:
    """Where as many wait as may, the next is told when to come back; and who sends nothing is let go."""
    place = urlsplit(service)
    kind = "multipart/form-data; boundary=b" if "file" in each.example else "application/json"
    headers = f"Host: x\r\nContent-Type: {kind}\r\nContent-Length: 10\r\n\r\n"
    head = f"POST {each.example['path']} HTTP/1.1\r\n{headers}".encode()
    with contextlib.ExitStack() as open_until_the_end:
        stalled = []
        for _ in range(80):
            connection = socket.create_connection((place.hostname, place.port), timeout=60)
            open_until_the_end.enter_context(connection)
            connection.sendall(head)
            stalled.append(connection)
        asked = f"curl -sS -o /dev/null -w '%{{http_code}} %header{{retry-after}}' {each.question(service)}"
        assert run(asked, each.folder).split() == ["503", "1"]
        from_another = asked.replace("curl", "curl --interface 127.0.0.2", 1)
        assert run(from_another, each.folder).split() == ["200"], "one address keeps out nobody but itself"
        assert json.loads(run(f"curl -sS {service}/healthz", each.folder)) == {"status": "alive"}
        let_go = [connection.recv(100).split()[1] for connection in stalled]  # all of them, or the next test waits too
        assert let_go[0] == b"408"
        assert set(let_go) <= {b"408", b"503"}
    assert json.loads(run(f"curl -sS --retry 5 --retry-all-errors {each.question(service)}", each.folder))


def test_no_body_however_strange_is_a_mistake_of_the_service(each: Project, service: str) -> None:
    chance, seen, place = random.Random(1), Counter[int](), urlsplit(service)
    content, headers = each.request()
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
    for _ in range(STRANGE):
        body = strange(content, chance)
        connection.request("POST", each.example["path"], body, headers)
        answer = connection.getresponse()
        said = answer.read()
        seen[answer.status] += 1
        assert answer.status < 500, (answer.status, said, body[:300])
        assert json.loads(said)
    assert len(seen) >= 3, seen
    assert min(seen[200], seen[422]) > STRANGE / 50, seen


def test_told_to_stop_it_answers_all_it_has_and_leaves(each: Project, tmp_path: Path) -> None:
    """Eight requests are on their way when SIGTERM comes; all are answered, and then the port is free."""
    port, statuses, all_begun, may_end = free_port(), list[int](), threading.Barrier(9), threading.Event()
    heavy = journeys.of(each.template).heavy
    content, headers = each.request(heavy and heavy())

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.putrequest("POST", each.example["path"])
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            connection.putheader(name, value)
        connection.endheaders(content[:-10])
        all_begun.wait()
        may_end.wait()
        connection.send(content[-10:])
        statuses.append(connection.getresponse().status)

    people = [threading.Thread(target=ask) for _ in range(8)]
    command = [*each.serve(port), "--log-dir", str(tmp_path)]
    with served(command, each.folder, port) as address:
        for one in people:
            one.start()
        all_begun.wait()
        # What was sent has been read once a later request is answered.
        assert json.loads(urllib.request.urlopen(f"{address}/healthz", timeout=10).read()) == {"status": "alive"}
        threading.Timer(0.5, may_end.set).start()  # the rest arrives when the service was told
    for one in people:
        one.join()
    assert statuses == [200] * 8
