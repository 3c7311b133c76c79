"""The command line: `python -m search_ranker VERB`. Each verb imports only what it needs: serving never loads SciPy."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from search_ranker.config import PROJECT, Config
from search_ranker.kit import commands
from search_ranker.kit.commands import Standard, Verb

if TYPE_CHECKING:
    from fastapi import FastAPI

    from search_ranker.kit.drift import Watched
    from search_ranker.kit.page import Page
    from search_ranker.kit.questions import Question

PIPELINE = ("data", "train", "evaluate", "loadtest", "site", "report")  # what `run` runs


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 a problem that is explained."""
    standard = Standard(PROJECT, _application, _questions, _contents, _site, _monitor, page_size=(900, 760))
    own = (
        Verb("data", "draw, fetch or read passages and questions", _data, _data_options, timed=True),
        Verb("train", "try rankings, keep the best, learn when to say nothing", _train, timed=True),
        Verb("evaluate", "measure on unseen questions; writes reports/metrics.json", _evaluate, timed=True),
        Verb("llm", "let a language model answer from the same passages, and measure it", _llm, _llm_options),
    )
    return commands.main(PROJECT, (*own, *standard.verbs()), PIPELINE, argv)


def _data(options: Namespace) -> None:
    from search_ranker.data import prepare
    from search_ranker.evaluation import exploration

    config = Config(seed=options.seed)
    request = prepare.Request(options.data, options.mirror, options.noun)
    print(prepare.describe(prepare.prepare(request, config)))
    exploration.explore(config)


def _data_options(parser: ArgumentParser) -> None:
    data_help = "'sample' (default), 'cranfield', 'scifact', a folder of Markdown, a CSV of passages, a SQuAD 2.0 file"
    parser.add_argument("--data", default="sample", help=data_help)
    parser.add_argument("--mirror", metavar="URL", help="where to fetch them instead of their own address")
    parser.add_argument("--noun", help="what is searched: 'help center', say ('document')")


def _train(options: Namespace) -> None:
    from search_ranker.models import training

    for run in training.train(Config(seed=options.seed)):
        score = f"nDCG@10 {run.validation_ndcg:.3f} in validation" if run.validation_ndcg is not None else run.decision
        print(f"  {run.name}: {score}{', chosen' if run.chosen else ''}")


def _evaluate(options: Namespace) -> None:
    from search_ranker.evaluation import evaluate

    evaluate.evaluate(Config(seed=options.seed))


def _llm(options: Namespace) -> None:
    from search_ranker.evaluation import language

    print(language.measure(options.url, options.model, options.questions, Config(seed=options.seed)))


def _llm_options(parser: ArgumentParser) -> None:
    parser.add_argument("--url", required=True, help="of an OpenAI-compatible service: http://127.0.0.1:11434/v1, say")
    parser.add_argument("--model", required=True, metavar="NAME", help="as that service calls it")
    parser.add_argument("--questions", type=int, default=100, metavar="N", help="of the test, drawn at random (100)")
    parser.add_argument("--seed", type=int, default=PROJECT.seed, help="that the model was trained with")


def _contents(measured: dict[str, Any], runs: list[dict[str, Any]]) -> Mapping[str, str]:
    from search_ranker import reporting

    return reporting.blocks(measured, runs)


def _application(log_dir: Path) -> "FastAPI":
    from search_ranker.models import saved
    from search_ranker.serving import app

    return app.create_app(saved.load(), Config(), log_dir)


def _questions() -> Sequence["Question"]:
    from search_ranker.serving import questions

    return questions.questions()


def _site() -> "Page | None":
    from search_ranker.serving import site

    return site.alone(Config())


def _monitor(log_dir: Path, is_accepted: bool) -> "Watched":
    from search_ranker.monitoring import monitor

    return monitor.monitor(log_dir, Config(), is_accepted)


if __name__ == "__main__":
    sys.exit(main())
