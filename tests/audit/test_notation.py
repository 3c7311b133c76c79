"""How people write numbers: what each may stand for, what stands beside it, and what is only a word with digits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from portfolio.audit import notation

AGREES = [  # as written in a cell, as recorded
    ("0,62", "0.6234"),
    ("12 346", "12345.6"),
    ("12 346", "12345.6"),
    ("1'234", "1234"),
    ("1,234,567", "1234567"),
    ("1.234,5", "1234.51"),
    ("1,234.5", "1234.51"),
    ("6.2×10⁻⁴", "0.000623"),
    ("6.2 x 10^-4", "0.000623"),
    ("6.2e-4", "0.000623"),
    ("$6.2 \\times 10^{-4}$", "0.000623"),
    (".363", "0.3631"),
    ("$0.62$", "0.6234"),
    ("**0.62**", "0.6234"),
    ("~0.62", "0.6234"),
    ("≈ 0,62", "0.6234"),
    ("62.3%", "0.6234"),
    ("62,3 %", "0.6234"),
    ("1.2k", "1234"),
    ("−0.5", "-0.52"),
    ("0.62*", "0.6234"),
    ("0.62¹", "0.6234"),
    ("0.088 (0.081–0.095)", "0.0881"),
    ("0.62 (+0.11)", "0.6234"),
    ("0.21 +- 0.03", "0.2101"),
    ("$0.21 \\pm 0.03$", "0.2101"),
]
INTERVALS = [
    ("0.088 (0.081–0.095)", ("0.081", "0.095")),
    ("0.86 [0.81, 0.90]", ("0.81", "0.90")),
    ("[0,81; 0,90]", ("0.81", "0.90")),
    ("0.86 (0.81 to 0.90)", ("0.81", "0.90")),
    ("0.81–0.90", ("0.81", "0.90")),
    ("0.86", None),
    ("0.62 (+0.11)", None),
]
UNSURE = ["5/6", "12 of 96", "3.1ms", "12:30", "7th"]  # may agree, and accuse nobody
WORDS = ["E5-base", "v1.2", "a 1", "", "-", "n/a", "GPT-4", "k-NN"]


@pytest.mark.parametrize(("cell", "recorded"), AGREES)
def test_a_number_agrees_however_it_is_written(cell: str, recorded: str) -> None:
    number = notation.cell_of(cell).numbers[0]
    assert number.agrees(Decimal(recorded))
    assert number.is_sure
    assert not number.agrees(Decimal(recorded) * 3)


@pytest.mark.parametrize(("cell", "ends"), INTERVALS)
def test_an_interval_is_known_by_its_form(cell: str, ends: tuple[str, str] | None) -> None:
    interval = notation.cell_of(cell).interval
    assert ends == (interval and tuple(str(end.value) for end in interval))


@pytest.mark.parametrize("cell", UNSURE)
def test_what_may_mean_something_else_is_not_sure(cell: str) -> None:
    assert not any(number.is_sure for number in notation.cell_of(cell).numbers)


@pytest.mark.parametrize("cell", WORDS)
def test_words_with_digits_are_no_numbers(cell: str) -> None:
    assert not notation.is_numeric(cell)
    assert notation.first(cell) is None


@pytest.mark.parametrize(
    ("formula", "read"), [("$F_1$", "F1"), ("$R^2$", "R^2"), ("0.2 \\pm 0.1", "0.2 ±0.1"), ("C:\\new", "C:\\new")]
)
def test_a_formula_is_read_as_it_is_shown(formula: str, read: str) -> None:
    assert notation.plain(formula) == read
