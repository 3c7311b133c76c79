"""The REST API: tomorrow, with its limits, the actual values that follow, and a page that shows both.

Run as: python -m forecast_dashboard serve
"""

import hmac
import math
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import numpy as np
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from forecast_dashboard.config import Config
from forecast_dashboard.kit import service
from forecast_dashboard.kit.service import Limits, Refusal, Service
from forecast_dashboard.models.conformal import State
from forecast_dashboard.models.saved import Trained
from forecast_dashboard.serving import site, tomorrow
from forecast_dashboard.serving.ledger import Ledger
from forecast_dashboard.serving.tomorrow import Answer, NotAskedRightError, Question

Amount = Annotated[float, Field(allow_inf_nan=False, ge=0, le=1e12)]
LocalDay = Annotated[date, Field(ge=date(1971, 1, 1), le=date(2199, 12, 31))]
KEY = "FORECAST_DASHBOARD_KEY"  # where it is set, only who knows it may say what counts
Degrees = Annotated[float, Field(allow_inf_nan=False, ge=-60, le=60)]
Day = Annotated[list[Degrees], Field(min_length=1, max_length=100)]


AHEAD = 2 * 86_400  # seconds from now to the beginning of the last day that can count


class History(BaseModel):
    """What was measured up to the beginning of the day, oldest first, at the step of the data. Null: not measured."""

    values: Annotated[list[Amount | None], Field(min_length=1, max_length=4000)]
    temperature: Annotated[list[Degrees], Field(max_length=4000)] | None = None
    holiday: Annotated[list[bool], Field(max_length=4000)] | None = None


class Asked(BaseModel):
    """The day to forecast. Without a history, it is the day after the newest data that are stored."""

    area: Annotated[str, Field(min_length=1, max_length=128)]
    day: LocalDay | None = None
    history: History | None = None
    temperature: Annotated[Day | None, Field(description="Degrees forecast for each interval of the day")] = None
    holiday: bool = False
    counts: bool = False  # the day's own forecast, to be held against what comes; any other only asks what if


class Interval(BaseModel):
    """Amounts from this moment on, for one step of the data, in its unit."""

    time: datetime
    clock: str  # local
    point: float
    low: float
    high: float
    commit: float  # the forecast with the reserve for what too little and too much cost


class Forecast(BaseModel):
    """A whole local day."""

    area: str
    day: date
    model: str
    unit: str
    promised: float  # share of actual values that lie between low and high
    intervals: list[Interval]
    model_version: str
    request_id: str

    model_config = ConfigDict(protected_namespaces=())


class Observation(BaseModel):
    """The actual value."""

    time: AwareDatetime
    value: Amount


class Actuals(BaseModel):
    """Observations of one area, to hold forecasts against."""

    area: Annotated[str, Field(min_length=1, max_length=128)]
    observations: Annotated[list[Observation], Field(min_length=1, max_length=4000)]


class Stored(BaseModel):
    """How many observations are in the log now."""

    observations: int


