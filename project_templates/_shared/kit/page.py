"""A page in one file, and the policy that lets the browser run and load nothing but what is in it."""

import base64
import hashlib
import html
import re
import string
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Page(NamedTuple):
    """A page and its Content-Security-Policy."""

    text: str
    policy: str


def render(path: Path, words: Mapping[str, str], pieces: Mapping[str, str] | None = None) -> Page:
    """The file with `$name` replaced by the word of that name, escaped, or by a piece of HTML, taken as it is."""
    escaped = {key: html.escape(word) for key, word in words.items()}
    text = string.Template(path.read_text(encoding="utf-8")).substitute(escaped, **(pieces or {}))
    policy = (
        f"default-src 'none'; script-src 'sha256-{_hash(text, 'script')}'; style-src 'sha256-{_hash(text, 'style')}'; "
        "img-src blob: data:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'self' https://huggingface.co"
    )
    return Page(text, policy)


def _hash(text: str, tag: str) -> str:
    inside = re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    return base64.b64encode(hashlib.sha256(inside[1].encode() if inside else b"").digest()).decode()
