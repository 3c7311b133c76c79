"""A language model's answers under the measures of the extractive ones: what it answers, what is wrong, what it costs.

Run as: python -m search_ranker llm --url URL --model NAME; a key, where one is needed, in the variable LLM_KEY.
"""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from search_ranker.config import PROJECT, Config
from search_ranker.data import prepare, split
from search_ranker.data.passages import Question
from search_ranker.evaluation import answering
from search_ranker.evaluation.answering import SERVED, Answered
from search_ranker.evaluation.evaluate import SPLIT
from search_ranker.evaluation.measures import Tested
from search_ranker.kit import results
from search_ranker.kit.intervals import stream
from search_ranker.kit.progress import progress
from search_ranker.kit.project import ExplainedError
from search_ranker.kit.results import Result
from search_ranker.models import saved, writer
from search_ranker.models.engine import Engine
from search_ranker.models.judging import is_right
from search_ranker.models.writer import Reply, Statement, Writer

KEY = "LLM_KEY"
KEPT = PROJECT.data / "replies.jsonl"


@dataclass(frozen=True)
class Written:
    """One question with what was written for it."""

    question: Question
    reply: Reply
    statements: list[Statement]

    @property
    def given(self) -> list[Statement]:
        """What is left once unsupported sentences are dropped."""
        return [each for each in self.statements if each.is_supported]

    @property
    def is_right(self) -> bool:
        """Whether one of the sentences that are left answers, and all of them cite passages that do."""
        answers = any(is_right(self.question, each.text, name) for each in self.given for name in each.cited)
        return answers and all(self.question.best & set(each.cited) for each in self.given)


def measure(url: str, model: str, number: int, config: Config) -> str:
    """Ask a model some test questions, and write the results; returns them in a line."""
    collection, _ = prepare.load()
    served = saved.load(config)
    if not PROJECT.metrics.is_file() or not split.is_enough(collection.questions, config):
        raise ExplainedError(
            "there is nothing to compare with: run `python -m search_ranker run` on judged questions first"
        )
    questions = split.by_question(collection.questions, config).test
    order = stream(config.seed, "language model").permutation(len(questions))[:number]
    service = Writer(url, model, KEPT, os.environ.get(KEY, ""))
    asked = [questions[each] for each in sorted(order.tolist())]
    written = [_write(each, served.engine, service) for each in progress(asked, f"asking {model}")]
    quoted = _quoted(asked, served.engine)
    measured = {**_measured(model, written, config), "quoted": [asdict(each) for each in quoted]}
    results.write(PROJECT.metrics, {**results.read(PROJECT.metrics), "llm": measured})
    return (
        f"{model}: {len(written)} questions, {measured['tokens_in']} tokens in, {measured['tokens_out']} out; now run "
        "`report`"
    )


def _write(question: Question, engine: Engine, service: Writer) -> Written:
    numbers = engine.search(question.text).numbers[: engine.config.read].tolist()
    passages = [engine.index.passages[each] for each in numbers]
    reply = service.write(question.text, passages)
    return Written(question, reply, writer.statements(reply.text, passages))


def _quoted(questions: Sequence[Question], engine: Engine) -> list[Result]:
    """What is served without the model, on the same questions."""
    said = [engine.answer(each.text) for each in questions]
    return answering.answered(questions, said, engine).rows(SERVED, "baseline", Tested(SPLIT, questions, engine.config))


def _measured(model: str, written: Sequence[Written], config: Config) -> dict[str, Any]:
    """The rows of the extractive answers, and what only a language model has."""
    tested = Tested(SPLIT, [each.question for each in written], config)
    done = Answered(np.array([bool(each.given) for each in written]), np.array([each.is_right for each in written]))
    replies = [each.reply for each in written]
    sent, got = sum(each.tokens_in for each in replies), sum(each.tokens_out for each in replies)
    sentences = [each for one in written for each in one.statements]
    return {
        "model": model,
        "rows": [asdict(each) for each in done.rows(model, "model", tested)],
        "sentences": len(sentences),
        "cited": sum(bool(each.cited) for each in sentences),
        "supported": sum(each.is_supported for each in sentences),
        "tokens_in": sent,
        "tokens_out": got,
        "dollars": round((sent * config.price_in + got * config.price_out) / 1e6, 6),
        "prices": [config.price_in, config.price_out],
        "seconds": round(float(np.mean([each.seconds for each in replies])), 2),
        "n": len(written),
    }
