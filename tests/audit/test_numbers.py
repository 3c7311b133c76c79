"""Which numbers of a README are those of a run: by value, and one run to a row."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from portfolio.audit import fix, numbers, results_file
from portfolio.audit.numbers import Agreement, Difference
from portfolio.audit.results_file import Results, Shown
from portfolio.readme import blocks, markdown


def compared(page: str, results: Results) -> Agreement:
    """A page's numbers beside those of a results file."""
    return numbers.compare(markdown.parse(page), results, blocks.lines(page))


KEYED = {"knn": {"mae": 3.14159, "rmse": 4.2}, "xgboost": {"mae": 2.71828, "rmse": 3.9}}
LISTED = {"runs": [{"model": name, **values} for name, values in KEYED.items()]}
BY_METRIC = {
    "results": [
        {
            "model": "knn",
            "split": split,
            "metric": "mae",
            "label": "MAE",
            "value": value,
            "ci95": [value - 0.1, value + 0.1],
            "n": 50,
        }
        for split, value in (("home", 3.125), ("away", 5.5))
    ]
}


@pytest.mark.parametrize(
    ("shown", "recorded", "agrees"),
    [
        ("0.97", "0.96957", True),
        ("0.9696", "0.96957", True),
        ("0.125", "0.12552", True),  # cut off
        ("0.126", "0.12552", True),  # rounded
        ("0.127", "0.12552", False),
        ("0.9", "0.96957", True),
        ("1", "0.96957", True),
        ("1.0", "0.96957", True),
        ("0.970", "0.96957", True),
        ("0.9700", "0.96957", False),
        ("97", "0.96957", False),  # a percentage only where it is called one
        ("-0.5", "-0.52", True),
        ("1,234", "1234.4", True),
        ("0", "0.4", True),
        ("0.000028", "2.761e-05", True),
    ],
)
def test_a_number_agrees_rounded_or_cut_off(shown: str, recorded: str, agrees: bool) -> None:
    assert Shown(shown).agrees(Decimal(recorded)) is agrees


@pytest.mark.parametrize(
    ("shown", "recorded", "written"),
    [
        ("0.931", "0.8815", "0.881"),  # what f"{0.8815:.3f}" says, and so `report`
        ("0.93", "0.8815", "0.88"),
        ("+0.9", "0.25", "+0.2"),
        ("−0.90", "-0.3149", "−0.31"),
        ("91", "0.88", "88"),  # a percentage
        ("1200", "1,500", "1500"),
    ],
)
def test_a_mended_number_is_what_report_would_write(shown: str, recorded: str, written: str) -> None:
    difference = Difference(1, shown, Shown(recorded).value, "MAE of knn")
    assert fix.as_recorded(difference) == written


def test_a_percentage_may_be_a_hundredfold() -> None:
    assert results_file.numbers("96.9 %")[0].agrees(Decimal("0.96957"))
    assert results_file.numbers("96.9", "Accuracy (%)")[0].agrees(Decimal("0.96957"))


def table(*rows: str) -> str:
    header, *rest = rows
    return "\n".join([header, "|" + " -- |" * (header.count("|") - 1), *rest])


RIGHT = table("| Model | MAE | RMSE |", "| kNN | 3.14 | 4.2 |", "| XGBoost | 2.72 | 3.9 |")
MIXED = table("| Model | MAE | RMSE |", "| kNN | 3.14 | 3.9 |", "| XGBoost | 2.72 | 4.2 |")
TURNED = table("| | kNN | XGBoost |", "| MAE | 3.14 | 2.72 |", "| RMSE | 4.2 | 3.8 |")
SPLITS = table(
    "| Model | Split | MAE | 95 % interval | n |",
    "| knn | home | 3.13 | [3.03, 3.23] | 50 |",
    "| knn | away | 3.13 | [5.4, 5.6] | 50 |",
)
WRONG_END = table("| Model | Split | MAE | 95 % interval |", "| knn | home | 3.13 | [3.02, 3.33] |")
OTHERS = table("| Model | MAE |", "| of the paper | 1.11 |")
STRANGE = table("| Model | Stars |", "| kNN | 5 |")


@pytest.mark.parametrize(
    ("results", "text", "differing"),
    [
        (KEYED, RIGHT, []),
        (LISTED, RIGHT, []),
        (LISTED, MIXED, ["3.9", "4.2"]),  # each is recorded, and of the other run
        (KEYED, TURNED, ["3.8"]),
        (BY_METRIC, SPLITS, ["3.13"]),
        (BY_METRIC, WRONG_END, ["3.33"]),
        (LISTED, OTHERS, []),  # not ours to compare
        (LISTED, STRANGE, []),
    ],
    ids=["keyed", "listed", "two runs mixed", "turned", "by split", "an interval's end", "others'", "no measure"],
)
def test_a_row_is_compared_with_one_run(results: object, text: str, differing: list[str]) -> None:
    differences = compared(text, results_file.read(json.dumps(results))).differences
    assert [difference.shown for difference in differences] == differing


@pytest.mark.parametrize(
    ("sentence", "differing"),
    [
        ("MAE is 3.13 [3.03, 3.23] at home.", []),
        ("MAE is 3.13 [5.4, 5.6] at home.", ["3.13"]),
        ("MAE is 3.12 at home and 5.5 away.", []),
        ("MAE is 3.19 at home.", ["3.19"]),
        ("Measured on 50 nights, version 1.2.3.", []),
    ],
)
def test_sentences_are_compared_inside_report_blocks_only(sentence: str, differing: list[str]) -> None:
    results = results_file.read(json.dumps(BY_METRIC))
    inside = f"<!-- report:headline -->\n{sentence}\n<!-- /report:headline -->\n"
    assert [difference.shown for difference in compared(inside, results).differences] == differing
    assert compared(sentence, results).differences == ()


@pytest.mark.parametrize(
    "text", ["[]", "3", "{", '{"a": NaN, "b": Infinity}', '{"a": [[[{}]]]}', '{"results": [1, null]}']
)
def test_any_results_file_is_survived(text: str) -> None:
    try:
        results = results_file.read(text)
    except ValueError:
        return
    compared(RIGHT, results)
