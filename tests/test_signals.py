"""An end that is asked for while Python cannot raise is heard all the same, and says nothing of its own."""

import signal
import subprocess
import sys

import pytest

LOST = """
import signal, sys, time, weakref
from portfolio import signals
signals.listen()
class Thing:
    def __del__(self): {finalizer}
def gone(_): {callback}
thing = Thing()
watched = weakref.ref(thing, gone)
try:
    del thing
    time.sleep(20)
except signals.EndedBySignal as ended:
    sys.exit(ended.exit_code)
except KeyboardInterrupt:
    sys.exit(130)
"""
ASKED = "signal.raise_signal({number}); time.sleep(0)"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
@pytest.mark.parametrize("place", ["finalizer", "callback"])
def test_an_end_that_falls_where_nothing_is_raised(place: str, number: signal.Signals) -> None:
    places = {"finalizer": "pass", "callback": "pass", place: ASKED.format(number=int(number))}
    script = LOST.format(**places)
    outcome = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=15, check=False)
    assert (outcome.returncode, outcome.stderr) == (128 + number, "")


def test_another_fault_in_a_finalizer_is_still_shown() -> None:
    script = LOST.format(finalizer="1 / 0", callback="pass").replace("time.sleep(20)", "pass")
    outcome = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=15, check=False)
    assert "ZeroDivisionError" in outcome.stderr
