"""The REST API: an article for a question or none, events of those who agreed, their deletion, measures, and a page.

Run as: python -m product_brief serve
"""

import hashlib
import hmac
import secrets
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, Literal

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from product_brief.config import Config
from product_brief.data.articles import Article
from product_brief.kit import page, service
from product_brief.kit.page import Page
from product_brief.kit.project import ExplainedError
from product_brief.kit.service import Limits, Refusal, Service
from product_brief.models.assistant import ABSTAIN, LISTED, REFUSE, SUGGEST, Answer
from product_brief.models.saved import Saved
from product_brief.models.text import words
from product_brief.monitoring.signals import signals
from product_brief.usage import events
from product_brief.usage.events import ASSISTANT, LIST, OWN, Event, EventLog
from product_brief.usage.measures import measure

PAGE = Path(__file__).with_name("page.html")
COOKIE, TEAM = "brief_user", "brief_team"  # a random id; whether it is one of the team
ACTIONS = (SUGGEST, ABSTAIN, REFUSE, LISTED)
WHY = {
    SUGGEST: "this article fits the question",
    ABSTAIN: "no article fits well enough: ask a person",
    REFUSE: "such questions are answered by a person only",
    LISTED: "these articles come closest",
}
SILENT_WHY = "nothing is suggested, since too many suggestions would be wrong; these articles come closest"
NOT_AGREED: dict[int | str, dict[str, Any]] = {403: service.refusal("Nothing is stored of somebody who has not agreed")}
KEY, KEY_BYTES = "users.key", 32  # that signs ids: an id that this service did not give is nobody
STALE = 20.0  # seconds, after which measures are made anew

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Asked(BaseModel):
    """A question."""

    question: Annotated[str, Field(min_length=1, max_length=Config.longest_question, pattern=r"\S")]


class Shown(BaseModel):
    """An article, as far as it is shown."""

    id: str
    title: str
    excerpt: str
    updated: str  # ISO date, or empty


class Answered(BaseModel):
    """What is done about a question."""

    action: Literal["suggest", "abstain", "refuse", "list"]
    why: str
    article: Shown | None
    listed: list[Shown]
    confidence: float
    unknown: list[str]  # words of the question that no article has
    arm: Literal["assistant", "list"]
    question: Id  # to send with events about it
    model_version: str
    request_id: str

    model_config = ConfigDict(protected_namespaces=())


class Consent(BaseModel):
    """Whether events may be stored."""

    agrees: bool
    is_team: bool = False  # visits of the team are told apart, and not measured


class Agreed(BaseModel):
    """The id under which events are stored; nothing is stored without one."""

    user: Id | None


class Happened(BaseModel):
    """What somebody did with an answer."""

    event: Literal["opened", "solved", "not_solved", "handed_over"]
    question: Id
    article: Annotated[str, Field(max_length=300)] = ""


class Stored(BaseModel):
    """The event is in the log."""

    stored: bool = True


class Forgotten(BaseModel):
    """How many events were deleted."""

    deleted: int


@dataclass
class Measures:
    """The measures of users, made anew when they are asked for and stale."""

    folder: Path
    config: Config
    made: float = 0.0
    latest: dict[str, Any] | None = None
    lock: Lock = field(default_factory=Lock)

    def now(self) -> dict[str, Any] | None:
        """As of a few seconds ago."""
        with self.lock:
            if not self.made or time.monotonic() - self.made > STALE:
                found = measure(events.files(self.folder), self.config)
                self.latest, self.made = found.as_document() if found else None, time.monotonic()
            return self.latest


