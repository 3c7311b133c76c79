"""The only module that knows Jinja2: pages that we write, and expressions over what a run recorded."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import jinja2

Given = TypeVar("Given")
THEME = Path(__file__).with_name("theme.css")  # of every page of HTML, as `theme`


def page(path: Path, filters: Mapping[str, Callable[..., Any]] | None = None, **values: Any) -> str:
    """The template in that file, filled; in one of HTML every value stays text."""
    return _template(path, tuple((filters or {}).items())).render(**values)


@cache
def _template(path: Path, filters: tuple[tuple[str, Callable[..., Any]], ...]) -> jinja2.Template:
    import jinja2
    import markupsafe

    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=path.name.endswith(".html.jinja"),
        loader=jinja2.FileSystemLoader(path.parent),
    )
    environment.filters |= filters
    environment.globals["theme"] = markupsafe.Markup(THEME.read_text(encoding="utf-8"))
    return environment.get_template(path.name)


class Language:
    """Expressions and sentences over named values; `plain` is how a value is written into a sentence.

    What is not there, or cannot be worked out, is None: it is somebody's recorded run, and may lack anything.
    """

    def __init__(self, filters: Mapping[str, Callable[..., Any]], plain: Callable[[Any], str]) -> None:
        import jinja2
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        self._environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, finalize=plain)
        self._environment.filters |= filters
        self._environment.tests["search"] = lambda text, pattern: bool(re.search(pattern, text))

    def value(self, expression: str, values: Mapping[str, Any]) -> Any:
        """What the expression gives; None where it gives nothing."""
        compiled = self._environment.compile_expression(expression, undefined_to_none=True)
        return _or_none(lambda: compiled(**values))

    def sentence(self, text: str, values: Mapping[str, Any]) -> str | None:
        """The sentence with its values; None where one of them is not there."""
        template = self._environment.from_string(text)
        return _or_none(lambda: template.render(**values))


def _or_none(work: Callable[[], Given]) -> Given | None:
    import jinja2

    try:
        return work()
    except (jinja2.TemplateRuntimeError, ArithmeticError, LookupError, TypeError, ValueError):
        return None
