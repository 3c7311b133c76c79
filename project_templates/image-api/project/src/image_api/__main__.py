"""The command line: `python -m image_api VERB`."""

import argparse
import sys

from image_api import verbs
from image_api.config import LOGS, Config, load

MEASURED = ("data", "train", "evaluate", "loadtest")  # their seconds are kept with the results
STEPS = (*MEASURED, "report")  # what `run` runs


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 a problem that is explained."""
    options = _parser().parse_args(arguments)
    config = load(options.seed)
    steps = STEPS if options.verb == "run" else (options.verb,)
    return verbs.run(steps, lambda verb: _do(verb, options, config), MEASURED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m image_api", description="Train, measure and serve the classifier.")
    parser.add_argument("--seed", type=int, help="instead of the project's own")
    subparsers = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, help_text in (
        ("run", "data, train, evaluate, loadtest, report"),
        ("data", "draw or read the photographs"),
    ):
        verb = subparsers.add_parser(name, help=help_text)
        _data_options(verb)
        _seed_too(verb)
    _seed_too(subparsers.add_parser("train", help="fit the baseline and three experiments, export the best"))
    _seed_too(subparsers.add_parser("evaluate", help="measure on plants never seen; writes reports/metrics.json"))
    report = subparsers.add_parser("report", help="write the measured numbers into README.md and MODEL_CARD.md")
    report.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if they differ from what was measured"
    )
    serve = subparsers.add_parser("serve", help="answer over HTTP, with a page to try it")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--log-dir", default=str(LOGS), help="where answers are logged, for `monitor`")
    subparsers.add_parser("loadtest", help="start the service on a free port and measure its latency")
    monitor = subparsers.add_parser("monitor", help="read the logs; exit 1 when something drifted")
    monitor.add_argument("--log-dir", default=str(LOGS))
    monitor.add_argument(
        "--accept", action="store_true", help="looked at and found good: compare with these from now on"
    )
    picture = subparsers.add_parser("screenshot", help="take the README's picture of the page, with a real browser")
    picture.add_argument("--browser", metavar="PATH", help="a Chromium that is installed already")
    return parser


def _data_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--data",
        default="sample",
        help="'sample' (default), 'plantvillage', or a folder with one folder for each class",
    )
    verb.add_argument("--ood", metavar="FOLDER", help="photographs of the same classes from elsewhere, to test on only")
    verb.add_argument(
        "--limit", type=int, default=200, metavar="N", help="photographs of each class of a public collection (200)"
    )
    verb.add_argument("--mirror", metavar="URL", help="where a public collection is fetched instead of its own address")


def _seed_too(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--seed", type=int, default=argparse.SUPPRESS, help="instead of the project's own")


def _do(verb: str, options: argparse.Namespace, config: Config) -> int:
    """Each verb imports only what it needs: serving never sees torch."""
    match verb:
        case "data":
            from image_api import data

            request = data.Request(options.data, options.ood, options.limit, options.mirror)
            print(data.describe(data.prepare(request, config)))
        case "train":
            from image_api import train

            for run in train.train(config):
                print(f"{'→' if run.chosen else ' '} {run.name}: {run.score:.3f} in validation, {run.seconds:.0f} s")
        case "evaluate":
            from image_api import evaluate

            evaluate.evaluate(config)
        case "report":
            from image_api import report

            return report.report(only_check=getattr(options, "check", False))
        case "serve":
            from image_api import serve

            serve.serve(config, options.host, options.port, options.log_dir)
        case "loadtest":
            from image_api import loadtest

            print(loadtest.loadtest(config))
        case "monitor":
            from image_api import monitor

            return monitor.monitor(options.log_dir, config, options.accept)
        case "screenshot":
            from image_api import screenshot

            print(screenshot.screenshot(options.browser))
            return _do("report", options, config)
    return 0


if __name__ == "__main__":
    sys.exit(main())
