"""How much to commit for tomorrow, when too little costs more than too much."""

from dataclasses import dataclass

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.data.series import Series


@dataclass(frozen=True)
class Reserve:
    """By how much to commit more than the forecast, as a share of it: (A, 24) for each hour of the local day."""

    share: np.ndarray

    @classmethod
    def of(cls, series: Series, point: np.ndarray, config: Config) -> "Reserve":
        """From past forecasts (A, T), NaN where there are none: at the level where both mistakes cost the same."""
        return cls(shares(series, point, np.array([level(config.cost_short, config.cost_over)]))[0])

    def commit(self, point: np.ndarray, hours: np.ndarray) -> np.ndarray:
        """(A, N) for a forecast at those hours (N,) of the local day."""
        return point * (1 + self.share[:, hours.astype(int)])


def level(cost_short: float, cost_over: float) -> float:
    """The share of cases in which what is committed should be enough."""
    return cost_short / (cost_short + cost_over)


def shares(series: Series, point: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """(L, A, 24) that the demand exceeded past forecasts (A, T) by, at each of the levels (L,): quantiles."""
    exceeded = (series.demand - point) / np.where(point > 0, point, np.nan)
    hours = series.hour.astype(int)
    found = np.zeros((len(levels), len(series.areas), 24))
    for area, row in enumerate(exceeded):
        for hour in range(24):
            known = row[hours == hour]
            known = known[~np.isnan(known)]
            found[:, area, hour] = np.quantile(known, levels) if len(known) else 0.0
    return found


def cost(committed: np.ndarray, demand: np.ndarray, step: int, config: Config) -> np.ndarray:
    """(A, T) what each interval of `step` seconds costs."""
    short, over = np.maximum(demand - committed, 0), np.maximum(committed - demand, 0)
    return (config.cost_short * short + config.cost_over * over) * step / 3600
