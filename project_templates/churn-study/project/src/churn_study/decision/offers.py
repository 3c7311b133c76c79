"""Whether one customer gets the offer: the rule of the memo, as the service and the page apply it. NumPy-free."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from churn_study.models.features import Value
    from churn_study.models.saved import Card

OFFER, HOLD_BACK, NONE, UNKNOWN = "offer", "hold back", "no offer", "not known"
ACTIONS = (OFFER, HOLD_BACK, NONE, UNKNOWN)
NO_EFFECT = "nothing was tried, or no decision may stand on what was seen: an effect is not known"
UNLIKE = "unlike all that were studied, in: "
PAYS, COSTS_MORE = "what it saves is worth more than it costs", "it costs more than what it saves is worth"
HARMS = "those alike leave more often with it"
HELD = "it would pay; one in so many is held back, so that the effect can be measured"


@dataclass(frozen=True)
class Offer:
    """What to do, and what it is expected to bring."""

    action: str
    why: str
    effect: float | None = None  # on the chance of leaving
    gain: float | None = None  # dollars, or customers kept where nobody said what one pays


def decide(
    card: "Card", customer: Mapping[str, "Value"], strange: Sequence[str], name: str = "", hold_back: float = 0.0
) -> Offer:
    """The action for one customer; `name` draws the lot of who is held back, and without one nobody is."""
    if not card.costs:
        return Offer(UNKNOWN, NO_EFFECT)
    if strange:
        return Offer(UNKNOWN, UNLIKE + ", ".join(strange))
    costs = card.costs
    effect = effect_on(card, customer)
    pays = customer[card.money] if card.money else None
    worth = float(pays or 0) * costs["margin"] * costs["months"] if costs["has_money"] else 1.0
    gain = -effect * worth - costs["offer"]
    if gain <= 0:
        return Offer(NONE, HARMS if effect > 0 else COSTS_MORE, effect, gain)
    if name and _lot(name, card.version) < hold_back:
        return Offer(HOLD_BACK, HELD, effect, gain)
    return Offer(OFFER, PAYS, effect, gain)


def effect_on(card: "Card", customer: Mapping[str, "Value"]) -> float:
    """The effect on customers like this one, as the experiment found it."""
    alike = (each["effect"] for each in card.cells if all(customer[c] == word for c, word in each["levels"].items()))
    return float(next(alike, card.overall or 0.0))


def _lot(name: str, version: str) -> float:
    """0 to 1, the same whenever this customer is asked about."""
    return int(hashlib.sha256(f"{version} {name}".encode()).hexdigest()[:12], 16) / 16**12
