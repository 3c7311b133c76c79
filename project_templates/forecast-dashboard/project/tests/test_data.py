"""The data are what the README says: every hidden defect is found, local days are read rightly, bad files refused."""

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from forecast_dashboard.config import Config
from forecast_dashboard.data import prepare, quality, sample, table, weather
from forecast_dashboard.data.features import View, measured
from forecast_dashboard.data.quality import Finding
from forecast_dashboard.data.sample import Hidden
from forecast_dashboard.data.series import BadDataError, Series
from forecast_dashboard.data.table import Columns

OWN = Columns("time", "value", "Europe/Berlin")


def _found(checked: tuple[Series, list[Finding]], kind: str) -> list[Finding]:
    return [each for each in checked[1] if each.kind == kind]


def test_the_gap_is_found(checked: tuple[Series, list[Finding]], drawn: tuple[Path, Hidden]) -> None:
    (gap,) = _found(checked, "gap")
    assert (gap.area, gap.intervals) == (drawn[1].gap[0], sample.GAP_HOURS)
    assert gap.first == str(drawn[1].gap[1].date())


def test_the_stuck_meter_is_found_and_not_believed(
    checked: tuple[Series, list[Finding]], drawn: tuple[Path, Hidden]
) -> None:
    (stuck,) = _found(checked, "stuck meter")
    assert (stuck.area, stuck.intervals) == (drawn[1].stuck[0], sample.STUCK_HOURS)
    series = checked[0]
    place = int(np.searchsorted(series.times, drawn[1].stuck[1].timestamp()))
    area = series.areas.index(drawn[1].stuck[0])
    assert np.isnan(series.demand[area, place : place + sample.STUCK_HOURS]).all()
    assert not np.isnan(series.filled).any()


def test_the_change_of_level_is_found_where_it_is_and_nowhere_else(
    checked: tuple[Series, list[Finding]], drawn: tuple[Path, Hidden]
) -> None:
    (shift,) = _found(checked, "change of level")
    assert shift.area == drawn[1].shift[0]
    assert abs((date.fromisoformat(shift.first) - drawn[1].shift[1]).days) <= 3


def test_the_heat_wave_is_found_and_hotter_than_anything_before(
    checked: tuple[Series, list[Finding]], drawn: tuple[Path, Hidden], config: Config
) -> None:
    (heat,) = _found(checked, "heat wave")
    assert abs((date.fromisoformat(heat.first) - drawn[1].heat).days) <= 2
    felt, days = checked[0].temperature, checked[0].day
    assert felt is not None
    assert np.nanmax(felt[:, days < 365]) < config.hot < np.nanmax(felt[:, days >= 365])


def test_both_clock_changes_of_each_year_are_found(checked: tuple[Series, list[Finding]]) -> None:
    found = [(each.first, each.intervals) for each in _found(checked, "clock change")]
    assert found == [("2022-03-27", 23), ("2022-10-30", 25), ("2023-03-26", 23), ("2023-10-29", 25)]


def test_local_days_begin_at_local_midnight(series: Series) -> None:
    assert (series.hour[series.starts] == 0).all()
    assert len(series.starts) == series.days
    assert series.days == 730
    summer = int(np.searchsorted(series.times, np.datetime64("2022-07-01T00:00:00", "s").astype(int)))
    assert series.hour[summer] == 2
    assert series.weekday[summer] == date(2022, 7, 1).weekday()
    assert series.yearday[summer] == date(2022, 7, 1).timetuple().tm_yday


def test_the_same_seed_draws_the_same(tmp_path: Path) -> None:
    for name, seed in (("one", 3), ("same", 3), ("other", 4)):
        sample.draw(tmp_path / name, seed)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "same").read_bytes()
    assert (tmp_path / "one").read_bytes() != (tmp_path / "other").read_bytes()


def test_the_weather_forecast_is_as_wrong_as_it_says(series: Series, config: Config) -> None:
    whole = dataclasses.replace(series, temperature=measured(View(series)))
    errors = weather.emulated(whole, config) - whole.temperature
    daily = np.bincount(series.day, errors.mean(axis=0)) / np.bincount(series.day)
    assert daily.std() == pytest.approx(config.forecast_day_error, rel=0.1)
    assert (errors - daily[series.day]).std() == pytest.approx(config.forecast_hour_error, rel=0.1)


def test_nothing_that_is_known_says_how_wrong_the_weather_forecast_will_be(series: Series, config: Config) -> None:
    """Else a model would learn the future from it: no change of the weather on the days around goes with the error."""
    felt = measured(View(series))
    forecast = weather.emulated(dataclasses.replace(series, temperature=felt), config)
    mean, error = (np.bincount(series.day, each[0]) / np.bincount(series.day) for each in (felt, forecast - felt))
    changes = np.diff(mean)
    for days in range(-5, 6):
        apart = changes[5 + days : len(changes) - 5 + days]
        assert abs(np.corrcoef(apart, error[6 : len(error) - 5])[0, 1]) < 0.15, f"{days} days apart"


