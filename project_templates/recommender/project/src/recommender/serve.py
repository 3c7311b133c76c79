"""The service: lists of films by the ranking a visitor is assigned, events back from them, and a page to try it.

Run as: python -m recommender serve
"""

import json
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import anyio
import uvicorn
from anyio.to_thread import run_sync
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict, Field

from recommender import page, tokens, trained
from recommender.config import Config
from recommender.events import Click, Exposure, Store
from recommender.experiment import Experiment
from recommender.recommend import Recommender, Slate
from recommender.service import Gate, Limits, Log, Metrics, explain_invalid
from recommender.tokens import BadTokenError
from recommender.trained import Trained

PAGE = Path(__file__).with_name("page.html")
KEY = "service.key"  # beside the log: whoever has it can tell whose pseudonym is whose
PATHS = {
    "/", "/recommendations", "/events", "/preview", "/items", "/healthz", "/readyz", "/version", "/metrics",
    "/openapi.json",
}  # fmt: skip
NEVER = 1.0  # a draw that does not explore
Name = Annotated[str, Field(min_length=1, max_length=128)]
History = Annotated[list[Name], Field(max_length=1000, description="Ids of films that were watched, in any order")]
Length = Annotated[int, Field(ge=1, le=50)]


class Asked(BaseModel):
    """Who asks for a list, and what they have watched. The name is turned into a pseudonym before anything is kept."""

    user: Name
    history: History = []
    length: Length = 10
    visit: Name | None = None  # asked again with the same one, the list is the same

    model_config = ConfigDict(
        json_schema_extra={"example": {"user": "anna", "history": ["f012", "f077"], "length": 10, "visit": "monday"}}
    )


class Film(BaseModel):
    """A film in a list."""

    item: str
    title: str
    tags: str
    because: str | None  # the title of a film in the history that speaks for it
    score: float


class Recommended(BaseModel):
    """A list. Its token comes back with the events that follow."""

    items: list[Film]
    is_fallback: bool  # nothing in the history is known, so these are the films that are popular now
    experiment: str
    variant: str
    token: str
    model_version: str
    request_id: str

    model_config = ConfigDict(protected_namespaces=())


class Rendered(BaseModel):
    """The list of this token was seen."""

    type: Literal["exposure"]
    token: Annotated[str, Field(max_length=20_000)]


class Opened(BaseModel):
    """A film in the list of this token was opened. The event's id, made by whoever sends it, lets it be sent again."""

    type: Literal["click"]
    token: Annotated[str, Field(max_length=20_000)]
    item: Name
    event_id: Name


class Events(BaseModel):
    """What happened, in one request or in several, once or again."""

    events: Annotated[list[Annotated[Rendered | Opened, Field(discriminator="type")]], Field(max_length=100)]


class Stored(BaseModel):
    """What is on disk now: rows that are new, out of all that the events come to."""

    new: int
    rows: int


class Previewed(BaseModel):
    """Lists of all rankings for one history; nothing is logged as an experiment."""

    rankings: dict[str, list[Film]]
    is_fallback: bool


class Wanted(BaseModel):
    """A history to try."""

    history: History = []
    length: Length = 10


class Problem(BaseModel):
    """Why there is no answer."""

    detail: str

    model_config = ConfigDict(json_schema_extra={"example": {"detail": "the token is not one of ours"}})


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "Not JSON that anybody could read"},
    408: {"model": Problem, "description": "The request took too long to arrive"},
    413: {"model": Problem, "description": "More bytes than are allowed"},
    422: {"model": Problem, "description": "Not what is asked for: the detail says why"},
    503: {"model": Problem, "description": "Too many requests at once, or the disk is full: try again"},
}


