"""Whether data are ready for a feature: complete, fresh, unique, labeled, enough of them, and free of personal data.

Run as: python -m product_brief ready FILE [--table T] [--key COLUMN] [--date COLUMN] [--label COLUMN] [--needed N]
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from product_brief.config import Config
from product_brief.data import store
from product_brief.data.store import Connection, rows
from product_brief.kit.project import ExplainedError

SEEN = 20_000  # rows in which personal data are looked for
PERSONAL_NAMES = re.compile(
    r"(^|_|\b)(e?_?mail|phone|mobile|tel|first_?name|last_?name|surname|full_?name|ssn|social_security|birth\w*|dob|"
    r"address|street|zip|postcode|ip|iban|passport|password|gender|religion|ethnicity|latitude|longitude)(_|\b|$)", re.I
)  # fmt: skip
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
PERSONAL_VALUES = {
    "e-mail addresses": re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}"),
    "phone numbers": re.compile(r"(?<![\w.])(?:\+\d{1,3}[ -]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)"),
    "social security numbers": re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)"),
    "bank accounts (IBAN)": re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b"),
    "card numbers": re.compile(r"(?<![\d-])(?:\d[ -]?){12,18}\d(?![\d-])"),
    "IP addresses": re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"),
}
WEIGHTS = {"completeness": 25, "freshness": 15, "uniqueness": 15, "labels": 15, "volume": 15, "personal data": 15}


@dataclass(frozen=True)
class Named:
    """Which column is which; None where it is to be guessed, or is not there."""

    key: str | None = None
    date: str | None = None
    label: str | None = None
    needed: int = 385  # for a share within 5 points at 95%
    counted: tuple[str, int] | None = None  # what is counted for that, where it is not the rows


@dataclass(frozen=True)
class Part:
    """One part of the score, 0 (not ready) to 100, with what it rests on and what to ask the owner of the data."""

    name: str
    score: float
    weight: int
    because: str
    ask: str


@dataclass(frozen=True)
class Readiness:
    """The parts, and the score that they make."""

    rows: int
    columns: int
    parts: tuple[Part, ...]

    @property
    def score(self) -> float:
        """Their weighted mean, from 0 to 100."""
        return sum(part.score * part.weight for part in self.parts) / sum(part.weight for part in self.parts)

    @property
    def worst(self) -> Part:
        """The part to ask about first."""
        return min(self.parts, key=lambda part: (part.score, -part.weight))


def described(path: Path, table: str | None, named: Named, config: Config) -> str:
    """How ready a file is, in a few lines."""
    if not path.is_file():
        raise ExplainedError(f"there is no file {path}")
    with store.opened(path, table) as connection:
        found = assess(connection, named, date.today(), config.fresh_days)
    lines = [
        f"{path.name}: {_counted(found.rows, 'row')}, {_counted(found.columns, 'column')}; "
        f"ready to {found.score:.0f} of 100"
    ]
    for part in found.parts:
        lines += [
            f"  {part.name:<14} {part.score:5.1f}  (weight {part.weight})  {part.because}",
            f"{'':25}ask: {part.ask}",
        ]
    return "\n".join([*lines, f"Ask about {found.worst.name} first."])


def assess(connection: Connection, named: Named, today: date, fresh_days: int) -> Readiness:
    """How ready the table `given` is."""
    columns = [name for name, *_ in rows(connection, "DESCRIBE given")]
    for option, column in (("key", named.key), ("date", named.date), ("label", named.label)):
        if column is not None and column not in columns:
            raise ExplainedError(f"there is no column {column!r} (--{option}); there are: {', '.join(columns)[:90]}")
    ((number,),) = rows(connection, "SELECT count(*) FROM given")
    if not number:
        raise ExplainedError("there are no rows: nothing can be said about them")
    parts = (
        _complete(connection, [each for each in columns if each != named.label] or columns, number),
        _fresh(
            connection,
            named.date or _guessed(columns, ("updated", "date", "timestamp", "created_at")),
            today,
            fresh_days,
        ),
        _unique(connection, columns, named.key or _guessed(columns, ("id", "key", "uuid")), number),
        _labeled(connection, named.label, number),
        _enough(named.counted or ("rows", number), named.needed),
        _personal(connection, columns),
    )
    return Readiness(number, len(columns), parts)


def _part(name: str, score: float, because: str, ask: str) -> Part:
    return Part(name, round(100 * min(1.0, max(0.0, score)), 1), WEIGHTS[name], because, ask)


def _complete(connection: Connection, columns: list[str], number: int) -> Part:
    counts = ", ".join(f"count(*) FILTER (trim(coalesce({_name(each)}::VARCHAR, '')) = '')" for each in columns)
    (missing,) = rows(connection, f"SELECT {counts} FROM given")
    shares = dict(zip(columns, (each / number for each in missing), strict=True))
    worst = max(shares, key=lambda name: shares[name])
    if not shares[worst]:
        return _part(
            "completeness", 1, "no cell is empty", "whether a value such as 0 or 'n/a' stands for a missing one"
        )
    mean = sum(shares.values()) / len(shares)
    said = f"{_percent(mean)} of all cells are empty, {_percent(shares[worst])} in {worst}"
    return _part("completeness", 1 - mean, said, f"why {worst} is empty")


def _fresh(connection: Connection, column: str | None, today: date, fresh_days: int) -> Part:
    if column is None:
        return _part(
            "freshness", 0, "no column says when a row was changed", "when each row was checked last, and by whom"
        )
    query = f"SELECT try_cast({_name(column)}::VARCHAR AS TIMESTAMP) AS changed FROM given"
    ((dated, newest, fresh, future),) = rows(
        connection,
        "SELECT count(changed), max(changed), count(*) FILTER (changed::DATE BETWEEN $today::DATE - "
        f"{int(fresh_days)} AND $today::DATE), count(*) FILTER (changed::DATE > $today::DATE) FROM ({query})",
        {"today": today.isoformat()},
    )
    if not dated:
        return _part("freshness", 0, f"{column} holds no dates", "when each row was checked last, and by whom")
    ((number,),) = rows(connection, "SELECT count(*) FROM given")
    said = (
        f"{fresh / number:.0%} of the rows were changed in the {fresh_days} days to {today}; the newest on "
        f"{_day(newest)}"
    )
    said += f"; {future:,} are dated in the future" if future else ""
    ask = "who checks the old ones, and what happens to those that no longer hold"
    return _part("freshness", fresh / number, said, ask)


def _unique(connection: Connection, columns: list[str], key: str | None, number: int) -> Part:
    of = _name(key) if key else ", ".join(map(_name, columns))
    ((different,),) = rows(connection, f"SELECT count(*) FROM (SELECT DISTINCT {of} FROM given)")
    what = f"values of {key}" if key else "rows"
    said = f"{different:,} different {what} in {_counted(number, 'row')}"
    # One double in a hundred is a nuisance; one in five means that nobody knows what a row is.
    return _part(
        "uniqueness",
        1 - 5 * (1 - different / number),
        said,
        "what one row stands for, and which of two that are alike counts",
    )


def _labeled(connection: Connection, label: str | None, number: int) -> Part:
    if label is None:
        return _part(
            "labels",
            0,
            "no column says what would have been right",
            "who can say what is right, for a few hundred rows",
        )
    ((known,),) = rows(
        connection, f"SELECT count(*) FILTER (trim(coalesce({_name(label)}::VARCHAR, '')) <> '') FROM given"
    )
    return _part(
        "labels",
        known / number,
        f"{known / number:.0%} of the rows have one ({label})",
        "who wrote the labels, and how often two people agree",
    )


def _enough(counted: tuple[str, int], needed: int) -> Part:
    what, number = counted
    return _part(
        "volume", number / needed, f"{number:,} {what}, of {needed:,} needed", "how many more there are, and from when"
    )


def _personal(connection: Connection, columns: list[str]) -> Part:
    named = [each for each in columns if PERSONAL_NAMES.search(CAMEL.sub("_", each))]
    found: dict[str, int] = {}
    for column in columns:
        for (value,) in rows(connection, f"SELECT {_name(column)}::VARCHAR FROM given LIMIT {SEEN}"):
            for kind, pattern in PERSONAL_VALUES.items():
                if value and any(CHECKS.get(kind, _any)(each[0]) for each in pattern.finditer(value[:5_000])):
                    found[kind] = found.get(kind, 0) + 1
    said = [f"{_counted(count, 'cell')} with {kind}" for kind, count in found.items()]
    said += [f"columns named {', '.join(named)}"] if named else []
    if not said:
        return _part(
            "personal data",
            1,
            "no pattern and no column name of personal data",
            "whether free text may name people: patterns do not find that",
        )
    return _part(
        "personal data",
        0.0 if found else 0.4,
        "; ".join(said),
        "on which legal basis they are kept, for how long, and whether the feature needs them",
    )


def _is_card(text: str) -> bool:
    """Whether digits pass the check of card numbers (Luhn)."""
    digits = [int(each) for each in text if each.isdigit()]
    return (
        13 <= len(digits) <= 19 and sum(sum(divmod(d * (1 + i % 2), 10)) for i, d in enumerate(digits[::-1])) % 10 == 0
    )


def _is_address(text: str) -> bool:
    return all(int(each) < 256 for each in text.split("."))


def _any(_: str) -> bool:
    return True


CHECKS: dict[str, Callable[[str], bool]] = {"card numbers": _is_card, "IP addresses": _is_address}


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "under 1%"


def _guessed(columns: list[str], names: tuple[str, ...]) -> str | None:
    return next((each for each in columns if each.casefold() in names), None)


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _day(at: datetime) -> str:
    return at.date().isoformat()
