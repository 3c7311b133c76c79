"""The REST API: passages for a question, an answer with its source or none, thumbs on answers, and a page to try it.

Run as: python -m search_ranker serve
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field

from search_ranker.config import Config
from search_ranker.kit import page, service
from search_ranker.kit.page import Page
from search_ranker.kit.service import Limits, Refusal, Service
from search_ranker.models.engine import Answer, Ranked
from search_ranker.models.saved import Saved
from search_ranker.monitoring.signals import signals
from search_ranker.serving.question_log import QuestionLog

PAGE = Path(__file__).with_name("page.html")
ANSWERED, ABSTAINED, EMPTY = "answered", "not in these documents", "nothing found"  # how /metrics counts answers
KEY = "answers.key"
NO_WORD = "not in these documents: the question has no word that counts"
UNKNOWN = "not in these documents: nothing in them is like the question"
UNSURE = "not in these documents, or not surely enough to answer"
SILENT = "only passages: too often, an answer would be wrong"  # in validation, or nothing could show that it is not

Text = Annotated[str, Field(min_length=1, max_length=Config.longest_question, pattern=r"\S")]


class Asked(BaseModel):
    """A question, and how many passages to show for it."""

    question: Text
    length: Annotated[int, Field(ge=1, le=50)] = Config.length


class Found(BaseModel):
    """A passage in a list of results."""

    id: str
    title: str
    text: str
    updated: str  # ISO date, or empty
    score: float


class Cited(BaseModel):
    """A sentence of a passage, word for word: `text[start:end]` of that passage."""

    sentence: str
    passage: str  # its id
    title: str
    start: int
    end: int


class Spent(BaseModel):
    """Milliseconds, by stage."""

    retrieve: float
    rank: float
    answer: float = 0.0


class Searched(BaseModel):
    """Passages, best first."""

    results: list[Found]
    reason: str | None  # why there are none
    unknown: list[str]  # words of the question that are in no passage
    milliseconds: Spent
    model_version: str
    request_id: str

    model_config = ConfigDict(protected_namespaces=())


class Answered(Searched):
    """The sentence that answers, with its source, and the passages it was chosen from; or why there is none."""

    answer: Cited | None
    is_measured: bool  # whether it is known how often such an answer is right
    confidence: float  # that the likeliest sentence answers, be it given or not
    token: str  # to send with a thumb


class Thumb(BaseModel):
    """Whether an answer helped, by its token."""

    token: Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9._-]+$")]
    thumb: Literal["up", "down"]


class Stored(BaseModel):
    """The thumb is in the log."""

    stored: bool = True


@dataclass(frozen=True)
class Api:
    """The endpoints, for one model."""

    saved: Saved
    log: QuestionLog
    key: bytes  # that signs answers
    workers: CapacityLimiter

    @property
    def router(self) -> APIRouter:
        """Where each of them is."""
        router, example = APIRouter(), {"question": self.saved.examples[0]}
        shown = {"requestBody": {"content": {"application/json": {"example": example}}}}
        router.post("/search", openapi_extra=shown)(self.search)
        router.post("/answer", openapi_extra=shown)(self.answer)
        router.post("/events")(self.events)
        return router

    async def search(self, request: Request, asked: Asked) -> Searched:
        """The passages that answer a question best."""
        ranked = await run_sync(self.saved.engine.search, asked.question, limiter=self.workers)
        service.note(request, None, {"model_version": self.saved.card.version})
        return Searched(**self._searched(request, ranked, asked.length), reason=self._reason(ranked))

    async def answer(self, request: Request, asked: Asked) -> Answered:
        """A sentence that answers, cited; none where no sentence is likely enough to."""
        answer = await run_sync(self.saved.engine.answer, asked.question, limiter=self.workers)
        ranked, address = answer.ranked, request.client.host if request.client else ""
        await run_sync(self.log.write, address, answer, self.saved.engine, limiter=self.workers)
        is_empty = not len(ranked.numbers)
        facts = {
            "model_version": self.saved.card.version,
            "is_empty": is_empty,
            "is_given": answer.is_given,
            "signals": signals(answer, self.saved.engine),
        }
        service.note(request, EMPTY if is_empty else ANSWERED if answer.is_given else ABSTAINED, facts)
        cited = self._cited(answer)
        found = self._searched(request, ranked, asked.length, cited)
        found["milliseconds"].answer = answer.answer_ms
        return Answered(
            **found,
            reason=self._reason(ranked)
            or (None if answer.is_given else SILENT if self.saved.engine.judge.is_silent else UNSURE),
            answer=cited,
            is_measured=self.saved.engine.judge.is_measured,
            confidence=answer.confidence,
            token=self._signed(request.state.request_id),
        )

    async def events(self, request: Request, event: Thumb) -> Stored:
        """A thumb on an answer of this service; the last one on an answer counts."""
        answer = event.token.rpartition(".")[0]
        if not hmac.compare_digest(self._signed(answer).encode(), event.token.encode()):
            raise Refusal(422, "the token is not one of ours")
        version = self.saved.card.version
        service.note(request, None, {"answer": answer, "thumb": event.thumb, "model_version": version})
        return Stored()

    def _searched(self, request: Request, ranked: Ranked, length: int, cited: Cited | None = None) -> dict[str, Any]:
        """What both endpoints answer; a passage that is cited is among the results, however few are asked for."""
        passages, engine = self.saved.engine.index.passages, self.saved.engine
        listed = [(passages[number], score) for number, score in zip(*ranked.listed, strict=True)]
        shown = [each for at, each in enumerate(listed) if at < length or (cited and each[0].id == cited.passage)]
        known = zip(ranked.words, engine.known(ranked.words), strict=True)
        return {
            "results": [
                Found(id=one.id, title=one.title, text=one.text, updated=one.updated, score=round(score, 4))
                for one, score in shown
            ],
            "unknown": list(dict.fromkeys(word for word, is_known in known if not is_known)),
            "milliseconds": Spent(retrieve=ranked.retrieve_ms, rank=ranked.rank_ms),
            "model_version": self.saved.card.version,
            "request_id": request.state.request_id,
        }

    def _reason(self, ranked: Ranked) -> str | None:
        return None if len(ranked.numbers) else UNKNOWN if ranked.words else NO_WORD

    def _cited(self, answer: Answer) -> Cited | None:
        if answer.sentence is None or not answer.is_given:
            return None
        passage, text = self.saved.engine.index.passages[answer.sentence.passage], answer.sentence.text
        start = max(0, passage.text.find(text))  # a passage without text answers by its title
        end = start + len(text) if passage.text else 0
        return Cited(sentence=text, passage=passage.id, title=passage.title, start=start, end=end)

    def _signed(self, answer: str) -> str:
        return f"{answer}.{hmac.new(self.key, answer.encode(), hashlib.sha256).hexdigest()[:32]}"

    def warm(self) -> None:
        """A question that nobody asks."""
        self.saved.engine.answer(self.saved.engine.index.passages[0].whole[:100])


def create_app(saved: Saved, config: Config, log_dir: Path) -> FastAPI:
    """The application for one model."""
    card, workers = saved.card, CapacityLimiter(config.workers)
    log = QuestionLog(log_dir, config.keep_days)
    log.turn()  # what is too old goes now, even if nobody asks anything
    api = Api(saved, log, _key(log_dir), workers)
    described = Service(
        title=config.title,
        version=card.version,
        router=api.router,
        page=shown(config, saved, "null"),
        limits=Limits(config.max_request_bytes, config.workers + config.waiting, config.request_seconds),
        warm=api.warm,
        about={"searches": card.source, "passages": len(saved.engine.index.passages), "ranking": card.ranking},
        labels=[ANSWERED, ABSTAINED, EMPTY],
    )
    return service.application(described, log_dir)


def shown(config: Config, saved: Saved, local: str) -> Page:
    """The page; `local` is JavaScript that answers instead of a service, or null."""
    card, passages = saved.card, saved.engine.index.passages
    words = {"title": config.title, "noun": card.noun, "source": card.source, "passages": f"{len(passages):,}"}
    return page.render(PAGE, words, {"local": local, "example": page.as_data(saved.examples[0])})


def _key(folder: Path) -> bytes:
    """The key of this folder's answers: thumbs on them are taken after a restart, too."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / KEY
    if not path.is_file():
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()
