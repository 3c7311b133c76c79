"""Draws a subscription service: customers, invoices, tickets, usage, and three ways in which an offer was given.

Time goes by in waves of 60 days. The offer was rolled out to five regions first, then given by account managers to whom
they liked, then to half of all customers by lot; so its effect, which is known here, can be estimated in every way.
Account managers heard on the phone who wanted to leave. Nobody wrote that down: it is the hidden cause.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from churn_study.kit.intervals import stream

START, DAYS, WAVES = pd.Timestamp("2023-07-01"), 60, 15
ROLLOUT, MANAGERS, TRIAL, TOUR, TEST = (8, 9, 10), 11, 12, 13, 13  # waves in which something was tried
TRAINING = (3, 4, 5, 6, 7)  # waves before any offer
REGIONS = (
    "Alder",
    "Birch",
    "Cedar",
    "Dogwood",
    "Elm",
    "Fir",
    "Ginkgo",
    "Hazel",
    "Ironwood",
    "Juniper",
    "Katsura",
    "Larch",
)
FIRST_REGIONS = REGIONS[:5]
PLANS = {"basic": 12.0, "plus": 25.0, "pro": 49.0}  # dollars a month
CHANNELS = ("search", "friend", "advert", "partner")
FEATURES = ("report", "export", "share", "invite")
TOPICS = ("billing", "bug", "how to", "outage")
LOST = 0.15  # of the visitors in one arm of the tour, whose records an old version of the app never sent


@dataclass
class Service:
    """The state of every customer, and what has been recorded so far."""

    rng: np.random.Generator
    signup: np.ndarray  # (N,) wave in which each begins
    tenure: np.ndarray  # (N,) months before that
    plan: np.ndarray
    is_yearly: np.ndarray
    region: np.ndarray
    channel: np.ndarray
    price: np.ndarray
    engagement: np.ndarray  # (N,) standard normal: how much somebody uses the service
    intent: np.ndarray  # (N,) standard normal: whether somebody means to leave. In no table
    left: np.ndarray  # (N,) day of cancellation, or -1
    tables: dict[str, list[pd.DataFrame]] = field(default_factory=dict)

    def note(self, table: str, **columns: object) -> None:
        self.tables.setdefault(table, []).append(pd.DataFrame(columns))


def draw(seed: int, customers: int) -> dict[str, pd.DataFrame]:
    """Every table of the service, by name; `truth` is what no analysis may read."""
    service = _founded(stream(seed, "sample"), customers)
    for wave in range(WAVES):
        _live(service, wave)
    del service.tables["before"]
    tables = {name: pd.concat(parts, ignore_index=True) for name, parts in service.tables.items()}
    return {"customers": _customers(service), **tables, "moments": _moments()}


def date(wave: int) -> pd.Timestamp:
    """The day on which a wave begins."""
    return START + pd.Timedelta(days=DAYS * wave)


def _founded(rng: np.random.Generator, number: int) -> Service:
    signup = np.where(rng.random(number) < 0.4, 0, rng.integers(0, WAVES - 1, number))
    plan = rng.choice(list(PLANS), number, p=[0.45, 0.38, 0.17])
    price = np.array([PLANS[each] for each in plan]) * rng.choice([1.0, 1.15, 0.9], number, p=[0.7, 0.15, 0.15])
    return Service(
        rng=rng,
        signup=signup,
        tenure=np.where(signup == 0, rng.integers(0, 30, number), 0),
        plan=plan,
        is_yearly=rng.random(number) < np.where(plan == "basic", 0.25, 0.42),
        region=rng.choice(REGIONS, number),
        channel=rng.choice(CHANNELS, number, p=[0.4, 0.2, 0.3, 0.1]),
        price=price.round(2),
        engagement=rng.normal(size=number),
        intent=rng.normal(size=number),
        left=np.full(number, -1),
    )


def _live(service: Service, wave: int) -> None:
    """One wave: who is there decides on what happened in the wave before; then the wave is recorded."""
    s, rng = service, service.rng
    here = np.flatnonzero((s.signup <= wave) & (s.left < 0))
    s.intent[here] = 0.4 * s.intent[here] + rng.normal(0, np.sqrt(1 - 0.4**2), len(here))
    before = s.tables["before"][-1].set_index("at") if wave else None
    seen = np.flatnonzero(s.signup < wave)
    known = np.intersect1d(here, seen)
    if before is not None and len(known):
        history = before.loc[known]
        risk = _risk(s, known, history, wave)
        given = _offers(s, known, history, wave)
        with_offer = _risk_with_offer(s, known, history, risk)
        s.note("truth", wave=wave, customer=_names(known), treated=given, effect=with_offer - risk)
        leaves = rng.random(len(known)) < np.where(given, with_offer, risk)
        gone = known[leaves]
        s.left[gone] = DAYS * wave + rng.integers(0, DAYS, len(gone))
    _record(s, np.flatnonzero((s.signup <= wave) & ((s.left < 0) | (s.left >= DAYS * wave))), wave)


def _risk(s: Service, at: np.ndarray, history: pd.DataFrame, wave: int) -> np.ndarray:
    """The probability of leaving within the wave, without an offer."""
    score = -1.9 + 0.35 * ~s.is_yearly[at] - 0.45 * np.log1p(history["sessions"].to_numpy())
    score += 0.75 * np.minimum(history["tickets"].to_numpy(), 3) + 0.75 * s.intent[at] + 0.15 * (s.price[at] > 40)
    months = s.tenure[at] + 2 * (wave - s.signup[at])
    score += 0.5 * (months <= 4) - 0.012 * np.minimum(months, 36) + 0.25 * (s.channel[at] == "advert")
    score += 0.08 * np.sin(np.pi * wave / 3) + 0.03 * (np.array([REGIONS.index(each) for each in s.region[at]]) % 4)
    return 1 / (1 + np.exp(-score))


def _risk_with_offer(s: Service, at: np.ndarray, history: pd.DataFrame, risk: np.ndarray) -> np.ndarray:
    """It keeps monthly customers without trouble, does nothing for those with a broken product, wakes yearly ones."""
    troubled = history["tickets"].to_numpy() >= 2
    factor = np.where(s.is_yearly[at], 1.5, np.where(troubled, 1.0, 0.35))
    return np.minimum(risk * factor, 0.97)


def _offers(s: Service, at: np.ndarray, history: pd.DataFrame, wave: int) -> np.ndarray:
    """Who gets the offer, and how: the same offer in three ways, and in no other wave."""
    rng, when = s.rng, date(wave)
    if wave in ROLLOUT:
        given = np.isin(s.region[at], FIRST_REGIONS)
        s.note("offers", customer=_names(at[given]), date=when, given_by="rollout")
        return given
    if wave == MANAGERS:
        score = -1.3 + 1.1 * s.intent[at] + 0.5 * (history["tickets"].to_numpy() >= 2) + 0.4 * ~s.is_yearly[at]
        score -= 0.25 * np.log1p(history["sessions"].to_numpy())
        given = rng.random(len(at)) < 1 / (1 + np.exp(-score))
        s.note("offers", customer=_names(at[given]), date=when, given_by="account manager")
        return given
    if wave == TRIAL:
        given = rng.random(len(at)) < 0.5
        arms = np.where(given, "treatment", "control")
        s.note("exposures", customer=_names(at), date=when, experiment="retention offer", arm=arms)
        return given
    if wave == TOUR:
        arms = np.where(rng.random(len(at)) < 0.5, "treatment", "control")
        kept = (arms == "control") | (rng.random(len(at)) >= LOST)
        s.note("exposures", customer=_names(at[kept]), date=when, experiment="product tour", arm=arms[kept])
    return np.zeros(len(at), dtype=bool)


def _record(s: Service, at: np.ndarray, wave: int) -> None:
    """What the service's own systems noted of a wave: usage, tickets, invoices; until a customer leaves."""
    rng, when = s.rng, DAYS * wave
    end = np.where(s.left[at] < 0, DAYS, s.left[at] - when)
    share = np.clip(end / DAYS, 0, 1)
    sessions = rng.poisson(share * np.exp(2.1 + 0.6 * s.engagement[at] - 0.3 * s.intent[at]))
    tickets = rng.poisson(share * np.exp(-0.9 + 0.25 * s.intent[at] + 0.3 * (s.plan[at] == "pro")))
    late = rng.random((2, len(at))) < 1 / (1 + np.exp(-(-2.6 + 1.0 * s.intent[at])))
    s.tables["before"] = [pd.DataFrame({"at": at, "sessions": sessions, "tickets": tickets})]
    who = np.repeat(at, sessions)
    day = when + (rng.random(len(who)) * np.repeat(end, sessions)).astype(int)
    s.note(
        "events", customer=_names(who), date=_dates(day), feature=rng.choice(FEATURES, len(who), p=[0.5, 0.2, 0.2, 0.1])
    )
    who = np.repeat(at, tickets)
    day = when + (rng.random(len(who)) * np.repeat(end, tickets)).astype(int)
    several = np.repeat(tickets, tickets) >= 2  # most of their trouble is one bug
    topics = np.where(
        several & (rng.random(len(who)) < 0.4), "bug", rng.choice(TOPICS, len(who), p=[0.3, 0.3, 0.3, 0.1])
    )
    hours = rng.gamma(1.5, 14, len(who)).round(1)
    s.note("tickets", customer=_names(who), date=_dates(day), topic=topics, hours=hours)
    for half in (0, 1):
        pays = end > 30 * half
        s.note(
            "invoices",
            customer=_names(at[pays]),
            date=_dates(np.full(pays.sum(), when + 30 * half)),
            amount=s.price[at[pays]],
            paid_late=late[half][pays],
        )


