"""What surrounds every request: an id, limits, a line in the log, a count in the metrics.

Plain ASGI, since a limit has to hold while the body arrives: the framework would first write all of it to disk.
"""

import asyncio
import contextlib
import json
import logging
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, NoReturn

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Counter, Histogram

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
NOT_LOGGED = {"/healthz", "/readyz", "/metrics"}  # asked every few seconds, by machines
NO_SNIFFING = (b"x-content-type-options", b"nosniff")  # a browser takes the content type at its word
LOG_NAME = "service.jsonl"
LOG_BYTES, LOG_FILES = 10_000_000, 5  # then the oldest goes


class Metrics:
    """What /metrics shows."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("requests", "Requests answered", ["path", "status"], registry=self.registry)
        self.seconds = Histogram("request_seconds", "Time to answer", ["path"], registry=self.registry)
        self.predictions = Counter("predictions", "Answers given", ["label"], registry=self.registry)


class Log:
    """One JSON object a line: what was asked and answered, and nothing about who asked."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._handler = RotatingFileHandler(
            folder / LOG_NAME, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
        )

    def write(self, entry: dict[str, Any]) -> None:
        """Append `entry` with the time."""
        line = json.dumps({"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **entry}, ensure_ascii=False)
        self._handler.emit(logging.makeLogRecord({"msg": line}))

    def close(self) -> None:
        """Close the file."""
        self._handler.close()


@dataclass(frozen=True)
class Limits:
    """What strangers may take."""

    max_bytes: int  # of one request
    at_once: int  # requests that arrive, wait or are worked on at the same time
    seconds: float  # for a body to arrive


class RefusedError(Exception):
    """A request that is turned away before the application has seen all of it."""

    def __init__(self, status: int, why: str, headers: dict[str, str]) -> None:
        super().__init__(why)
        self.status, self.why, self.headers = status, why, headers


async def explain_invalid(_: Request, problem: RequestValidationError) -> JSONResponse:
    """Refuse what does not fit a request's description, in the one shape that every refusal has."""
    first = problem.errors()[0]
    if first["type"] == "json_invalid":
        return JSONResponse({"detail": f"not JSON: {first['ctx']['error']}"}, 400)
    places = [".".join(map(str, error["loc"][1:])) for error in problem.errors()[:5]]
    messages = [error["msg"] for error in problem.errors()[:5]]
    reasons = (f"{place}: {why}" if place else why for place, why in zip(places, messages, strict=True))
    return JSONResponse({"detail": "; ".join(reasons)}, 422)


class Gate:
    """The ASGI middleware around the application."""

    def __init__(self, app: App, log: Log, metrics: Metrics, limits: Limits, paths: set[str]) -> None:
        self._app, self._log, self._metrics, self._limits, self._paths = app, log, metrics, limits, paths
        self._in_hand = 0  # in hand; only the event loop touches it

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, unless it asks for more than is allowed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, has_begun = time.perf_counter(), 500, False
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        given = headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        entry: dict[str, Any] = scope["state"].setdefault("log", {})
        body = _Body(receive, self._limits)

        async def signed(message: Message) -> None:
            nonlocal status, has_begun
            if body.refusal and not has_begun:  # what the framework makes of our exception is another answer
                return
            if message["type"] == "http.response.start":
                status, has_begun = message["status"], True
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), NO_SNIFFING]
            await send(message)

        try:
            with contextlib.suppress(RefusedError):
                async with self._admitted(scope, headers, body):
                    await self._app(scope, body.receive, signed)
            if body.refusal and not has_begun:
                status = body.refusal.status
                await _refuse(send, request_id, body.refusal)
        except asyncio.CancelledError:  # told to stop, and out of patience: no mistake, but no answer either
            status = 503
            raise
        finally:
            # Unknown paths share one name: anybody can make up as many as they like.
            path = scope["path"] if scope["path"] in self._paths else "other"
            seconds = time.perf_counter() - started
            self._metrics.requests.labels(path, status).inc()
            self._metrics.seconds.labels(path).observe(seconds)
            asked = {"request_id": request_id, "method": scope["method"], "path": path}
            if path not in NOT_LOGGED:
                self._log.write({**asked, "status": status, "milliseconds": round(1000 * seconds, 2), **entry})

    @contextlib.asynccontextmanager
    async def _admitted(self, scope: Message, headers: dict[str, str], body: "_Body") -> AsyncIterator[None]:
        """Room for one request with a body; refused, before any is kept, if there is no room or it is too large."""
        announced = headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > self._limits.max_bytes:
            await body.discard()
            body.refuse(413, f"the request has more than {self._limits.max_bytes:,} bytes")
        if scope["method"] != "POST":
            yield
            return
        if self._in_hand >= self._limits.at_once:
            await body.discard()
            body.refuse(503, "too many requests at once", {"retry-after": "1"})
        self._in_hand += 1
        try:
            yield
        finally:
            self._in_hand -= 1


class _Body:
    """The body of one request as it arrives: counted and timed."""

    def __init__(self, receive: Receive, limits: Limits) -> None:
        self._receive, self._limits = receive, limits
        self._until = asyncio.get_running_loop().time() + limits.seconds
        self._arrived, self._is_complete = 0, False
        self.refusal: RefusedError | None = None

    def refuse(self, status: int, why: str, headers: dict[str, str] | None = None) -> NoReturn:
        self.refusal = RefusedError(status, why, headers or {})
        raise self.refusal

    async def receive(self) -> Message:
        if self._is_complete:  # what comes now is that the asker has gone, whenever that may be
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.refuse(408, f"the request took more than {self._limits.seconds:g} seconds to arrive")
        self._arrived += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        if self._arrived > self._limits.max_bytes:
            self.refuse(413, f"the request has more than {self._limits.max_bytes:,} bytes")
        return message

    async def discard(self) -> None:
        """Throw away what comes, within reason: somebody who is still sending would not see the answer."""
        thrown = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self._until):
                while not self._is_complete and thrown < 4 * self._limits.max_bytes:
                    message = await self._receive()
                    thrown += len(message.get("body", b""))
                    self._is_complete = not message.get("more_body", False)


async def _refuse(send: Send, request_id: str, refusal: RefusedError) -> None:
    body = json.dumps({"detail": refusal.why}).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
    headers |= {"x-request-id": request_id, **refusal.headers}
    raw = [*((name.encode(), value.encode()) for name, value in headers.items()), NO_SNIFFING]
    await send({"type": "http.response.start", "status": refusal.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
