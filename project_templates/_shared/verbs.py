"""Runs verbs one after another, explains what their user can mend, and remembers how long each took."""

import sys
import time
from collections.abc import Callable, Collection, Sequence

from . import results
from .config import DATA, METRICS, ExplainedError

INTERRUPTED = 130


def run(verbs: Sequence[str], do: Callable[[str], int], measured: Collection[str]) -> int:
    """The first exit code that is not 0, or 0; the seconds of `measured` verbs are kept with the results."""
    try:
        for verb in verbs:
            started = time.monotonic()
            code = do(verb)
            if code:
                return code
            if verb in measured:
                seconds = time.monotonic() - started
                results.note_seconds(METRICS, verb, seconds, DATA / "seconds.json")
                if len(verbs) > 1:
                    print(f"{verb}: {seconds:.1f} s", flush=True)
    except (ExplainedError, OSError) as error:  # OSError: a folder that may not be written, a disk that is full
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0
