"""What the service notes of each answer as numbers, for the monitor: the risk, and the customer's own numbers."""

from collections.abc import Mapping

from churn_study.models.features import Value
from churn_study.models.risk import Model


def signals(customer: Mapping[str, Value], model: Model, risk: float | None = None) -> dict[str, float]:
    """The risk; every number, standardized; and for each column of words the place of its word."""
    risk = float(model.risks([customer])[0]) if risk is None else risk
    numbers = {
        each.name: (float(each.typical if (v := customer[each.name]) is None else v) - each.mean) / each.spread
        for each in model.encoder.numbers
    }
    places = {
        each.name: float(each.levels.index(str(customer[each.name])) if customer[each.name] in each.levels else -1)
        for each in model.encoder.words
    }
    return {"risk": round(risk, 4), **{name: round(value, 3) for name, value in {**numbers, **places}.items()}}
