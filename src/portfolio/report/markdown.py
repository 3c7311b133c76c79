"""For a pull request or a job's summary. The only report that knows Jinja2."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.audit import RULE_SET, Audit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portfolio.audit import Outcome

MARKS = re.compile(r"([\\`*_\[\]|~#])")


def lines(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Every project, one after another."""
    import jinja2

    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["said"] = said
    template = environment.from_string(Path(__file__).with_name("audit.md.jinja").read_text(encoding="utf-8"))
    for each in outcomes:
        is_audit = isinstance(each, Audit)
        yield template.render(audit=each if is_audit else None, refused=None if is_audit else each, rule_set=RULE_SET)


def said(text: str) -> str:
    """Somebody's words, shown as they are: neither Markdown nor HTML."""
    return MARKS.sub(r"\\\1", html.escape(" ".join(text.split()), quote=False))
