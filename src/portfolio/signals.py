"""An end that is asked for from outside is an end like any other: what was begun is taken back, children are ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

GRACE = 5.0  # seconds for a child to end by itself
AGAIN = 0.02  # seconds until an end that nobody could hear is asked for once more


class EndedBySignal(BaseException):
    """The process was told to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
        self.exit_code = 128 + number  # as shells have it


def listen() -> None:
    """From now on SIGTERM and SIGHUP raise EndedBySignal, unless whoever started us has them ignored."""
    ours = os.getpid()

    def end(number: int, _: FrameType | None) -> None:
        if os.getpid() != ours:  # a worker of ours, which has nothing to take back
            os._exit(128 + number)
        raise EndedBySignal(number)

    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)
    sys.unraisablehook = _unheard


def _unheard(lost: sys.UnraisableHookArgs) -> None:
    """Python drops what is raised in a finalizer or a callback: an end that fell there is asked for again."""
    if isinstance(lost.exc_value, EndedBySignal):
        number = lost.exc_value.number
    elif isinstance(lost.exc_value, KeyboardInterrupt):
        number = signal.SIGINT
    else:
        sys.__unraisablehook__(lost)
        return
    import _thread
    import threading

    def ask() -> None:
        if hasattr(signal, "pthread_kill"):  # ends what the main thread waits for, too
            signal.pthread_kill(threading.main_thread().ident or 0, number)
        else:  # Windows
            _thread.interrupt_main(signal.Signals(number))

    again = threading.Timer(AGAIN, ask)
    again.daemon = True  # a process that is leaving anyway is not kept, nor ended a second time
    again.start()


@contextmanager
def postponed() -> Iterator[None]:
    """Signals wait until this block has ended: a short-lived child must not write on where we tidy up."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def ending_with_us(process: subprocess.Popen[str]) -> Iterator[None]:
    """Whatever ends this block early ends the process too, and all that it has started.

    It has to lead a session of its own (`start_new_session`), so that its children are known.
    """
    try:
        yield
    except BaseException:
        _end(process, signal.SIGTERM)
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            _end(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        raise


def _end(process: subprocess.Popen[str], number: int) -> None:
    if os.name == "nt":
        process.terminate()
        return
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # it is gone already
        return
