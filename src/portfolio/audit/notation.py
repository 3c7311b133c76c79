"""Numbers as people write them: `0,62`, `12 346`, `6.2×10⁻⁴`, `.363`, `0.88 (0.81–0.95)`, `0.21 +- 0.03`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGN = "[-+−–]?"
SPACE = "[ \u00a0\u2009\u202f'’]"  # between groups of three digits
BODY = rf"(?:\d{{1,3}}(?:{SPACE}\d{{3}}){{1,5}}|\d{{1,18}}(?:[.,]\d{{1,18}}){{0,5}}|\.\d{{1,18}})(?:[.,]\d{{1,18}})?"
SUPERSCRIPTS = "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹"
POWER = rf"(?:[eE][-+−]?\d{{1,3}}|\s?[×x·*]\s?10(?:\^[-+−]?\d{{1,2}}|[{SUPERSCRIPTS}]{{1,3}}))?"
NUMBER = rf"{SIGN}{BODY}{POWER}"
ALONE = re.compile(rf"(?<![\w.,])({NUMBER})")
BETWEEN = r"\s?(?:[,;–—-]|to|\.\.\.?|…)\s?"
INTERVAL = re.compile(rf"[\[(]\s?({NUMBER}){BETWEEN}({NUMBER})\s?%?\s?[\])]")
RANGE = re.compile(rf"(?<![\w.,])({NUMBER})\s?(?:–|—|-|to)\s?({NUMBER})(?!\w)")
SPREAD = re.compile(rf"(?:±|\+/?-)\s?({NUMBER})")
CHANGE = re.compile(rf"\(\s?([-+−]{BODY}{POWER})\s?%?\s?\)")
ENDS = re.compile(r"\s?(?:%|[*†‡§¹²³]{1,3}|\*\*)?(?:$|[\s),;\]*_`])")  # after a number that stands for itself
ATTACHED = re.compile(r"(?:k|K|M|B)(?!\w)")
THOUSANDS = {"k": 3, "K": 3, "M": 6, "B": 9}
HUNDRED = re.compile(r"%|\b100\b|percent|per cent")
OPENING = "~≈≃<>≤≥=$€£*_` \u00a0"  # what may stand before the first number of a cell
OF_ANOTHER = re.compile(r"\s?(?:/|:|of|out of|vs\.?)\s?\d")
TEN = re.compile(rf"\s?[×x·*]\s?10\^?([-+−\d{SUPERSCRIPTS}]{{1,4}})$")
EXPONENT = re.compile(r"[eE]([-+−]?\d{1,3})$")
GROUPED = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
OF_GROUPS = re.compile(SPACE)
MATH = (
    (re.compile(r"\\(?:pm|mp)\b ?"), "±"),
    (re.compile(r"\\(?:times|cdot)\b ?"), "×"),
    (re.compile(r"\\(?:text|mathrm|mathbf|textbf|mathit|boldsymbol)\b"), ""),
    (re.compile(r"\\[,;:! ]"), " "),
    (re.compile(r"\^\{([^{}]{1,9})\}"), r"^\1"),
    (re.compile(r"[_{}$]"), ""),
)
WIDE = Context(prec=500)  # digits; more than a number here can have
POWERS = str.maketrans(SUPERSCRIPTS, "-+0123456789")


@dataclass(frozen=True)
class Shown:
    """A number as a page shows it, and the values that it may stand for."""

    text: str  # as written
    readings: tuple[Decimal, ...]  # each with as many digits as are shown; `1,234` is 1234, or 1.234 in other countries
    is_hundredfold: bool = False  # may stand for a hundred times the recorded one: a percentage
    is_sure: bool = True  # whether nothing beside it says that it stands for something else

    @property
    def value(self) -> Decimal:
        """What it stands for in English."""
        return self.readings[0]

    def agrees(self, recorded: Decimal) -> bool:
        """Whether it is the recorded number, rounded or cut off at the digits shown."""
        factors = (1, 100) if self.is_hundredfold else (1,)
        return any(_is_rounded(shown, recorded * factor) for shown in self.readings for factor in factors)


@dataclass(frozen=True)
class Cell:
    """What a cell says: its numbers, and the interval around the first if there is one."""

    numbers: tuple[Shown, ...]
    interval: tuple[Shown, Shown] | None = None


def _is_rounded(shown: Decimal, recorded: Decimal) -> bool:
    digit = Decimal(1).scaleb(int(shown.as_tuple().exponent))
    if abs(recorded - shown) >= digit:
        return False
    return shown in (recorded.quantize(digit, ROUND_HALF_UP, WIDE), recorded.quantize(digit, ROUND_DOWN, WIDE))


def shown(text: str, is_hundredfold: bool = False, is_sure: bool = True) -> Shown:
    """A number of that text; ValueError if it is none."""
    found = ALONE.match(text)
    if found is None or found.end() < len(text):
        raise ValueError(f"{text!r} is not a number")
    return Shown(text, tuple(dict.fromkeys(_readings(text))), is_hundredfold, is_sure)


def _readings(text: str) -> Iterator[Decimal]:
    mantissa, power = _split_power(text)
    sign = "-" if mantissa[0] in "-−–" else ""
    digits = OF_GROUPS.sub("", mantissa.lstrip("+-−–"))
    commas, points = digits.count(","), digits.count(".")
    last = max(digits.rfind(","), digits.rfind("."))
    plain = digits.replace(",", "").replace(".", "")
    behind = len(digits) - last - 1 if last >= 0 else 0
    is_grouped = bool(GROUPED.fullmatch(digits))
    if commas + points > 1 and not (commas and points) and is_grouped:
        behind = 0  # 1,234,567
    elif commas == 1 and not points and is_grouped:
        yield _decimal(sign, plain, 0, power)  # 1,234
    yield _decimal(sign, plain, behind, power)


def _decimal(sign: str, digits: str, behind: int, power: int) -> Decimal:
    return Decimal(f"{sign}{digits}E{power - behind}")


def _split_power(text: str) -> tuple[str, int]:
    """(the number, the power of ten behind it)."""
    if found := EXPONENT.search(text):
        return text[: found.start()], int(found[1].replace("−", "-"))
    if found := TEN.search(text):
        return text[: found.start()], int(found[1].translate(POWERS).replace("−", "-"))
    return text, 0


def plain(text: str) -> str:
    """Formulas as they are read: `$F_1$` → F1, `0.21 \\pm 0.03` → 0.21 ±0.03."""
    if "$" not in text and "\\" not in text:
        return text
    for pattern, instead in MATH:
        text = pattern.sub(instead, text)
    return text


def is_numeric(cell: str) -> bool:
    """Whether a cell begins with a number."""
    return ALONE.match(plain(cell).lstrip(f"{OPENING}[(")) is not None


def first(cell: str) -> Shown | None:
    """The number that a cell begins with."""
    return next(iter(cell_of(cell).numbers), None) if is_numeric(cell) else None


def cell_of(text: str, header: str = "", is_report: bool = False) -> Cell:
    """What a cell says. Only its first number stands for itself for sure, or all of them in a report's cell."""
    text = plain(text).lstrip(OPENING)
    is_hundredfold = bool(HUNDRED.search(text) or HUNDRED.search(header))
    interval = INTERVAL.search(text) or (None if ALONE.fullmatch(text) else RANGE.match(text))
    rest = _without(text, interval) if interval else text.lstrip("[(")
    others = [each for pattern in (SPREAD, CHANGE) for each in pattern.finditer(rest)]
    for each in others:
        rest = _without(rest, each)
    numbers = [_number(found, rest, is_hundredfold, is_report) for found in ALONE.finditer(rest)]
    numbers += [shown(each[1], is_hundredfold, is_sure=False) for each in others]
    ends = (shown(interval[1], is_hundredfold), shown(interval[2], is_hundredfold)) if interval else None
    return Cell(tuple(numbers), ends)


def _without(text: str, found: re.Match[str]) -> str:
    """The text with blanks where that was found, so that all else stays in its place."""
    return f"{text[: found.start()]}{' ' * len(found[0])}{text[found.end() :]}"


def _number(found: re.Match[str], text: str, is_hundredfold: bool, is_report: bool) -> Shown:
    stands_alone = ENDS.match(text, found.end()) and not OF_ANOTHER.match(text, found.end())
    is_sure = bool(stands_alone) and (is_report or found.start() == 0)
    number = shown(found[1], is_hundredfold, is_sure)
    if not (suffix := ATTACHED.match(text, found.end())):
        return number
    power = THOUSANDS[suffix[0]]
    return Shown(number.text + suffix[0], tuple(each.scaleb(power) for each in number.readings), is_hundredfold)
