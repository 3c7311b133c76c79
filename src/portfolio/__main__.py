"""`python -m portfolio` is `portfolio`; from the first import on, Ctrl-C ends it without a traceback."""

import signal
import sys

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where a shell has us ignore it
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def main() -> None:
    """Run the command line."""
    from portfolio import cli

    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