def create_app(model: Trained, config: Config, log_dir: Path) -> FastAPI:
    """The application for one model and one experiment."""
    experiment = Experiment.of(config)
    recommender = Recommender(model, experiment.exploration, experiment.candidates)
    log, metrics, store = Log(log_dir), Metrics(), Store(log_dir)
    store.start(experiment, time.time())
    key = tokens.load_key(log_dir / KEY)
    workers = anyio.CapacityLimiter(config.workers)
    limits = Limits(config.max_request_bytes, config.workers + config.waiting, config.request_seconds)
    text, policy = page.render(PAGE, {"title": config.title, "source": model.card.source, "noun": model.card.noun})
    catalogue = _catalogue(model)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        _warm_up(recommender)
        yield
        log.close()
        store.close()

    app = FastAPI(title=config.title, version=model.card.version, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(Gate, log=log, metrics=metrics, limits=limits, paths=PATHS)
    app.exception_handler(RequestValidationError)(explain_invalid)

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def try_it() -> HTMLResponse:
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})

    @app.get("/items", include_in_schema=False)
    async def items() -> Response:
        return Response(catalogue, media_type="application/json")

    @app.post("/recommendations", responses=REFUSALS)
    async def recommend(request: Request, asked: Asked) -> Recommended:
        """A list for a visitor, by the ranking that the experiment assigns them."""
        started, request_id = time.perf_counter(), request.state.request_id
        visit = asked.visit or request_id
        variant = experiment.variant_of(asked.user)
        draw = experiment.draw(asked.user, visit)
        slate = await run_sync(recommender.slate, variant, asked.history, asked.length, draw, limiter=workers)
        visitor = tokens.pseudonym(key, asked.user)
        facts = {
            "list": tokens.pseudonym(key, asked.user, visit),
            "visitor": visitor,
            "served": round(time.time(), 3),
            "request": request_id,
            "experiment": experiment.key,
            "variant": variant,
            "model": model.card.version,
            "fallback": int(slate.is_fallback),
            "history": len(asked.history),
            "ms": round(1000 * (time.perf_counter() - started), 3),
            "items": [[model.ids[each.item], round(each.score, 5), each.propensity] for each in slate.shown],
            "choices": _choices(slate, model),
        }
        metrics.predictions.labels("fallback" if slate.is_fallback else variant).inc()
        request.state.log.update(
            visitor=visitor, variant=variant, model_version=model.card.version, is_fallback=slate.is_fallback,
            signals=signals(slate, recommender, asked.history),
        )  # fmt: skip
        return Recommended(
            items=_films(slate, model),
            is_fallback=slate.is_fallback,
            experiment=experiment.key,
            variant=variant,
            token=tokens.seal(key, facts),
            model_version=model.card.version,
            request_id=request_id,
        )

    @app.post("/events", responses=REFUSALS)
    async def events(asked: Events) -> Stored:
        """Lists that were seen and films that were opened. Once this is answered, they are on disk."""
        now = time.time()
        rows: list[Exposure | Click] = []
        for each in asked.events:
            try:
                facts = tokens.unseal(key, each.token)
            except BadTokenError:
                raise HTTPException(422, "the token is not one of ours") from None
            if now - facts["served"] > 3600 * config.token_hours:
                raise HTTPException(422, f"the list was served more than {config.token_hours:g} hours ago")
            rows += _exposures(facts, now) if isinstance(each, Rendered) else [_click(facts, each, now)]
        try:
            new = await run_sync(store.add, rows, limiter=workers)
        except sqlite3.Error as problem:  # a full disk, say: nothing was written, and it may be sent again
            told = f"the events could not be written: {problem}"
            raise HTTPException(503, told, headers={"Retry-After": "1"}) from problem
        return Stored(new=new, rows=len(rows))

    @app.post("/preview", responses=REFUSALS)
    async def preview(asked: Wanted) -> Previewed:
        """What each ranking would show for a history: to look at, not to learn from."""
        names = [name for name, _ in experiment.variants]
        slates = {
            name: await run_sync(recommender.slate, name, asked.history, asked.length, NEVER, limiter=workers)
            for name in names
        }
        return Previewed(
            rankings={name: _films(slate, model) for name, slate in slates.items()},
            is_fallback=slates[names[0]].is_fallback,
        )

    @app.get("/healthz")
    async def alive() -> dict[str, str]:
        """Whether the process answers."""
        return {"status": "alive"}

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        """Whether the model answers."""
        await run_sync(_warm_up, recommender)
        return {"status": "ready", "model_version": model.card.version}

    @app.get("/version")
    async def version() -> dict[str, str | int | list[str]]:
        """Which model answers, what it was trained on, and which experiment runs."""
        return {
            "model_version": model.card.version,
            "trained_on": model.card.source,
            "items": len(model.ids),
            "experiment": experiment.key,
            "variants": [name for name, _ in experiment.variants],
        }

    @app.get("/metrics", include_in_schema=False)
    async def numbers() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return app


