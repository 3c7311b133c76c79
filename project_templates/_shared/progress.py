"""Shows how far a loop has come, on standard error, if it takes longer than two seconds."""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

PATIENCE = 2.0  # seconds before anything is shown
WIDTH = 24  # characters of the bar

Item = TypeVar("Item")


def progress(items: Sequence[Item], what: str) -> Iterator[Item]:
    """Yield the items; on a terminal draw a bar, elsewhere print a line now and then."""
    started = shown = time.monotonic()
    is_live, has_shown = sys.stderr.isatty(), False
    for done, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if now - started < PATIENCE or now - shown < (0.1 if is_live else PATIENCE):
            continue
        shown, has_shown = now, True
        filled = WIDTH * done // len(items)
        bar = f"{what}  {'█' * filled}{'░' * (WIDTH - filled)}  {done}/{len(items)}"
        print(f"\r{bar}" if is_live else bar, end="" if is_live else "\n", file=sys.stderr, flush=True)
    if has_shown and is_live:
        print(
            f"\r{what}  {'█' * WIDTH}  {len(items)}/{len(items)}  {time.monotonic() - started:.1f} s", file=sys.stderr
        )
