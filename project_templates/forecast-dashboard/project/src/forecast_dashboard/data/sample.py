"""Draws two years of hourly demand of three areas, with what real meters and real years do to a forecast.

What is hidden on purpose, each to be found by `quality.py`: a gap, a stuck meter, a heat wave hotter than anything in
the year before, a lasting change of level, and the days on which clocks change.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

ZONE = "Europe/Berlin"
FIRST, LAST = date(2022, 1, 17), date(2024, 1, 16)  # the second year tests, and an ordinary Wednesday follows
HOLIDAYS = frozenset(
    [date(year, month, day) for year in (2022, 2023) for month, day in ((5, 1), (10, 3), (12, 25), (12, 26))]
    + [date(2023, 1, 1), date(2024, 1, 1)]
    + [date(2022, 4, 15), date(2022, 4, 18), date(2022, 5, 26), date(2022, 6, 6)]
    + [date(2023, 4, 7), date(2023, 4, 10), date(2023, 5, 18), date(2023, 5, 29)]
)
GAP_HOURS, STUCK_HOURS, HEAT_DAYS = 9, 30, 9
LEVEL_CHANGE = -0.15


@dataclass(frozen=True)
class Area:
    """Who lives there, and what they do with electricity."""

    name: str
    megawatts: float  # on an ordinary hour
    work: float  # how much days of work shape it
    heating: float  # share more for each degree below 14
    cooling: float  # share more for each degree above 21


AREAS = (
    Area("Harbor", 640.0, work=0.30, heating=0.006, cooling=0.010),
    Area("Old Town", 410.0, work=0.16, heating=0.016, cooling=0.034),
    Area("Hills", 230.0, work=0.08, heating=0.032, cooling=0.019),
)


@dataclass(frozen=True)
class Hidden:
    """Where the defects are: (area, moment) each, for the tests."""

    gap: tuple[str, datetime]
    stuck: tuple[str, datetime]
    shift: tuple[str, date]
    heat: date


def draw(path: Path, seed: int) -> Hidden:
    """Write a CSV of time, area, demand, temperature and holiday."""
    rng = np.random.default_rng(seed)
    moments = _moments()
    local = [moment.astimezone(ZoneInfo(ZONE)) for moment in moments]
    day = np.array([(moment.date() - FIRST).days for moment in local])
    hour = np.array([moment.hour for moment in local], dtype=float)
    heat = int(rng.integers(539, 559))  # in July of the second year
    temperature = _temperature(rng, day, hour, heat)
    hidden = Hidden(
        gap=(AREAS[0].name, moments[24 * int(rng.integers(400, 430)) + 3]),
        stuck=(AREAS[1].name, moments[24 * int(rng.integers(480, 510)) + 15]),
        shift=(AREAS[2].name, FIRST + timedelta(days=int(rng.integers(610, 640)))),
        heat=FIRST + timedelta(days=heat),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["time", "area", "demand", "temperature", "holiday"])
        for number, area in enumerate(AREAS):
            felt = temperature + (-1.5 if area.name == "Hills" else 0.0) + rng.normal(0, 0.4, len(day))
            demand = _demand(rng, area, local, day, hour, felt)
            if area.name == hidden.shift[0]:
                demand[day >= (hidden.shift[1] - FIRST).days] *= 1 + LEVEL_CHANGE
            if area.name == hidden.stuck[0]:
                start = moments.index(hidden.stuck[1])
                demand[start : start + STUCK_HOURS] = demand[start]
            for place, moment in enumerate(moments):
                since = (moment - hidden.gap[1]) / timedelta(hours=1)
                if number == 0 and 0 <= since < GAP_HOURS:
                    continue
                shown = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
                is_holiday = local[place].date() in HOLIDAYS
                rows.writerow([shown, area.name, f"{demand[place]:.2f}", f"{felt[place]:.1f}", str(is_holiday).lower()])
    return hidden


def _moments() -> list[datetime]:
    """Every hour of the local days, in UTC: two days have 23 of them or 25."""
    zone = ZoneInfo(ZONE)
    moment = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=zone).astimezone(UTC)
    after = LAST + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC)
    return [moment + timedelta(hours=number) for number in range(int((end - moment) / timedelta(hours=1)))]


def _temperature(rng: np.random.Generator, day: np.ndarray, hour: np.ndarray, heat: int) -> np.ndarray:
    """Degrees: the season, weather that lasts some days, the time of day, and one heat wave."""
    weather = _lasting(rng, int(day[-1]) + 1, memory=0.78, spread=3.2)
    weather[: heat - 20] = np.minimum(weather[: heat - 20], 6.0)  # nothing like it was seen before
    wave = np.zeros_like(weather)
    wave[heat : heat + HEAT_DAYS] = 11.0 * np.sin(np.linspace(0.4, np.pi - 0.4, HEAT_DAYS)) + 2.0
    weather = np.where(wave > 0, np.maximum(weather, 0) * 0.3 + wave, weather)
    season = 10.5 - 10.5 * np.cos(2 * np.pi * (day - 4) / 365.25)
    swing = (3.0 + 2.0 * np.sin(2 * np.pi * (day - 84) / 365.25)) * np.cos(2 * np.pi * (hour - 15) / 24)
    return season + weather[day] + swing + rng.normal(0, 0.3, len(day))


def _demand(
    rng: np.random.Generator, area: Area, local: list[datetime], day: np.ndarray, hour: np.ndarray, felt: np.ndarray
) -> np.ndarray:
    """Megawatts: habits of the hour and the day, heating and cooling, and what nobody can know."""
    weekday = np.array([moment.weekday() for moment in local])
    is_holiday = np.array([moment.date() in HOLIDAYS for moment in local])
    rest = np.where(is_holiday | (weekday == 6), 1.0, np.where(weekday == 5, 0.65, 0.0))
    morning = np.exp(-0.5 * ((hour - 8.5 - 1.5 * rest) / 2.2) ** 2)
    evening = np.exp(-0.5 * ((hour - 19) / 2.4) ** 2)
    night = np.exp(-0.5 * ((np.minimum(hour, 24 - hour) - 1.5) / 3.0) ** 2)
    at_work = np.where((hour >= 6) & (hour <= 17), 1.0, 0.0)
    shape = 0.86 + 0.16 * morning + 0.22 * evening - 0.20 * night + area.work * at_work * (1 - rest)
    dark = 0.04 * np.cos(2 * np.pi * (day + 11) / 365.25) * evening
    mean_felt = np.bincount(day, felt)[day] / np.bincount(day)[day]
    lagged = 0.6 * felt + 0.4 * mean_felt  # houses are slow
    cold, warm = np.maximum(14 - lagged, 0), np.maximum(lagged - 21, 0)
    weather = area.heating * cold + area.cooling * warm * (1 + 0.01 * warm)
    days = _lasting(rng, int(day[-1]) + 1, memory=0.6, spread=0.006)
    hours = _lasting(rng, len(day), memory=0.85, spread=0.006)
    demand: np.ndarray = area.megawatts * (shape + dark + weather) * (1 + days[day] + hours)
    return demand


def _lasting(rng: np.random.Generator, number: int, memory: float, spread: float) -> np.ndarray:
    """A process that forgets slowly: each value is part of the one before."""
    values = rng.normal(0, spread * np.sqrt(1 - memory**2), number)
    values[0] = rng.normal(0, spread)
    for place in range(1, number):
        values[place] += memory * values[place - 1]
    return values
