"""The REST API: tomorrow's demand with its limits, the actual values that follow, and a page that shows both.

Run as: python -m forecast_dashboard serve
"""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import numpy as np
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from forecast_dashboard.config import Config
from forecast_dashboard.kit import service
from forecast_dashboard.kit.service import Limits, Refusal, Service
from forecast_dashboard.models.saved import Trained
from forecast_dashboard.serving import site, tomorrow
from forecast_dashboard.serving.tomorrow import Answer, NotAskedRightError, Question

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

    model_config = ConfigDict(json_schema_extra={"example": {"area": "Harbor", "holiday": False}})


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
    promised: float  # share of actual values that lie between low and high
    intervals: list[Interval]
    model_version: str
    request_id: str

    model_config = ConfigDict(protected_namespaces=())


class Observation(BaseModel):
    """The actual demand."""

    time: AwareDatetime
    value: Megawatts


class Actuals(BaseModel):
    """Observations of one area, to hold forecasts against."""

    area: Annotated[str, Field(min_length=1, max_length=128)]
    observations: Annotated[list[Observation], Field(min_length=1, max_length=4000)]

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"area": "Harbor", "observations": [{"time": "2024-01-01T00:00:00Z", "value": 612.5}]}
        }
    )


class Stored(BaseModel):
    """How many observations are in the log now."""

    observations: int


@dataclass(frozen=True)
class Api:
    """The endpoints, for one set of models."""

    model: Trained
    promised: float  # share of actual values that lie between low and high
    workers: CapacityLimiter

    @property
    def router(self) -> APIRouter:
        """Where each of them is."""
        router = APIRouter()
        router.post("/forecast")(self.forecast)
        router.post("/actuals")(self.actuals)
        return router

    async def forecast(self, request: Request, asked: Asked) -> Forecast:
        """Each interval of a local day, made from what is known when it begins."""
        try:
            answer = await run_sync(_answer, self.model, asked, limiter=self.workers)
        except NotAskedRightError as problem:
            raise Refusal(422, str(problem)) from problem
        card = self.model.card
        values = {key: [round(each, 3) for each in found.tolist()] for key, found in answer.found.items()}
        logged = {"model_version": card.version, "area": asked.area, "team": answer.team, "issue": answer.issue}
        logged |= {"observed_until": answer.observed_until, "times": answer.times.tolist(), **values}
        service.note(request, answer.team, logged)
        return Forecast(
            area=asked.area,
            day=datetime.fromtimestamp(answer.issue, UTC).astimezone(ZoneInfo(card.zone)).date(),
            model=answer.design,
            promised=self.promised,
            intervals=_intervals(answer, values),
            model_version=card.version,
            request_id=request.state.request_id,
        )

    async def actuals(self, request: Request, actual: Actuals) -> Stored:
        """Actual values, for `monitor` to compare the forecasts with."""
        areas, step = self.model.card.areas, self.model.newest.step
        if actual.area not in areas:
            raise Refusal(422, f"there is no area {actual.area!r}: there are {', '.join(areas)}")
        times = [int(each.time.timestamp()) for each in actual.observations]
        if any(time % step for time in times):
            raise Refusal(422, f"a time lies between two intervals of {step // 60} minutes")
        values = [each.value for each in actual.observations]
        service.note(request, None, {"area": actual.area, "times": times, "values": values})
        return Stored(observations=len(times))


def create_app(model: Trained, config: Config, log_dir: Path) -> FastAPI:
    """The application for one set of models."""
    card = model.card
    described = Service(
        title=config.title,
        version=card.version,
        router=Api(model, config.level, CapacityLimiter(config.workers)).router,
        page=site.page(config, model),
        limits=Limits(config.max_request_bytes, config.workers + config.waiting, config.request_seconds),
        warm=lambda: _answer(model, Asked(area=card.areas[0])),
        about={
            "trained_on": card.source,
            "areas": card.areas,
            "zone": card.zone,
            "step_minutes": card.step_minutes,
            "models": [team.point.design.name for team in model.teams.values()],
        },
        labels=model.teams,
    )
    return service.application(described, log_dir)


def _intervals(answer: Answer, values: dict[str, list[float]]) -> list[Interval]:
    moments = [datetime.fromtimestamp(each, UTC) for each in answer.times.tolist()]
    columns = (values[key] for key in ("point", "low", "high", "commit"))
    return [
        Interval(time=time, clock=clock, point=point, low=low, high=high, commit=commit)
        for time, clock, point, low, high, commit in zip(moments, answer.clock, *columns, strict=True)
    ]


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
