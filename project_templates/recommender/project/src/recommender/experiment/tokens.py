"""What was shown travels with the list and comes back with its events, sealed: nothing is written until it was seen.

A token is the list's facts as JSON, with a keyed hash over them (HMAC-SHA256): who has no key can read it, and change
nothing. The same key turns visitors' names into pseudonyms, which nobody can turn back by trying all names.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

from recommender.config import EVENTS_KEY
from recommender.kit.project import ExplainedError

NAME = "service.key"  # beside the log: whoever has it can tell whose pseudonym is whose
KEY_BYTES, SEAL_BYTES = 32, 16


class BadTokenError(Exception):
    """Not one of ours, or changed on the way."""


def load_key(folder: Path) -> bytes:
    """The key of EVENTS_KEY, or else the service's own: made at its first start, readable by it alone."""
    if given := os.environ.get(EVENTS_KEY):
        try:
            key = bytes.fromhex(given)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise ExplainedError(f"{EVENTS_KEY} has to be {2 * KEY_BYTES} hexadecimal digits: `openssl rand -hex 32`")
        return key
    folder.mkdir(parents=True, exist_ok=True)
    return _own_key(folder / NAME)


def fingerprint(key: bytes) -> str:
    """What tells keys apart, and nothing else of them."""
    return hashlib.sha256(b"fingerprint" + key).hexdigest()[:16]


def _own_key(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
        if len(key) == KEY_BYTES:
            return key
        if key:
            raise ExplainedError(
                f"{path} holds {len(key)} bytes, and a key has {KEY_BYTES}: put the right one there"
            ) from None
        path.unlink()  # a start that was killed half-way: nothing was sealed with it
        return _own_key(path)
    with os.fdopen(handle, "wb") as file:
        file.write(os.urandom(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()


def pseudonym(key: bytes, *parts: str) -> str:
    """A name that says nothing, always the same for the same parts."""
    return hmac.new(key, json.dumps(parts).encode(), hashlib.sha256).hexdigest()[:24]


def seal(key: bytes, facts: dict[str, Any]) -> str:
    """The facts as a token."""
    body = base64.urlsafe_b64encode(json.dumps(facts, separators=(",", ":")).encode())
    return f"{body.decode()}.{_seal(key, body)}"


def unseal(key: bytes, token: str) -> dict[str, Any]:
    """The facts of a token; BadTokenError if it was not sealed with this key."""
    body, _, seal = token.partition(".")
    if not hmac.compare_digest(_seal(key, body.encode()).encode(), seal.encode()):
        raise BadTokenError
    try:
        return read(token)
    except (ValueError, binascii.Error) as error:
        raise BadTokenError from error


def read(token: str) -> dict[str, Any]:
    """The facts of a token, whoever made it."""
    facts: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.partition(".")[0]))
    return facts


def _seal(key: bytes, body: bytes) -> str:
    digest = hmac.new(key, body, hashlib.sha256).digest()[:SEAL_BYTES]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
