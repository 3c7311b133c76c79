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
        """From past forecasts (A, T), NaN where there are none: the quantile at which both mistakes cost the same."""
        level = config.cost_short / (config.cost_short + config.cost_over)
        shares = (series.demand - point) / np.where(point > 0, point, np.nan)
        hours = series.hour.astype(int)
        found = np.zeros((len(series.areas), 24))
        for area, row in enumerate(shares):
            for hour in range(24):
                known = row[hours == hour]
                known = known[~np.isnan(known)]
                found[area, hour] = np.quantile(known, level) if len(known) else 0.0
        return cls(found)

    def commit(self, point: np.ndarray, hours: np.ndarray) -> np.ndarray:
        """(A, N) for a forecast at those hours (N,) of the local day."""
        return point * (1 + self.share[:, hours.astype(int)])


def cost(committed: np.ndarray, demand: np.ndarray, step: int, config: Config) -> np.ndarray:
    """(A, T) what each interval of `step` seconds costs."""
    short, over = np.maximum(demand - committed, 0), np.maximum(committed - demand, 0)
    return (config.cost_short * short + config.cost_over * over) * step / 3600
