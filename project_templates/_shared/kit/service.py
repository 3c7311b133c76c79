"""An HTTP service around a model: probes, limits, a log, metrics, documentation, and one shape of every refusal.

The limits are plain ASGI, since they have to hold while a body arrives: the framework would first read all of it, and
the middleware that can be installed for this counts either bytes or requests, and never the time.
"""

import asyncio
import contextlib
import json
import logging
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import uvicorn
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from pydantic import BaseModel, ConfigDict
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .page import Page
from .project import LOG_NAME

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
NOT_LOGGED = {"/healthz", "/readyz", "/metrics"}  # machines ask for these every few seconds
LOG_BYTES, LOG_FILES = 10_000_000, 5  # then the oldest goes
EXPOSED = ["x-request-id", "retry-after"]  # headers that pages of other origins may read
PATIENCE = 5  # seconds beyond the time of a request, until a service that is told to stop drops what it has


class Refusal(HTTPException):
    """A request that gets no answer: its status, the reason, and after how many seconds to try again."""

    def __init__(self, status: int, detail: str, retry_after: int | None = None) -> None:
        super().__init__(status, detail, None if retry_after is None else {"retry-after": str(retry_after)})


class Problem(BaseModel):
    """Why there is no answer."""

    detail: str

    model_config = ConfigDict(json_schema_extra={"example": {"detail": "the request has more than 300,000 bytes"}})


def refusal(description: str) -> dict[str, Any]:
    """How the documentation of an endpoint describes one of its refusals."""
    return {"model": Problem, "description": description}


REFUSALS: dict[int | str, dict[str, Any]] = {  # of every endpoint
    400: refusal("The body cannot be read"),
    408: refusal("The request took too long to arrive"),
    413: refusal("The request is larger than allowed"),
    422: refusal("The request is not what the endpoint expects: the detail says why"),
    503: refusal("The service is busy: try again after the seconds in Retry-After"),
}


