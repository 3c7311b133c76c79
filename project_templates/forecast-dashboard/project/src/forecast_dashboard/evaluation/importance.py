"""Permutation importance: by how much the error grows when an input is shuffled among the test days.

The model that is asked was fitted once, before the test. Inputs that carry the same information stand in for each
other, so whole kinds of inputs are shuffled too. A shuffled row is a combination that no real day shows.
"""

from dataclasses import dataclass

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.data import features
from forecast_dashboard.data.features import FEATURES, View
from forecast_dashboard.kit.intervals import stream
from forecast_dashboard.models import rolling
from forecast_dashboard.models.designs import Design, Inputs

REPEATS = 3
ASKED = 1000  # intervals of the test, in all areas together


@dataclass(frozen=True)
class Importance:
    """By how much MASE grows without one input, or without a whole kind of them."""

    name: str
    is_kind: bool
    increase: float  # mean of the repeats
    least: float
    most: float


def importances(view: View, design: Design, first: int, scale: np.ndarray, config: Config) -> list[Importance]:
    """Of every kind and then of every input, the greatest first. `scale` (A,) is the unit of MASE."""
    model, rng = rolling.fit(view, design, first, config), stream(config.seed, "importance")
    inputs, demand = Inputs.of(view, design, model.levels), view.series.demand
    areas, times = np.nonzero(~np.isnan(demand) & (view.series.day >= first))
    chosen = rng.permutation(len(areas))[:ASKED]
    areas, times = areas[chosen], times[chosen]
    columns, unit = inputs.columns[areas, times], inputs.scale[areas, times]

    def error(shown: np.ndarray) -> float:
        said = np.maximum(model.shares(shown), 0) * unit
        return float((np.abs(said - demand[areas, times]) / scale[areas]).mean())

    def importance(name: str, numbers: list[int], is_kind: bool) -> Importance:
        grown = []
        for _ in range(REPEATS):
            mixed = columns.copy()
            mixed[:, numbers] = columns[rng.permutation(len(columns))][:, numbers]
            grown.append(error(mixed) - whole)
        return Importance(name, is_kind, *(round(each, 4) for each in (float(np.mean(grown)), min(grown), max(grown))))

    whole, names = error(columns), FEATURES[design.weather]
    kinds = [(name, [number for number, each in enumerate(names) if each in kind]) for name, kind in features.KINDS]
    found = [importance(name, numbers, True) for name, numbers in kinds if numbers]
    found += [importance(each.name, [number], False) for number, each in enumerate(names)]
    return sorted(found, key=lambda each: (not each.is_kind, -each.increase))