@dataclass(frozen=True)
class Api:
    """The endpoints, for one assistant."""

    saved: Saved
    config: Config
    log: EventLog
    measures: Measures
    key: bytes  # that signs the ids of users
    workers: CapacityLimiter
    analyst: CapacityLimiter  # measures wait for each other, and no answer waits for them

    @property
    def router(self) -> APIRouter:
        """Where each of them is."""
        router = APIRouter()
        example = {"question": self.saved.card.examples[0] if self.saved.card.examples else "How do I start?"}
        shown = {"requestBody": {"content": {"application/json": {"example": example}}}}
        router.post("/ask", openapi_extra=shown)(self.ask)
        router.get("/consent")(self.consented)
        router.post("/consent")(self.consent)
        router.post("/events", responses=NOT_AGREED)(self.events)
        router.post("/forget")(self.forget)
        router.get("/measures")(self.usage)
        return router

    async def ask(self, request: Request, asked: Asked) -> Answered:
        """One article, or the reason why there is none. The question itself is stored nowhere."""
        answer = await run_sync(self.saved.assistant.ask, asked.question, limiter=self.workers)
        user = self._user(request)
        arm = arm_of(user, self.saved.card.trial["share"]) if user else ASSISTANT
        action = self.saved.assistant.done(answer, gets_list=arm == LIST)
        question = uuid.uuid4().hex
        is_stored = user is None or await run_sync(
            self._store, request, user, question, arm, action, answer, limiter=self.workers
        )
        noted = signals(asked.question, answer, words(asked.question))
        facts = {"model_version": self.saved.card.version, "action": action, "signals": noted, "is_stored": is_stored}
        service.note(request, action, facts)
        return Answered(
            action=action,  # type: ignore[arg-type]
            why=SILENT_WHY if action == LISTED and arm == ASSISTANT else WHY[action],
            article=self._shown(answer.article) if answer.article and action == SUGGEST else None,
            listed=[self._shown(each) for each in answer.listed] if action != REFUSE else [],
            confidence=answer.confidence,
            unknown=list(answer.unknown),
            arm=arm,  # type: ignore[arg-type]
            question=question,
            model_version=self.saved.card.version,
            request_id=request.state.request_id,
        )

    async def consented(self, request: Request) -> Agreed:
        """Whether this browser has agreed."""
        return Agreed(user=self._user(request))

    async def consent(self, request: Request, response: Response, consent: Consent) -> Agreed:
        """Agree; or withdraw, and then nothing more is stored and what was stored is deleted."""
        if not consent.agrees:
            await self.forget(request, response)
            return Agreed(user=None)
        user = self._user(request) or uuid.uuid4().hex
        age = 86_400 * self.config.retention_days
        response.set_cookie(COOKIE, self._signed(user), max_age=age, httponly=True, samesite="lax")
        if consent.is_team:
            response.set_cookie(TEAM, "yes", max_age=age, httponly=True, samesite="lax")
        traffic = OWN if consent.is_team else self._traffic(request)
        event = Event("consented", user, arm=arm_of(user, self.saved.card.trial["share"]), traffic=traffic)
        await run_sync(self.log.write, event, limiter=self.workers)
        return Agreed(user=user)

    async def events(self, request: Request, happened: Happened) -> Stored:
        """What somebody did with an answer; only of those who agreed."""
        if (user := self._user(request)) is None:
            raise Refusal(403, "nothing is stored of somebody who has not agreed: POST /consent first")
        if happened.article and happened.article not in self.saved.assistant.faq.places:
            raise Refusal(422, f"there is no article {happened.article[:60]!r}")
        arm = arm_of(user, self.saved.card.trial["share"])
        event = Event(happened.event, user, happened.question, happened.article, arm, self._traffic(request))
        await run_sync(self.log.write, event, limiter=self.workers)
        return Stored()

    async def forget(self, request: Request, response: Response) -> Forgotten:
        """Delete everything that was stored of this browser."""
        user = self._user(request)
        response.delete_cookie(COOKIE)
        response.delete_cookie(TEAM)
        return Forgotten(deleted=await run_sync(self.log.forget, user, limiter=self.workers) if user else 0)

    async def usage(self) -> dict[str, Any]:
        """What users did: counts and shares, and nobody's events."""
        return {"usage": await run_sync(self.measures.now, limiter=self.analyst)}

    def warm(self) -> None:
        """A question that nobody asked."""
        self.saved.assistant.ask("is anything there")

    def _store(self, request: Request, user: str, question: str, arm: str, action: str, answer: Answer) -> bool:
        """Whether the events could be written: where they cannot, the answer is given all the same."""
        name = {SUGGEST: "suggested", ABSTAIN: "abstained", REFUSE: "refused", LISTED: "listed"}[action]
        article = answer.article.id if answer.article and action == SUGGEST else ""
        traffic = self._traffic(request)
        try:
            self.log.write(Event("asked", user, question, "", arm, traffic))
            self.log.write(Event(name, user, question, article, arm, traffic))
        except OSError:
            return False
        return True

    def _signed(self, user: str) -> str:
        return f"{user}{hmac.new(self.key, user.encode(), hashlib.sha256).hexdigest()[:32]}"

    def _user(self, request: Request) -> str | None:
        """The id that this service gave to the browser; a cookie that was made up is nobody."""
        given = request.cookies.get(COOKIE, "")
        user = given[:32]
        is_ours = events.NAME.fullmatch(user) and hmac.compare_digest(self._signed(user).encode(), given.encode())
        return user if is_ours else None

    def _traffic(self, request: Request) -> str:
        is_own = TEAM in request.cookies or self.config.own_traffic in request.headers
        return events.traffic_of(request.headers.get("user-agent", ""), is_own)

    def _shown(self, article: Article) -> Shown:
        excerpt = article.text[: self.config.excerpt]
        more = "…" if len(article.text) > len(excerpt) else ""
        return Shown(id=article.id, title=article.title, excerpt=excerpt + more, updated=article.updated)


def arm_of(user: str, share: float) -> str:
    """The arm of a user: by a hash, so that it is the same on every visit and in every process."""
    digest = hashlib.sha256(f"assistant or list {user}".encode()).digest()
    return ASSISTANT if int.from_bytes(digest[:8], "big") / 2**64 < share else LIST


def _key(folder: Path) -> bytes:
    """The key of this folder: whoever agreed is known after a restart as well."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / KEY
    if not path.is_file():
        new = path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_bytes(secrets.token_bytes(KEY_BYTES))
        new.replace(path)
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise ExplainedError(f"{path} is damaged: delete it, and everybody who agreed is asked again")
    return key


def create_app(saved: Saved, config: Config, log_dir: Path) -> FastAPI:
    """The application for one assistant. What is too old is deleted when it starts."""
    log = EventLog(log_dir / "events", config.retention_days)
    log.expire()
    measures = Measures(log.folder, config)
    api = Api(saved, config, log, measures, _key(log_dir), CapacityLimiter(config.workers), CapacityLimiter(1))
    described = Service(
        title=config.title,
        version=saved.card.version,
        router=api.router,
        page=shown(config, saved, "null"),
        limits=Limits(config.max_request_bytes, config.workers + config.waiting, config.request_seconds),
        warm=api.warm,
        about={"articles": saved.card.source, "signal": saved.assistant.settings.signal},
        labels=ACTIONS,
    )
    return service.application(described, log_dir)


def shown(config: Config, saved: Saved, local: str) -> Page:
    """The page; `local` is JavaScript that answers instead of a service, or null."""
    card = saved.card
    facts = {
        "share": card.trial["share"],
        "brief": card.brief,
        "examples": card.examples[:3],
        "keep_days": config.retention_days,
        "why": WHY,
    }
    words = {"title": config.title, "source": card.source}
    return page.render(PAGE, words, {"local": local, "facts": page.as_data(facts)})
