"""The report says only what was measured: each sentence with the results under which it may, and may not, be said."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from product_brief.brief.node import BadBriefError
from product_brief.reporting import documents, paragraphs, tables
from product_brief.reporting.words import money

Measured = dict[str, Any]
Block = Callable[[Measured], str]


def _row(measured: Measured, metric: str, role: str = "model") -> Measured:
    return next(each for each in measured["results"] if each["metric"] == metric and each["role"] == role)


def _gap(low: float, high: float) -> Callable[[Measured], None]:
    def change(measured: Measured) -> None:
        for each in measured["comparisons"]:
            each.update(difference=(low + high) / 2, ci95=[low, high])

    return change


def _swing(**values: Any) -> Callable[[Measured], None]:
    def change(measured: Measured) -> None:
        worth = measured["value"]
        worth["nearest_flip"] = "build_cost"
        next(each for each in worth["swings"] if each["name"] == "build_cost").update(values)

    return change


def _trial(**values: Any) -> Callable[[Measured], None]:
    return lambda measured: measured["usage"]["trial"].update(values)


SEEN: Measured = {"is_broken": False, "difference": 0.1, "ci95": [0, 0.2], "assistant": 0.3, "list": 0.2}


def _launch(verdict: str, *why: str) -> Callable[[Measured], None]:
    return lambda measured: measured["launch"].update(verdict=verdict, why=list(why))


def _no_flip(measured: Measured) -> None:
    measured["value"]["nearest_flip"] = None


def _nobody(measured: Measured) -> None:
    measured["usage"] = None


def _real(measured: Measured) -> None:
    measured["usage"]["kind"] = "real users"


def _other_data(measured: Measured) -> None:
    measured["data"].update(synthetic=False, source="our desk", drafted=0)


def _drafted(measured: Measured) -> None:
    measured["data"]["drafted"] = 12


def _hidden(measured: Measured) -> None:
    measured["failures"] = []


def _sourced(measured: Measured) -> None:
    measured["value"]["assumptions"] = 0
    for each in measured["brief"]["inputs"].values():
        each["source"] = "the desk's log"


def _changed_limits(measured: Measured) -> None:
    measured["agreed"]["limits_are_first"] = False


def _changed_all(measured: Measured) -> None:
    measured["agreed"].update(
        limits_are_first=False, values_are_first=False, removed=2, added=5, articles_are_first=False
    )


def _unsafe(number: int) -> Callable[[Measured], None]:
    return lambda measured: measured["outcome_counts"].update({"unsafe answer": number})


def _recalls(served: float, other: float) -> Callable[[Measured], None]:
    def change(measured: Measured) -> None:
        for each in measured["results"]:
            if each["metric"] == "answered_right":
                each["value"] = served if each["role"] == "model" else other

    return change


def _silent(measured: Measured) -> None:
    gone = ("wrong_suggestions", "outdated_suggestions")
    measured["results"] = [
        each for each in measured["results"] if each["role"] != "model" or each["metric"] not in gone
    ]


def _stop(measured: Measured) -> str:
    return documents.stop(measured["brief"])


def _worth(low: float, middle: float, high: float) -> Callable[[Measured], None]:
    return lambda measured: measured["value"].update(p10=low, p50=middle, p90=high)


def _other_kill(measured: Measured) -> None:
    measured["brief"]["kill"]["measure"] = "activation"


def _promise(low: float, high: float, agreed: float, is_more_better: bool) -> Callable[[Measured], None]:
    def change(measured: Measured) -> None:
        said = {"ci95": [low, high], "agreed": agreed, "is_more_better": is_more_better}
        measured["usage"]["measures"] = [{"name": "task_success", "value": low, "users": 50, **said}]

    return change


def _same(_: Measured) -> None:
    pass


@pytest.mark.parametrize(
    ("block", "change", "said", "unsaid"),
    [
        (tables.results, _gap(0.05, 0.2), "The assistant handles more than", "not clearly"),
        (tables.results, _gap(-0.05, 0.2), "handles not clearly more than", "handles more than"),
        (tables.results, _gap(-0.3, -0.1), "handles fewer than", "more than"),
        (tables.results, _gap(0.0, 0.0), "handles as many as", "more than"),
        (paragraphs.headline, _gap(-0.05, 0.2), "not clearly more than", "correctly, more than"),
        (paragraphs.headline, _recalls(0.5, 0.7), "70.0% against 50.0%", ""),
        (paragraphs.headline, _recalls(0.7, 0.5), "of the test cases correctly", "against 70.0%"),
        (paragraphs.headline, _launch("launch"), "Every limit that was agreed on is kept", "In the way"),
        (paragraphs.headline, _launch("hold", *"abcdefg"), "In the way: a; b; c; d; e; and 2 more.", "is kept"),
        (documents.one_pager, _launch("hold", *"abc"), "In the way: a; b; c.", "is kept"),
        (documents.one_pager, _same, documents.DRAWN, ""),
        (documents.one_pager, _other_data, "So what?", documents.DRAWN),
        (paragraphs.headline, _same, "synthetic, drawn by code", ""),
        (paragraphs.headline, _other_data, "cases correctly", "drawn by code"),
        (paragraphs.data, _other_data, "those of **our desk**", "synthetic"),
        (paragraphs.weakest, _drafted, "12 test cases were drafted from titles", ""),
        (paragraphs.weakest, _same, "No real user has been measured", "drafted"),
        (paragraphs.weakest, _real, "weakest part", "No real user"),
        (paragraphs.weakest, _nobody, "No real user has been measured", ""),
        (tables.launch, _same, "nothing was changed after a measurement", "Changed"),
        (tables.launch, _changed_limits, "**Changed after a measurement: the limits.**", "nothing was changed"),
        (tables.launch, _changed_all, "removed; the inputs of the value; the articles.** 5 cases", "nothing"),
        (tables.value, _swing(flips_at=9_000.0, flips_within=True), "it turns at 9,000 (inside its range", "outside"),
        (tables.value, _swing(flips_at=1e6, flips_within=False), "(outside its range", "inside its range;"),
        (tables.value, _no_flip, "No single input turns the sign", "The sign hangs on"),
        (tables.value, _same, "🔴 assumption", ""),
        (documents.worth, _same, "assumptions without a source", ""),
        (documents.worth, _worth(-5e3, 1e3, 9e3), "Whether it pays is open", "nearly every"),
        (documents.worth, _worth(5e3, 7e3, 9e3), "It pays in nearly every scenario", "open"),
        (documents.worth, _worth(-9e3, -5e3, -1e3), "It loses money in nearly every scenario", "open"),
        (_stop, _same, "in between, the pilot goes on until week 12", ""),
        (_stop, _other_kill, "decides", "in between"),
        (tables.users, _promise(0.1, 0.2, 0.3, True), "| ≥ 0.30 | **no** |", ""),
        (tables.users, _promise(0.1, 0.4, 0.3, True), "| ≥ 0.30 | open |", ""),
        (tables.users, _promise(0.31, 0.4, 0.3, True), "| ≥ 0.30 | yes |", ""),
        (tables.users, _promise(0.31, 0.4, 0.3, False), "| ≤ 0.30 | **no** |", ""),
        (tables.users, _promise(0.1, 0.2, 0.3, False), "| ≤ 0.30 | yes |", ""),
        (documents.worth, _sourced, "over 24 months", "assumption"),
        (documents.costs, _sourced, "to build", "assumption"),
        (documents.if_wrong, _unsafe(0), "It answers 0 of ", ""),
        (documents.if_wrong, _unsafe(1), "It answers 1 of ", ""),
        (documents.if_wrong, _silent, "It suggests nothing", "suggestions are wrong"),
        (paragraphs.headline, _silent, "It lists articles instead", "of its suggestions are wrong"),
        (tables.results, _silent, "Accuracy", ""),
        (tables.users, _same, "Measure (simulated users)", "real users"),
        (tables.users, _same, "nothing about people", ""),
        (tables.users, _real, "Measure (real users)", "simulate"),
        (tables.users, _nobody, "No events are there yet", "Funnel"),
        (tables.users, _trial(is_broken=True), "so no difference is said", "with the list 2"),
        (tables.users, _trial(has_enough=False, **SEEN), "asks for more users", "not as they were drawn"),
        (tables.users, _trial(has_enough=True, **SEEN), "with the list 20.0%", "asks for more users"),
        (tables.failures, _hidden, "Kind of question", "Suggested |"),
        (tables.failures, _same, "the list in `brief.yaml` refuses", ""),
        (tables.failures, _same, "| Failure | Question | Suggested | Right |", ""),
    ],
)  # fmt: skip
def test_a_sentence_is_said_where_it_is_true(
    block: Block, change: Callable[[Measured], None], said: str, unsaid: str, document: Measured
) -> None:
    measured = copy.deepcopy(document)
    change(measured)
    text = block(measured)
    assert said in text
    assert not unsaid or unsaid not in text


def test_the_one_pager_answers_five_questions_on_one_page(document: Measured) -> None:
    text = documents.one_pager(document)
    for asked in ("So what?", "For whom?", "What if it is wrong?", "What does it cost?", "When do we stop?"):
        assert f"**{asked}**" in text


def test_a_brief_that_is_too_long_names_what_to_shorten(document: Measured) -> None:
    measured = copy.deepcopy(document)
    measured["brief"]["non_goals"] = ["x " * 250] * 8
    with pytest.raises(BadBriefError, match="shorten non_goals"):
        documents.one_pager(measured)


def test_no_words_of_the_brief_become_markup(document: Measured) -> None:
    evil = "<script>alert(1)</script> | [x](http://evil) `a` *b* <!-- report:data -->"
    measured = copy.deepcopy(document)
    for name in ("feature", "problem", "solution"):
        measured["brief"][name] = evil
    for each in (*measured["brief"]["stories"], *measured["brief"]["risks"]):
        each.update(
            dict.fromkeys([name for name in each if name not in ("event", "test", "likelihood", "impact")], evil)
        )
    for block in (documents.one_pager, documents.stories, documents.risks):
        text = block(measured)
        assert "<script" not in text
        assert "[x](http" not in text
        assert "<!--" not in text


def test_an_amount_is_written_as_people_write_it() -> None:
    assert money(12_345.6, "$") == "$12,000"
    assert money(-346, "$") == "−$350"
    assert money(4.5, "EUR") == "4.50 EUR"
    assert money(0, "$") == "$0"


def test_every_story_is_in_the_document(document: Measured) -> None:
    text = documents.stories(document)
    assert text.count("As a ") == len(document["brief"]["stories"])
    assert text.count("Test: `tests/") == len(document["brief"]["stories"])


def test_the_risks_come_with_the_rule_and_its_date(document: Measured) -> None:
    text = documents.risks(document)
    assert "**Transparency** (Article 50(1): people are told that a machine answers; applies from 2026-08-02)" in text
    assert text.index("| misuse |") < text.index("| operations |"), "the largest risk first"
