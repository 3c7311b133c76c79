"""What one or several areas use or make, on a regular grid in UTC, and the local days in which people live."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from forecast_dashboard.kit.project import ExplainedError

DAY = 86_400  # seconds


class BadDataError(ExplainedError):
    """The data cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Series:
    """A areas, T intervals. An interval is named by the moment at which it begins."""

    areas: tuple[str, ...]
    times: np.ndarray  # (T,) seconds since 1970 in UTC, regular: what is missing is there, as NaN
    demand: np.ndarray  # (A, T) in the data's unit; NaN where nothing, or nothing that can be believed, was measured
    temperature: np.ndarray | None  # (A, T) degrees Celsius; None where nobody measured it
    holiday: np.ndarray  # (A, T) whether the local day is a public holiday there
    zone: str  # of local time, such as "Europe/Berlin"

    @property
    def step(self) -> int:
        """Seconds from one interval to the next."""
        return int(self.times[1] - self.times[0])

    @property
    def per_day(self) -> int:
        """Intervals in a day of 24 hours."""
        return DAY // self.step

    @cached_property
    def local(self) -> np.ndarray:
        """(T,) the same moments as seconds of the local clock."""
        zone = ZoneInfo(self.zone)
        hours, place = np.unique(self.times // 900, return_inverse=True)  # clocks change on quarter hours
        offsets = [datetime.fromtimestamp(each * 900, UTC).astimezone(zone).utcoffset() for each in hours.tolist()]
        return self.times + np.array([each.total_seconds() if each else 0 for each in offsets], dtype=int)[place]

    @cached_property
    def day(self) -> np.ndarray:
        """(T,) number of the local day, from 0."""
        days = self.local // DAY
        return days - days[0]

    @cached_property
    def starts(self) -> np.ndarray:
        """(days,) index of the first interval of each local day."""
        return np.flatnonzero(np.diff(self.day, prepend=-1))

    @cached_property
    def issue(self) -> np.ndarray:
        """(T,) index of the first interval of the local day: the forecast for the day is made when that begins."""
        return self.starts[self.day]

    @property
    def days(self) -> int:
        """Number of local days."""
        return int(self.day[-1]) + 1

    @cached_property
    def hour(self) -> np.ndarray:
        """(T,) hour of the local clock, with its fraction."""
        return (self.local % DAY) / 3600

    @cached_property
    def weekday(self) -> np.ndarray:
        """(T,) 0 on a Monday."""
        return (self.local // DAY + 3) % 7

    @cached_property
    def yearday(self) -> np.ndarray:
        """(T,) day of the local year, from 1."""
        dates = (self.local // DAY).astype("datetime64[D]")
        return (dates - dates.astype("datetime64[Y]")).astype(int) + 1

    @cached_property
    def week(self) -> np.ndarray:
        """(T,) number of the local week, from its Monday."""
        weeks = (self.local // DAY + 3) // 7
        return weeks - weeks[0]

    @cached_property
    def changes_clock(self) -> np.ndarray:
        """(T,) whether the local day has more or fewer than 24 hours."""
        lengths = np.bincount(self.day)
        lengths[[0, -1]] = self.per_day  # the data may begin and end within a day
        return (lengths != self.per_day)[self.day]

    @cached_property
    def filled(self) -> np.ndarray:
        """(A, T) demand, what is missing taken from a week or a day before: for features, never for a score."""
        values = self.demand.copy()
        for area, index in zip(*np.nonzero(np.isnan(values)), strict=True):
            earlier = [index - 7 * self.per_day, index - self.per_day, index - 1]
            values[area, index] = next((values[area, each] for each in earlier if each >= 0), np.nan)
        if np.isnan(values).any():
            raise BadDataError("the data begin with a missing value: cut them to where they begin")
        return values

    def date(self, day: int) -> date:
        """The local date of a day."""
        return date.fromordinal(date(1970, 1, 1).toordinal() + int(self.local[0] // DAY) + day)

    def until(self, index: int) -> "Series":
        """The part before an interval: what was known when that began."""
        return Series(
            self.areas,
            self.times[:index],
            self.demand[:, :index],
            None if self.temperature is None else self.temperature[:, :index],
            self.holiday[:, :index],
            self.zone,
        )
