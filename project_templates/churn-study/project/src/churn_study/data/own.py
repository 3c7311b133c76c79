"""Customers of your own: a CSV file with an id and whether each churned; a treatment, a date, money if there are."""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from churn_study.data.study import CHURNED, CUSTOMER, DATE, OF_EVERY_ROW, TREATED, BadDataError, Columns, as_flags

LARGEST_SHARE, MOST_LEVELS = 0.5, 30  # of numbers that are missing; of different words in a column


@dataclass(frozen=True)
class Named:
    """Which column is which, as the options say."""

    id: str | None = None
    churned: str | None = None
    treated: str | None = None
    date: str | None = None
    money: str | None = None
    placebo: str | None = None
    forbidden: tuple[str, ...] = ()


def read(path: Path, named: Named) -> tuple[pd.DataFrame, Columns, str, list[str]]:
    """(rows, columns, sha256, what was wrong with them)."""
    raw = _table(path)
    chosen = {CUSTOMER: named.id, CHURNED: named.churned, TREATED: named.treated, DATE: named.date}
    for option, column in (*chosen.items(), ("money", named.money), ("placebo", named.placebo)):
        if column is not None and column not in raw:
            raise BadDataError(f"{path.name} has no column {column!r} (--{option}); it has: {', '.join(raw)[:90]}")
    if unknown := [each for each in named.forbidden if each not in raw]:
        raise BadDataError(f"{path.name} has no column {unknown[0]!r} (--forbid); it has: {', '.join(raw)[:90]}")
    if named.churned is None:
        raise BadDataError(f"say which column of {path.name} tells who churned: --churned COLUMN")
    found: list[str] = []
    rows = pd.DataFrame({CUSTOMER: _ids(raw, named.id, found), CHURNED: as_flags(raw[named.churned], named.churned)})
    if named.treated is not None:
        rows[TREATED] = as_flags(raw[named.treated], named.treated)
    if named.date is not None:
        rows[DATE] = _dates(raw[named.date], named.date)
    rest = raw.drop(columns=[each for each in chosen.values() if each is not None])
    if taken := [each for each in rest if each in OF_EVERY_ROW]:
        rest = rest.rename(columns={each: f"{each} (column)" for each in taken})
    columns = _sorted(rest, named, found)
    if named.money and not (pd.api.types.is_numeric_dtype(rest[named.money]) and (rest[named.money] >= 0).all()):
        raise BadDataError(f"column {named.money!r} (--money) is not a number from 0 in every row")
    return pd.concat([rows, rest], axis=1), columns, hashlib.sha256(path.read_bytes()).hexdigest(), found


def _table(path: Path) -> pd.DataFrame:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadDataError(f"{path.name} is not UTF-8 text ({error.reason}): save it as UTF-8") from error
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    names = next(csv.reader([first], delimiter=separator), [])
    if len(set(map(str.strip, names))) < len(names):
        raise BadDataError(f"{path.name} has a column twice; its first line is: {first[:80]}")
    try:
        raw = pd.read_csv(path, sep=separator, encoding="utf-8-sig", dtype=str, skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise BadDataError(f"{path.name} is not CSV ({error})") from error
    if raw.empty:
        raise BadDataError(f"{path.name} has no rows")
    raw.columns = raw.columns.str.strip()
    return raw


def _ids(raw: pd.DataFrame, column: str | None, found: list[str]) -> pd.Series:
    if column is None:
        found.append("no column with an id was named: every row counts for itself")
        return pd.Series([f"row {number}" for number in range(2, len(raw) + 2)])
    raw[column] = raw[column].str.strip()
    if (twice := raw[column][raw[column].duplicated()]).size:
        shown = ", ".join(map(str, twice.unique()[:3]))
        raise BadDataError(
            f"{twice.nunique():,} ids stand in more than one row ({shown}): keep one row for each, the newest before "
            "you look at who churned"
        )
    if raw[column].isna().any():
        raise BadDataError(f"column {column!r} is empty in {raw[column].isna().sum():,} rows")
    return raw[column]


def _dates(values: pd.Series, column: str) -> pd.Series:
    dates = pd.to_datetime(values, errors="coerce", format="ISO8601", utc=True).dt.tz_localize(None)
    if (bad := values[dates.isna()]).size:
        raise BadDataError(f"column {column!r}, line {bad.index[0] + 2}: {bad.iloc[0]!r} is no date as 2026-05-31")
    late = dates[dates > pd.Timestamp.now()]
    if late.size:
        raise BadDataError(f"column {column!r}, line {late.index[0] + 2}: {late.iloc[0]:%Y-%m-%d} is in the future")
    return dates


def _numbers(values: pd.Series) -> pd.Series:
    """Words as numbers: 1,250.5 with groups of three, 29,9 with a decimal comma, $12; else missing."""
    words = values.str.strip().str.removeprefix("$")
    is_grouped = words.str.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?").fillna(False)
    plain = words.str.replace(",", "", regex=False).where(is_grouped, words.str.replace(",", ".", regex=False))
    return pd.to_numeric(plain, errors="coerce")


def _sorted(rest: pd.DataFrame, named: Named, found: list[str]) -> Columns:
    """Numbers, words, and what a model may not see; `rest` gets the types."""
    numeric, categorical = list[str](), list[str]()
    forbidden = dict.fromkeys(named.forbidden, "you said so: --forbid")
    for name in list(rest):
        numbers = _numbers(rest[name])
        is_numeric = (
            numbers.notna().sum() >= LARGEST_SHARE * len(rest)
            and numbers.notna().sum() >= 0.95 * rest[name].notna().sum()
        )
        if is_numeric:
            rest[name] = numbers.astype(float)
        elif rest[name].nunique() > MOST_LEVELS and name not in forbidden:
            forbidden[name] = f"it has {rest[name].nunique():,} different words: nothing can be learned from each"
        else:
            rest[name] = rest[name].fillna("not stated").str.strip()
        if name in forbidden or name == named.placebo:
            continue
        if rest[name].nunique(dropna=False) < 2:
            found.append(f"`{name}` is the same for everybody, and left out")
        else:
            (numeric if is_numeric else categorical).append(name)
    return Columns(numeric, categorical, forbidden, money=named.money or "", placebo=named.placebo or "")
