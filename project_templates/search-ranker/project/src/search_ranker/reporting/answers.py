"""What the report says of answers: how many are given, how many are wrong, and what supports their sentences."""

from typing import Any

from search_ranker.config import Config
from search_ranker.evaluation.answering import ALWAYS, ANSWERED, FIRST, INVENTED, LABELS, SERVED, WRONG
from search_ranker.kit.blocks import interval, table
from search_ranker.models.answers import NEVER
from search_ranker.reporting.paragraphs import nothing_given
from search_ranker.reporting.rows import UNMEASURED, by_metric, is_measured, percent, plain, three
from search_ranker.reporting.rows import answers as rows_of

HEADER = ["Way to answer", *(LABELS[each] for each in (ANSWERED, WRONG, INVENTED))]


def answers(measured: dict[str, Any]) -> str:
    """Coverage and risk, against a system that never abstains."""
    if not is_measured(measured):
        least = percent(Config().least_coverage)
        return (
            f"{UNMEASURED}\n\nUntil then a sentence is given as an answer where it has {least} of what the question's "
            "words count."
        )
    rows = [[way, *_cells(rows_of(measured, way))] for way in (FIRST, ALWAYS)]
    rows.append([f"**{SERVED}**", *_cells(rows_of(measured))])
    return "\n\n".join(
        [
            table(HEADER, rows),
            "An answer is a sentence of one of the best passages, word for word. "
            f"{_threshold(measured)}{_uninvented(measured)}",
            "![Share of wrong answers by share of questions answered](reports/figures/risk.png)",
        ]
    )


def _threshold(measured: dict[str, Any]) -> str:
    """How it was chosen; where none keeps the promise, there is none."""
    threshold, risk = measured["answers"]["threshold"], percent(measured["answers"]["risk"])
    if threshold >= NEVER:
        return (
            f"None is given here: {nothing_given(measured)}. The passages are shown, and the reader decides. With "
            "more questions, or a larger `risk` in `config.py`, there may be answers."
        )
    return (
        f"The threshold ({threshold:.2f}) was chosen in validation as the lowest at which, in 95% of resamples, at "
        f"most {risk} of the answers are wrong; the test, which took no part in that, says whether it holds."
    )


def _uninvented(measured: dict[str, Any]) -> str:
    """Where no question is known to have no answer."""
    if INVENTED in rows_of(measured):
        return ""
    return " Of no question is it known that nothing answers it, so how often an answer is invented is not measured."


def _cells(rows: dict[str, dict[str, Any]]) -> list[str]:
    return [
        f"{three(rows[key]['value'])} {interval(rows[key], three)}" if key in rows else ""
        for key in (ANSWERED, WRONG, INVENTED)
    ]


def support(measured: dict[str, Any]) -> str:
    """How good the checker of support is, by planted sentences."""
    if not is_measured(measured):
        return UNMEASURED
    found = measured["support"]
    rows = [
        [each["kind"], "yes" if each["is_supported"] else "no", str(each["n"]), str(each["flagged"])]
        for each in found["kinds"]
    ]
    said = [
        f"{name} {percent(found[key]['value'])} {interval(found[key], percent)} of {found[key]['n']}"
        for name, key in (("precision", "precision"), ("recall", "recall"))
    ]
    return "\n\n".join(
        [
            f"Of sentences that were planted, it flags as unsupported with {said[0]} flagged and {said[1]} planted "
            "unsupported ones:",
            table(["Planted sentence", "Supported", "Planted", "Flagged as unsupported"], rows),
        ]
    )


def llm(measured: dict[str, Any]) -> str:
    """A language model under the same measures."""
    if not (found := measured.get("llm")):
        return "_No language model was asked: `python -m search_ranker llm --url URL --model NAME`._"
    price_in, price_out = found["prices"]
    return "\n\n".join(
        [
            table(
                HEADER,
                [
                    [SERVED, *_cells(by_metric(found["quoted"]))],
                    [f"**{plain(found['model'])}**", *_cells(by_metric(found["rows"]))],
                ],
            ),
            f"The same {found['n']} test questions for both. Of {found['sentences']} sentences, {found['cited']} cite "
            f"a passage that was shown, and {found['supported']} are supported by it; all others are dropped before "
            f"anybody reads them. {found['tokens_in']:,} tokens in, {found['tokens_out']:,} out: "
            f"${found['dollars']:.4f} at an assumed ${price_in:g} and ${price_out:g} for a million (`config.py`); "
            f"{found['seconds']:g} seconds for a question, as measured when it was first asked.",
        ]
    )