def _file(tmp_path: Path, *lines: str, days: int = 0) -> Path:
    path = tmp_path / "mine.csv"
    moments = np.arange(days * 24) + np.datetime64("2024-03-20T23:00", "h").astype(int)
    rows = [f"{np.datetime64(int(each), 'h')}:00Z,{100 + each % 24}" for each in moments]
    path.write_text("\n".join(["time,value", *rows, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("yesterday,5", "line 50: 'yesterday' is no time"),
        ("2024-03-25T00:00:00Z,much", "line 50: 'much' is no number"),
        ("2024-03-25T00:00:00Z,inf", "line 50: 'inf' is no number"),
        ("2024-03-21T05:00:00Z,5", "line 50: the same time as in line 8"),
        ("2024-03-23T05:20:00Z,5", "line 50: the time lies between two intervals of 60 minutes"),
        ("2024-03-31T02:30:00,5", "line 50: '2024-03-31T02:30:00' does not exist in Europe/Berlin"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(BadDataError, match=told.replace("(", r"\(")):
        table.read(_file(tmp_path, line, days=2), OWN)


def test_other_refusals_say_what_to_do(tmp_path: Path, config: Config) -> None:
    path = _file(tmp_path, days=3)
    with pytest.raises(BadDataError, match="no time zone"):
        table.read(path, Columns("time", "value", "Nowhere/Land"))
    with pytest.raises(BadDataError, match="no column 'load': it has time, value"):
        table.read(path, Columns("time", "load", "Europe/Berlin"))
    with pytest.raises(BadDataError, match="Say --time COL --value COL --tz ZONE"):
        prepare.prepare(prepare.Request(str(path)), config)
    with pytest.raises(BadDataError, match="days, and 140 are needed"):
        prepare.prepare(prepare.Request(str(path), OWN), config)
    with pytest.raises(BadDataError, match="neither 'sample' nor 'victoria'"):
        prepare.prepare(prepare.Request("no-such-file.csv", OWN), config)


def test_local_times_and_decimal_commas_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    clock = ["27.10.2024 00:00", "27.10.2024 01:00", "27.10.2024 02:00", "27.10.2024 02:00", "27.10.2024 03:00"]
    clock += [f"27.10.2024 {hour:02d}:00" for hour in range(4, 24)]
    path.write_text("time;value\n" + "".join(f"{each};{place},5\n" for place, each in enumerate(clock)))
    read = table.read(path, OWN)
    assert read.series.demand.shape == (1, 25)
    assert read.series.demand[0, 3] == 3.5
    assert np.diff(read.series.times).tolist() == [3600] * 24


def test_a_year_of_half_hours_with_a_hole_is_read_whole(tmp_path: Path, config: Config) -> None:
    moments = np.arange(0, 150 * 48) * 1800 + int(np.datetime64("2024-01-01T00:00", "s").astype(int))
    rng = np.random.default_rng(1)
    rows = [f"{np.datetime64(int(each), 's')}Z,{rng.normal(50, 5):.3f}" for each in moments]
    del rows[1000:1005]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["time,value", *rows]) + "\n")
    series, found = quality.clean(table.read(path, Columns("time", "value", "UTC")).series, config)
    assert (series.per_day, series.days, int(np.isnan(series.demand).sum())) == (48, 150, 5)
    assert [(each.kind, each.intervals) for each in found] == [("gap", 5)]
    assert prepare.view(series, config).forecast is None


def test_filling_looks_back_only(series: Series) -> None:
    missing = np.argwhere(np.isnan(series.demand))
    assert len(missing)
    for area, place in missing[:5].tolist():
        assert series.filled[area, place] == View(series).series.filled[area, place - 7 * series.per_day]


def _series(change: Callable[[np.ndarray], None], days: int = 160) -> Series:
    """Hourly amounts of one area, with a change."""
    rng, hours = np.random.default_rng(1), np.arange(24 * days)
    values = 50 + 20 * np.sin(hours / 24 * 2 * np.pi) + rng.normal(0, 2, len(hours))
    change(values)
    times = int(np.datetime64("2024-01-01T00:00", "s").astype(int)) + 3600 * hours
    return Series(("a",), times, values[None], None, np.zeros((1, len(hours)), dtype=bool), "UTC")


def _set(rows: slice, value: float) -> Callable[[np.ndarray], None]:
    return lambda values: values.__setitem__(rows, value)


def _multiply(rows: slice, factor: float) -> Callable[[np.ndarray], None]:
    return lambda values: values.__setitem__(rows, values[rows] * factor)


def _the_same_every_day(values: np.ndarray) -> None:
    values[:] = np.arange(len(values)) % 24 + 1.0


def _at_night(values: np.ndarray) -> None:
    values[:] = np.where((np.arange(len(values)) % 24 >= 7) & (np.arange(len(values)) % 24 <= 17), values, 0.0)


@pytest.mark.parametrize(
    ("change", "kinds", "missing"),
    [
        (_set(slice(500, 503), -999.0), ["placeholder"], 3),
        (_multiply(slice(700, 702), 1000.0), ["spike"], 2),
        (_set(slice(900, 912), 47.0), ["stuck meter"], 12),
        (_at_night, [], 0),
        (_set(slice(1000, 1100), 0.0), ["stuck meter"], 100),
        (_set(slice(1000, 1000 + 24 * 20), np.nan), ["gap"], 24 * 20),
        (lambda values: None, [], 0),
    ],
    ids=["placeholder", "a unit too small", "stuck", "no sun at night", "a dead meter", "weeks are missing", "nothing"],
)
def test_what_cannot_be_believed_is_told_apart(
    change: Callable[[np.ndarray], None], kinds: list[str], missing: int, config: Config
) -> None:
    series, found = quality.clean(_series(change), config)
    assert [each.kind for each in found] == kinds
    assert int(np.isnan(series.demand).sum()) == missing


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_set(slice(40, 42), -5.0), "2 of the values of 'a' are negative"),
        (_set(slice(None), 7.0), "every value of 'a' is 7"),
        (_the_same_every_day, "every day of 'a' is the same"),
    ],
    ids=["negative", "constant", "the same every day"],
)
def test_what_cannot_be_forecast_is_refused_by_name(
    change: Callable[[np.ndarray], None], told: str, config: Config
) -> None:
    with pytest.raises(BadDataError, match=told):
        quality.clean(_series(change), config)


