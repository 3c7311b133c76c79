"""How numbers and other people's words are written in the report."""

import html
from collections.abc import Mapping
from typing import Any

from product_brief.kit.blocks import interval

MARK = "🔴 "  # red where Markdown has no colors; the page has its own
ASSUMED = f"{MARK}assumption"
NAMES = {
    "task_success": "task success",
    "activation": "activation",
    "return_within_7_days": "return within 7 days",
    "wrong_suggestions": "suggestions marked as wrong",
    "handed_over": "handed over to a person",
}


DEFINED = {
    "task_success": "of the questions, the share that whoever asked marked as solved",
    "activation": "of the users, the share who opened or solved something within 24 hours",
    "return_within_7_days": "of the users seen that long, the share who came back 1 to 7 days later",
    "wrong_suggestions": "of the suggestions, the share that was marked as wrong",
    "handed_over": "of the questions, the share that went to a person after all",
}


BELOW = {  # a measure that is too low, as a sentence says it
    "task_success": "users marked fewer than {} of the questions as solved",
    "activation": "fewer than {} of the users opened or solved something within 24 hours",
    "return_within_7_days": "fewer than {} of the users came back 1 to 7 days later",
}
AT_MOST = {
    "wrong_suggestions": "{} of the suggestions marked as wrong",
    "handed_over": "{} of the questions handed over",
}


def plain(text: str, longest: int = 400) -> str:
    """Somebody's text in a page of ours: on one line, cut, and nothing in it is markup."""
    flat = " ".join(str(text).split())
    cut = flat if len(flat) <= longest else f"{flat[:longest].rstrip()}…"
    for letter in "\\`*_[]":
        cut = cut.replace(letter, f"\\{letter}")
    return cut.replace("<", "&lt;").replace(">", "&gt;").replace("|", "&#124;")


def unmarked(text: str) -> str:
    """What `plain` and the mark of an assumption did, undone: for a page that escapes by itself."""
    for letter in "\\`*_[]":
        text = text.replace(f"\\{letter}", letter)
    return html.unescape(text.replace(MARK, ""))


def named(measure: str) -> str:
    """A measure of users in words."""
    return NAMES[measure]


def percent(share: float) -> str:
    """A share."""
    return f"{100 * share:.1f}%"


def share(row: Mapping[str, Any]) -> str:
    """A share with its interval."""
    return f"{percent(row['value'])} {interval(row, percent)}"


def scored(row: Mapping[str, Any]) -> str:
    """A share with its interval as decimals, for tables that are compared with the results file."""
    return f"{three(row['value'])} {interval(row, three)}"


def money(value: float, currency: str, digits: int = 2) -> str:
    """An amount, by default as precise as a guess can be: $12,000, −$350, 4.50 EUR."""
    rounded = float(f"{value:.{digits}g}")
    number, sign = f"{abs(rounded):,.2f}".removesuffix(".00"), "−" if rounded < 0 else ""
    return f"{sign}{currency}{number}" if len(currency) == 1 else f"{sign}{number} {plain(currency)}"


def number(value: float) -> str:
    """A number with three digits, or without decimals."""
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def amount(value: float) -> str:
    """Milliseconds, or dollars for a question, which may be next to nothing."""
    return "under 0.000001" if 0 < value < 1e-6 else f"{value:g}"


def three(value: float) -> str:
    """With three digits."""
    return f"{value:.3f}"


def counted(items: int, noun: str) -> str:
    """1 case, 2 cases."""
    return f"{items:,} {noun}{'' if items == 1 else 's'}"
