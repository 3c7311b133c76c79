"""A deadline for one project, so that none can hold up the others."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SECONDS = 15.0


class TooSlow(BaseException):
    """The time is up. No mere Exception, so that nothing that survives any file can swallow it."""


@contextmanager
def of(seconds: float = SECONDS) -> Iterator[None]:
    """Raise TooSlow in this block after that many seconds; where the system has no alarm clock, do nothing."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
