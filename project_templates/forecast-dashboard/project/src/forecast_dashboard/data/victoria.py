"""Electricity demand of the state of Victoria, 2012 to 2014, fetched from where it is published.

Origin: Australian Energy Market Operator and Bureau of Meteorology, as packed for tsibbledata and skforecast. The
licence of the numbers is theirs: fetched at run time, kept out of git, never passed on.
"""

import hashlib
from pathlib import Path

import numpy as np

from forecast_dashboard.data.series import BadDataError
from forecast_dashboard.data.table import Columns, Read, read
from forecast_dashboard.kit.download import Wanted, fetch

NAME = "victoria"
LICENCE = "AEMO and BOM, by way of tsibbledata (GPL-3) and skforecast-datasets: do not redistribute"
URL = "https://raw.githubusercontent.com/skforecast/skforecast-datasets/f8c3d7fe/data/vic_electricity.csv"
SHA256 = "6fa81bc3552f8822e984900f727584b82b3f10f41d78a1a0cdda2879a29a122e"
ROWS = 52_608
COLUMNS = Columns("Time", "Demand", "Australia/Melbourne", weather="Temperature", holiday="Holiday")
DECEMBER_ERROR = 308.375  # MW: hourly, the same hour of the day before, 1 to 30 December 2014


def fetch_demand(folder: Path, mirror: str | None) -> Read:
    """The whole file, checked in three ways before it is believed."""
    print(f"{NAME}: {LICENCE}")
    path = folder / "vic_electricity.csv"
    wanted = Wanted(URL, path, lambda content: hashlib.sha256(content).hexdigest() == SHA256)
    fetch([wanted], "file", mirror)
    found = read(path, COLUMNS, "Victoria")
    if found.rows != ROWS:
        raise BadDataError(f"{path.name} holds {found.rows:,} rows and not {ROWS:,}")
    error = december_error(found)
    if round(error, 3) != DECEMBER_ERROR:
        raise BadDataError(f"a known error comes out as {error:.3f} and not {DECEMBER_ERROR}: times are read wrongly")
    return found


def december_error(found: Read) -> float:
    """MAE of the same hour a day before, on hourly means that are named by their end, by UTC: a known number."""
    series = found.series
    hourly = series.demand[0].reshape(-1, 2).mean(axis=1)
    named = series.times[::2] + 3600
    first, last = (int(np.datetime64(day, "s").astype(int)) for day in ("2014-12-01", "2014-12-31"))
    rows = np.flatnonzero((named >= first) & (named < last))
    return float(np.abs(hourly[rows] - hourly[rows - 24]).mean())
