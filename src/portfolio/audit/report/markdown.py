"""For a pull request or a job's summary."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio import jinja
from portfolio.audit.engine import RULE_SET, Audit
from portfolio.terminal import visible

if TYPE_CHECKING:
    from portfolio.audit.engine import Outcome

TEMPLATE = Path(__file__).with_name("audit.md.jinja")
MARKS = re.compile(r"([\\`*_\[\]|~#])")


def piece(outcome: Outcome) -> tuple[str, ...]:
    """A project as Markdown."""
    audit = outcome if isinstance(outcome, Audit) else None
    return (jinja.page(TEMPLATE, {"said": said}, audit=audit, refused=outcome, rule_set=RULE_SET),)


def said(text: str) -> str:
    """Somebody's words, shown as they are: neither Markdown nor HTML."""
    return MARKS.sub(r"\\\1", html.escape(visible(" ".join(text.split())), quote=False))
