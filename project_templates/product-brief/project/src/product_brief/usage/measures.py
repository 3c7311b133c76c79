"""What the events say: funnel, activation, retention, task success; by user, with intervals, programs left out.

Users are what is drawn, so every interval is over users: somebody who asks twenty times counts as one somebody.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from product_brief.config import Config
from product_brief.data import store
from product_brief.data.store import Connection
from product_brief.kit.intervals import Z, wilson
from product_brief.usage.events import ASSISTANT, BOT, LIST, OWN, PERSON, VERSION

FUNNEL = ("consented", "asked", "suggested", "opened", "solved")
RETENTION_DAYS = 14
FEWEST = 10  # users, below which no share is said
# What counts: events of this version, of people who agreed, each once, and of nobody faster than a person can be.
CLEAN = """
CREATE TABLE clean AS
WITH once AS (
  SELECT DISTINCT ON (id) * FROM raw WHERE version = $version AND traffic = $person
), busy AS (
  SELECT DISTINCT "user" FROM (
    SELECT "user", count(*) OVER (
      PARTITION BY "user" ORDER BY "at" RANGE BETWEEN CURRENT ROW AND INTERVAL 1 MINUTE FOLLOWING
    ) AS events FROM once
  ) WHERE events > $busiest
)
SELECT once.*, first.at AS first_at FROM once
JOIN (SELECT "user", min("at") AS "at" FROM once WHERE event = 'consented' GROUP BY ALL) first USING ("user")
WHERE "user" NOT IN (SELECT "user" FROM busy)
"""
# What became of a question counts only where the same user has asked it.
USERS = """
WITH questions AS (
  SELECT "user", question, bool_or(event = 'suggested') AS suggested, bool_or(event = 'solved') AS solved,
    bool_or(event = 'not_solved') AS wrong, bool_or(event = 'handed_over') AS handed_over
  FROM clean GROUP BY ALL HAVING bool_or(event = 'asked')
), asked AS (
  SELECT "user", count(*) AS asked, count_if(suggested) AS suggested, count_if(solved) AS solved,
    count_if(wrong AND suggested) AS wrong, count_if(handed_over) AS handed_over
  FROM questions GROUP BY ALL
), people AS (
  SELECT "user", min(arm) AS arm,
    bool_or(event IN ('opened', 'solved') AND "at" < first_at + INTERVAL 24 HOUR) AS is_active,
    bool_or("at" BETWEEN first_at + INTERVAL 24 HOUR AND first_at + INTERVAL 192 HOUR) AS is_back,
    min(first_at) + INTERVAL 192 HOUR <= $last AS is_seen_long
  FROM clean GROUP BY ALL
)
SELECT people.*, coalesce(asked, 0) AS asked, coalesce(suggested, 0) AS suggested, coalesce(solved, 0) AS solved,
  coalesce(wrong, 0) AS wrong, coalesce(handed_over, 0) AS handed_over
