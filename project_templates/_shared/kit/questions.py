"""What a service can be asked: for `ask`, for the load test, and as a line for curl."""

import contextlib
import http.client
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from .project import ExplainedError

Answer = tuple[int, bytes]  # status and body


class UnansweredError(ExplainedError):
    """The service did not start, or did not answer."""


@dataclass(frozen=True)
class Question:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    example: bool = False  # worth showing to a reader
    file: str = ""  # of an upload: the path of what is sent, for a line of curl

    def curl(self, address: str) -> str:
        """The same request, for a terminal."""
        if self.file:
            return shlex.join(["curl", "-F", f"file=@{self.file}", address + self.path])
        headers = (part for name, value in self.headers.items() for part in ("-H", f"{name}: {value}"))
        return shlex.join(["curl", *headers, "-d", self.body.decode(), address + self.path])

    def described(self) -> dict[str, Any]:
        """As JSON."""
        content = {"file": self.file} if self.file else {"body": json.loads(self.body)}
        return {"method": self.method, "path": self.path, **content}


def as_json(path: str, document: Any, example: bool = False) -> Question:
    """A POST of a JSON document."""
    body = json.dumps(document, ensure_ascii=False).encode()
    return Question("POST", path, {"Content-Type": "application/json"}, body, example)


def example_of(questions: Sequence[Question]) -> Question:
    """The one to show, or the first."""
    return next((each for each in questions if each.example), questions[0])


def ask(address: str, question: Question) -> Answer:
    """What a service at `http://host:port` answers."""
    place = urlsplit(address)
    if place.scheme != "http" or not place.hostname:
        raise ExplainedError(f"{address!r} is no address of a service: write it as http://127.0.0.1:8000")
    try:
        with connection(place.port or 80, place.hostname) as client:
            return send(client, replace(question, path=place.path.rstrip("/") + question.path))
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UnansweredError(f"no service answers at {address} ({error}): start it with `serve`") from error


def connection(port: int, host: str = "127.0.0.1") -> contextlib.closing[http.client.HTTPConnection]:
    """One client's connection to a service."""
    return contextlib.closing(http.client.HTTPConnection(host, port, timeout=30))


def send(client: http.client.HTTPConnection, question: Question) -> Answer:
    """The answer to a question."""
    client.request(question.method, question.path, question.body, dict(question.headers))
    answer = client.getresponse()
    return answer.status, answer.read()
