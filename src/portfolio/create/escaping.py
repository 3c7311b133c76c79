"""Answers as they are written into files: whatever a user types stays text."""

from __future__ import annotations

import json
import re

FORMATTING = re.compile(r"[\\`*_\[\]|~$&#=]")  # what Markdown would read as formatting inside a line
AT_THE_START = re.compile(r"^(\d{0,9})([-+.)])")  # what it would read as a list or a rule at the start of one
TAGS = {"<": "&lt;", ">": "&gt;"}


def in_quotes(text: str) -> str:
    """The text as it stands between double quotes in TOML, JSON and YAML alike."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def in_markdown(text: str) -> str:
    """The text as it stands on one line of Markdown, also alone on it: nothing in it is read as formatting or HTML."""
    line = FORMATTING.sub(r"\\\g<0>", " ".join(text.split()))
    line = re.sub("[<>]", lambda tag: TAGS[tag[0]], line)
    return AT_THE_START.sub(r"\1\\\2", line)
