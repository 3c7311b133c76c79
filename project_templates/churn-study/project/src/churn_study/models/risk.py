"""From a customer to the risk of leaving, and which of its columns raise it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from churn_study.models.features import Encoder, Value
from churn_study.models.trees import Trees

BASE_RATE, LOGISTIC, BOOSTING = "base rate", "logistic regression", "gradient boosting"
LEAST = 0.005  # of risk, that a reason has to change


@dataclass(frozen=True)
class Reason:
    """A column that sets a customer apart, and by how much the risk would differ if it were as with most."""

    column: str
    value: Value
    change: float


@dataclass(frozen=True)
class Model:
    """Log odds, linear in the features or from trees; for a base rate, from neither."""

    name: str
    encoder: Encoder
    intercept: float = 0.0
    weights: np.ndarray | None = None  # (features,)
    trees: Trees | None = None

    def log_odds(self, customers: Sequence[Mapping[str, Value]]) -> np.ndarray:
        """(C,) for that many customers."""
        if self.weights is None and self.trees is None:
            return np.full(len(customers), self.intercept)
        features = self.encoder.matrix(customers)
        if self.trees is not None:
            return self.intercept + self.trees.scores(features)
        return self.intercept + features @ self.weights

    def risks(self, customers: Sequence[Mapping[str, Value]]) -> np.ndarray:
        """(C,) probabilities of leaving."""
        return 1 / (1 + np.exp(-self.log_odds(customers)))

    def reasons(self, customer: Mapping[str, Value], most: int = 3) -> list[Reason]:
        """What sets a customer apart, the largest change first: of the model's risk, and not of the customer's mind."""
        typical = self.encoder.typical
        others = [{**customer, name: typical[name]} for name in typical]
        risk, *changed = self.risks([customer, *others])
        reasons = [
            Reason(name, customer[name], float(risk - each)) for name, each in zip(typical, changed, strict=True)
        ]
        return sorted((each for each in reasons if abs(each.change) >= LEAST), key=lambda each: -abs(each.change))[
            :most
        ]