def signals(slate: Slate, recommender: Recommender, history: list[str]) -> dict[str, float]:
    """What `monitor` watches of a list: a few numbers, from which no history can be restored."""
    popular, total = recommender.trained.popular, recommender.trained.popular.sum()
    return {
        "history": float(len(history)),
        "known": round(len(recommender.known(history)) / max(1, len(set(history))), 4),
        "top score": round(slate.shown[0].score, 4) if not slate.is_fallback else 0.0,
        "popularity": round(float(popular[[each.item for each in slate.shown]].sum() / total), 5),
    }


def _films(slate: Slate, model: Trained) -> list[Film]:
    return [
        Film(
            item=model.ids[each.item],
            title=model.titles[each.item],
            tags=model.tags[each.item],
            because=None if each.because is None else model.titles[each.because],
            score=round(each.score, 4),
        )
        for each in slate.shown
    ]


def _choices(slate: Slate, model: Trained) -> dict[str, Any]:
    return {
        "candidates": [model.ids[each] for each in slate.candidates],
        "first": {name: model.ids[each] for name, each in slate.firsts.items()},
    }


def _exposures(facts: dict[str, Any], now: float) -> list[Exposure]:
    return [
        Exposure(
            list_id=facts["list"],
            position=position,
            served=facts["served"],
            rendered=now,
            request_id=facts["request"],
            visitor=facts["visitor"],
            experiment=facts["experiment"],
            variant=facts["variant"],
            model_version=facts["model"],
            item_id=item,
            score=score,
            propensity=propensity,
            is_fallback=facts["fallback"],
            history=facts["history"],
            milliseconds=facts["ms"],
            choices=json.dumps(facts["choices"]) if position == 1 else "",
        )
        for position, (item, score, propensity) in enumerate(facts["items"], start=1)
    ]


def _click(facts: dict[str, Any], opened: Opened, now: float) -> Click:
    shown = [item for item, _, _ in facts["items"]]
    if opened.item not in shown:
        raise HTTPException(422, f"{opened.item!r} is not in the list of this token")
    return Click(opened.event_id, facts["list"], shown.index(opened.item) + 1, now, facts["visitor"], opened.item)


def _catalogue(model: Trained) -> str:
    """Every film, the most popular first, for the page to choose from."""
    order = (-model.popular).argsort(kind="stable").tolist()
    films = [{"item": model.ids[i], "title": model.titles[i], "tags": model.tags[i]} for i in order]
    return json.dumps(films, ensure_ascii=False)


def _warm_up(recommender: Recommender) -> None:
    ranking = next(iter(recommender.trained.weights))
    recommender.slate(ranking, recommender.trained.ids[:1], 1, NEVER)


def serve(config: Config, host: str, port: int, log_dir: str) -> None:
    """Answer until told to stop; then finish what is being worked on."""
    app = create_app(trained.load(), config, Path(log_dir))
    grace = int(config.request_seconds) + 5
    uvicorn.run(app, host=host, port=port, access_log=False, server_header=False, timeout_graceful_shutdown=grace)