def test_fahrenheit_is_no_heat_wave(config: Config) -> None:
    series = _series(lambda values: None)
    hot = dataclasses.replace(series, temperature=np.full(series.demand.shape, 75.0))
    with pytest.raises(BadDataError, match="not in degrees Celsius"):
        quality.clean(hot, config)


@pytest.mark.parametrize(
    ("rows", "columns", "values"),
    [
        (["03/25/2024 01:00;1", "03/25/2024 02:00;2"], {"time_format": "%m/%d/%Y %H:%M"}, [1, 2]),
        (["2024-03-25T01:00;1.234,5", "2024-03-25T02:00;2,5"], {}, [1234.5, 2.5]),
        (["2024-03-25T01:00;1.5", "2024-03-25T02:00;2.25"], {}, [1.5, 2.25]),
    ],
    ids=["month first", "points for thousands", "points for decimals"],
)
def test_a_file_is_read_as_it_was_written(
    tmp_path: Path, rows: list[str], columns: dict[str, str], values: list[float]
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("time;value\n" + "\n".join(rows) + "\n")
    own = dataclasses.replace(OWN, zone="UTC", **columns)  # type: ignore[arg-type]
    found = [row.value for row in table._rows(path.name, path.read_bytes(), own, ZoneInfo("UTC"), "all")]
    assert found == values


def test_points_that_may_mean_either_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("time;value\n2024-03-25T01:00;1.234\n2024-03-25T02:00;1.250\n")
    with pytest.raises(BadDataError, match="a thousand or a little more than one"):
        table.read(path, OWN)


def test_month_first_times_are_refused_with_the_way_to_read_them(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match="--time-format"):
        table.read(_file(tmp_path, "03/25/2024 01:00,5", days=2), OWN)


def test_a_time_may_name_the_end_of_its_interval(tmp_path: Path) -> None:
    path = _file(tmp_path, days=3)
    begins, ends = (table.read(path, dataclasses.replace(OWN, is_hour_ending=each)).series for each in (False, True))
    shared = np.intersect1d(begins.times, ends.times + 3600)
    assert len(shared)
    at = [int(np.flatnonzero(each == shared[0])[0]) for each in (begins.times, ends.times + 3600)]
    assert begins.demand[0, at[0]] == ends.demand[0, at[1]]


def test_a_holiday_is_one_of_its_area_only(tmp_path: Path) -> None:
    moments = [(area, day, hour) for area in "ab" for day in (1, 2, 3) for hour in range(24)]
    rows = [
        f"2024-03-{day:02}T{hour:02}:00Z,{area},{hour},{str(area == 'a' and day == 2).lower()}"
        for area, day, hour in moments
    ]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["time,area,value,holiday", *rows]) + "\n")
    series = table.read(path, Columns("time", "value", "UTC", holiday="holiday", area="area")).series
    assert series.holiday.sum(axis=1).tolist() == [24, 0]
