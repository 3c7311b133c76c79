"""The service: one photograph in, the likeliest classes out, and a page to try it.

Run as: python -m image_api serve
"""

import html
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import anyio
import numpy as np
import uvicorn
from anyio.to_thread import run_sync
from fastapi import FastAPI, File, HTTPException, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict

from image_api import classifier, images, page, signals
from image_api.classifier import Card, Classifier
from image_api.config import Config
from image_api.service import Gate, Limits, Log, Metrics, explain_invalid

PAGE = Path(__file__).with_name("page.html")
MULTIPART = 10_000  # bytes around the photograph in an upload: boundaries and part headers
TOP = 3
LOGGED = {"model_version", "label", "abstained", "decode_ms", "infer_ms"}
PATHS = {"/", "/predict", "/healthz", "/readyz", "/version", "/metrics", "/openapi.json"}


class Guess(BaseModel):
    """A class and how likely the model finds it."""

    label: str
    probability: float


class Prediction(BaseModel):
    """The answer to one photograph."""

    label: str | None  # none where the model is not sure enough
    probability: float  # calibrated: of the likeliest class
    abstained: bool
    top: list[Guess]
    model_version: str
    request_id: str
    decode_ms: float
    infer_ms: float

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "label": "rust",
                "probability": 0.91,
                "abstained": False,
                "top": [{"label": "rust", "probability": 0.91}, {"label": "leaf blight", "probability": 0.06}],
                "model_version": "0f3c5a9d2b71",
                "request_id": "6f0c1e",
                "decode_ms": 1.8,
                "infer_ms": 0.9,
            }
        },
        protected_namespaces=(),  # model_version is a fine name
    )


class Problem(BaseModel):
    """Why there is no answer."""

    detail: str

    model_config = ConfigDict(json_schema_extra={"example": {"detail": "the picture is damaged"}})


PROBLEMS = {
    408: "The request took too long to arrive",
    413: "More bytes or pixels than are allowed",
    415: "Not a JPEG, PNG or WebP picture",
    422: "No file, an empty one or a damaged picture",
    503: "Too many photographs at once: try again after the seconds in Retry-After",
}


def create_app(model: Classifier, config: Config, log_dir: Path) -> FastAPI:
    """The application for one model."""
    log, metrics = Log(log_dir), Metrics()
    workers, prober = anyio.CapacityLimiter(config.workers), anyio.CapacityLimiter(1)
    limits = Limits(config.max_upload_bytes + MULTIPART, config.workers + config.waiting, config.upload_seconds)
    text, policy = _page(config.title, model.card)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        _warm_up(model)
        yield
        log.close()

    app = FastAPI(title=config.title, version=model.card.version, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(Gate, log=log, metrics=metrics, limits=limits, paths=PATHS)
    app.exception_handler(RequestValidationError)(explain_invalid)

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def try_it() -> HTMLResponse:
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})

    @app.post("/predict", responses={code: {"model": Problem, "description": why} for code, why in PROBLEMS.items()})
    async def predict(
        request: Request, file: Annotated[UploadFile, File(description="A JPEG, PNG or WebP photograph")]
    ) -> Prediction:
        """Tell what a photograph shows, or that it cannot be told."""
        content = await file.read()
        if len(content) > config.max_upload_bytes:
            raise HTTPException(413, f"the file has more than {config.max_upload_bytes:,} bytes")
        try:
            prediction, seen = await run_sync(_answer, model, content, config, limiter=workers)
        except images.NotAPhotographError as problem:
            raise HTTPException(problem.status, str(problem)) from problem
        prediction.request_id = request.state.request_id
        metrics.predictions.labels(prediction.label or "not sure").inc()
        request.state.log.update(signals=seen, **prediction.model_dump(include=LOGGED))
        return prediction

    @app.get("/healthz")
    async def alive() -> dict[str, str]:
        """Whether the process answers."""
        return {"status": "alive"}

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        """Whether the model answers."""
        await run_sync(_warm_up, model, limiter=prober)  # not behind the uploads
        return {"status": "ready", "model_version": model.card.version}

    @app.get("/version")
    async def version() -> dict[str, str | list[str]]:
        """Which model answers, and what it was trained on."""
        card = model.card
        return {
            "model_version": card.version,
            "classes": card.classes,
            "trained_on": card.source,
            "experiment": card.experiment,
        }

    @app.get("/metrics", include_in_schema=False)
    async def numbers() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return app


def _answer(model: Classifier, content: bytes, config: Config) -> tuple[Prediction, dict[str, float]]:
    side = model.card.side
    started = time.perf_counter()
    pixels = images.reduce(images.open_photograph(content, side, config.max_upload_pixels), side)[None]
    decoded = time.perf_counter()
    probabilities = model.probabilities(pixels)
    inferred = time.perf_counter()
    top = [
        Guess(label=model.card.classes[i], probability=round(float(probabilities[0, i]), 4))
        for i in (-probabilities[0]).argsort()[:TOP]
    ]
    is_sure = bool(probabilities.max() >= model.card.threshold)
    prediction = Prediction(
        label=top[0].label if is_sure else None,
        probability=top[0].probability,
        abstained=not is_sure,
        top=top,
        model_version=model.card.version,
        request_id="",
        decode_ms=round(1000 * (decoded - started), 2),
        infer_ms=round(1000 * (inferred - decoded), 2),
    )
    return prediction, {name: float(value[0]) for name, value in signals.of(pixels, probabilities).items()}


def _warm_up(model: Classifier) -> None:
    model.probabilities(np.zeros((1, model.card.side, model.card.side, 3), dtype=np.uint8))


def _page(title: str, card: Card) -> tuple[str, str]:
    """The page, and its policy."""
    words = {"title": title, "classes": ", ".join(card.classes), "source": card.source}
    pictures = [
        f'<button type="button"><img src="data:image/png;base64,{picture}" alt="{html.escape(label)}"></button>'
        for label, picture in card.examples.items()
    ]
    return page.render(PAGE, words, {"examples": "\n    ".join(pictures)})


def serve(config: Config, host: str, port: int, log_dir: str) -> None:
    """Answer until told to stop; then finish what is being worked on."""
    app = create_app(classifier.load(), config, Path(log_dir))
    uvicorn.run(
        app,
        host=host,
        port=port,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(config.upload_seconds) + 5,
    )