@dataclass(frozen=True)
class Limits:
    """What one client, and all of them together, may use."""

    max_bytes: int  # of one request
    at_once: int  # requests that arrive, wait or are worked on at the same time
    seconds: float  # for a body to arrive

    @property
    def arriving_from_one(self) -> int:
        """Bodies that one address may have on their way: a phone that stalls leaves room for the others."""
        return max(1, self.at_once // 2)


@dataclass(frozen=True)
class Service:
    """What is particular to one service."""

    title: str
    version: str  # of the model
    router: APIRouter  # its own endpoints
    page: Page  # at /
    limits: Limits
    warm: Callable[[], object]  # asks the model something: before the first request, and for /readyz
    lifespan: Callable[[], AbstractContextManager[object]] = contextlib.nullcontext  # what is open while it runs
    about: Mapping[str, Any] = field(default_factory=dict)  # what /version says beside the version
    labels: Iterable[str] = ()  # of the answers that /metrics counts


def application(service: Service, log_dir: Path) -> FastAPI:
    """The service's own endpoints, with all that surrounds them."""
    log, metrics = Log(log_dir), Metrics(service.labels)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with service.lifespan():
            await run_sync(service.warm)
            yield
        log.close()

    app = FastAPIOffline(redoc_url=None, title=service.title, version=service.version, lifespan=lifespan)
    probes = _probes(service, metrics)
    app.include_router(service.router, responses=REFUSALS)
    app.include_router(probes)
    app.exception_handler(RequestValidationError)(_explain_invalid)
    paths = {route.path for route in [*service.router.routes, *probes.routes] if isinstance(route, APIRoute)}
    app.add_middleware(Gate, log=log, metrics=metrics, limits=service.limits, paths=paths | {"/docs", "/openapi.json"})
    app.state.patience = int(service.limits.seconds) + PATIENCE
    return app


def run(app: FastAPI, host: str, port: int, origins: Iterable[str] = ()) -> None:
    """Answer until told to stop, then finish what is being worked on; pages of `origins` may ask from a browser."""
    if allowed := list(origins):
        app.add_middleware(
            CORSMiddleware, allow_origins=allowed, allow_methods=["*"], allow_headers=["*"], expose_headers=EXPOSED
        )
    patience = app.state.patience
    uvicorn.run(app, host=host, port=port, access_log=False, server_header=False, timeout_graceful_shutdown=patience)


def note(request: Request, label: str | None, facts: Mapping[str, Any]) -> None:
    """Add facts about an answer to the log and, if it has a label, count it in /metrics."""
    request.state.log.update(facts)
    if label is not None:
        request.state.label = label


def _probes(service: Service, metrics: "Metrics") -> APIRouter:
    router, prober = APIRouter(), CapacityLimiter(1)

    @router.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def page() -> HTMLResponse:
        return HTMLResponse(service.page.text, headers={"Content-Security-Policy": service.page.policy})

    @router.get("/healthz")
    async def alive() -> dict[str, str]:
        """Whether the process answers."""
        return {"status": "alive"}

    @router.get("/readyz")
    async def ready() -> dict[str, str]:
        """Whether the model answers."""
        await run_sync(service.warm, limiter=prober)  # a thread of its own: not behind the requests
        return {"status": "ready", "model_version": service.version}

    @router.get("/version")
    async def version() -> dict[str, Any]:
        """Which model answers, and what it was made from."""
        return {"model_version": service.version, **service.about}

    @router.get("/metrics", include_in_schema=False)
    async def numbers() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


async def _explain_invalid(_: Request, problem: Exception) -> JSONResponse:
    """What does not fit the description of a request, in the shape that every refusal has."""
    assert isinstance(problem, RequestValidationError)
    first, *_rest = errors = problem.errors()[:5]
    if first["type"] == "json_invalid":
        return JSONResponse({"detail": f"not JSON: {first['ctx']['error']}"}, 400)
    places = [".".join(map(str, error["loc"][1:])) for error in errors]
    reasons = (f"{place}: {each['msg']}" if place else each["msg"] for place, each in zip(places, errors, strict=True))
    return JSONResponse({"detail": "; ".join(reasons)}, 422)


class Metrics:
    """What /metrics shows."""

    def __init__(self, labels: Iterable[str]) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("requests", "Requests answered", ["path", "status"], registry=self.registry)
        self.seconds = Histogram("request_seconds", "Time to answer", ["path"], registry=self.registry)
        self.predictions = Counter("predictions", "Answers given", ["label"], registry=self.registry)
        for label in labels:
            self.predictions.labels(label)  # shown from the start, as 0


class Log:
    """One JSON object a line: what was asked and answered, and nothing about who asked."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / LOG_NAME
        self._handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
        if path.read_bytes()[-1:] not in (b"", b"\n"):  # a crash cut the last line short: the next one gets its own
            self._handler.emit(logging.makeLogRecord({"msg": ""}))

    def write(self, entry: Mapping[str, Any]) -> None:
        """Append `entry` with the time."""
        line = json.dumps({"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **entry}, ensure_ascii=False)
        self._handler.emit(logging.makeLogRecord({"msg": line}))

    def close(self) -> None:
        """Close the file."""
        self._handler.close()


class Gate:
    """The middleware around the application: an id, the limits, a line in the log, a count in the metrics."""

    def __init__(self, app: ASGIApp, log: Log, metrics: Metrics, limits: Limits, paths: set[str]) -> None:
        self._app, self._log, self._metrics, self._limits, self._paths = app, log, metrics, limits, paths
        self._in_hand = set[_Body]()  # of the requests that are let in; only the event loop changes it

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless it asks for more than is allowed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, has_begun = time.perf_counter(), 500, False
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        given = headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {}).update(request_id=request_id, log={})
        signature = [(b"x-request-id", request_id.encode()), (b"x-content-type-options", b"nosniff")]
        address, _port = scope.get("client") or ("", 0)
        body = _Body(receive, self._limits, address)

        async def signed(message: Message) -> None:
            nonlocal status, has_begun
            if message["type"] == "http.response.start":
                status, has_begun = message["status"], True
                # What is refused may still be arriving: the connection is of no more use.
                ended = [(b"connection", b"close")] if status in (408, 413, 503) else []
                message["headers"] = [*message["headers"], *signature, *ended]
            await send(message)

        try:
            async with self._admitted(scope["method"], headers.get("content-length", ""), body):
                await self._app(scope, body.receive, signed)
        except Refusal as problem:
            answer = JSONResponse({"detail": problem.detail}, problem.status_code, problem.headers)
            await answer(scope, receive, signed)
        except asyncio.CancelledError:  # told to stop, and out of patience: no mistake, but no answer either
            status = 503
            raise
        except Exception:  # a mistake of ours: its cause belongs to the operator, and not to the client
            logging.getLogger("uvicorn.error").exception("request %s failed", request_id)
            if has_begun:
                raise
            await JSONResponse({"detail": "the service failed: its log says why"}, 500)(scope, receive, signed)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    @asynccontextmanager
    async def _admitted(self, method: str, announced: str, body: "_Body") -> AsyncIterator[None]:
        """Room for one request with a body; refused, before any is kept, if there is no room or it is too large."""
        if announced.isdecimal() and int(announced) > self._limits.max_bytes:
            await body.discard()
            raise body.too_large
        if method in ("GET", "HEAD", "OPTIONS"):  # without a body
            yield
            return
        arriving = sum(other.address == body.address and not other.is_complete for other in self._in_hand)
        if len(self._in_hand) >= self._limits.at_once or arriving >= self._limits.arriving_from_one:
            await body.discard()
            raise Refusal(503, "too many requests at once", retry_after=1)
        self._in_hand.add(body)
        try:
            yield
        finally:
            self._in_hand.remove(body)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # Unknown paths share one name: anybody can make up as many as they like.
        path, state = scope["path"] if scope["path"] in self._paths else "other", scope["state"]
        self._metrics.requests.labels(path, status).inc()
        self._metrics.seconds.labels(path).observe(seconds)
        if "label" in state:
            self._metrics.predictions.labels(state["label"]).inc()
        if path not in NOT_LOGGED:
            request = {"request_id": state["request_id"], "method": scope["method"], "path": path, "status": status}
            self._log.write({**state["log"], **request, "milliseconds": round(1000 * seconds, 2)})


class _Body:
    """The body of one request as it arrives: counted and timed. The framework passes a refusal on as the answer."""

    def __init__(self, receive: Receive, limits: Limits, address: str) -> None:
        self._receive, self._limits, self.address = receive, limits, address
        self._until = asyncio.get_running_loop().time() + limits.seconds
        self._arrived, self.is_complete = 0, False
        self.too_large = Refusal(413, f"the request has more than {limits.max_bytes:,} bytes")

    async def receive(self) -> Message:
        if self.is_complete:  # what comes now is that the client has gone, whenever that may be
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._next()
        except TimeoutError:
            detail = f"the request took more than {self._limits.seconds:g} seconds to arrive"
            raise Refusal(408, detail) from None
        if self._arrived > self._limits.max_bytes:
            raise self.too_large
        return message

    async def discard(self) -> None:
        """Throw away what comes, within reason: a client that is still sending would not see the answer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self._until):
                while not self.is_complete and self._arrived < 4 * self._limits.max_bytes:
                    await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._arrived += len(message.get("body", b""))
        self.is_complete = not message.get("more_body", False)
        return message
