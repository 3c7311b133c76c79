"""Events of users who agreed to it: one JSON object a line, a file a day, in a folder that only this machine reads.

An event holds no question, no address and no name: a random id that a browser keeps, what happened, and to which
article. Whoever wants to be forgotten is taken out of the files, and old days go by themselves.
"""

import json
import os
import re
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Lock

from product_brief.kit.project import ExplainedError

VERSION = 1  # of what follows: a change of meaning is a new version, and the measures say which one they read
EVENTS = {
    "consented": "somebody agreed that events are stored",
    "asked": "a question was asked",
    "suggested": "an article was suggested",
    "listed": "a list of articles was shown, without a suggestion",
    "abstained": "the assistant said that it cannot help",
    "refused": "the assistant said that it does not answer such questions",
    "opened": "the suggested or a listed article was opened",
    "solved": "the user said that the question is answered",
    "not_solved": "the user said that the suggestion is wrong",
    "handed_over": "the user asked a person instead",
    "forgotten": "somebody had everything about them deleted; this is all that is left, and it names nobody",
}
OF_USERS = ("opened", "solved", "not_solved", "handed_over")  # that a page reports; the service writes the others
PERSON, BOT, OWN = "person", "bot", "own"  # where an event comes from
ASSISTANT, LIST = "assistant", "list"  # the arms of the trial
ROBOTS = re.compile(r"bot\b|crawl|spider|slurp|headless|python|curl|wget|httpx|monitor|preview", re.I)
NAME = re.compile(r"[0-9a-f]{32}")  # of a user, and of a question
FILE, UNFINISHED = "events-{day}.jsonl", ".new"


@dataclass(frozen=True)
class Event:
    """Something that a user did, or that was shown to one."""

    event: str
    user: str
    question: str = ""  # which of the user's questions; a random id, and never its text
    article: str = ""
    arm: str = ASSISTANT
    traffic: str = PERSON
    simulated: bool = False
    at: str = ""  # ISO time, UTC
    id: str = field(default_factory=lambda: uuid.uuid4().hex)  # the same event twice counts once
    version: int = VERSION

    def __post_init__(self) -> None:
        """Refuse what is no event."""
        if self.event not in EVENTS:
            raise ValueError(f"{self.event!r} is none of {', '.join(EVENTS)}")


def traffic_of(agent: str, is_own: bool) -> str:
    """Who sends an event, by the browser's name for itself."""
    return OWN if is_own else BOT if not agent or ROBOTS.search(agent) else PERSON


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class EventLog:
    """The files of events in a folder. Other processes may write to them at the same time."""

    folder: Path
    keep_days: int
    now: Callable[[], datetime] = _now
    _day: date | None = None  # of the last event: with the first one of a new day, old days go
    _lock: Lock = field(default_factory=Lock)

    def write(self, event: Event) -> None:
        """Append an event, with the time."""
        now = self.now()
        if now.date() != self._day:
            self._day = now.date()
            self.expire()
        line = json.dumps({**asdict(event), "at": now.isoformat(timespec="milliseconds")}, ensure_ascii=False)
        with self._alone():
            path = self.folder / FILE.format(day=now.date())
            start = b"" if _ends_whole(path) else b"\n"  # after a line that a crash cut short, a new one
            with path.open("ab") as file:
                file.write(start + line.encode() + b"\n")

    def forget(self, user: str) -> int:
        """Take every event of a user out of the files; returns how many there were, and keeps that somebody asked."""
        if not NAME.fullmatch(user):
            raise ExplainedError(f"{user[:40]!r} is no id of a user: it has 32 digits and letters from a to f")
        taken = 0
        with self._alone():
            self._clear()
            for path in files(self.folder):
                lines = path.read_bytes().split(b"\n")
                kept = [line for line in lines if user.encode() not in line]
                if taken_here := len(lines) - len(kept):
                    _replace(path, b"\n".join(kept))
                    taken += taken_here
        if taken:
            self.write(Event("forgotten", user=""))
        return taken

    def expire(self) -> int:
        """Delete the days that are older than is promised; returns how many."""
        oldest: date = self.now().date() - timedelta(self.keep_days)
        with self._alone():
            self._clear()
            old = [path for path in files(self.folder) if path.name < FILE.format(day=oldest)]
            for path in old:
                path.unlink()
        return len(old)

    def _clear(self) -> None:
        """What a deletion left that was killed: half of a file, with everybody's events."""
        for path in self.folder.glob(f".*{UNFINISHED}"):
            path.unlink()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else writes to the folder meanwhile, no other process either."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock, (self.folder / ".lock").open("a+b") as file:
            if sys.platform == "win32":
                import msvcrt

                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                try:
                    yield
                finally:
                    file.seek(0)
                    msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
                yield


def files(folder: Path) -> list[Path]:
    """The files of events, oldest first."""
    return sorted(folder.glob(FILE.format(day="*")))


def _ends_whole(path: Path) -> bool:
    """Whether the last line of a file is complete."""
    if not path.is_file() or not path.stat().st_size:
        return True
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _replace(path: Path, content: bytes) -> None:
    """Write the file anew, so that a crash leaves the old or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
