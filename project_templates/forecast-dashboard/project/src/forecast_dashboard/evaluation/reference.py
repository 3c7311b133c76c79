"""What weeks looked like in the backtest: what `monitor` compares later ones with."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.data.features import Weather
from forecast_dashboard.evaluation.backtest import Year
from forecast_dashboard.models import conformal, naive
from forecast_dashboard.models.saved import FEWEST_DAYS, Card
from forecast_dashboard.models.training import Rolled

BEYOND = 4 / 3  # of the highest week
NO_MODEL = 0.95  # of the error of the best forecast that needs no model


def with_reference(card: Card, year: Year, forecasts: Mapping[Weather, Rolled], config: Config) -> Card:
    """The card, with limits for a week: how much it may miss, and how wrong it may be.

    They come from the weeks before the test year, forecast by models that had not seen them; the tests try them on the
    test year. An error as large as that of a forecast that needs no model raises the alarm in any case.
    """
    series, rolled = year.series, list(forecasts.values())[-1]
    rows = ~np.isnan(series.demand) & ~np.isnan(rolled.point) & (series.day < year.first)
    weeks = np.broadcast_to(series.week, rows.shape)
    first = int(series.day[np.flatnonzero(rows.any(axis=0))[0]])
    band, _, _ = conformal.adaptive(series, rolled.limits, first + config.adaptive_days // 2, config)
    missed = np.where(np.isnan(band.low), 1 - config.level, ~band.covers(series.demand))
    found = {"missed": missed, "error": np.abs(rolled.point - series.demand) / year.scale[:, None]}
    numbers = np.bincount(weeks[rows])
    whole = numbers >= FEWEST_DAYS * year.series.per_day * len(year.series.areas)
    weekly = {
        name: (np.bincount(weeks[rows], values[rows]) / np.maximum(numbers, 1))[whole].round(4).tolist()
        for name, values in found.items()
    }
    # Two statistics may ring, and there are few weeks: a third above the highest of them, but less than needs no model.
    limits = {name: round(BEYOND * float(np.max(values)), 4) for name, values in weekly.items()}
    limits["error"] = min(limits["error"], round(NO_MODEL * _simplest(year), 4))
    return replace(card, weekly={**weekly, "scale": year.scale.round(4).tolist()}, limits=limits)


def _simplest(year: Year) -> float:
    """The MASE of the best naive forecast."""
    return min(year.tested.mean(year.scaled(name))[0] for name in (naive.DAY, naive.WEEK, naive.FOUR_WEEKS))
