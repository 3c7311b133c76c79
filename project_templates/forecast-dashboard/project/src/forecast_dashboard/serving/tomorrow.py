"""One day's forecast for one area, from the weeks before it: what the service answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from forecast_dashboard.data.features import View, Weather, measured
from forecast_dashboard.data.series import BadDataError, Series
from forecast_dashboard.kit.project import ExplainedError
from forecast_dashboard.models.conformal import Limits, State
from forecast_dashboard.models.saved import Trained

HISTORY_DAYS = 29  # that features look back on


class NotAskedRightError(ExplainedError):
    """The question has no answer; the message says why."""


@dataclass(frozen=True)
class Question:
    """What is known when the day begins."""

    area: str
    day: date
    history: np.ndarray  # (H,) demand up to the day's beginning, at the data's step; NaN where missing
    past_temperature: np.ndarray | None  # (H,)
    temperature: np.ndarray | None  # (N,) the forecast for the day
    past_holiday: np.ndarray  # (H,) whether it was a holiday
    is_holiday: bool


@dataclass(frozen=True)
class Answer:
    """The forecast of a day."""

    team: str
    design: str
    times: np.ndarray  # (N,) seconds since 1970
    clock: list[str]
    found: dict[str, np.ndarray]  # point, low, high, commit: (N,)
    limits: Limits  # before they were moved apart: (1, N)
    issue: int
    observed_until: int  # when the newest value was measured


def bounds(day: date, zone: str) -> tuple[int, int]:
    """The first moment of a local day and of the next, in seconds since 1970."""
    after = day + timedelta(days=1)
    first, last = (datetime(each.year, each.month, each.day, tzinfo=ZoneInfo(zone)) for each in (day, after))
    return int(first.astimezone(UTC).timestamp()), int(last.astimezone(UTC).timestamp())


def after_the_data(model: Trained, area: str, temperature: np.ndarray | None, is_holiday: bool) -> Question:
    """The question of the day after the newest one that is stored."""
    newest, number = model.newest, _number(model, area)
    past = None if newest.temperature is None else measured(View(newest))[number]
    day = newest.date(newest.days - 1) + timedelta(days=1)
    return Question(area, day, newest.demand[number], past, temperature, newest.holiday[number], is_holiday)


def answer(model: Trained, question: Question, states: Callable[[str], State] | None = None) -> Answer:
    """By the models that know the weather, if it is said what it will be; else by those that do without.

    `states` says where a team's interval for this area has come to; without it, where training left it.
    """
    number, step = _number(model, question.area), model.newest.step
    first, last = bounds(question.day, model.card.zone)
    length = (last - first) // step
    has_weather = question.temperature is not None and question.past_temperature is not None
    team = Weather.forecast.name if has_weather and Weather.forecast.name in model.teams else Weather.none.name
    if question.temperature is not None and len(question.temperature) != length:
        raise NotAskedRightError(
            f"{question.day} has {length} intervals, and {len(question.temperature)} temperatures were given"
        )
    if len(question.history) < HISTORY_DAYS * model.newest.per_day:
        fewest = HISTORY_DAYS * model.newest.per_day
        raise NotAskedRightError(f"{len(question.history)} values of history are too few: {fewest} are needed")
    known = ~np.isnan(question.history)
    if not known.any():
        raise NotAskedRightError("no value of the history is known")
    view = _view(question, number, first, length, step, model.card.zone)
    rows = np.arange(len(view.series.times)) >= len(question.history)
    try:
        alone = model.teams[team].only(number)
        found, limits = alone.forecast(view, rows, [states(team)] if states else alone.states)
    except BadDataError as error:
        raise NotAskedRightError(f"history: {error}") from error
    series = view.series
    clock = [f"{int(hour):02d}:{round(hour % 1 * 60):02d}" for hour in series.hour[rows]]
    newest = first - step * int(np.argmax(known[::-1]))
    point = model.teams[team].point.design.name
    of_day = Limits(*(each[:, rows] for each in (limits.low, limits.high, limits.scale)))
    values = {key: each[0, rows] for key, each in found.items()}
    return Answer(team, point, series.times[rows], clock, values, of_day, first, newest)


def _view(question: Question, number: int, first: int, length: int, step: int, zone: str) -> View:
    """The weeks before and the day to come, whose demand is not known."""
    before = len(question.history)
    times = first + step * np.arange(-before, length)
    demand = np.concatenate([question.history, np.full(length, np.nan)])[None]
    holiday = np.concatenate([question.past_holiday, np.full(length, question.is_holiday)])[None]
    temperature = None
    if question.temperature is not None and question.past_temperature is not None:
        temperature = np.concatenate([question.past_temperature, question.temperature])[None]
    series = Series((question.area,), times, demand, temperature, holiday, zone)
    return View(series, temperature, (number,))


def _number(model: Trained, area: str) -> int:
    if area not in model.card.areas:
        raise NotAskedRightError(f"there is no area {area!r}: there are {', '.join(model.card.areas)}")
    return model.card.areas.index(area)
