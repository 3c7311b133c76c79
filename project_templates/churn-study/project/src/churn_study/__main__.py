"""The command line: `python -m churn_study VERB`. Each verb imports only what it needs: serving never loads pandas."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn_study.config import PROJECT, Config
from churn_study.kit import commands
from churn_study.kit.commands import Standard, Verb

if TYPE_CHECKING:
    from fastapi import FastAPI

    from churn_study.kit.drift import Watched
    from churn_study.kit.page import Page
    from churn_study.kit.questions import Question

PIPELINE = ("data", "plan", "train", "evaluate", "loadtest", "site", "report")  # what `run` runs


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 a problem that is explained."""
    standard = Standard(PROJECT, _application, _questions, _contents, _site, _monitor, page_size=(1000, 900))
    own = (
        Verb("data", "draw, fetch or read customers", _data, _data_options, timed=True),
        Verb("plan", "register the experiment's plan before the arms are compared", _plan, timed=True),
        Verb("train", "train every candidate, keep the best in validation", _train, timed=True),
        Verb(
            "evaluate",
            "measure model, experiment, effect and decision; writes reports/metrics.json",
            _evaluate,
            timed=True,
        ),
        Verb("sql", "answer the questions in src/churn_study/sql", _sql, _sql_options),
    )
    return commands.main(PROJECT, (*own, *standard.verbs()), PIPELINE, argv)


def _data(options: Namespace) -> None:
    from churn_study.data import own, prepare
    from churn_study.evaluation import exploration

    config = Config(seed=options.seed)
    forbidden = tuple(filter(None, map(str.strip, (options.forbid or "").split(","))))
    named = own.Named(
        options.id, options.churned, options.treated, options.date, options.money, options.placebo, forbidden
    )
    assigned = prepare.RANDOMIZED if options.randomized else prepare.BY_CHOICE
    request = prepare.Request(options.data, options.mirror, options.noun, options.offer, assigned, named)
    print(prepare.describe(prepare.prepare(request, config)))
    exploration.explore(config)


def _data_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--data", default="sample", help="'sample' (default), 'telco', 'cookie-cats', or a CSV file of your own"
    )
    parser.add_argument("--mirror", metavar="URL", help="where to fetch them instead of their own address")
    parser.add_argument("--noun", help="what one of them is: 'member', say ('customer')")
    parser.add_argument("--id", metavar="COLUMN", help="of a CSV file: whose row it is")
    parser.add_argument("--churned", metavar="COLUMN", help="whether they left: yes or no, 1 or 0")
    parser.add_argument("--treated", metavar="COLUMN", help="whether they got what was tried: yes or no, 1 or 0")
    parser.add_argument("--randomized", action="store_true", help="who got it was drawn by lot")
    parser.add_argument("--offer", metavar="TEXT", help="what was tried: 'a free month', say")
    parser.add_argument("--date", metavar="COLUMN", help="of each row, as 2026-05-31: the newest become the test")
    parser.add_argument("--money", metavar="COLUMN", help="what each pays a month, in dollars")
    parser.add_argument(
        "--placebo", metavar="COLUMN", help="a number from before the offer, which it cannot have changed"
    )
    parser.add_argument("--forbid", metavar="COLUMNS", help="with commas: columns that were filled in too late")


def _plan(options: Namespace) -> None:
    from churn_study.data import prepare
    from churn_study.experiment import plan

    study, manifest = prepare.load()
    found = plan.register(study, manifest, Config(seed=options.seed))
    print(
        f"plan {found.sha256[:12]}: {found.needed:,} in each arm, of {100 * found.baseline:.1f}% who churn; "
        f"simulated power {found.simulated_power:.3f}"
    )


def _train(options: Namespace) -> None:
    from churn_study.models import training

    for run in training.train(Config(seed=options.seed)):
        score = f"log loss {run.validation_log_loss:.4f}, ROC AUC {run.validation_roc_auc:.3f} in validation"
        print(f"  {run.name}: {score}{', chosen' if run.chosen else ''}")


def _evaluate(options: Namespace) -> None:
    from churn_study.evaluation import evaluate

    evaluate.evaluate(Config(seed=options.seed))


def _sql(options: Namespace) -> None:
    from churn_study.sql import queries

    for query, answer in queries.run(options.engine):
        print(f"{query.question}\n{answer.to_string(index=False)}\n")


def _sql_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--engine", choices=("duckdb", "spark"), default="duckdb", help="spark needs the extra `spark`, and Java"
    )


def _contents(measured: dict[str, Any], runs: list[dict[str, Any]]) -> Mapping[str, str]:
    from churn_study import reporting

    return reporting.blocks(measured, runs)


def _application(log_dir: Path) -> "FastAPI":
    from churn_study.models import saved
    from churn_study.serving import app

    return app.create_app(saved.load(), Config(), log_dir)


def _questions() -> Sequence["Question"]:
    from churn_study.serving import questions

    return questions.questions()


def _site() -> "Page | None":
    from churn_study.serving import site

    return site.alone(Config())


def _monitor(log_dir: Path, is_accepted: bool) -> "Watched":
    from churn_study.monitoring import monitor

    return monitor.monitor(log_dir, Config(), is_accepted)


if __name__ == "__main__":
    sys.exit(main())