@dataclass(frozen=True)
class Api:
    """The endpoints, for one set of models."""

    model: Trained
    config: Config
    ledger: Ledger
    key: str | None  # of those who may say what counts
    workers: CapacityLimiter

    @property
    def router(self) -> APIRouter:
        """Where each of them is."""
        router = APIRouter()
        area, newest = self.model.card.areas[0], datetime.fromtimestamp(int(self.model.newest.times[-1]), UTC)
        observed = {"time": newest.isoformat(), "value": 1.0}
        examples: dict[str, dict[str, Any]] = {
            "/forecast": {"area": area, "holiday": False},
            "/actuals": {"area": area, "observations": [observed]},
        }
        for path, example in examples.items():
            described = {"requestBody": {"content": {"application/json": {"example": example}}}}
            router.post(path, openapi_extra=described)(self.forecast if path == "/forecast" else self.actuals)
        return router

    async def forecast(self, request: Request, asked: Asked) -> Forecast:
        """Each interval of a local day, made from what is known when it begins."""
        if asked.counts:
            self._check_key(request)
        try:
            answer = await run_sync(self.answer, asked, limiter=self.workers)
        except NotAskedRightError as problem:
            raise Refusal(422, str(problem)) from problem
        card = self.model.card
        if asked.counts and answer.issue > time.time() + AHEAD:
            raise Refusal(422, "counts: only a forecast for tomorrow, or an earlier day, can count")
        counts = asked.counts and self.ledger.promise(
            card.version, answer.team, asked.area, answer.issue, answer.times, answer.limits
        )
        values = {key: [round(each, 3) for each in found.tolist()] for key, found in answer.found.items()}
        logged = {
            "model_version": card.version,
            "area": asked.area,
            "team": answer.team,
            "issue": answer.issue,
            "counts": counts,
        }
        logged |= {"observed_until": answer.observed_until, "times": answer.times.tolist(), **values}
        service.note(request, answer.team, logged)
        return Forecast(
            area=asked.area,
            day=datetime.fromtimestamp(answer.issue, UTC).astimezone(ZoneInfo(card.zone)).date(),
            model=answer.design,
            unit=card.unit,
            promised=self.config.level,
            intervals=_intervals(answer, values),
            model_version=card.version,
            request_id=request.state.request_id,
        )

    async def actuals(self, request: Request, actual: Actuals) -> Stored:
        """Actual values: the intervals move by them, and `monitor` compares the forecasts with them."""
        self._check_key(request)
        areas, step = self.model.card.areas, self.model.newest.step
        if actual.area not in areas:
            raise Refusal(422, f"there is no area {actual.area!r}: there are {', '.join(areas)}")
        times = [int(each.time.timestamp()) for each in actual.observations]
        if any(each % step for each in times):
            raise Refusal(422, f"a time lies between two intervals of {step // 60} minutes")
        if max(times) > time.time():
            raise Refusal(422, "a time has not come yet, so nothing can have been measured then")
        values = [each.value for each in actual.observations]
        try:
            await run_sync(self.ledger.observe, actual.area, times, values, limiter=self.workers)
        except sqlite3.Error as problem:  # a full disk, say: nothing was written, and it may be sent again
            raise Refusal(503, f"the values could not be written: {problem}", retry_after=1) from problem
        service.note(request, None, {"area": actual.area, "times": times, "values": values})
        return Stored(observations=len(times))

    def answer(self, asked: Asked) -> Answer:
        """With intervals as wide as the days so far ask for."""
        return _answer(self.model, asked, lambda team: self._state(team, asked.area))

    def _state(self, team: str, area: str) -> State:
        begin = self.model.teams[team].states[self.model.card.areas.index(area)]
        return self.ledger.state(begin, self.model.card.version, team, area, self.config)

    def _check_key(self, request: Request) -> None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.key and not hmac.compare_digest(given.encode(), self.key.encode()):
            raise Refusal(401, f"this needs the key of {KEY}, as Authorization: Bearer KEY")


def create_app(model: Trained, config: Config, log_dir: Path) -> FastAPI:
    """The application for one set of models."""
    card, ledger = model.card, Ledger(log_dir)
    api = Api(model, config, ledger, os.environ.get(KEY), CapacityLimiter(config.workers))

    @contextmanager
    def open_ledger() -> Iterator[None]:
        yield
        ledger.close()

    described = Service(
        title=config.title,
        version=card.version,
        router=api.router,
        page=site.page(config, model),
        limits=Limits(config.max_request_bytes, config.workers + config.waiting, config.request_seconds),
        warm=lambda: api.answer(Asked(area=card.areas[0])),
        lifespan=open_ledger,
        about={
            "trained_on": card.source,
            "areas": card.areas,
            "zone": card.zone,
            "step_minutes": card.step_minutes,
            "unit": card.unit,
            "trained_until": card.trained_until,
            "models": [team.point.design.name for team in model.teams.values()],
        },
        labels=model.teams,
    )
    return service.application(described, log_dir)


def _intervals(answer: Answer, values: dict[str, list[float]]) -> list[Interval]:
    moments = [datetime.fromtimestamp(each, UTC) for each in answer.times.tolist()]
    columns = (values[key] for key in ("point", "low", "high", "commit"))
    return [
        Interval(time=moment, clock=clock, point=point, low=low, high=high, commit=commit)
        for moment, clock, point, low, high, commit in zip(moments, answer.clock, *columns, strict=True)
    ]


def _answer(model: Trained, asked: Asked, states: Callable[[str], State]) -> Answer:
    temperature = None if asked.temperature is None else np.array(asked.temperature)
    if asked.history is None:
        if asked.day is not None:
            raise NotAskedRightError("day: a day of your own needs its history, up to its beginning")
        return tomorrow.answer(model, tomorrow.after_the_data(model, asked.area, temperature, asked.holiday), states)
    if asked.day is None:
        raise NotAskedRightError("history: say which day begins where it ends")
    given = asked.history
    demand = np.array([math.nan if each is None else each for each in given.values])
    for name, values in (("temperature", given.temperature), ("holiday", given.holiday)):
        if values is not None and len(values) != len(demand):
            raise NotAskedRightError(f"history.{name}: {len(values)} given for {len(demand)} values")
    past = None if given.temperature is None else np.array(given.temperature)
    holiday = np.zeros(len(demand), dtype=bool) if given.holiday is None else np.array(given.holiday)
    question = Question(asked.area, asked.day, demand, past, temperature, holiday, asked.holiday)
    return tomorrow.answer(model, question, states)
