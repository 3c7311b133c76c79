"""The command line: `python -m product_brief VERB`. Each verb imports only what it needs."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from product_brief.config import PROJECT, Config
from product_brief.kit import commands
from product_brief.kit.commands import Standard, Verb

if TYPE_CHECKING:
    from fastapi import FastAPI

    from product_brief.kit.drift import Watched
    from product_brief.kit.page import Page
    from product_brief.kit.questions import Question

PIPELINE = ("data", "agree", "train", "evaluate", "loadtest", "site", "report")  # what `run` runs


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 a problem that is explained."""
    standard = Standard(PROJECT, _application, _questions, _contents, _site, _monitor, page_size=(1000, 900))
    measure = "measure evaluation set, value, readiness and users; writes reports/metrics.json"
    own = (
        Verb(
            "data",
            "draw, fetch or read articles, and the cases of the evaluation set",
            _data,
            _data_options,
            timed=True,
        ),
        Verb(
            "agree",
            "register the limits of brief.yaml and the evaluation set before anything is measured",
            _agree,
            timed=True,
        ),
        Verb("train", "try ways to rank and to abstain, keep the best within the limits", _train, timed=True),
        Verb("evaluate", measure, _evaluate, timed=True),
        Verb("release", "keep every case's outcome, to catch a version that does worse", _release),
        Verb("llm", "let a language model choose the article, under the same measures", _llm, _llm_options),
        Verb("ready", "say whether a table of data is ready for a feature", _ready, _ready_options),
        Verb("usage", "show what users did, from the service's events", _usage, _usage_options),
        Verb("forget", "delete the events of a user, or all that are too old", _forget, _forget_options),
    )
    return commands.main(PROJECT, (*own, *standard.verbs()), PIPELINE, argv)


def _data(options: Namespace) -> None:
    from product_brief.data import prepare

    print(prepare.describe(prepare.prepare(options.data, options.mirror, Config(seed=options.seed))))


def _data_options(parser: ArgumentParser) -> None:
    known = "'sample' (default), 'usajobs', 'stackfaq', 'cookie-cats'"
    parser.add_argument("--data", default="sample", help=f"{known}, a folder of Markdown files or a CSV file")
    parser.add_argument("--mirror", metavar="URL", help="where to fetch them instead of their own address")


def _agree(options: Namespace) -> None:
    from product_brief.brief import agreed
    from product_brief.brief import brief as briefs
    from product_brief.data import prepare

    config = Config(seed=options.seed)
    faq, cases, manifest = prepare.load(config)
    known = agreed.agree(agreed.terms(briefs.load(), cases, faq, manifest.source, config))
    first = (
        f"; measured before, first at {known.measured[0].measured}"
        if known.measured
        else ", before anything is measured"
    )
    print(f"agreed at {known.now.at}: limits {known.now.limits[:12]}, {len(cases)} cases{first}")


def _train(options: Namespace) -> None:
    from product_brief.models import training

    for run in training.train(Config(seed=options.seed)):
        share = f"{run.correct:.3f} correct, {run.wrong_suggestions:.3f} of the suggestions wrong"
        print(f"  {run.name}: {share}{', chosen' if run.chosen else ''}")


def _evaluate(options: Namespace) -> None:
    from product_brief.evaluation import evaluate

    decision = evaluate.evaluate(Config(seed=options.seed))["launch"]
    print(f"the launch rule says: {decision['verdict']}", *(f"  {each}" for each in decision["why"]), sep="\n")


def _release(_: Namespace) -> None:
    from product_brief.config import RELEASED
    from product_brief.evaluation import regression
    from product_brief.kit import results

    regression.release(results.read(PROJECT.metrics) if PROJECT.metrics.is_file() else {"launch": {"verdict": "hold"}})
    print(f"{RELEASED.name} holds what became of every case: `evaluate` compares with it from now on; commit it")


def _llm(options: Namespace) -> None:
    from product_brief.evaluation import language

    print(language.measure(options.url, options.model, os.environ.get(options.key_from, ""), options.prices, Config()))


def _llm_options(parser: ArgumentParser) -> None:
    parser.add_argument("--url", required=True, help="of an OpenAI-compatible service, as http://127.0.0.1:11434/v1")
    parser.add_argument("--model", required=True, help="as that service calls it")
    parser.add_argument("--key-from", default="OPENAI_API_KEY", metavar="VARIABLE", help="of the environment")
    parser.add_argument(
        "--prices", type=float, nargs=2, default=(0.0, 0.0), metavar="DOLLARS", help="for a million tokens in, and out"
    )


def _ready(options: Namespace) -> None:
    from product_brief.data import readiness

    named = readiness.Named(options.key, options.date, options.label, options.needed)
    print(readiness.described(Path(options.file), options.table, named, Config()))


def _ready_options(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="CSV, Parquet or a DuckDB database; nothing is written to it")
    parser.add_argument("--table", help="of a database")
    parser.add_argument("--key", metavar="COLUMN", help="that tells rows apart")
    parser.add_argument("--date", metavar="COLUMN", help="of the last change of a row")
    parser.add_argument("--label", metavar="COLUMN", help="that says what would have been right")
    parser.add_argument("--needed", type=int, default=385, help="rows (385: a share within 5 points)")


def _usage(options: Namespace) -> None:
    from product_brief.usage import report

    print(report.shown(Path(options.log_dir), Config()))


def _usage_options(parser: ArgumentParser) -> None:
    parser.add_argument("--log-dir", default=str(PROJECT.root / "logs"), help="where the service writes")


def _forget(options: Namespace) -> None:
    from product_brief.usage.events import EventLog

    log = EventLog(Path(options.log_dir) / "events", Config().retention_days)
    if options.user:
        print(f"{log.forget(options.user)} events of {options.user} are deleted")
    print(f"{log.expire()} days older than {log.keep_days} are deleted")


def _forget_options(parser: ArgumentParser) -> None:
    parser.add_argument("user", nargs="?", metavar="USER", help="the id that the page shows; without one, old days go")
    parser.add_argument("--log-dir", default=str(PROJECT.root / "logs"), help="where the service writes")


def _contents(measured: dict[str, Any], runs: list[dict[str, Any]]) -> Mapping[str, str]:
    from product_brief import reporting

    return reporting.blocks(measured, runs)


def _application(log_dir: Path) -> "FastAPI":
    from product_brief.models import saved
    from product_brief.serving import app

    config = Config()
    return app.create_app(saved.load(config), config, log_dir)


def _questions() -> Sequence["Question"]:
    from product_brief.serving import questions

    return questions.questions()


def _site() -> "Page | None":
    from product_brief.serving import site

    return site.alone(Config())


def _monitor(log_dir: Path, is_accepted: bool) -> "Watched":
    from product_brief.monitoring import monitor

    return monitor.monitor(log_dir, Config(), is_accepted)


if __name__ == "__main__":
    sys.exit(main())
