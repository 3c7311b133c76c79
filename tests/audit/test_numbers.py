"""Which numbers of a README are those of a run: by value, and one run to a row."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from portfolio.audit import fix, notation, numbers, results_file
from portfolio.audit.numbers import Agreement, Difference
from portfolio.audit.results_file import Results
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
    assert notation.shown(shown).agrees(Decimal(recorded)) is agrees


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
    difference = Difference(1, shown, notation.shown(recorded).value, "MAE of knn")
    assert fix.as_recorded(difference) == written


def test_a_percentage_may_be_a_hundredfold() -> None:
    assert notation.cell_of("96.9 %").numbers[0].agrees(Decimal("0.96957"))
    assert notation.cell_of("96.9", "Accuracy (%)").numbers[0].agrees(Decimal("0.96957"))


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
        ("At home it is 3.19.", ["3.19"]),
        ("It lies within [3.03, 3.23].", []),
        ("It lies within [3.03, 3.43].", ["3.43"]),
        ("It lies within [−3.03, 3.23].", ["−3.03"]),
        ("A million answers cost $0.02.", []),
        ("Measured on 50 nights, version 1.2.3.", []),
    ],
)
def test_sentences_are_compared_inside_report_blocks_only(sentence: str, differing: list[str]) -> None:
    results = results_file.read(json.dumps(BY_METRIC))
    inside = f"<!-- report:headline -->\n{sentence}\n<!-- /report:headline -->\n"
    assert [difference.shown for difference in compared(inside, results).differences] == differing
    assert compared(sentence, results).differences == []


RECORDED = {"runs": [{"model": "tree", "macro_f1": 0.6234, "steps": 12346, "loss": 0.000623, "gain": 0.0881}]}
HEAD = "| Model | macro-f1 | steps | loss | gain |"
WRITTEN = {
    "plain": ("| tree | 0.62 | 12,346 | 0.0006 | 0.088 |", 4, 0, []),
    "of other countries": ("| tree | 0,62 | 12 346 | 6,2×10⁻⁴ | 8,8 % |", 4, 0, []),
    "without a zero": ("| tree | .623 | 12346 | .0006 | .088 |", 4, 0, []),
    "with an interval that nobody recorded": ("| tree | 0.62 (0.58–0.66) | 12346 | 0.0006 | 0.088 |", 4, 2, []),
    "with a change": ("| tree | 0.62 (+0.11) | 12346 | 0.0006 | 0.088 |", 4, 1, []),
    "with a spread": ("| tree | 0.62 +- 0.03 | 12346 | 0.0006 | 0.088 |", 4, 1, []),
    "of a part": ("| tree | 0.62 | 3/5 | 0.0006 | 0.088 |", 3, 2, []),
    "wrong": ("| tree | .363 | 12346 | 0.0006 | 0.088 |", 4, 0, [".363"]),
    "wrong with a comma": ("| tree | 0,63 | 12 347 | 6.3×10⁻⁴ | 0.088 |", 4, 0, ["0,63", "12 347", "6.3×10⁻⁴"]),
    "in math": ("| tree | $0.62 \\pm 0.03$ | $12346$ | $6.2 \\times 10^{-4}$ | 0.088 |", 4, 1, []),
    "no numbers": ("| tree | E5-base | - | n/a | E9 |", 0, 0, []),
    "out of all bounds": (f"| tree | 1e1000000 | {'9' * 40} | 1E400 | 1e-400 |", 4, 0, None),
}


@pytest.mark.parametrize(("row", "compared_", "unread", "differing"), WRITTEN.values(), ids=WRITTEN)
def test_a_notation_is_understood_or_neither_accused_nor_passed(
    row: str, compared_: int, unread: int, differing: list[str] | None
) -> None:
    agreement = compared(table(HEAD, row), results_file.read(json.dumps(RECORDED)))
    if differing is None:  # whatever it is taken for, it is survived
        return
    assert [difference.shown for difference in agreement.differences] == differing
    assert (agreement.compared, agreement.unread) == (compared_, unread)


@pytest.mark.parametrize("text", ["In all, 2,010 leaves.", "F1 is 0,62.", "Loss is 6.2e-4.", "F1 is .62 (0.58–0.66)."])
def test_a_sentence_in_a_report_block_may_be_written_otherwise(text: str) -> None:
    page = f"<!-- report:headline -->\n{text}\n<!-- /report:headline -->\n"
    results = {**RECORDED, "results": [{"metric": "f1", "value": 0.6234, "ci95": [0.5801, 0.6599]}]}
    assert compared(page, results_file.read(json.dumps(results))).differences == []


def _deep(levels: int) -> str:
    return '{"a": {"x": 1, "n":' * levels + "1" + '}, "b": {"x": 1}}' * levels


@pytest.mark.parametrize(
    "text",
    [
        *("[]", "3", "{", '{"a": NaN, "b": Infinity}', '{"a": [[[{}]]]}', '{"results": [1, null]}'),
        '{"a": {"mae": true, "rmse": false}, "b": {"mae": true}}',
        '{"knn": {"mae": 1e999, "rmse": [1e999, 2]}, "xgboost": {"mae": [1, 2], "rmse": [true, false]}}',
        f'{{"knn": {{"mae": {"9" * 5000}}}}}',
        '{"results": [{"role": "baseline", "model": {}}, {"model": [], "role": "baseline"}]}',
        "[" * 100_000,
        _deep(20),
        _deep(200),
    ],
    ids=lambda text: text[:40],
)
def test_any_results_file_is_survived(text: str) -> None:
    try:
        results = results_file.read(text)
    except ValueError:
        return
    compared(RIGHT, results)
    assert results.baselines is not None
