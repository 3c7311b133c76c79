"""The report says only what was measured: each sentence with the results under which it may, and may not, be said."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from search_ranker.evaluation.answering import ALWAYS, ANSWERED, FIRST, INVENTED, SERVED, WRONG
from search_ranker.models.answers import NEVER
from search_ranker.reporting import answers, paragraphs, tables

Measured = dict[str, Any]
FORBIDDEN = "none stated: do not pass it on"


def _row(model: str, role: str, value: float, metric: str = "ndcg_at_10", reach: float = 0.02, n: int = 90) -> Measured:
    interval = [max(0.0, value - reach), min(1.0, value + reach)]
    return {"model": model, "role": role, "split": "test", "metric": metric, "label": "nDCG@10", "value": value,
            "ci95": interval, "n": n, "higher_is_better": True}  # fmt: skip


def _against(name: str, low: float, high: float, p: float = 0.001) -> tuple[Measured, Measured]:
    compared = {"metric": "ndcg_at_10", "of": "LambdaMART", "against": name, "split": "test",
                "difference": (low + high) / 2, "ci95": [low, high]}  # fmt: skip
    return compared, {"against": name, "wins": 50, "ties": 20, "losses": 20, "p": p, "p_holm": p}


PAIRS = [_against("BM25", 0.05, 0.15), _against("fusion", 0.02, 0.08)]
USUAL: Measured = {
    "data": {"source": "mine", "licence": "MIT", "synthetic": False, "noun": "handbook", "rows": 900, "words": 4000,
             "questions": 300, "answerable": 250, "unanswerable": 50, "intents": 240, "judgements": 500, "left_out": 0,
             "dated": 0, "quoted": 250},
    "train": 120, "validation": 80, "test": 100, "chosen": "LambdaMART", "questions_needed": 60,
    "results": [_row("candidates in random order", "baseline", 0.05), _row("BM25", "baseline", 0.5),
                _row("fusion", "baseline", 0.55), _row("LambdaMART", "model", 0.6),
                _row("LambdaMART, split by row", "naive", 0.65),
                _row(FIRST, "baseline", 1.0, ANSWERED), _row(ALWAYS, "baseline", 0.8, WRONG),
                _row(SERVED, "model", 0.4, ANSWERED), _row(SERVED, "model", 0.05, WRONG),
                _row(SERVED, "model", 0.02, INVENTED)],
    "comparisons": [each for each, _ in PAIRS], "duels": [each for _, each in PAIRS],
    "ceiling": {"recall": {**_row("candidates", "model", 0.9), "label": "Recall@100"},
                "oracle": _row("best", "model", 0.95)},
    "answers": {"threshold": 0.8, "risk": 0.1, "validation": 80, "needed": 29, "curve": []},
    "example": "Why?", "by_row": _against("LambdaMART", 0.01, 0.09)[0],
    "errors": {"slices": [{**_row("x", "model", value), "name": name, "baseline": 0.3} for name, value in
                          (("hard", 0.3), ("easy", 0.8))],
               "worst": [{"id": "7", "question": "Why | *so*?", "first": "T", "kind": "", "ndcg": 0.0, "place": None,
                          "fault": "not among the candidates"}]},
    "support": {"kinds": [{"kind": "denied", "is_supported": False, "flagged": 8, "n": 10}],
                "precision": _row("", "", 0.9), "recall": _row("", "", 0.8)},
    "importance": [],
}  # fmt: skip


def _set(*path: str | int, to: Any) -> Callable[[Measured], None]:
    def change(measured: Measured) -> None:
        place: Any = measured
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


def _compared(number: int, low: float, high: float, p: float = 0.001) -> Callable[[Measured], None]:
    def change(measured: Measured) -> None:
        compared, duel = _against(measured["duels"][number]["against"], low, high, p)
        measured["comparisons"][number], measured["duels"][number] = compared, duel

    return change


def _answer(number: int, value: float, reach: float = 0.02) -> Callable[[Measured], None]:
    def change(measured: Measured) -> None:
        row = measured["results"][number]
        measured["results"][number] = _row(row["model"], row["role"], value, row["metric"], reach)

    return change


def _bm25_is_served(measured: Measured) -> None:
    measured["results"][1]["role"], measured["results"][3]["role"] = "model", "baseline"
    measured["chosen"] = "BM25"


def _nothing_is_judged(measured: Measured) -> None:
    measured.update(results=[], comparisons=[])
    measured["data"].update(questions=0, answerable=0, unanswerable=0, judgements=0, intents=0)


def _few(measured: Measured) -> None:
    measured["answers"].update(threshold=NEVER, validation=18)
    _answer(7, 0.0)(measured)


def _same(measured: Measured) -> None:
    _compared(0, 0.0, 0.0, 1.0)(measured)


def _a_random_order_is_strongest(measured: Measured) -> None:
    measured["results"][0]["value"] = 0.99


def _nothing(measured: Measured) -> None:
    pass


@pytest.mark.parametrize(
    ("write", "change", "said", "unsaid"),
    [
        (paragraphs.headline, _nothing, "Handbook search with cited answers: 900 passages", "synthetic"),
        (paragraphs.headline, _nothing, "better than BM25 (+0.100", "not clearly"),
        (paragraphs.headline, _nothing, ("better than fusion (+0.050, 95% interval [+0.020, +0.080]), the "
            "strongest"), "x"),
        (paragraphs.headline, _compared(0, -0.02, 0.1), "not clearly better than BM25", ", better than BM25"),
        (paragraphs.headline, _compared(0, 0.01, 0.1, 0.2), "not clearly better than BM25", ", better than BM25"),
        (paragraphs.headline, _compared(1, -0.1, -0.05), "It is worse than fusion", "better than fusion"),
        (paragraphs.headline, _bm25_is_served, "by BM25 alone: in validation, no other", "better than BM25"),
        (paragraphs.headline, _nothing, "within the 10% that are acceptable", "more than"),
        (paragraphs.headline, _answer(8, 0.2), "more than the 10% that are acceptable", "within"),
        (paragraphs.headline, _answer(8, 0.1, 0.05), "the interval does not settle", "within the"),
        (paragraphs.headline, _answer(7, 0.0), "no answers, only passages", "of these answers"),
        (paragraphs.headline, _nothing, "Of 90 questions that nothing answers, 2.0%", "no answers, only"),
        (paragraphs.headline, lambda m: m["results"].pop(9), "are wrong", "questions that nothing answers"),
        (paragraphs.headline, _set("data", "synthetic", to=True), "synthetic, drawn by code", "x x"),
        (paragraphs.headline, _nothing_is_judged, "**No score is claimed**: that takes 60 questions", "nDCG"),
        (paragraphs.data, _nothing, "**mine**", "synthetic"),
        (paragraphs.data, _set("data", "quoted", to=0), "For any question, the data do not say", "synthetic"),
        (paragraphs.data, _set("data", "quoted", to=200), "For 50 questions, the data do not say", "synthetic"),
        (paragraphs.data, _nothing, "a passage that nobody has judged counts as wrong", "if its passage is"),
        (paragraphs.data, _set("data", "left_out", to=3), "Left out, for want of any text: 3 passages", "x x"),
        (paragraphs.data, _nothing, "900 passages", "Left out"),
        (paragraphs.data, _nothing_is_judged, "there are no questions, so nothing is measured", "questions train"),
        (paragraphs.weakest, _nothing, "of the kind “hard”", "x x"),
        (paragraphs.weakest, lambda m: m["errors"]["slices"].pop(), "not among the candidates", "of the kind “hard”"),
        (paragraphs.weakest, _set("errors", "slices", 0, "ci95", to=[0.2, 0.9]), "get no answer", "of the kind “hard”"),
        (paragraphs.weakest, _set("ceiling", "recall", "value", to=1.0), "the checker finds 8 of 10", "among the cand"),
        (paragraphs.weakest, _set("support", "kinds", 0, "flagged", to=10), "get no answer", "the checker"),
        (tables.results, _nothing, "+0.050 [+0.010, +0.090] against the honest split", "may be chance"),
        (tables.results, _set("by_row", "ci95", to=[-0.01, 0.03]), "split, which may be chance", "x x"),
        (tables.errors, _nothing, "not among the candidates: 1", "x x"),
        (tables.worst, _nothing, "Why \\| \\*so\\*?", "question 7"),
        (tables.worst, _set("data", "licence", to=FORBIDDEN), "question 7", "Why"),
        (tables.worst, _set("errors", "worst", to=[]), "No question has less", "|"),
        (tables.importance, _nothing, "Not measured", "Permutation"),
        (answers.answers, lambda m: m["results"].pop(9), "how often an answer is invented is not measured", "x x"),
        (answers.answers, _nothing, "was chosen in validation", "is invented is not measured"),
        (answers.answers, _set("answers", "threshold", to=NEVER), "None is given here: in validation, no", "lowest"),
        (answers.answers, _few, "18 validation questions cannot show", "no threshold kept"),
        (paragraphs.headline, _same, "the same for every question as BM25", "better than BM25"),
        (paragraphs.headline, _a_random_order_is_strongest, "the strongest of the others", "random"),
        (answers.llm, _nothing, "No language model was asked", "tokens"),
        *((write, _nothing_is_judged, "Not measured", "nDCG@10") for write in
          (tables.results, tables.errors, tables.worst, answers.answers, answers.support, paragraphs.weakest)),
    ],
)  # fmt: skip
def test_a_sentence_is_said_only_where_it_holds(
    write: Callable[[Measured], str], change: Callable[[Measured], None], said: str, unsaid: str
) -> None:
    measured = copy.deepcopy(USUAL)
    change(measured)
    text = write(measured)
    assert said in text
    assert unsaid not in text


def test_without_a_threshold_it_says_that_there_is_none() -> None:
    measured = copy.deepcopy(USUAL)
    _answer(7, 0.0)(measured)
    measured["answers"]["threshold"] = NEVER
    assert "in validation, no threshold kept the share of wrong ones within 10%" in paragraphs.headline(measured)


def test_a_language_model_is_reported_with_what_it_costs() -> None:
    rows = [_row("tiny", "model", 0.4, ANSWERED), _row("tiny", "model", 0.1, WRONG)]
    found = {"model": "tiny", "rows": rows, "quoted": rows,
             "sentences": 90, "cited": 80, "supported": 70, "tokens_in": 12000, "n": 50,
             "tokens_out": 900, "dollars": 0.00234, "prices": [0.15, 0.6], "seconds": 1.5}  # fmt: skip
    text = answers.llm({**USUAL, "llm": found})
    assert "Of 90 sentences, 80 cite a passage that was shown, and 70 are supported" in text
    assert "12,000 tokens in, 900 out: $0.0023 at an assumed $0.15 and $0.6" in text


RUN = {"name": "LambdaMART", "decision": "d", "settings": {"trees": 60}, "validation_ndcg": 0.6, "chosen": True,
       "trials": [{"settings": {"without": "the date"}, "ndcg": 0.5}]}  # fmt: skip


def test_experiments_say_what_was_chosen_and_what_each_part_is_worth() -> None:
    text = tables.experiments([RUN, {**RUN, "name": "BM25", "chosen": False, "trials": []}])
    assert "| **LambdaMART** | d | trees 60 | 0.600 |" in text
    assert "| the date | 0.500 | −0.100 |" in text
    assert "nothing" not in text
    assert "untuned" in tables.experiments([{**RUN, "validation_ndcg": None, "trials": []}])


HOSTILE = "```\n<!-- /report:serving --> **x** | <script>"


def test_no_text_of_a_passage_opens_or_closes_anything_of_the_page() -> None:
    answer = {"results": [{"id": "1", "text": HOSTILE * 50}], "answer": None}
    load = {"concurrency": 1, "p50": 1.0, "p95": 1.0, "p99": 1.0, "per_second": 9.0}
    serving = {"loads": [load], "answer": answer, "machine": "a machine"}
    text = paragraphs.serving({**USUAL, "example": HOSTILE, "serving": serving})
    assert "<!--" not in text
    assert text.count("```") == 2
    assert len(text) < 3000
    text = paragraphs.serving({**USUAL, "data": {**USUAL["data"], "licence": FORBIDDEN}, "serving": serving})
    assert "script" not in text


def test_the_page_s_paragraph_follows_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Place:
        site = tmp_path / "index.html"

    monkeypatch.setattr(paragraphs, "PROJECT", Place)
    assert "There is no such page for these data" in paragraphs.page(USUAL)
    Place.site.write_text("x" * 1_500_000)
    assert "has 1,500 kB" in paragraphs.page(USUAL)
