"""The REST API: lists of items by the ranking a visitor is assigned, events back from them, and a page to try it.

Run as: python -m recommender serve
"""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError

from recommender.config import Config
from recommender.experiment import events, tokens
from recommender.experiment.assignment import Experiment
from recommender.experiment.events import Click, Exposure, Store
from recommender.experiment.tokens import BadTokenError
from recommender.kit import page, service
from recommender.kit.service import Limits, Refusal, Service
from recommender.models.recommend import Recommender, Slate
from recommender.models.saved import Trained

PAGE = Path(__file__).with_name("page.html")
FALLBACK = "fallback"  # how /metrics counts the lists for visitors whom the model does not know
NEVER = 1.0  # a draw that does not explore
Name = Annotated[str, Field(min_length=1, max_length=128)]
History = Annotated[
    list[Name], Field(max_length=1000, description="Ids of the items in this visitor's past, in any order")
]
Length = Annotated[int, Field(ge=1, le=50)]


class Wanted(BaseModel):
    """A history to try."""

    history: History = []
    length: Length = 10


class Asked(Wanted):
    """Who asks for a list, and their past. The name is turned into a pseudonym before anything is kept."""

    user: Name
    visit: Name | None = None  # asked again with the same one and the same history, the list is the same


class Item(BaseModel):
    """An item in a list."""

    item: str
    title: str
    tags: str
    because: str | None  # the title of an item in the history that speaks for it
    score: float


class Recommended(BaseModel):
    """A list. Its token comes back with the events that follow."""

    items: list[Item]
    reason: str | None  # why there are none
    is_fallback: bool  # nothing in the history is known, so these are the items that are popular now
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
    """An item in the list of this token was opened. The event's id, made by whoever sends it, lets it be sent again."""

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

    rankings: dict[str, list[Item]]
    reason: str | None  # why there are none
    is_fallback: bool


@dataclass(frozen=True)
class Api:
    """The endpoints, for one model and one experiment."""

    model: Trained
    experiment: Experiment
    recommender: Recommender
    store: Store
    key: bytes  # that seals tokens and makes pseudonyms
    workers: CapacityLimiter
    token_hours: float

    @property
    def router(self) -> APIRouter:
        """Where each of them is."""
        router = APIRouter()
        router.get("/items", include_in_schema=False)(self.items)
        router.post("/recommendations", openapi_extra=self._example())(self.recommend)
        router.post("/events")(self.events)
        router.post("/preview")(self.preview)
        return router

    async def items(self) -> Response:
        return Response(json.dumps(catalogue(self.model), ensure_ascii=False), media_type="application/json")

    async def recommend(self, request: Request, asked: Asked) -> Recommended:
        """A list for a visitor, by the ranking that the experiment assigns them."""
        request_id = request.state.request_id
        visit = asked.visit or secrets.token_hex(16)  # a request's id may be the same for many
        variant, draw = self.experiment.variant_of(asked.user), self.experiment.draw(asked.user, visit)
        slate = await self._slate(variant, asked, draw)
        visitor, about = tokens.pseudonym(self.key, asked.user), self._facts(slate, asked.history)
        # By what is in it, too: a visit that is asked again with another history gets another list.
        content = json.dumps([self.experiment.key, self.model.card.version, about["items"]])
        facts = {
            "list": tokens.pseudonym(self.key, asked.user, visit, content),
            "visitor": visitor,
            "request": request_id,
            "variant": variant,
            "ms": slate.milliseconds,
            **about,
        }
        logged = {
            "visitor": visitor,
            "variant": variant,
            "model_version": self.model.card.version,
            "is_fallback": slate.is_fallback,
            "signals": signals(slate, self.recommender, asked.history),
        }
        service.note(request, FALLBACK if slate.is_fallback else variant, logged)
        return Recommended(
            items=_items(slate, self.model),
            reason=_reason(slate, self.model),
            is_fallback=slate.is_fallback,
            experiment=self.experiment.key,
            variant=variant,
            token=tokens.seal(self.key, facts),
            model_version=self.model.card.version,
            request_id=request_id,
        )

    async def events(self, request: Request, asked: Events) -> Stored:
        """Lists that were seen and items that were opened. Once this is answered, they are on disk."""
        now = time.time()
        rows: list[Exposure | Click] = []
        for each in asked.events:
            facts = self._unsealed(each.token, now)
            rows += _exposures(facts, now) if isinstance(each, Rendered) else [_click(facts, each, now)]
        try:
            new = await run_sync(self.store.add, rows, limiter=self.workers)
        except SQLAlchemyError as problem:  # a full disk, say, or no database: why is for the operator
            service.note(request, None, {"problem": events.cause(problem)})
            raise Refusal(503, "the events could not be written: send them again", retry_after=1) from problem
        return Stored(new=new, rows=len(rows))

    async def preview(self, asked: Wanted) -> Previewed:
        """What each ranking would show for a history: to look at, not to learn from."""
        slates = {name: await self._slate(name, asked, NEVER) for name, _ in self.experiment.variants}
        return Previewed(
            rankings={name: _items(slate, self.model) for name, slate in slates.items()},
            reason=_reason(next(iter(slates.values())), self.model),
            is_fallback=any(slate.is_fallback for slate in slates.values()),
        )

    async def _slate(self, ranking: str, asked: Wanted, draw: float) -> Slate:
        return await run_sync(self.recommender.slate, ranking, asked.history, asked.length, draw, limiter=self.workers)

    def _facts(self, slate: Slate, history: list[str]) -> dict[str, Any]:
        """What the log will need to know of a list, once it was seen."""
        ids = self.model.ids
        return {
            "served": round(time.time(), 3),
            "experiment": self.experiment.key,
            "model": self.model.card.version,
            "fallback": int(slate.is_fallback),
            "history": len(history),
            "items": [[ids[each.item], round(each.score, 5), each.propensity] for each in slate.shown],
            "choices": {
                "candidates": [ids[each] for each in slate.candidates],
                "first": {name: ids[each] for name, each in slate.firsts.items()},
            },
        }

    def _unsealed(self, token: str, now: float) -> dict[str, Any]:
        try:
            facts = tokens.unseal(self.key, token)
        except BadTokenError:
            raise Refusal(422, "the token is not one of ours") from None
        if now - facts["served"] > 3600 * self.token_hours:
            raise Refusal(422, f"the list was served more than {self.token_hours:g} hours ago")
        return facts

    def _example(self) -> dict[str, Any]:
        """A request for /docs, with items of this catalogue."""
        asked = {"user": "anna", "history": self.model.ids[:2], "length": 10, "visit": "monday"}
        return {"requestBody": {"content": {"application/json": {"example": asked}}}}

    def warm(self) -> None:
        """A list that nobody sees."""
        self.recommender.slate(next(iter(self.model.weights)), self.model.ids[:1], 1, NEVER)


