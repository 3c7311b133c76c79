"""One row for each customer at a moment, and what its columns are for."""

from dataclasses import dataclass, field

import pandas as pd

from churn_study.kit.project import ExplainedError

HISTORY, OBSERVED, EXPERIMENT = "history", "observed", "experiment"  # parts: what a row may be used for
CUSTOMER, PART, DATE, CHURNED, TREATED = "customer", "part", "date", "churned", "treated"
YES, NO = ("yes", "true", "1", "y", "churned", "treatment"), ("no", "false", "0", "n", "stayed", "control")
OF_EVERY_ROW = (CUSTOMER, PART, DATE, CHURNED, TREATED)


class BadDataError(ExplainedError):
    """Data that cannot be used, and why."""


@dataclass(frozen=True)
class Columns:
    """What is in the columns beyond those that every row has."""

    numeric: list[str]
    categorical: list[str]
    forbidden: dict[str, str] = field(default_factory=dict)  # column → why a model may not see it
    after: list[str] = field(default_factory=list)  # features that the treatment may have changed
    money: str = ""  # what a customer pays a month; empty where nobody said
    placebo: str = ""  # known before the offer, which cannot have changed it; kept out of every adjustment
    before: dict[str, str] = field(default_factory=dict)  # measure → the same measure before the experiment
    ratios: dict[str, tuple[str, str]] = field(default_factory=dict)  # measure → (numerator, denominator)

    @property
    def features(self) -> list[str]:
        """What a model may see."""
        return [*self.categorical, *self.numeric]


@dataclass(frozen=True)
class Study:
    """The rows, and their columns."""

    rows: pd.DataFrame
    columns: Columns

    def part(self, name: str) -> pd.DataFrame:
        """The rows of one part."""
        return self.rows[self.rows[PART] == name].reset_index(drop=True)

    @property
    def has_dates(self) -> bool:
        """Whether the rows of the history stand at different moments."""
        return bool(self.part(HISTORY)[DATE].nunique() > 1)


def as_flags(values: pd.Series, column: str) -> pd.Series:
    """A column of two values as booleans; BadDataError if it has others."""
    if values.isna().any():
        raise BadDataError(f"column {column!r} is empty in {values.isna().sum():,} rows: fill it, or leave them out")
    words = values.astype(str).str.strip().str.casefold().str.removesuffix(".0")
    known = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    if unknown := sorted(set(words) - set(known)):
        shown = ", ".join(unknown[:3])
        raise BadDataError(f"column {column!r} is not of yes and no, or 1 and 0: it has {shown}")
    return words.map(known).astype(bool)
