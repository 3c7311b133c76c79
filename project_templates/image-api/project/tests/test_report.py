"""The report says only what was measured: each sentence with the results under which it may, and may not, be said."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from image_api.config import Config
from image_api.evaluation import measures
from image_api.reporting import paragraphs, tables

Measured = dict[str, Any]


def _result(model: str, role: str, split: str, value: float, metric: str = "macro_f1", label: str = "F1") -> Measured:
    ci95 = [value - 0.05, value + 0.05]
    return {"model": model, "role": role, "split": split, "metric": metric, "label": label, "value": value,
            "ci95": ci95, "n": 100}  # fmt: skip


def _share(value: float, **more: Any) -> Measured:
    return {"value": value, "ci95": [max(value - 0.05, 0), min(value + 0.05, 1)], "n": 100, **more}


TEST = "test (by patient)"
USUAL: Measured = {
    "data": {
        "source": "mine", "licence": "CC0-1.0", "synthetic": False, "classes": ["cold", "warm"], "rows": 400,
        "grouped_by": "patient", "groups": 200, "with_group": 400, "has_groups": True, "train": 200, "seen": 50,
        "seen_known": 40, "validation": 50, "test": 100, "test_groups": 50, "field_source": None, "field_rows": 0,
        "field_validation": 0, "field_test": 0, "in_two_classes": 0, "skipped": 0,
    },
    "results": [
        _result("linear", "baseline", TEST, 0.7),
        _result("network", "model", TEST, 0.9),
        _result("“plain”", "naive", "split by photograph", 0.97),
        _result("network", "model", TEST, 0.8, "recall_0", "Recall, cold"),
        _result("network", "model", TEST, 0.9, "recall_1", "Recall, warm"),
    ],
    "comparisons": [
        {"metric": "macro_f1", "of": "network", "against": "linear", "split": TEST, "difference": 0.2,
         "ci95": [0.1, 0.3]},
    ],
    "confusions": [{"truth": "cold", "answer": "warm", "n": 3, "of": 50}],
    "shortcut": {"rows": [_share(0.8, split=TEST, chance=0.5)]},
    "abstention": {
        "risk": 0.1, "threshold": 0.8,
        "rows": [{"split": TEST, **dict.fromkeys(("unlike", "coverage", "risk", "accuracy"), _share(0.05))}],
    },
    "costs": {"healthy": "cold", "classes": [
        {"class": name, **dict.fromkeys(("missed", "false_alarms", "cost"), _share(0.1))} for name in ("cold", "warm")
    ]},
}  # fmt: skip
RUNS = [
    {"name": name, "decision": "", "seen_macro_f1": seen, "validation_macro_f1": new, "field_macro_f1": None,
     "seconds": 1.0, "chosen": new == 0.8, "careless": seen == 0.97}
    for name, seen, new in (("plain", 0.97, 0.6), ("turned", 0.9, 0.8))
]  # fmt: skip


def _nothing_is_shared(measured: Measured) -> None:
    measured["data"]["seen_known"] = 0
    measured["results"] = [row for row in measured["results"] if row["role"] != "naive"]


def _difference(low: float, high: float) -> Callable[[Measured], None]:
    def change(measured: Measured) -> None:
        measured["comparisons"][0] |= {"difference": (low + high) / 2, "ci95": [low, high]}

    return change


def _data(**facts: Any) -> Callable[[Measured], None]:
    return lambda measured: measured["data"].update(facts)


def _second_rival_is_stronger(measured: Measured) -> None:
    measured["comparisons"].append({**measured["comparisons"][0], "against": "forest", "difference": 0.05})


def _claim(value: float) -> Callable[[Measured], None]:
    return lambda measured: measured["results"][2].update(value=value, ci95=[value - 0.05, value + 0.05])


def _rim(low: float) -> Callable[[Measured], None]:
    return lambda measured: measured["shortcut"]["rows"][0].update(ci95=[low, 0.9])


def _threshold(value: float, wrong: list[float]) -> Callable[[Measured], None]:
    def change(measured: Measured) -> None:
        measured["abstention"]["threshold"] = value
        measured["abstention"]["rows"][0]["risk"] = {"value": sum(wrong) / 2, "ci95": wrong, "n": 9}

    return change


def _a_field(value: float) -> Callable[[Measured], None]:
    def change(measured: Measured) -> None:
        measured["results"].append(_result("network", "model", "field", value))
        measured["abstention"]["rows"] *= 2

    return change


def _no_warm_one_to_test_on(measured: Measured) -> None:
    del measured["results"][4]


def _a_refusing_field(measured: Measured) -> None:
    _a_field(0.5)(measured)
    measured["abstention"]["rows"][-1] = {**measured["abstention"]["rows"][-1], "unlike": _share(0.9)}


def _headline(measured: Measured) -> str:
    return paragraphs.headline(measured)


def _background(measured: Measured) -> str:
    return "\n".join(tables._background(measured["shortcut"]))


@pytest.mark.parametrize(
    ("change", "text", "said", "unsaid"),
    [
        (_data(), _headline, "better than the strongest other model that was tested (linear)", "not clearly"),
        (_difference(-0.3, -0.1), _headline, "worse than the strongest other model that was tested (linear)", "better"),
        (_difference(-0.1, 0.2), _headline, "not clearly better or worse", "is better than"),
        (_second_rival_is_stronger, _headline, "the strongest other model that was tested (forest)", "(linear)"),
        (_data(), _headline, "tests on patients that also train, would have claimed 0.97", "plant"),
        (_claim(0.85), _headline, "the score is not clearly higher: 0.85 [0.80, 0.90]", "another experiment"),
        (_claim(0.94), _headline, "the score is not clearly higher: 0.94 [0.89, 0.99]", "another experiment"),
        (_nothing_is_shared, _headline, "of 50 unseen patients", "would have claimed"),
        (_nothing_is_shared, paragraphs.data, "50 kept back photograph by photograph,", "show a training"),
        (_data(), paragraphs.data, "(40 of them of a patient in the training set)", "synthetic"),
        (_data(synthetic=True), _headline, "nothing about real photographs", "real-world"),
        (_data(has_groups=False), _headline, "on 100 unseen photographs", "patients."),
        (_data(seen_known=50), paragraphs.data, "50 kept back photograph by photograph (50 of them", "from the same"),
        (_data(has_groups=False), paragraphs.data, "50 kept back, 50 for validation", "from the same"),
        (_data(has_groups=False), paragraphs.data, "none were found that belong together", "The patient is named"),
        (_data(with_group=0), paragraphs.data, "near-duplicates were kept together", "is named for"),
        (_data(in_two_classes=4), paragraphs.data, "4 photographs stand in two classes", "skipped"),
        (_data(test_groups=6), paragraphs.weakest, "With only 6 patients to test on, no number here", "wide"),
        (_data(), paragraphs.weakest, "With 50 patients to test on", "only"),
        (_a_field(0.5), paragraphs.weakest, "in the field is 0.50", "refused as unlike"),
        (_a_field(0.5), _headline, "and 0.50 [0.45, 0.55] in the field.**", "refuses"),
        (_a_refusing_field, _headline, "in the field, where the service refuses 90% as unlike", "not clearly"),
        (_a_field(0.95), paragraphs.weakest, "found least often", "in the field is"),
        (_no_warm_one_to_test_on, tables.errors, "none to test on", "0.000"),
        (_no_warm_one_to_test_on, paragraphs.weakest, "`cold` is found least often", "warm"),
        (_rim(0.4), _background, "No.", "Yes."),
        (_rim(0.6), _background, "Yes.", "No."),
    ],
)
def test_a_sentence_is_said_where_it_holds(
    change: Callable[[Measured], None], text: Callable[[Measured], str], said: str, unsaid: str
) -> None:
    measured = copy.deepcopy(USUAL)
    change(measured)
    assert said in text(measured)
    assert unsaid not in text(measured)


@pytest.mark.parametrize(
    ("threshold", "wrong", "said"),
    [
        (0.8, [0.02, 0.06], "the limit was kept"),
        (0.8, [0.08, 0.16], "exceeded, by no more than chance explains"),
        (0.8, [0.12, 0.2], "the limit was exceeded:"),
        (1.1, [0.0, 0.0], "names nothing"),
    ],
)
def test_a_limit_is_called_kept_where_it_was(threshold: float, wrong: list[float], said: str) -> None:
    measured = copy.deepcopy(USUAL)
    _threshold(threshold, wrong)(measured)
    assert said in tables.abstention(measured["abstention"], measured["data"])


@pytest.mark.parametrize(
    ("seen_known", "careless", "said", "unsaid"),
    [
        (40, "plain", "would have chosen _plain_", "chosen the same"),
        (40, "turned", "would have chosen the same", "_turned_"),
        (0, "plain", "The column on new patients chooses **turned**.", "split by photograph"),
    ],
)
def test_a_careless_choice_is_blamed_where_one_was_made(seen_known: int, careless: str, said: str, unsaid: str) -> None:
    measured = copy.deepcopy(USUAL)
    if not seen_known:
        _nothing_is_shared(measured)
    text = tables.experiments([{**run, "careless": run["name"] == careless} for run in RUNS], measured)
    assert said in text
    assert unsaid not in text.split("\n\n", 1)[1]


@pytest.mark.parametrize(("right", "of"), [(12, 12), (0, 12), (6, 6), (1, 1)])
def test_a_share_that_cannot_vary_is_not_certain(right: int, of: int) -> None:
    tested = measures.Tested(TEST, np.arange(of), np.zeros(of, dtype=int), np.arange(of), 2, Config())
    low, high = tested.estimate(np.arange(of) < right).ci95
    assert 0 <= low < high <= 1
    assert high - low > 0.2


def test_nothing_wrong_is_no_mistake() -> None:
    assert tables._confusions([]) == "No photograph was misclassified."
