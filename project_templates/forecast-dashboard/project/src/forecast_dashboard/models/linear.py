"""Ridge regression on the same inputs as the trees: the linear rival that a practitioner would try first.

Each hour of the local day has its own intercept, its own habits of weekends, and its own answer to cold and heat; all
else is shared. It goes beyond what it saw, which trees cannot, and that is what a heat wave asks for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast_dashboard.data.features import Feature

PULL = 3.0  # of the weights towards zero, for columns of spread one, or less
MILD = (15.5, 22.0)  # degrees below which people heat, and above which they cool: the usual bases of degree days
HOURS = 24


@dataclass(frozen=True)
class Ridge:
    """Weights of the expanded columns."""

    center: np.ndarray  # (C,)
    spread: np.ndarray  # (C,)
    weights: np.ndarray  # (C + 1,) the last is the intercept
    areas: int  # each with an intercept of its own

    def predict(self, inputs: np.ndarray, features: Sequence[Feature]) -> np.ndarray:
        """(N, F) → (N,)."""
        columns = (_expanded(inputs, features, self.areas) - self.center) / self.spread
        return columns @ self.weights[:-1] + self.weights[-1]

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """To be stored under a name."""
        found = {f"{name}.{field}": getattr(self, field) for field in ("center", "spread", "weights")}
        return {**found, f"{name}.areas": np.array(self.areas)}

    @classmethod
    def from_arrays(cls, stored: Mapping[str, np.ndarray], name: str) -> "Ridge":
        """As stored."""
        center, spread, weights = (stored[f"{name}.{field}"] for field in ("center", "spread", "weights"))
        return cls(center, spread, weights, int(stored[f"{name}.areas"]))


def fit(inputs: np.ndarray, targets: np.ndarray, features: Sequence[Feature]) -> Ridge:
    """The weights with the least squared error, drawn towards zero: (N, F) inputs, (N,) targets."""
    number = next(number for number, each in enumerate(features) if each.name == "area")
    areas = int(inputs[:, number].max()) + 1
    columns = _expanded(inputs, features, areas)
    center, spread = columns.mean(axis=0), columns.std(axis=0)
    # What hardly varied, such as warm hours at night, is not blown up: in a heat wave it would outweigh all else.
    spread = np.maximum(spread, 1.0)
    columns = (columns - center) / spread
    mean = targets.mean()
    gram = columns.T @ columns + PULL * np.eye(columns.shape[1])
    return Ridge(center, spread, np.append(np.linalg.solve(gram, columns.T @ (targets - mean)), mean), areas)


def _expanded(inputs: np.ndarray, features: Sequence[Feature], areas: int) -> np.ndarray:
    """(N, C): categories as flags, degrees as how far from mild, and both for each hour of the day."""
    by_name = {each.name: inputs[:, number].astype(np.float64) for number, each in enumerate(features)}
    hour = _flags(by_name.pop("hour").astype(int), HOURS)
    kind, weekday = by_name.pop("kind of day"), by_name.pop("weekday")
    year = 2 * np.pi * by_name.pop("day of the year") / 365.25
    columns = [hour, hour * (kind == 1)[:, None], hour * (kind == 2)[:, None], _flags(weekday.astype(int), 7)]
    columns += [np.column_stack([np.sin(year), np.cos(year), np.sin(2 * year), np.cos(2 * year)])]
    columns += [_flags(by_name.pop("area").astype(int), areas)]
    for name, values in by_name.items():
        if "temperature" in name:
            degrees = np.column_stack([values, np.maximum(MILD[0] - values, 0), np.maximum(values - MILD[1], 0)])
            columns.append(degrees)
            if name == "temperature":
                columns += [hour * each[:, None] for each in degrees.T]
        else:
            columns.append(values[:, None])
    return np.concatenate(columns, axis=1)


def _flags(values: np.ndarray, number: int) -> np.ndarray:
    return (values[:, None] == np.arange(number)).astype(np.float64)