def create_app(model: Trained, config: Config, log_dir: Path) -> FastAPI:
    """The application for one model and one experiment."""
    experiment, store, key = Experiment.of(config), Store(events.source(log_dir)), tokens.load_key(log_dir)
    store.start(experiment, tokens.fingerprint(key), time.time())
    recommender = Recommender(model, experiment.exploration, experiment.candidates)
    workers = CapacityLimiter(config.workers)
    api = Api(model, experiment, recommender, store, key, workers, config.token_hours)
    variants = [name for name, _ in experiment.variants]

    @contextmanager
    def open_store() -> Iterator[None]:
        yield
        store.close()

    words = {"title": config.title, "source": model.card.source, "noun": model.card.noun, "nouns": model.card.nouns}
    about = {"trained_on": model.card.source, "items": len(model.ids)}
    described = Service(
        title=config.title,
        version=model.card.version,
        router=api.router,
        page=page.render(PAGE, words, {"local": "null"}),
        limits=Limits(config.max_request_bytes, config.workers + config.waiting, config.request_seconds),
        warm=api.warm,
        lifespan=open_store,
        about={**about, "experiment": experiment.key, "variants": variants},
        labels=[*variants, FALLBACK],
    )
    return service.application(described, log_dir)


def signals(slate: Slate, recommender: Recommender, history: list[str]) -> dict[str, float]:
    """What `monitor` watches of a list: a few numbers, from which no history can be restored."""
    popular, total = recommender.trained.popular, recommender.trained.popular.sum()
    return {
        "history": float(len(history)),
        "known": round(len(recommender.known(history)) / max(1, len(set(history))), 4),
        "top score": round(slate.shown[0].score, 4) if slate.shown and not slate.is_fallback else 0.0,
        "popularity": round(float(popular[[each.item for each in slate.shown]].sum() / total), 5),
    }


def _items(slate: Slate, model: Trained) -> list[Item]:
    return [
        Item(
            item=model.ids[each.item],
            title=model.titles[each.item],
            tags=model.tags[each.item],
            because=None if each.because is None else model.titles[each.because],
            score=round(each.score, 4),
        )
        for each in slate.shown
    ]


def _reason(slate: Slate, model: Trained) -> str | None:
    return None if slate.shown else f"every {model.card.noun} of the catalogue is in this history"


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
        raise Refusal(422, f"{opened.item!r} is not in the list of this token")
    place = shown.index(opened.item) + 1
    return Click(facts["list"], opened.item, place, now, facts["visitor"], opened.event_id)


def catalogue(model: Trained) -> list[dict[str, str]]:
    """Every item, the most popular first, for the page to choose from."""
    order = (-model.popular).argsort(kind="stable").tolist()
    return [{"item": model.ids[i], "title": model.titles[i], "tags": model.tags[i]} for i in order]
