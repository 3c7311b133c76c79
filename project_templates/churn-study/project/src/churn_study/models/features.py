"""A customer as numbers: the one function that training, the service and (in JavaScript) the page share."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Value = str | float | None
SPARE = 0.05  # of the range of a number: so far beyond what training saw, a customer is still like the others


@dataclass(frozen=True)
class Number:
    """A column of numbers."""

    name: str
    typical: float  # the median, which stands in where the number is missing
    mean: float
    spread: float  # standard deviation
    low: float
    high: float
    may_be_missing: bool

    def is_strange(self, value: Value) -> bool:
        """Whether training saw nothing like it."""
        margin = SPARE * (self.high - self.low)
        if value is None or not isinstance(value, int | float):
            return not self.may_be_missing
        return not self.low - margin <= value <= self.high + margin


@dataclass(frozen=True)
class Words:
    """A column of words."""

    name: str
    levels: tuple[str, ...]
    typical: str  # the most frequent

    def is_strange(self, value: Value) -> bool:
        """Whether training saw it."""
        return value not in self.levels


@dataclass(frozen=True)
class Encoder:
    """What training learned of the columns, and customers → numbers by it."""

    numbers: tuple[Number, ...]
    words: tuple[Words, ...]

    @property
    def columns(self) -> list["Words | Number"]:
        """Every column of a customer."""
        return [*self.words, *self.numbers]

    @cached_property
    def names(self) -> list[str]:
        """The columns of the matrix, with the column of the customer that each comes from before the equals sign."""
        flags = [f"{each.name} is missing" for each in self.numbers if each.may_be_missing]
        return [
            *(each.name for each in self.numbers),
            *flags,
            *(f"{each.name}={level}" for each in self.words for level in each.levels),
        ]

    @cached_property
    def order(self) -> str:
        """A hash of the columns: a model that was trained on other ones is refused."""
        return hashlib.sha256(json.dumps(self.names).encode()).hexdigest()[:16]

    @property
    def typical(self) -> dict[str, Value]:
        """A customer like most."""
        return {each.name: each.typical for each in self.columns}

    def matrix(self, customers: Sequence[Mapping[str, Value]]) -> np.ndarray:
        """(C, names): numbers standardized, missing ones at the median with a flag, one column for each word."""
        columns = []
        for each in self.numbers:
            given = np.array([_float(customer[each.name]) for customer in customers])
            columns.append((np.where(np.isnan(given), each.typical, given) - each.mean) / each.spread)
        for each in self.numbers:
            if each.may_be_missing:
                columns.append(np.array([np.isnan(_float(customer[each.name])) for customer in customers], dtype=float))
        for word in self.words:
            given_words = [customer[word.name] for customer in customers]
            columns += [np.array([each == level for each in given_words], dtype=float) for level in word.levels]
        return np.stack(columns, axis=1)

    def strange(self, customer: Mapping[str, Value]) -> list[str]:
        """The columns in which a customer is unlike all that training saw."""
        return [each.name for each in self.columns if each.is_strange(customer[each.name])]


def learned(rows: "pd.DataFrame", numeric: Sequence[str], categorical: Sequence[str]) -> Encoder:
    """The encoder of (C,) training rows."""
    numbers = []
    for name in numeric:
        values = rows[name]
        low, high, middle = float(values.min()), float(values.max()), float(values.median())
        spread = float(values.fillna(middle).std(ddof=0)) or 1.0
        is_open = bool(values.isna().any())
        numbers.append(Number(name, middle, float(values.fillna(middle).mean()), spread, low, high, is_open))
    words = [Words(name, tuple(sorted(rows[name].unique())), str(rows[name].mode()[0])) for name in categorical]
    return Encoder(tuple(numbers), tuple(words))


def as_customers(rows: "pd.DataFrame", encoder: Encoder) -> list[dict[str, Value]]:
    """Rows of a table as the service is asked about them; what is missing is None."""
    names = list(encoder.typical)
    kept = rows[names].astype(object)
    records: list[dict[str, Value]] = kept.where(kept.notna(), None).to_dict("records")
    return records


def _float(value: Value) -> float:
    return float("nan") if value is None else float(value)
