"""The command line: `python -m image_api VERB`. Each verb imports only what it needs: serving never loads torch."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from image_api.config import PROJECT, Config
from image_api.kit import commands
from image_api.kit.commands import Standard, Verb

if TYPE_CHECKING:
    from fastapi import FastAPI

    from image_api.kit.drift import Watched
    from image_api.kit.page import Page
    from image_api.kit.questions import Question

PIPELINE = ("data", "train", "evaluate", "loadtest", "site", "report")  # what `run` runs


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 a problem that is explained."""
    standard = Standard(PROJECT, _application, _questions, _contents, _site, _monitor, page_size=(640, 900))
    own = (
        Verb("data", "draw, fetch or read the photographs", _data, _data_options, timed=True),
        Verb("train", "fit the baseline and three experiments, export the best", _train, timed=True),
        Verb("evaluate", "measure on groups never seen; writes reports/metrics.json", _evaluate, timed=True),
    )
    return commands.main(PROJECT, (*own, *standard.verbs()), PIPELINE, argv)


def _data(options: Namespace) -> None:
    from image_api.data import prepare
    from image_api.evaluation import exploration

    config = Config(seed=options.seed)
    request = prepare.Request(options.data, options.ood, options.limit, options.mirror, options.group)
    print(prepare.describe(prepare.prepare(request, config)))
    exploration.explore(config)


def _data_options(parser: ArgumentParser) -> None:
    data_help = "'sample' (default), 'plantvillage', or a folder with one folder for each class"
    parser.add_argument("--data", default="sample", help=data_help)
    parser.add_argument(
        "--ood", metavar="FOLDER", help="photographs of the same classes from elsewhere, only tested on"
    )
    parser.add_argument("--limit", type=int, default=200, metavar="N", help="photographs of each class to fetch (200)")
    parser.add_argument("--mirror", metavar="URL", help="where to fetch them instead of their own address")
    group_help = "'none', or a pattern that finds in a path what belongs together, such as 'patient\\d+'"
    parser.add_argument("--group", metavar="PATTERN", help=group_help)


def _train(options: Namespace) -> None:
    from image_api.models import training

    for run in training.train(Config(seed=options.seed)):
        print(f"{'→' if run.chosen else ' '} {run.name}: macro F1 {run.score:.3f} in validation, {run.seconds:.0f} s")


def _evaluate(options: Namespace) -> None:
    from image_api.evaluation import evaluate

    evaluate.evaluate(Config(seed=options.seed))


def _contents(measured: dict[str, Any], runs: list[dict[str, Any]]) -> Mapping[str, str]:
    from image_api import reporting

    return reporting.blocks(measured, runs)


def _application(log_dir: Path) -> "FastAPI":
    from image_api.models import classifier
    from image_api.serving import app

    return app.create_app(classifier.load(), Config(), log_dir)


def _questions() -> Sequence["Question"]:
    from image_api.serving import questions

    return questions.questions()


def _site() -> "Page":
    from image_api.serving import site

    return site.alone(Config())


def _monitor(log_dir: Path, is_accepted: bool) -> "Watched":
    from image_api.monitoring import monitor

    return monitor.monitor(log_dir, Config(), is_accepted)


if __name__ == "__main__":
    sys.exit(main())
