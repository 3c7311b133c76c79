"""The REST API: one photograph in, the likeliest classes out, and a page to try it.

Run as: python -m image_api serve
"""

import html
import time
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI, File, Request, UploadFile
from pydantic import BaseModel, ConfigDict

from image_api.config import Config
from image_api.data import images
from image_api.kit import page, service
from image_api.kit.page import Page
from image_api.kit.service import Limits, Refusal, Service
from image_api.models.classifier import Card, Classifier
from image_api.monitoring.signals import signals

PAGE = Path(__file__).with_name("page.html")
MULTIPART = 10_000  # bytes around the photograph in an upload: boundaries and part headers
TOP = 3
UNSURE = "not sure"  # how /metrics counts the answers that name no class
UNLIKE = "unlike"  # the same for what is unlike all that trained the model
UPLOADED = "The photograph is made smaller on your device, answered and forgotten."
LOCAL = "The model runs in this page: no photograph leaves your device."
LOGGED = {"model_version", "label", "abstained", "why", "decode_ms", "infer_ms"}
NOT_A_PICTURE: dict[int | str, dict[str, Any]] = {415: service.refusal("Not a picture in a format that is read")}


class Guess(BaseModel):
    """A class and how likely the model finds it."""

    label: str
    probability: float


class Prediction(BaseModel):
    """The answer to one photograph."""

    label: str | None  # none where there is no answer
    probability: float  # calibrated: of the likeliest class
    abstained: bool
    why: Literal["not sure", "unlike"] | None  # unlike: far from everything that the model was trained on
    top: list[Guess]  # the likeliest classes, also where none is given
    model_version: str
    request_id: str
    decode_ms: float
    infer_ms: float

    model_config = ConfigDict(protected_namespaces=())  # model_version is a fine name


def create_app(model: Classifier, config: Config, log_dir: Path) -> FastAPI:
    """The application for one model."""
    router, workers = APIRouter(), CapacityLimiter(config.workers)

    @router.post("/predict", responses=NOT_A_PICTURE)
    async def predict(
        request: Request,
        file: Annotated[UploadFile, File(description="A photograph: JPEG, PNG, WebP, GIF, BMP or TIFF")],
    ) -> Prediction:
        """Tell what a photograph shows, or that it cannot be told."""
        content = await file.read()
        if len(content) > config.max_upload_bytes:
            raise Refusal(413, f"the file has more than {config.max_upload_bytes:,} bytes")
        prediction, seen = await run_sync(_answer, model, content, config, limiter=workers)
        prediction.request_id = request.state.request_id
        facts = {"signals": seen, "likeliest": prediction.top[0].label, **prediction.model_dump(include=LOGGED)}
        service.note(request, prediction.label or prediction.why, facts)
        return prediction

    card = model.card
    described = Service(
        title=config.title,
        version=card.version,
        router=router,
        page=shown(config.title, card),
        limits=Limits(config.max_upload_bytes + MULTIPART, config.workers + config.waiting, config.upload_seconds),
        warm=lambda: model.answer(np.zeros((1, card.side, card.side, 3), dtype=np.uint8)),
        about={"classes": card.classes, "trained_on": card.source, "experiment": card.experiment},
        labels=[*card.classes, UNSURE, UNLIKE],
    )
    return service.application(described, log_dir)


def _answer(model: Classifier, content: bytes, config: Config) -> tuple[Prediction, dict[str, float]]:
    """The prediction, and what is logged of the photograph."""
    side = model.card.side
    started = time.perf_counter()
    try:
        pixels = images.reduce(images.open_photograph(content, side, config.max_upload_pixels), side)[None]
    except images.NotAPhotographError as problem:
        raise Refusal(problem.status, str(problem)) from problem
    decoded = time.perf_counter()
    probabilities, (is_familiar,) = model.answer(pixels)
    inferred = time.perf_counter()
    top = [
        Guess(label=model.card.classes[i], probability=round(float(probabilities[0, i]), 4))
        for i in (-probabilities[0]).argsort()[:TOP]
    ]
    is_sure = bool(probabilities.max() >= model.card.threshold)
    why: Literal["not sure", "unlike"] | None = "unlike" if not is_familiar else None if is_sure else "not sure"
    prediction = Prediction(
        label=None if why else top[0].label,
        probability=top[0].probability,
        abstained=bool(why),
        why=why,
        top=top,
        model_version=model.card.version,
        request_id="",
        decode_ms=round(1000 * (decoded - started), 2),
        infer_ms=round(1000 * (inferred - decoded), 2),
    )
    return prediction, {name: float(value[0]) for name, value in signals(pixels, probabilities).items()}


def shown(title: str, card: Card, local: str | None = None) -> Page:
    """The page; `local` is a script that answers in place of the service."""
    privacy = UPLOADED if local is None else LOCAL
    words = {"title": title, "classes": ", ".join(card.classes), "source": card.source, "privacy": privacy}
    pictures = [
        f'<button type="button"><img src="data:image/png;base64,{picture}" alt="{html.escape(label)}"></button>'
        for label, picture in card.examples.items()
    ]
    return page.render(PAGE, words, {"examples": "\n    ".join(pictures), "local": local or "null"})
