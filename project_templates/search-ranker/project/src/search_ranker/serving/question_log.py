"""What was asked, for whoever improves the passages, and for as many days as stated.

Of a question it keeps the words that are in the passages: a name, a number or an address that only the asker knows is
not among them. Who asked is a hash under a key that lives for a day and is never written, so that nobody can be
followed from one day to the next, or found again by trying all addresses. Old days go when the service starts, and
with the first question of every new day.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Lock

from search_ranker.models.engine import Answer, Engine

NAME = "questions-{day}.jsonl"


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass
class QuestionLog:
    """One file a day; older ones than `keep_days` are deleted."""

    folder: Path
    keep_days: int
    today: Callable[[], date] = _today
    _day: date | None = None
    _key: bytes = b""
    _lock: Lock = field(default_factory=Lock)

    def write(self, address: str, answer: Answer, engine: Engine) -> None:
        """One question with what became of it; the address of whoever asked is not kept."""
        asked = answer.ranked.words
        known = [word for word, is_known in zip(asked, engine.known(asked), strict=True) if is_known]
        first = engine.index.passages[answer.ranked.numbers[0]].id if len(answer.ranked.numbers) else None
        with self._lock:
            self.turn()
            asker = hmac.new(self._key, address.encode(), hashlib.sha256).hexdigest()[:16]
            entry = {
                "asker": asker,
                "words": known,
                "unknown": len(asked) - len(known),
                "first": first,
                "is_given": answer.is_given,
            }
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    @property
    def _file(self) -> Path:
        return self.folder / NAME.format(day=self._day)

    def turn(self) -> None:
        """On a new day: a new key, and what is too old goes."""
        if self._day == (day := self.today()):
            return
        self._day, self._key = day, secrets.token_bytes(32)
        self.folder.mkdir(parents=True, exist_ok=True)
        oldest = NAME.format(day=day - timedelta(self.keep_days))
        for path in self.folder.glob(NAME.format(day="*")):
            if path.name <= oldest:
                path.unlink(missing_ok=True)
