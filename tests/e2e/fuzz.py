"""Bodies of requests that nobody meant to send."""

from __future__ import annotations

import json
import random
from typing import Any

JUNK: tuple[Any, ...] = (None, True, -1, 0, 1e308, 10**400, float("nan"), "", "é" * 500, "\x00", [], [[]], {}, {"a": 1})


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Cut, turned over, repeated, or mixed up here and there."""
    data = bytearray(content)
    match chance.randrange(6):
        case 0:
            return bytes(data)
        case 1:
            return bytes(data[: chance.randrange(len(data))])
        case 2:
            for _ in range(chance.randrange(1, 30)):
                data[chance.randrange(len(data))] = chance.randrange(256)
        case 3:
            at = chance.randrange(len(data))
            data[at:at] = chance.randbytes(chance.randrange(1, 200))
        case 4:
            at = chance.randrange(len(data))
            del data[at : at + chance.randrange(1, 100)]
        case _:  # sizes and lengths near the front are where bombs hide
            for _ in range(4):
                data[min(chance.randrange(8, 40), len(data) - 1)] = 255
    return bytes(data)


def misplaced(document: Any, chance: random.Random) -> Any:
    """The document with junk in one place of it."""
    if isinstance(document, dict | list) and document and chance.randrange(5):
        key = chance.choice(list(document) if isinstance(document, dict) else range(len(document)))
        document[key] = misplaced(document[key], chance)
        return document
    return chance.choice(JUNK)


def strange(body: bytes, chance: random.Random) -> bytes:
    """A body as bytes, or a document as one, that is not what it was."""
    if body.startswith(b"{") and chance.randrange(2):
        return json.dumps(misplaced(json.loads(body), chance)).encode()
    return mutated(body, chance)
