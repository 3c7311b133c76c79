"""`python -m portfolio` is `portfolio`: runs the command line, and is the only place that catches.

From the first import on, Ctrl-C ends it without a traceback.
"""

import signal
import sys
from typing import TYPE_CHECKING, NoReturn

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where a shell has us ignore it
    signal.signal(signal.SIGINT, signal.SIG_DFL)

if TYPE_CHECKING:
    import typer

    from portfolio.errors import PortfolioError, WrongUse

INTERRUPTED = 130  # how Typer reports Ctrl-C


def main() -> NoReturn:
    """Run the command line; exits with its code."""
    import gc

    gc.disable()  # a short life with little garbage: looking for it takes a tenth of the time
    import typer

    from portfolio import signals, terminal
    from portfolio.cli import app
    from portfolio.errors import PortfolioError

    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    terminal.prepare()
    signals.listen()
    try:
        code = app(prog_name="portfolio", standalone_mode=False)
    except PortfolioError as error:
        _fail(error)
    except typer.TyperException as error:  # the parser's own
        _fail(_as_wrong_use(error))
    except signals.EndedBySignal as ended:
        code = ended.exit_code
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:
        _fail(PortfolioError("interrupted", "no half-made project was left behind; run the same command again"))
    gc.freeze()  # skip the final garbage collection too
    sys.exit(code)


def _fail(error: "PortfolioError") -> NoReturn:
    from portfolio import terminal

    terminal.warn(terminal.problem(error))
    sys.exit(error.exit_code)


def _as_wrong_use(error: "typer.TyperException") -> "WrongUse":
    from portfolio.errors import WrongUse

    message = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "portfolio"
    return WrongUse(message[:1].lower() + message[1:], f"see how it is used: {command} --help")


if __name__ == "__main__":
    main()
