"""A language model under the measures of the assistant, on the same cases, with what it costs.

Run as: python -m product_brief llm --url URL --model NAME [--prices IN OUT]
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from product_brief.brief.brief import OF_CASES
from product_brief.config import PROJECT, Config
from product_brief.data import prepare
from product_brief.data.articles import is_tested
from product_brief.evaluation.outcomes import LABELS, MEASURES, Judged, Resampled, outcome, rank
from product_brief.kit import results
from product_brief.kit.progress import progress
from product_brief.kit.project import ExplainedError
from product_brief.kit.results import Result
from product_brief.models import saved
from product_brief.models.assistant import REFUSE
from product_brief.models.chooser import Chooser, Reply

KEPT = PROJECT.data / "replies.jsonl"


def measure(url: str, model: str, key: str, prices: Sequence[float], config: Config) -> str:
    """Let a model choose the article for every tested case, and write the results; returns them in a line."""
    if not PROJECT.metrics.is_file():
        raise ExplainedError("there is nothing to compare with: run `python -m product_brief run` first")
    faq, cases, _ = prepare.load(config)
    assistant, chooser = saved.load(config).assistant, Chooser(url, model, KEPT, key)
    tested = [case for case in cases if is_tested(case, config.test_share)]
    found, replies = list[Judged](), list[Reply]()
    for case in progress(tested, f"asking {model}", len(tested)):
        answer = assistant.answer(case, config.listed)  # what must not be answered is never sent
        article = None
        if answer.action != REFUSE and answer.listed:
            article, reply = chooser.choose(case.question, answer.listed)
            replies.append(reply)
        suggested = article.id if article else ""
        found.append(Judged(case, suggested, outcome(case, suggested, faq), rank=rank(case, answer.listed)))
    resampled = Resampled(tested, config)
    rows = [_row(model, name, *resampled.measure(found, name)) for name in MEASURES]
    correct, wrong = (next(each for each in rows if each.metric == name) for name in ("correct", "wrong_suggestions"))
    measured = {
        "model": model,
        "rows": [asdict(each) for each in rows if each.n],
        "n": len(found),
        **_spent(replies, prices),
    }
    results.write(PROJECT.metrics, {**results.read(PROJECT.metrics), "llm": measured})
    return (
        f"{model}: {correct.value:.3f} of {len(found)} cases correct, {wrong.value:.3f} of the suggestions wrong; "
        "now run `report`"
    )


def _row(model: str, name: str, share: float, ci95: tuple[float, float], n: int) -> Result:
    return Result(model, "model", "test (held out)", name, LABELS[name], share, ci95, n, OF_CASES.get(name, True))


def _spent(replies: Sequence[Reply], prices: Sequence[float]) -> dict[str, Any]:
    sent, got = sum(each.tokens_in for each in replies), sum(each.tokens_out for each in replies)
    dollars = (sent * prices[0] + got * prices[1]) / 1e6
    seconds = float(np.mean([each.seconds for each in replies])) if replies else 0.0
    return {"tokens_in": sent, "tokens_out": got, "seconds": round(seconds, 2),
            "dollars_per_question": round(dollars / max(1, len(replies)), 6)}  # fmt: skip
