"""The service: tomorrow's demand with its limits, what came of it, and a page that tells the story.

Run as: python -m forecast_dashboard serve
"""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import anyio
import numpy as np
import uvicorn
from anyio.to_thread import run_sync
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from forecast_dashboard import site, tomorrow, trained
from forecast_dashboard.config import Config
from forecast_dashboard.service import Gate, Limits, Log, Metrics, explain_invalid
from forecast_dashboard.tomorrow import Answer, NotAskedRightError, Question
from forecast_dashboard.trained import Trained

PATHS = {"/", "/forecast", "/actuals", "/healthz", "/readyz", "/version", "/metrics", "/openapi.json"}
Megawatts = Annotated[float, Field(allow_inf_nan=False, ge=-1e7, le=1e7)]
Degrees = Annotated[float, Field(allow_inf_nan=False, ge=-60, le=60)]
Day = Annotated[list[Degrees], Field(min_length=1, max_length=100)]


class History(BaseModel):
    """What was measured up to the beginning of the day, oldest first, at the step of the data. Null: not measured."""

    demand: Annotated[list[Megawatts | None], Field(min_length=1, max_length=4000)]
    temperature: Annotated[list[Degrees], Field(max_length=4000)] | None = None
    holiday: Annotated[list[bool], Field(max_length=4000)] | None = None


class Asked(BaseModel):
    """The day to forecast. Without a history, it is the day after the newest data that are stored."""

    area: Annotated[str, Field(min_length=1, max_length=128)]
    day: date | None = None
    history: History | None = None
    temperature: Annotated[Day | None, Field(description="Degrees forecast for each interval of the day")] = None
    holiday: bool = False

    model_config = ConfigDict(json_schema_extra={"example": {"area": "Harbour", "holiday": False}})


class Interval(BaseModel):
    """Megawatts from this moment on, for one step of the data."""

    time: datetime
    clock: str  # local
    point: float
    low: float
    high: float
    commit: float  # what costs least on average, when too little costs more than too much


class Forecast(BaseModel):
    """A whole local day."""

    area: str
    day: date
    model: str
    promised: float  # share of what comes that lies between low and high
    intervals: list[Interval]
    model_version: str
    request_id: str

    model_config = ConfigDict(protected_namespaces=())


class Observation(BaseModel):
    """What came."""

    time: AwareDatetime
    value: Megawatts


class Actuals(BaseModel):
    """Observations of one area, to hold forecasts against."""

    area: Annotated[str, Field(min_length=1, max_length=128)]
    observations: Annotated[list[Observation], Field(min_length=1, max_length=4000)]

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"area": "Harbour", "observations": [{"time": "2024-01-01T00:00:00Z", "value": 612.5}]}
        }
    )


class Stored(BaseModel):
    """How many observations are in the log now."""

    observations: int


class Problem(BaseModel):
    """Why there is no answer."""

    detail: str

    model_config = ConfigDict(json_schema_extra={"example": {"detail": "there is no area 'X': there are Harbour"}})


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "Not JSON that anybody could read"},
    408: {"model": Problem, "description": "The request took too long to arrive"},
    413: {"model": Problem, "description": "More bytes than are allowed"},
    422: {"model": Problem, "description": "Not what is asked for: the detail says why"},
    503: {"model": Problem, "description": "Too many requests at once: try again"},
}


