"""Visitors of a recommender who send every event again until it is acknowledged, whatever happens to the service."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import threading
import time
from typing import Any

PEOPLE = 6
HEADERS = {"Content-Type": "application/json"}
ITEMS = [f"f{number:03}" for number in range(400)]


class Client:
    """One of them. What is answered with a status that is not expected ends it."""

    def __init__(self, number: int, port: int, ask_again: set[int]) -> None:
        self.number, self.port, self.ask_again = number, port, ask_again
        self.acknowledged: dict[str, str] = {}  # event id → list's item, by what was answered
        self.variants: set[str] = set()  # that were shown to them
        self.may_stop = threading.Event()

    def _ask(self, path: str, body: dict[str, Any]) -> Any:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("POST", path, json.dumps(body), HEADERS)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status in self.ask_again:
                raise OSError(content)
            assert answer.status == 200, content
            return json.loads(content)

    def _until_answered(self, path: str, body: dict[str, Any]) -> Any:
        while True:
            try:
                return self._ask(path, body)
            except (OSError, http.client.HTTPException, ValueError):  # killed meanwhile: was it written? ask again
                time.sleep(0.02)

    def live(self) -> None:
        """Ask for lists, see them and open something, until told to stop."""
        chance, visit = random.Random(self.number), 0
        while not self.may_stop.is_set():
            visit += 1
            asked = {"user": f"user {self.number}", "history": chance.sample(ITEMS, 5), "visit": f"{visit}"}
            found = self._until_answered("/recommendations", asked)
            self.variants.add(found["variant"])
            item, event = chance.choice(found["items"])["item"], f"{self.number} {visit}"
            events = [
                {"type": "exposure", "token": found["token"]},
                {"type": "click", "token": found["token"], "item": item, "event_id": event},
            ]
            self._until_answered("/events", {"events": events})
            self.acknowledged[event] = item


class Crowd:
    """Several at once, from the start on."""

    def __init__(self, port: int, ask_again: set[int] | None = None) -> None:
        self.clients = [Client(number, port, ask_again or set()) for number in range(PEOPLE)]
        self._threads = [threading.Thread(target=client.live, daemon=True) for client in self.clients]
        for thread in self._threads:
            thread.start()

    @property
    def acknowledged(self) -> dict[str, str]:
        """What all of them have been told is written."""
        assert all(thread.is_alive() for thread in self._threads), "somebody got an answer that they did not expect"
        return {event: item for client in self.clients for event, item in list(client.acknowledged.items())}

    def leave(self) -> dict[str, str]:
        """Let each finish what they are about; returns what they have been told is written."""
        for client in self.clients:
            client.may_stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()
        return {event: item for client in self.clients for event, item in client.acknowledged.items()}
