"""The report says only what was measured: each sentence with the results under which it may, and may not, be said."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from recommender.experiment.abtest import KEEP, SHIP, UNDECIDED
from recommender.reporting import paragraphs, tables, verdict

Measured = dict[str, Any]


def _result(model: str, role: str, value: float, split: str = "next item") -> Measured:
    return {"model": model, "role": role, "split": split, "metric": "ndcg_at_10", "label": "nDCG@10", "value": value,
            "ci95": [value - 0.01, value + 0.01], "n": 900}  # fmt: skip


def _against(name: str, low: float, high: float) -> Measured:
    return {"metric": "ndcg_at_10", "of": "EASE", "against": name, "split": "next item",
            "difference": (low + high) / 2, "ci95": [low, high]}  # fmt: skip


def _estimate(low: float, high: float) -> Measured:
    return {"estimate": "", "difference": (low + high) / 2, "ci95": [low, high], "relative": 0.1,
            "relative_ci95": [0.0, 0.2]}  # fmt: skip


def _slices(*names: str) -> list[Measured]:
    return [{"name": name, "value": 0.1, "ci95": [0.08, 0.12], "n": 300} for name in names]


ARM: Measured = {
    "treatment": "EASE", "estimates": [_estimate(0.1, 0.3), _estimate(0.1, 0.3), _estimate(0.05, 0.35)],
    "truth": {"clicks_per_visitor": 0.2, "lasting": 0.1}, "variance_left": 0.8, "guardrails": [
        {"name": "milliseconds", "control": 1, "treatment": 1, "difference": 0, "ci95": [-1, 1], "margin": 5,
         "power": 0.99, "state": "holds"},
    ],
    "novelty": {"days": 7, "first": {"value": 0.2}, "later": {"value": 0.1, "ci95": [0, 0.2]},
                "fades": {"ci95": [0.02, 0.1]}},
}  # fmt: skip
USUAL: Measured = {
    "data": {"source": "mine", "licence": "CC0-1.0", "synthetic": False, "noun": "book", "nouns": "books", "rows": 9000,
             "users": 900, "items": 300, "left_out": 0, "first": "2024-01-01", "last": "2024-12-31",
             "median_events": 9, "tenth_share": 0.4, "train": 8000, "test": 900, "survivors": 500},
    "results": [_result("most popular", "baseline", 0.1), _result("item-kNN", "baseline", 0.2),
                _result("EASE", "model", 0.25), _result("EASE, sampled", "naive", 0.6),
                {**_result("EASE", "model", 0.3), "metric": "recall_at_10"}],
    "comparisons": [_against("item-kNN", 0.03, 0.07), _against("most popular", 0.1, 0.2)],
    "ties": {"share": 0.01, "differences": []},
    "beyond": {
        "items": [10, 50, 240], "fewest": 5,
        "spread": [{"model": name, "coverage": 0.5, "gini": 0.5, "novelty": 5} for name in ("item-kNN", "EASE")],
        "popularity": [{"model": "EASE", "strata": _slices("head", "middle", "tail")}],
        "newcomers": [{"model": "EASE", "slices": _slices("new", "others")}],
    },
    "abtest": {
        "source": "simulated visitors", "reason": None, "decision": SHIP, "chosen": "EASE", "control": "item-kNN",
        "metric": "clicks per visitor", "control_mean": 2.0, "arms": [ARM], "fits": True, "sample_ratio_p": 0.5,
        "mismatch": 0.001, "visitors": {"item-kNN": 400, "EASE": 410}, "lists": 900, "in_both": 0, "bots": 0,
        "orphans": 0,
    },
}  # fmt: skip


def _data(**facts: Any) -> Callable[[Measured], None]:
    return lambda measured: measured["data"].update(facts)


def _compared(low: float, high: float) -> Callable[[Measured], None]:
    return lambda measured: measured["comparisons"].__setitem__(0, _against("item-kNN", low, high))


def _ties(*lows: float) -> Callable[[Measured], None]:
    found = [{"difference": low + 0.02, "ci95": [low, low + 0.04]} for low in lows]
    return lambda measured: measured.update(ties={"share": 0.4, "differences": found})


def _test(**facts: Any) -> Callable[[Measured], None]:
    return lambda measured: measured["abtest"].update(facts)


def _arm(**facts: Any) -> Callable[[Measured], None]:
    return lambda measured: measured["abtest"]["arms"][0].update(facts)


def _always(low: float, high: float) -> Callable[[Measured], None]:
    return lambda measured: measured["abtest"]["arms"][0]["estimates"].__setitem__(2, _estimate(low, high))


def _guardrail(state: str, power: float) -> Callable[[Measured], None]:
    return lambda measured: measured["abtest"]["arms"][0]["guardrails"][0].update(state=state, power=power)


def _fades(low: float) -> Callable[[Measured], None]:
    return lambda measured: measured["abtest"]["arms"][0]["novelty"].update(fades={"ci95": [low, 0.1]})


def _policy(truth: float) -> Callable[[Measured], None]:
    estimates = [{"value": 0.1, "ci95": [0.08, 0.14]}] * 3
    policy = {"policy": "EASE", "estimates": estimates, "effective": 90, "mass": 0.9, "truth": truth}
    found = {"lists": 900, "logged_by": "item-kNN", "visitors": 400, "source": "simulated visitors", "exploration": 0.1,
             "least_support": 50, "least_mass": 0.8, "policies": [policy]}  # fmt: skip
    return lambda measured: measured.update(ope=found)


def _no_newcomers(measured: Measured) -> None:
    measured["beyond"]["newcomers"][0]["slices"][0]["n"] = 0


@pytest.mark.parametrize(
    ("change", "text", "said", "unsaid"),
    [
        (_data(), paragraphs.headline, "better than item-kNN, the strongest baseline", "most popular"),
        (_compared(-0.07, -0.03), paragraphs.headline, "worse than item-kNN", "better than"),
        (_compared(-0.02, 0.02), paragraphs.headline, "not clearly better than item-kNN", "is better than"),
        (_data(), paragraphs.headline, "the next book of 900 users", "film"),
        (_data(), paragraphs.headline, "say the simulated visitors", "synthetic"),
        (_data(synthetic=True), paragraphs.headline, "nothing about real visitors", "film"),
        (lambda measured: measured.pop("abtest"), paragraphs.headline, "is not tested yet", "Ship"),
        (_ties(0.01, 0.02), paragraphs.headline, "better than item-kNN, the strongest baseline: +0.050", "undecided"),
        (_ties(0.01, 0.02), paragraphs.headline, "The verdict stays the same in 3 random orders", "Whether"),
        (_ties(0.01, -0.02), paragraphs.headline, "item-kNN, the strongest baseline, is **undecided**", "It is better"),
        (_test(decision=SHIP), verdict.verdict, "**Ship EASE**", "Keep"),
        (_test(decision=KEEP), verdict.verdict, "**Keep item-kNN**", "Ship"),
        (_test(decision=UNDECIDED), verdict.verdict, "**Undecided**", "Ship"),
        (_test(reason="the groups do not fit", arms=[]), verdict.verdict, "**No decision**: the groups", "EASE"),
        (_test(source="visitors"), verdict.verdict, "Among visitors, EASE gets more clicks", "simulated"),
        (_always(-0.3, -0.1), verdict.verdict, "EASE gets fewer clicks", "gets more clicks"),
        (_always(-0.1, 0.2), verdict.verdict, "has not been shown to get more or fewer", "gets more clicks"),
        (_always(0.3, 0.4), verdict.verdict, "outside that interval", "within that interval"),
        (_arm(truth=None), verdict.verdict, "95% interval", "true difference"),
        (_fades(0.02), verdict.verdict, "it fades, so part of it", "does not show"),
        (_fades(-0.02), verdict.verdict, "this does not show that it fades", "it fades, so"),
        (_arm(novelty=None), verdict.verdict, "once the charm of the new is gone, +0.100", "fades"),
        (_policy(0.3), verdict.ope, "outside every interval for EASE", "too little support"),
        (_policy(0.12), verdict.ope, "| EASE |", "outside every interval"),
        (_policy(0.3), paragraphs.weakest, "outside every interval for EASE", "**"),
        (_guardrail("holds", 0.99), paragraphs.weakest, "0.300 clicks per visitor wide", "guardrail"),
        (_guardrail("not shown", 0.2), paragraphs.weakest, "is not shown, with a power of 20%", "holds"),
        (_no_newcomers, tables.errors, "nothing is known about newcomers", "0 of the"),
        (_data(), tables.errors, "300 of the 600 users are newcomers", "nothing is known"),
        (_data(survivors=20), tables.results, "The cut in time leaves 20 users", "nothing else"),
        (_data(left_out=7), paragraphs.data, "7 books with too few events were left out", "film"),
        (_data(), paragraphs.data, "visitors of the experiment are simulated", "left out"),
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
    ("best", "tried", "said"),
    [
        (100, (20, 50, 100), "neighbors of item-kNN (100)"),
        (20, (20, 50, 100), "neighbors of item-kNN (20)"),
        (50, (20, 50, 100), ""),
        (0, (0, 10, 50), ""),
        (1, (0, 1), ""),  # yes or no has no beyond
    ],
)
def test_a_search_that_ended_at_its_edge_says_so(best: float, tried: tuple[float, ...], said: str) -> None:
    run = {"name": "item-kNN", "decision": "d", "tried": 3, "validation_ndcg": 0.2, "settings": {"neighbors": best}}
    runs = [{**run, "trials": [{"settings": {"neighbors": each}, "ndcg": 0.2} for each in tried]}]
    text = tables.experiments(runs)
    assert (said in text) if said else ("edge" not in text)
