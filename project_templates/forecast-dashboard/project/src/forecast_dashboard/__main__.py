"""The command line: `python -m forecast_dashboard VERB`. Each verb imports what it needs: serving loads no LightGBM."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast_dashboard.config import PROJECT, Config
from forecast_dashboard.kit import commands
from forecast_dashboard.kit.commands import Standard, Verb
from forecast_dashboard.kit.project import ExplainedError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from forecast_dashboard.data.table import Columns
    from forecast_dashboard.kit.drift import Watched
    from forecast_dashboard.kit.page import Page
    from forecast_dashboard.kit.questions import Question

PIPELINE = ("data", "train", "evaluate", "loadtest", "site", "report")  # what `run` runs


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 a problem that is explained."""
    standard = Standard(PROJECT, _application, _questions, _contents, _site, _monitor, page_size=(900, 1180))
    own = (
        Verb("data", "draw, fetch or read demand, and find what is wrong", _data, _data_options, timed=True),
        Verb("train", "compare designs, fit the chosen ones, write the models", _train, timed=True),
        Verb("evaluate", "forecast a year never looked at; writes reports/metrics.json", _evaluate, timed=True),
        Verb("dashboard", "show the backtest in Streamlit", _dashboard, _dashboard_options),
    )
    return commands.main(PROJECT, (*own, *standard.verbs()), PIPELINE, argv)


def _data(options: Namespace) -> None:
    from forecast_dashboard.data import prepare
    from forecast_dashboard.evaluation import exploration

    config = Config(seed=options.seed)
    request = prepare.Request(options.data, _columns(options), options.mirror, options.unit, options.noun)
    print(prepare.describe(prepare.prepare(request, config)))
    exploration.explore(config)


def _data_options(parser: ArgumentParser) -> None:
    parser.add_argument("--data", default="sample", help="'sample' (default), 'victoria', or a CSV file of your own")
    parser.add_argument("--time", metavar="COL", help="of your file: the column of times")
    parser.add_argument("--value", metavar="COL", help="the column of values")
    parser.add_argument("--unit", help="that the values are in, such as kWh")
    parser.add_argument("--noun", help="what they are: demand (default), production, sales, …")
    parser.add_argument("--time-format", metavar="FORMAT", help="how times are written, such as '%%m/%%d/%%Y %%H:%%M'")
    parser.add_argument("--hour-ending", action="store_true", help="a time names the end of its interval")
    parser.add_argument("--tz", metavar="ZONE", help="where its people live, such as Europe/Berlin")
    parser.add_argument("--weather", metavar="COL", help="the column of temperatures, in degrees Celsius, if any")
    parser.add_argument("--holiday", metavar="COL", help="the column that says true on holidays, if any")
    parser.add_argument("--area", metavar="COL", help="the column that names the area, if there are several")
    parser.add_argument("--mirror", metavar="URL", help="where to fetch public data instead of their own address")


def _columns(options: Namespace) -> "Columns | None":
    """Of the user's own file, as far as they are named."""
    from forecast_dashboard.data.table import Columns

    wanted = {"--time": options.time, "--value": options.value, "--tz": options.tz}
    if not any(wanted.values()):
        return None
    if missing := [name for name, given in wanted.items() if not given]:
        raise ExplainedError(f"{' and '.join(missing)} must be given too: which column, and where the clocks are")
    own = (options.weather, options.holiday, options.area, options.time_format, options.hour_ending)
    return Columns(options.time, options.value, options.tz, *own)


def _train(options: Namespace) -> None:
    from forecast_dashboard.models import training

    for each in training.train(Config(seed=options.seed)):
        print(f"  {each.name}: MASE {each.validation_mase:.3f} in validation")


def _evaluate(options: Namespace) -> None:
    from forecast_dashboard.evaluation import evaluate

    evaluate.evaluate(Config(seed=options.seed))


def _site() -> "Page | None":
    from forecast_dashboard.serving import site

    return site.alone(Config())


def _dashboard(options: Namespace) -> int:
    from forecast_dashboard.serving import show

    return show.dashboard(options.host, options.port)


def _dashboard_options(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8501)


def _contents(measured: dict[str, Any], runs: list[dict[str, Any]]) -> Mapping[str, str]:
    from forecast_dashboard import reporting

    return reporting.blocks(measured, runs)


def _application(log_dir: Path) -> "FastAPI":
    from forecast_dashboard.models import saved
    from forecast_dashboard.serving import app

    return app.create_app(saved.load(), Config(), log_dir)


def _questions() -> Sequence["Question"]:
    from forecast_dashboard.serving import questions

    return questions.questions()


def _monitor(log_dir: Path, is_accepted: bool) -> "Watched":
    from forecast_dashboard.monitoring import monitor

    return monitor.monitor(log_dir, Config(), is_accepted)


if __name__ == "__main__":
    sys.exit(main())
