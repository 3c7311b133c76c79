"""What weeks looked like in the backtest: what `monitor` compares later ones with."""

from dataclasses import replace

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.evaluation.backtest import ADAPTIVE, Year
from forecast_dashboard.models.saved import FEWEST_DAYS, Card


def with_reference(card: Card, year: Year, config: Config) -> Card:
    """The card, with the weeks of the backtest: how much they missed, how wrong they were, and what chance exceeds."""
    rows, weeks = year.tested.rows, np.broadcast_to(year.series.week, year.tested.rows.shape)
    missed = ~year.band(ADAPTIVE, year.served).covers(year.series.demand)
    found = {"missed": missed.astype(float), "error": year.scaled(year.served)}
    numbers = np.bincount(weeks[rows])
    whole = numbers >= FEWEST_DAYS * year.series.per_day * len(year.series.areas)
    weekly = {
        name: (np.bincount(weeks[rows], values[rows]) / np.maximum(numbers, 1))[whole].round(4).tolist()
        for name, values in found.items()
    }
    # Two statistics may ring. The highest of a year is passed by one in fifty weeks: a little above it.
    limits = {
        name: round(1.15 * float(np.quantile(values, 1 - config.drift_alarms / 2)), 4)
        for name, values in weekly.items()
    }
    return replace(card, weekly={**weekly, "scale": year.scale.round(4).tolist()}, limits=limits)
