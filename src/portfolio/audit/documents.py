"""JSON that somebody else wrote: read within bounds, its numbers as they are written; what makes no sense is None."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TypeAlias

Json: TypeAlias = "str | Decimal | bool | list[Json] | dict[str, Json] | None"

LONGEST = 2_000_000  # characters
DEEPEST = 60  # objects within objects
MOST = 200_000  # values
LONGEST_NUMBER = 40  # characters; no measure needs more
LARGEST_EXPONENT = 60  # of ten


def read(text: str) -> Json:
    """The document; ValueError for what is no JSON, or deeper, longer or more than anybody writes by hand."""
    if len(text) > LONGEST:
        raise ValueError("it is too long")
    try:
        document: Json = json.loads(text, parse_float=number, parse_int=number, parse_constant=lambda _: None)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _refuse_excess(document)
    return document


def number(written: str) -> Decimal | None:
    """A number of plausible size; `1e999` and numbers of a hundred digits measure nothing."""
    if len(written) > LONGEST_NUMBER:
        return None
    value = Decimal(written)
    return value if not value or abs(value.adjusted()) <= LARGEST_EXPONENT else None


def _refuse_excess(document: Json) -> None:
    level: list[Json] = [document]
    count = 0
    for _ in range(DEEPEST):
        within = [each for node in level for each in _children(node)]
        count += len(within)
        if count > MOST:
            raise ValueError("it holds too much")
        if not within:
            return
        level = within
    raise ValueError("it is nested too deeply")


def _children(node: Json) -> list[Json]:
    match node:
        case list():
            return node
        case dict():
            return list(node.values())
        case _:
            return []
