"""The command line: `python -m recommender VERB`. Each verb imports only what it needs: serving never loads SciPy."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.config import PROJECT, SIMULATED, Config
from recommender.kit import commands
from recommender.kit.commands import Standard, Verb

if TYPE_CHECKING:
    from fastapi import FastAPI

    from recommender.kit.drift import Watched
    from recommender.kit.page import Page
    from recommender.kit.questions import Question

PIPELINE = ("data", "train", "evaluate", "simulate", "abtest", "ope", "loadtest", "site", "report")  # what `run` runs


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 a problem that is explained."""
    standard = Standard(PROJECT, _application, _questions, _contents, _site, _monitor, page_size=(900, 940))
    own = (
        Verb("data", "draw, fetch or read the events", _data, _data_options, timed=True),
        Verb("train", "try settings of both rankings, write the model", _train, timed=True),
        Verb("evaluate", "measure on events never seen; writes reports/metrics.json", _evaluate, timed=True),
        Verb("simulate", "send made-up visitors, whose wishes are known, to the service", _simulate, timed=True),
        Verb("abtest", "analyze the experiment; exit 1 when its groups do not fit", _abtest, _log_options, timed=True),
        Verb("ope", "what another ranking would have done, by the log of one", _ope, _ope_options, timed=True),
        Verb("export", "write the log as Parquet, for a warehouse", _export, _export_options),
    )
    return commands.main(PROJECT, (*own, *standard.verbs()), PIPELINE, argv)


def _data(options: Namespace) -> None:
    from recommender.data import prepare
    from recommender.evaluation import exploration

    config = Config(seed=options.seed)
    request = prepare.Request(options.data, options.fewest, options.mirror, options.noun)
    print(prepare.describe(prepare.prepare(request, config)))
    exploration.explore(config)


def _data_options(parser: ArgumentParser) -> None:
    data_help = "'sample' (default), 'ml-100k', 'ml-1m', or a CSV file of user, item and time"
    parser.add_argument("--data", default="sample", help=data_help)
    parser.add_argument("--fewest", type=int, default=1, metavar="N", help="leave out items with fewer events (1)")
    parser.add_argument("--mirror", metavar="URL", help="where to fetch them instead of their own address")
    parser.add_argument("--noun", help="what is recommended, in the singular: book, say ('item', or 'film')")


def _train(options: Namespace) -> None:
    from recommender.models import training

    for run in training.train(Config(seed=options.seed)):
        print(f"  {run.name}: nDCG {run.validation_ndcg:.3f} in validation, the best of {run.tried}")


def _evaluate(options: Namespace) -> None:
    from recommender.evaluation import evaluate

    evaluate.evaluate(Config(seed=options.seed))


def _simulate(options: Namespace) -> None:
    from recommender.experiment import simulate

    print(simulate.simulate(Config(seed=options.seed)))


def _abtest(options: Namespace) -> int:
    from recommender.experiment import abtest

    return abtest.abtest(Config(seed=options.seed), options.log_dir)


def _ope(options: Namespace) -> None:
    from recommender.experiment import off_policy, open_bandit

    config = Config(seed=options.seed)
    if options.data:
        print(open_bandit.check(config, options.mirror, options.folder))
    else:
        print("\n".join(off_policy.ope(config, options.log_dir)))


def _log_options(parser: ArgumentParser) -> None:
    parser.add_argument("--log-dir", help="of `serve`, where there are visitors; else of `simulate`")


def _ope_options(parser: ArgumentParser) -> None:
    _log_options(parser)
    parser.add_argument("--data", choices=["open-bandit"], help="check the estimators on real logs of two policies")
    parser.add_argument("--mirror", metavar="URL", help="where to fetch those logs instead of their own address")
    parser.add_argument("--folder", help="where those logs are, if they are here already")


def _export(options: Namespace) -> None:
    from recommender.experiment import export

    print(export.export(options.log_dir, options.to))


def _export_options(parser: ArgumentParser) -> None:
    parser.add_argument("--log-dir", default=str(SIMULATED))
    parser.add_argument("--to", default=str(PROJECT.data / "export"), metavar="FOLDER")


def _contents(measured: dict[str, Any], runs: list[dict[str, Any]]) -> Mapping[str, str]:
    from recommender import reporting

    return reporting.blocks(measured, runs)


def _application(log_dir: Path) -> "FastAPI":
    from recommender.models import saved
    from recommender.serving import app

    return app.create_app(saved.load(), Config(), log_dir)


def _questions() -> Sequence["Question"]:
    from recommender.serving import questions

    return questions.questions()


def _site() -> "Page | None":
    from recommender.serving import site

    return site.alone(Config())


def _monitor(log_dir: Path, is_accepted: bool) -> "Watched":
    from recommender.monitoring import monitor

    return monitor.monitor(log_dir, Config(), is_accepted)


if __name__ == "__main__":
    sys.exit(main())
