"""The command line: `python -m forecast_dashboard VERB`."""

import argparse
import sys

from forecast_dashboard import verbs
from forecast_dashboard.config import LOGS, Config, ExplainedError, load
from forecast_dashboard.table import Columns

MEASURED = ("data", "train", "evaluate", "loadtest")  # their seconds are kept
STEPS = (*MEASURED, "report")  # what `run` runs


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 a problem that is explained."""
    options = _parser().parse_args(arguments)
    config = load(options.seed)
    steps = STEPS if options.verb == "run" else (options.verb,)
    return verbs.run(steps, lambda verb: _do(verb, options, config), MEASURED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m forecast_dashboard", description="Forecast local electricity demand, honestly, and show it."
    )
    parser.add_argument("--seed", type=int, help="instead of the project's own")
    subparsers = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, help_text in (("run", ", ".join(STEPS)), ("data", "draw, fetch or read demand, and find what is wrong")):
        verb = subparsers.add_parser(name, help=help_text)
        _data_options(verb)
        _seed_too(verb)
    _seed_too(subparsers.add_parser("train", help="compare designs, fit the chosen ones, write the models"))
    _seed_too(subparsers.add_parser("evaluate", help="forecast a year never looked at; writes reports/metrics.json"))
    report = subparsers.add_parser("report", help="write the measured numbers into README.md and MODEL_CARD.md")
    report.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if they differ from what was measured"
    )
    serve = subparsers.add_parser("serve", help="answer over HTTP, with the page")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--log-dir", default=str(LOGS), help="where forecasts and actual demand are logged")
    dashboard = subparsers.add_parser("dashboard", help="show the backtest in Streamlit")
    dashboard.add_argument("--host", default="127.0.0.1")
    dashboard.add_argument("--port", type=int, default=8501)
    subparsers.add_parser("loadtest", help="start the service on a free port and measure its latency")
    monitor = subparsers.add_parser("monitor", help="hold forecasts against what came; exit 1 when something drifted")
    monitor.add_argument("--log-dir", default=str(LOGS))
    picture = subparsers.add_parser("screenshot", help="take the README's picture of the page, with a real browser")
    picture.add_argument("--browser", metavar="PATH", help="a Chromium that is installed already")
    return parser


def _data_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--data", default="sample", help="'sample' (default), 'victoria', or a CSV file of your own")
    verb.add_argument("--time", metavar="COL", help="of your file: the column of times")
    verb.add_argument("--value", metavar="COL", help="the column of demand")
    verb.add_argument("--tz", metavar="ZONE", help="where its people live, such as Europe/Berlin")
    verb.add_argument(
        "--weather", metavar="COL", help="the column of temperatures, in degrees Celsius, if there is one"
    )
    verb.add_argument("--holiday", metavar="COL", help="the column that says true on holidays, if there is one")
    verb.add_argument("--area", metavar="COL", help="the column that names the area, if there are several")
    verb.add_argument("--mirror", metavar="URL", help="where a public data set is fetched instead of its own address")


def _seed_too(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--seed", type=int, default=argparse.SUPPRESS, help="instead of the project's own")


def _do(verb: str, options: argparse.Namespace, config: Config) -> int:
    """Each verb imports only what it needs: serving never sees LightGBM."""
    match verb:
        case "data":
            from forecast_dashboard import data

            request = data.Request(options.data, _columns(options), options.mirror)
            print(data.describe(data.prepare(request, config)))
        case "train":
            from forecast_dashboard import train

            for each in train.train(config):
                print(f"  {each.name}: MASE {each.validation_mase:.3f} in validation")
        case "evaluate":
            from forecast_dashboard import evaluate

            evaluate.evaluate(config)
        case "report":
            from forecast_dashboard import report, site

            code = report.report(only_check=getattr(options, "check", False))
            return code or site.write(config, only_check=getattr(options, "check", False))
        case "serve":
            from forecast_dashboard import serve

            serve.serve(config, options.host, options.port, options.log_dir)
        case "dashboard":
            from forecast_dashboard import show

            return show.dashboard(options.host, options.port)
        case "loadtest":
            from forecast_dashboard import loadtest

            print(loadtest.loadtest(config))
        case "monitor":
            from forecast_dashboard import monitor

            return monitor.monitor(options.log_dir, config)
        case "screenshot":
            from forecast_dashboard import screenshot

            print(screenshot.screenshot(options.browser))
            return _do("report", options, config)
    return 0


def _columns(options: argparse.Namespace) -> Columns | None:
    """Of the user's own file, as far as they are named."""
    wanted = {"--time": options.time, "--value": options.value, "--tz": options.tz}
    if not any(wanted.values()):
        return None
    if missing := [name for name, given in wanted.items() if not given]:
        raise ExplainedError(f"{' and '.join(missing)} must be given too: which column, and where the clocks are")
    return Columns(options.time, options.value, options.tz, options.weather, options.holiday, options.area)


if __name__ == "__main__":
    sys.exit(main())