def create_app(model: Trained, config: Config, log_dir: Path) -> FastAPI:
    """The application for one set of models."""
    log, metrics = Log(log_dir), Metrics()
    workers = anyio.CapacityLimiter(config.workers)
    limits = Limits(config.max_request_bytes, config.workers + config.waiting, config.request_seconds)
    text, policy = site.page(config, model)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        log.close()

    app = FastAPI(title=config.title, version=model.card.version, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(Gate, log=log, metrics=metrics, limits=limits, paths=PATHS)
    app.exception_handler(RequestValidationError)(explain_invalid)

    @app.exception_handler(NotAskedRightError)
    async def explain(_: Request, problem: NotAskedRightError) -> JSONResponse:
        return JSONResponse({"detail": str(problem)}, 422)

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def front() -> HTMLResponse:
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})

    @app.post("/forecast", responses=REFUSALS)
    async def forecast(asked: Asked, request: Request) -> Forecast:
        """Each interval of a local day, made from what is known when it begins."""
        found = await run_sync(_answer, model, asked, limiter=workers)
        metrics.predictions.labels(found.team).inc()
        shown = {key: [round(each, 3) for each in values.tolist()] for key, values in found.found.items()}
        request.state.log.update(
            model_version=model.card.version, area=asked.area, team=found.team, issue=found.issue,
            observed_until=found.observed_until, times=found.times.tolist(), **shown,
        )  # fmt: skip
        moments = [datetime.fromtimestamp(each, UTC) for each in found.times.tolist()]
        return Forecast(
            area=asked.area,
            day=datetime.fromtimestamp(found.issue, UTC).astimezone(_zone(model)).date(),
            model=found.design,
            promised=config.level,
            intervals=[
                Interval(time=moment, clock=clock, point=point, low=low, high=high, commit=commit)
                for moment, clock, point, low, high, commit in zip(
                    moments, found.clock, *(shown[key] for key in ("point", "low", "high", "commit")), strict=True
                )
            ],
            model_version=model.card.version,
            request_id=request.state.request_id,
        )

    @app.post("/actuals", responses=REFUSALS)
    async def actuals(came: Actuals, request: Request) -> Stored:
        """What came, for `monitor` to hold the forecasts against."""
        if came.area not in model.card.areas:
            raise HTTPException(422, f"there is no area {came.area!r}: there are {', '.join(model.card.areas)}")
        times = [int(each.time.timestamp()) for each in came.observations]
        step = model.newest.step
        if any(time % step for time in times):
            raise HTTPException(422, f"a time lies between two intervals of {step // 60} minutes")
        request.state.log.update(area=came.area, times=times, values=[each.value for each in came.observations])
        return Stored(observations=len(times))

    @app.get("/healthz")
    async def alive() -> dict[str, str]:
        """Whether the process answers."""
        return {"status": "alive"}

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        """Whether the models answer."""
        await run_sync(_answer, model, Asked(area=model.card.areas[0]))
        return {"status": "ready", "model_version": model.card.version}

    @app.get("/version")
    async def version() -> dict[str, str | int | list[str]]:
        """Which models answer, what they were trained on, and for which areas."""
        return {
            "model_version": model.card.version,
            "trained_on": model.card.source,
            "areas": model.card.areas,
            "zone": model.card.zone,
            "step_minutes": model.card.step_minutes,
            "models": [team.point.design.name for team in model.teams.values()],
        }

    @app.get("/metrics", include_in_schema=False)
    async def numbers() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return app


def _answer(model: Trained, asked: Asked) -> Answer:
    temperature = None if asked.temperature is None else np.array(asked.temperature)
    if asked.history is None:
        if asked.day is not None:
            raise NotAskedRightError("day: a day of your own needs its history, up to its beginning")
        return tomorrow.answer(model, tomorrow.after_the_data(model, asked.area, temperature, asked.holiday))
    if asked.day is None:
        raise NotAskedRightError("history: say which day begins where it ends")
    given = asked.history
    demand = np.array([math.nan if each is None else each for each in given.demand])
    for name, values in (("temperature", given.temperature), ("holiday", given.holiday)):
        if values is not None and len(values) != len(demand):
            raise NotAskedRightError(f"history.{name}: {len(values)} values for {len(demand)} of demand")
    past = None if given.temperature is None else np.array(given.temperature)
    holiday = np.zeros(len(demand), dtype=bool) if given.holiday is None else np.array(given.holiday)
    return tomorrow.answer(model, Question(asked.area, asked.day, demand, past, temperature, holiday, asked.holiday))


def _zone(model: Trained) -> ZoneInfo:
    return ZoneInfo(model.card.zone)


def serve(config: Config, host: str, port: int, log_dir: str) -> None:
    """Answer until told to stop; then finish what is being worked on."""
    app = create_app(trained.load(), config, Path(log_dir))
    grace = int(config.request_seconds) + 5
    uvicorn.run(app, host=host, port=port, access_log=False, server_header=False, timeout_graceful_shutdown=grace)
