"""How numbers and other people's words are written in the memo and in the report."""

from collections.abc import Mapping
from typing import Any

from churn_study.kit.blocks import interval, signed

MONEY = "dollars"


def plain(text: str, longest: int = 110) -> str:
    """Somebody's text in a page of ours: on one line, cut, and nothing in it is markup."""
    flat = " ".join(str(text).split())
    cut = flat if len(flat) <= longest else f"{flat[:longest].rstrip()}…"
    for letter in "\\`*_[]":
        cut = cut.replace(letter, f"\\{letter}")
    return cut.replace("<", "&lt;").replace(">", "&gt;")


def percent(share: float) -> str:
    """A share."""
    return f"{100 * share:.1f}%"


def code(name: str) -> str:
    """A name as code: nothing in it is markup."""
    return f"`{' '.join(name.split()).replace('`', '´')[:60]}`"


def points(share: float) -> str:
    """A difference of shares, in percentage points, with its sign."""
    return signed(100 * share)


def points_between(row: Mapping[str, Any]) -> str:
    """Its interval."""
    return interval(row, points)


def money(value: float, unit: str) -> str:
    """A gain with its sign, in dollars or customers."""
    sign = "−" if value < 0 else "+"
    return f"{sign}${abs(value):,.0f}" if unit == MONEY else f"{sign}{abs(value):,.1f}"


def money_between(row: Mapping[str, Any], unit: str) -> str:
    """Its interval."""
    return interval(row, lambda value: money(value, unit))


def many(noun: str) -> str:
    """A noun for several: customers, companies."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"
