"""What was made, for a terminal or a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfolio.errors import PortfolioError
from portfolio.terminal import Format, bold, document, problem, visible, wrap

if TYPE_CHECKING:
    from pathlib import Path

    from portfolio.site.build import Site

SCHEMA = 1


def left_out(site: Site) -> list[str]:
    """The projects that are not shown, and why."""
    return [problem(PortfolioError(f"not shown: {each.message}", each.hint)) for each in site.left_out]


def answer(site: Site, out: Path, output: Format) -> str:
    """Which projects are on the page."""
    if output is Format.json:
        shown = [
            {"project": each.card.name, "role": each.card.role, "page": f"{each.page}/index.html",
             "result": each.card.result} for each in site.shown
        ]  # fmt: skip
        left_out = [vars(each) for each in site.left_out]
        return document({"schema": SCHEMA, "out": str(out), "shown": shown, "left_out": left_out})
    number = len(site.shown)
    lines = [bold(f"{visible(str(out))}/index.html: {number} project{'s' * (number != 1)}")]
    lines += [wrap(f"{visible(each.card.name)}: {visible(each.card.result)}", "  ", "    ") for each in site.shown]
    lines.append("Publish the folder anywhere that serves files: GitHub Pages, say.")
    return "\n".join(lines)
