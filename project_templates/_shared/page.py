"""A page in one file, and the policy that lets the browser run and load nothing but what is in it."""

import base64
import hashlib
import html
import re
import string
from collections.abc import Mapping
from pathlib import Path


def render(path: Path, words: Mapping[str, str], markup: Mapping[str, str] | None = None) -> tuple[str, str]:
    """(page, Content-Security-Policy): `$name` becomes the word of that name, or markup, which is taken as it is."""
    escaped = {key: html.escape(word) for key, word in words.items()}
    text = string.Template(path.read_text(encoding="utf-8")).substitute(escaped, **(markup or {}))

    def hash_of(tag: str) -> str:
        inside = re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        return base64.b64encode(hashlib.sha256(inside[1].encode() if inside else b"").digest()).decode()

    policy = (
        f"default-src 'none'; script-src 'sha256-{hash_of('script')}'; style-src 'sha256-{hash_of('style')}'; "
        "img-src blob: data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self' https://huggingface.co"
    )
    return text, policy
