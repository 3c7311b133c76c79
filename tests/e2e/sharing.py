"""Which journeys one process runs: those of a template share its project, which takes minutes to make."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

from portfolio.create import templates

HERE = Path(__file__).parent
TEMPLATE = re.compile(r'(?m)^TEMPLATE = "(.+)"$')


class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives all that belongs together to one process, the largest first."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)


def together(nodeid: str) -> str:
    """What a test shares: the template of its parameters or of its file, else its file; nothing if it is no journey."""
    path, _, rest = nodeid.partition("::")
    if "/e2e/" not in path:
        return nodeid
    return next((name for name in _names() if f"[{name}" in rest), None) or _of_file(Path(path).name)


@cache
def _names() -> list[str]:
    return [each.name for each in templates.all()]


@cache
def _of_file(name: str) -> str:
    text = (HERE / name).read_text(encoding="utf-8")
    found = TEMPLATE.search(text)
    return found[1] if found and "project: Project" in text else name
