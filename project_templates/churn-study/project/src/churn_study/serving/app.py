"""The REST API: a customer's risk with its reasons and what to do, outcomes once they are known, and a page to try it.

Run as: python -m churn_study serve
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

from churn_study.config import Config
from churn_study.decision import offers
from churn_study.decision.words import many
from churn_study.kit import page, service
from churn_study.kit.page import Page
from churn_study.kit.service import Limits, Refusal, Service
from churn_study.models.features import Value
from churn_study.models.saved import Saved
from churn_study.monitoring.signals import signals

PAGE = Path(__file__).with_name("page.html")
KEY = "outcomes.key"
LARGEST = 1e12  # of a number that is asked about

Word = Annotated[str, Field(max_length=200)]
Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]


class Asked(BaseModel):
    """A customer by the columns of the study; a missing number is null."""

    customer: Annotated[dict[Word, Word | Number | None], Field(max_length=500)]
    id: Annotated[str, Field(max_length=100)] = ""  # only to draw who is held back; it is not logged


class Because(BaseModel):
    """A column that sets this customer apart, and by how much the risk would differ if it were as with most."""

    column: str
    value: Word | float | None
    change: float


class Scored(BaseModel):
    """The risk of leaving, and what to do."""

    risk: float
    reasons: list[Because]
    action: Literal["offer", "hold back", "no offer", "not known"]
    why: str
    effect: float | None  # of the offer on the chance of leaving
    gain: float | None  # expected, with the offer paid for
    unit: str
    strange: list[str]  # columns in which it is unlike all that was studied
    token: str  # to send with the outcome
    model_version: str
    request_id: str

    model_config = ConfigDict(protected_namespaces=())


class Outcome(BaseModel):
    """Whether somebody left after all, by the token of the answer."""

    token: Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9._-]+$")]
    churned: bool


class Stored(BaseModel):
    """The outcome is in the log."""

    stored: bool = True


@dataclass(frozen=True)
class Api:
    """The endpoints, for one model."""

    saved: Saved
    config: Config
    key: bytes  # that signs answers
    workers: CapacityLimiter

    @property
    def router(self) -> APIRouter:
        """Where each of them is."""
        router, example = APIRouter(), {"customer": self.saved.card.examples[0]}
        shown = {"requestBody": {"content": {"application/json": {"example": example}}}}
        router.post("/score", openapi_extra=shown)(self.score)
        router.post("/outcomes")(self.outcomes)
        return router

    async def score(self, request: Request, asked: Asked) -> Scored:
        """The risk of one customer, why, and whether the offer pays."""
        customer = self._checked(asked.customer)
        scored = await run_sync(self._scored, request, customer, asked.id, limiter=self.workers)
        facts = {
            "model_version": scored.model_version,
            "risk": scored.risk,
            "action": scored.action,
            "effect": scored.effect,
            "in_lot": bool(asked.id),
            "signals": signals(customer, self.saved.model, scored.risk),
        }
        service.note(request, scored.action, facts)
        return scored

    async def outcomes(self, request: Request, outcome: Outcome) -> Stored:
        """What became of somebody this service was asked about; the last word counts."""
        answer = outcome.token.rpartition(".")[0]
        if not hmac.compare_digest(self._signed(answer).encode(), outcome.token.encode()):
            raise Refusal(422, "the token is not one of ours")
        service.note(
            request, None, {"answer": answer, "churned": outcome.churned, "model_version": self.saved.card.version}
        )
        return Stored()

    def warm(self) -> None:
        """A customer that nobody asked about."""
        self.saved.model.risks([self.saved.card.examples[0]])

    def _checked(self, customer: dict[str, Value]) -> dict[str, Value]:
        """Every column of the study, of the right kind; a refusal names the first that is not."""
        encoder, money = self.saved.model.encoder, self.saved.card.money
        numbers, words = (
            {each.name for each in encoder.numbers} | ({money} - {""}),
            {each.name for each in encoder.words},
        )
        wanted = [*encoder.typical, *([money] if money and money not in encoder.typical else [])]
        if lacking := [name for name in wanted if name not in customer]:
            raise Refusal(422, f"the column {lacking[0]!r} is missing; needed are: {', '.join(wanted)}")
        if unknown := [name for name in customer if name not in wanted]:
            raise Refusal(422, f"the column {unknown[0][:60]!r} is not one of the study's")
        for name, value in customer.items():
            if name in numbers and isinstance(value, str):
                raise Refusal(422, f"{name!r} is not a number")
            if name in words and not isinstance(value, str):
                raise Refusal(422, f"{name!r} is not a word")
        return customer

    def _scored(self, request: Request, customer: dict[str, Value], name: str) -> Scored:
        model, card = self.saved.model, self.saved.card
        strange = model.encoder.strange(customer)
        offer = offers.decide(card, customer, strange, name, self.config.hold_back)
        return Scored(
            risk=round(float(model.risks([customer])[0]), 4),
            reasons=[
                Because(column=each.column, value=each.value, change=round(each.change, 4))
                for each in model.reasons(customer)
            ],
            action=offer.action,  # type: ignore[arg-type]
            why=offer.why,
            effect=offer.effect,
            gain=None if offer.gain is None else round(offer.gain, 4),
            unit=unit(self.saved),
            strange=strange,
            token=self._signed(request.state.request_id),
            model_version=card.version,
            request_id=request.state.request_id,
        )

    def _signed(self, answer: str) -> str:
        return f"{answer}.{hmac.new(self.key, answer.encode(), hashlib.sha256).hexdigest()[:32]}"


def create_app(saved: Saved, config: Config, log_dir: Path) -> FastAPI:
    """The application for one model."""
    api = Api(saved, config, _key(log_dir), CapacityLimiter(config.workers))
    described = Service(
        title=config.title,
        version=saved.card.version,
        router=api.router,
        page=shown(config, saved, "null"),
        limits=Limits(config.max_request_bytes, config.workers + config.waiting, config.request_seconds),
        warm=api.warm,
        about={"studies": saved.card.source, "model": saved.model.name},
        labels=offers.ACTIONS,
    )
    return service.application(described, log_dir)


def unit(saved: Saved) -> str:
    """What a gain is counted in."""
    return "dollars" if saved.card.costs.get("has_money") else f"{many(saved.card.noun)} kept"


def shown(config: Config, saved: Saved, local: str) -> Page:
    """The page; `local` is JavaScript that answers instead of a service, or null."""
    card, encoder = saved.card, saved.model.encoder
    columns: list[dict[str, Any]] = [{"name": each.name, "levels": list(each.levels)} for each in encoder.words]
    columns += [
        {"name": each.name, "low": each.low, "high": each.high, "may_be_missing": each.may_be_missing}
        for each in encoder.numbers
    ]
    if card.money and card.money not in encoder.typical:
        columns.append({"name": card.money, "low": 0, "high": 0, "may_be_missing": False})
    study = {**card.page, "columns": columns, "example": card.examples[0], "noun": card.noun, "offer": card.offer}
    words = {"title": config.title, "noun": card.noun, "source": card.source}
    return page.render(PAGE, words, {"local": local, "study": page.as_data(study)})


def _key(folder: Path) -> bytes:
    """The key of this folder's answers: outcomes are taken weeks later, after a restart, too."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / KEY
    if not path.is_file():
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()
