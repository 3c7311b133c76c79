"""The command line: `python -m recommender VERB`."""

import argparse
import sys

from recommender import verbs
from recommender.config import DATA, LOGS, SIMULATED, Config, load

MEASURED = ("data", "train", "evaluate", "simulate", "abtest", "ope", "loadtest")  # their seconds are kept
STEPS = (*MEASURED, "report")  # what `run` runs


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 a problem that is explained."""
    options = _parser().parse_args(arguments)
    config = load(options.seed)
    steps = STEPS if options.verb == "run" else (options.verb,)
    return verbs.run(steps, lambda verb: _do(verb, options, config), MEASURED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recommender", description="Train, serve and compare rankings of films."
    )
    parser.add_argument("--seed", type=int, help="instead of the project's own")
    subparsers = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, help_text in (("run", ", ".join(STEPS)), ("data", "draw, fetch or read the events")):
        verb = subparsers.add_parser(name, help=help_text)
        _data_options(verb)
        _seed_too(verb)
    _seed_too(subparsers.add_parser("train", help="try settings of both rankings, write the model"))
    _seed_too(subparsers.add_parser("evaluate", help="measure on events never seen; writes reports/metrics.json"))
    _seed_too(subparsers.add_parser("simulate", help="send made-up visitors, whose wishes are known, to the service"))
    test = subparsers.add_parser("abtest", help="analyse the experiment; exit 1 when its groups do not fit")
    policies = subparsers.add_parser("ope", help="what another ranking would have done, by the log of one")
    for verb in (test, policies):
        verb.add_argument("--log-dir", help="of `serve`, where there are visitors; else of `simulate`")
    policies.add_argument("--data", choices=["open-bandit"], help="check the estimators on real logs of two policies")
    policies.add_argument("--mirror", metavar="URL", help="where those logs are fetched instead of their own address")
    policies.add_argument("--folder", help="where those logs are, if they are here already")
    export = subparsers.add_parser("export", help="write the log as Parquet, for a warehouse")
    export.add_argument("--log-dir", default=str(SIMULATED))
    export.add_argument("--to", default=str(DATA / "export"), metavar="FOLDER")
    report = subparsers.add_parser("report", help="write the measured numbers into README.md and MODEL_CARD.md")
    report.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if they differ from what was measured"
    )
    serve = subparsers.add_parser("serve", help="answer over HTTP, with a page to try it")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--log-dir", default=str(LOGS), help="where events and requests are logged")
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
        "--data", default="sample", help="'sample' (default), 'ml-100k', 'ml-1m', or a CSV file of user, item and time"
    )
    verb.add_argument("--fewest", type=int, default=1, metavar="N", help="leave out items with fewer events (1)")
    verb.add_argument("--mirror", metavar="URL", help="where a public collection is fetched instead of its own address")


def _seed_too(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--seed", type=int, default=argparse.SUPPRESS, help="instead of the project's own")


def _do(verb: str, options: argparse.Namespace, config: Config) -> int:
    """Each verb imports only what it needs: serving never sees SciPy."""
    match verb:
        case "data":
            from recommender import data

            print(data.describe(data.prepare(data.Request(options.data, options.fewest, options.mirror), config)))
        case "train":
            from recommender import train

            for run in train.train(config):
                print(f"  {run.name}: nDCG {run.validation_ndcg:.3f} in validation, the best of {run.tried}")
        case "evaluate":
            from recommender import evaluate

            evaluate.evaluate(config)
        case "simulate":
            from recommender import simulate

            print(simulate.simulate(config))
        case "abtest":
            from recommender import abtest

            return abtest.abtest(config, getattr(options, "log_dir", None))
        case "ope" if getattr(options, "data", None) == "open-bandit":
            from recommender import openbandit

            print(openbandit.check(config, options.mirror, options.folder))
        case "ope":
            from recommender import ope

            print("\n".join(ope.ope(config, getattr(options, "log_dir", None))))
        case "export":
            from recommender import export

            print(export.export(options.log_dir, options.to))
        case "report":
            from recommender import report

            return report.report(only_check=getattr(options, "check", False))
        case "serve":
            from recommender import serve

            serve.serve(config, options.host, options.port, options.log_dir)
        case "loadtest":
            from recommender import loadtest

            print(loadtest.loadtest(config))
        case "monitor":
            from recommender import monitor

            return monitor.monitor(options.log_dir, config, options.accept)
        case "screenshot":
            from recommender import screenshot

            print(screenshot.screenshot(options.browser))
            return _do("report", options, config)
    return 0


if __name__ == "__main__":
    sys.exit(main())