FROM people LEFT JOIN asked USING ("user") ORDER BY "user"
"""


@dataclass(frozen=True)
class Measure:
    """A share of users, or of what they asked, with its interval over users."""

    name: str
    value: float
    ci95: tuple[float, float]
    users: int


@dataclass(frozen=True)
class Usage:
    """What a folder of events came to."""

    is_simulated: bool
    users: int
    events: int
    left_out: dict[str, int]  # events, by the reason why they do not count
    funnel: dict[str, int]  # users who got that far
    measures: tuple[Measure, ...]  # of the users of the assistant
    arms: dict[str, int]  # users
    by_arm: dict[str, tuple[Measure, ...]]
    retention: tuple[tuple[int, float, int], ...]  # day, share that was there, users seen that long
    marked: tuple[tuple[str, int], ...]  # articles that were marked as wrong, by how many users
    forgotten: int  # who had everything about them deleted
    days: int

    def as_document(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def measure(files: Sequence[Path], config: Config) -> Usage | None:
    """What the events in these files say; nothing where there is none of a person."""
    database, unreadable = store.events(files)
    with database as connection:
        given = {"version": VERSION, "person": PERSON, "busiest": config.busiest}
        ((forgotten,),) = store.rows(connection, "SELECT count(*) FROM raw WHERE event = 'forgotten'")
        connection.execute("DELETE FROM raw WHERE event = 'forgotten'")  # it belongs to nobody
        connection.execute(CLEAN, given)
        ((kept, simulated, first, last),) = store.rows(
            connection, 'SELECT count(*), bool_or(simulated), min("at"), max("at") FROM clean'
        )
        if not kept:
            return None
        users = _table(connection, last)
        arms = {arm: int((users["arm"] == arm).sum()) for arm in (ASSISTANT, LIST)}
        return Usage(
            is_simulated=bool(simulated),
            users=len(users["user"]),
            events=int(store.rows(connection, "SELECT count(*) FROM raw")[0][0]) + unreadable,
            left_out={**_left_out(connection, kept), "unreadable lines": unreadable},
            funnel=_funnel(connection),
            measures=_measures(users, users["arm"] == ASSISTANT),
            arms=arms,
            by_arm={arm: _measures(users, users["arm"] == arm) for arm, number in arms.items() if number >= FEWEST},
            retention=_retention(connection, last),
            marked=_marked(connection),
            forgotten=forgotten,
            days=(last - first).days + 1,
        )


def _left_out(connection: Connection, kept: int) -> dict[str, int]:
    """How many events do not count, by the reason."""
    given = {"v": VERSION}
    ((other,),) = store.rows(connection, "SELECT count(*) FROM raw WHERE version IS DISTINCT FROM $v", given)
    query = "SELECT traffic, count(*), count(*) - count(DISTINCT id) FROM raw WHERE version = $v GROUP BY ALL"
    counts = {traffic: (number, twice) for traffic, number, twice in store.rows(connection, query, given)}
    of_people, twice = counts.get(PERSON, (0, 0))
    return {
        "of programs, by their name": counts.get(BOT, (0, 0))[0],
        "of the team itself": counts.get(OWN, (0, 0))[0],
        "the same event again": twice,
        "faster than a person, or without consent": of_people - twice - kept,
        "of another version": other,
    }


def difference(one: Measure, other: Measure) -> tuple[float, tuple[float, float]]:
    """How much higher the first of two independent measures is, with its 95% interval."""
    gap = one.value - other.value
    errors = [(each.ci95[1] - each.ci95[0]) / (2 * Z) for each in (one, other)]
    reach = Z * float(np.hypot(errors[0], errors[1]))
    return gap, (gap - reach, gap + reach)


def _table(connection: Connection, last: Any) -> dict[str, np.ndarray]:
    found = connection.execute(USERS, {"last": last}).fetchnumpy()
    return {name: np.asarray(values) for name, values in found.items()}


def _funnel(connection: Connection) -> dict[str, int]:
    query = 'SELECT event, count(DISTINCT "user") FROM clean WHERE arm = $arm GROUP BY ALL'
    counts: dict[str, int] = dict(store.rows(connection, query, {"arm": ASSISTANT}))
    return {name: counts.get(name, 0) for name in FUNNEL}


def _measures(users: dict[str, np.ndarray], is_in: np.ndarray) -> tuple[Measure, ...]:
    of = {name: values[is_in] for name, values in users.items()}
    number = int(is_in.sum())
    long = of["is_seen_long"].astype(bool)
    found = [
        _share("activation", of["is_active"].astype(bool), number),
        _ratio("task_success", of["solved"], of["asked"]),
        _ratio("wrong_suggestions", of["wrong"], of["suggested"]),
        _ratio("handed_over", of["handed_over"], of["asked"]),
        _share("return_within_7_days", of["is_back"][long].astype(bool), int(long.sum())),
    ]
    return tuple(each for each in found if each is not None)


def _share(name: str, is_so: np.ndarray, number: int) -> Measure | None:
    if number < FEWEST:
        return None
    share = float(is_so.mean())
    return Measure(name, share, wilson(share, number), number)


def _ratio(name: str, top: np.ndarray, bottom: np.ndarray) -> Measure | None:
    """Of sums over users, by the delta method; by Wilson where the users do not differ."""
    top, bottom = top.astype(float), bottom.astype(float)
    number = int((bottom > 0).sum())
    if number < FEWEST:
        return None
    value = float(top.sum() / bottom.sum())
    residuals = (top - value * bottom)[bottom > 0] / bottom[bottom > 0].mean()
    error = float(np.sqrt(residuals.var(ddof=1) / number))
    ends = (max(0.0, value - Z * error), min(1.0, value + Z * error)) if error else wilson(value, number)
    return Measure(name, value, ends, number)


def _marked(connection: Connection) -> tuple[tuple[str, int], ...]:
    """The articles that most users marked as wrong."""
    query = """
    SELECT article, count(DISTINCT "user") AS users FROM clean WHERE event = 'not_solved' AND article <> ''
    GROUP BY ALL ORDER BY users DESC, article LIMIT 5
    """
    return tuple((str(article), int(users)) for article, users in store.rows(connection, query))


def _retention(connection: Connection, last: Any) -> tuple[tuple[int, float, int], ...]:
    """For each 24 hours after the first, the share of the users of the assistant who were there."""
    query = """
    WITH starts AS (SELECT DISTINCT "user", first_at FROM clean WHERE arm = $arm),
    there AS (SELECT DISTINCT "user", date_diff('second', first_at, "at") // 86400 AS day FROM clean WHERE arm = $arm)
    SELECT day, avg(("user" IN (SELECT there."user" FROM there WHERE there.day = days.day))::INT), count(*)
    FROM range(0, $most) days(day) JOIN starts ON first_at + to_days((day + 1)::INT) <= $last OR day = 0
    GROUP BY ALL ORDER BY day
    """
    given = {"arm": ASSISTANT, "most": RETENTION_DAYS + 1, "last": last}
    return tuple((int(day), float(share), int(users)) for day, share, users in store.rows(connection, query, given))
