"""What surrounds every request: an id, a limit on bytes, a line in the log, a count in the metrics.

Plain ASGI, since a limit has to hold while the body arrives: the framework would first write all of it to disk.
"""

import contextlib
import json
import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
NOT_LOGGED = {"/healthz", "/readyz", "/metrics"}  # asked every few seconds, by machines
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


class TooLargeError(Exception):
    """More bytes arrived than are allowed."""


class Gate:
    """The ASGI middleware around the application."""

    def __init__(self, app: App, log: Log, metrics: Metrics, max_bytes: int, paths: set[str]) -> None:
        self._app, self._log, self._metrics, self._max_bytes, self._paths = app, log, metrics, max_bytes, paths

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, unless it is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, has_begun, arrived = time.perf_counter(), 500, False, 0
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        given = headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        entry: dict[str, Any] = scope["state"].setdefault("log", {})

        announced = headers.get("content-length", "0")
        is_too_large = announced.isdecimal() and int(announced) > self._max_bytes

        async def counted() -> Message:
            nonlocal arrived, is_too_large
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > self._max_bytes:
                is_too_large = True
                raise TooLargeError
            return message

        async def signed(message: Message) -> None:
            nonlocal status, has_begun
            if is_too_large and not has_begun:  # what the framework makes of our exception is another answer
                return
            if message["type"] == "http.response.start":
                status, has_begun = message["status"], True
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            if not is_too_large:
                with contextlib.suppress(TooLargeError):
                    await self._app(scope, counted, signed)
            if is_too_large and not has_begun:
                status = 413
                await _refuse(send, request_id, f"the request has more than {self._max_bytes:,} bytes")
        finally:
            # Unknown paths share one name: anybody can make up as many as they like.
            path = scope["path"] if scope["path"] in self._paths else "other"
            seconds = time.perf_counter() - started
            self._metrics.requests.labels(path, status).inc()
            self._metrics.seconds.labels(path).observe(seconds)
            asked = {"request_id": request_id, "method": scope["method"], "path": path}
            if path not in NOT_LOGGED:
                self._log.write({**asked, "status": status, "milliseconds": round(1000 * seconds, 2), **entry})


async def _refuse(send: Send, request_id: str, why: str) -> None:
    body = json.dumps({"detail": why}).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
    headers["x-request-id"] = request_id
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 413, "headers": raw})
    await send({"type": "http.response.body", "body": body})