def _customers(s: Service) -> pd.DataFrame:
    """One row a customer, as the service's systems show it today: also what was filled in after a cancellation."""
    gone = s.left >= 0
    called = gone & (s.rng.random(len(gone)) < 0.8)
    signup = DAYS * s.signup - 30 * s.tenure + s.rng.integers(-20, 1, len(gone)) * (s.signup > 0)
    return pd.DataFrame(
        {
            "customer": _names(np.arange(len(gone))),
            "signup": _dates(signup),
            "plan": s.plan,
            "contract": np.where(s.is_yearly, "yearly", "monthly"),
            "region": s.region,
            "channel": s.channel,
            "price": s.price,
            "cancelled": pd.to_datetime(
                np.where(gone, _dates(np.where(gone, s.left, 0)).to_numpy(), np.datetime64("NaT"))
            ),
            "retention_call": called,
        }
    )


def _moments() -> pd.DataFrame:
    """When customers are looked at, and what for: a row becomes one customer at one moment."""
    parts = [("history", each) for each in (*TRAINING, TEST)] + [("observed", MANAGERS), ("experiment", TRIAL)]
    return pd.DataFrame([(part, wave, date(wave)) for part, wave in parts], columns=["part", "wave", "as_of"])


def _names(numbers: np.ndarray) -> np.ndarray:
    return np.char.add("C", np.char.zfill(numbers.astype(str), 6))


def _dates(days: np.ndarray) -> pd.DatetimeIndex:
    return START + pd.to_timedelta(days, unit="D")
