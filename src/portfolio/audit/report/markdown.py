"""For a pull request or a job's summary. The only report that knows Jinja2."""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.audit.engine import RULE_SET, Audit
from portfolio.terminal import visible

if TYPE_CHECKING:
    import jinja2

    from portfolio.audit.engine import Outcome

MARKS = re.compile(r"([\\`*_\[\]|~#])")


def piece(outcome: Outcome) -> tuple[str, ...]:
    """A project as Markdown."""
    is_audit = isinstance(outcome, Audit)
    return (_template().render(audit=outcome if is_audit else None, refused=outcome, rule_set=RULE_SET),)


@cache
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["said"] = said
    return environment.from_string(Path(__file__).with_name("audit.md.jinja").read_text(encoding="utf-8"))


def said(text: str) -> str:
    """Somebody's words, shown as they are: neither Markdown nor HTML."""
    return MARKS.sub(r"\\\1", html.escape(visible(" ".join(text.split())), quote=False))
