"""A page in one file, and the policy that lets the browser run and load nothing but what is in it."""

import base64
import hashlib
import html
import json
import re
import string
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

OF_HEADERS_ONLY = re.compile(r"; frame-ancestors [^;]*")  # which a page cannot say of itself


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


def publish(page: Page, path: Path, only_check: bool = False) -> bool:
    """Write the page as one file for any static host, unless it is only a check; returns whether it differed."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{OF_HEADERS_ONLY.sub("", page.policy)}">'
    text = page.text.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n{meta}', 1)
    differs = not path.is_file() or path.read_text(encoding="utf-8") != text
    if differs and not only_check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return differs


def as_data(value: object) -> str:
    """JSON inside a script: no name in it ends the script that it stands in."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _hash(text: str, tag: str) -> str:
    inside = re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    return base64.b64encode(hashlib.sha256(inside[1].encode() if inside else b"").digest()).decode()
