"""The programs and notebooks that make a project's model, or serve it, line by line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from portfolio.audit import documents

if TYPE_CHECKING:
    from portfolio.audit.project import Project

MOST = 80
LONGEST = 500  # characters of a line that are looked at; what is longer was not written by hand
CODE = re.compile(r"\.(py|ipynb|R|Rmd)$")
# Neither tests nor what only looks at the data: a question is about what makes the model, or serves it.
NOT_ITS_OWN = re.compile(
    r"(^|/)(tests?|docs|examples?|site-packages|migrations|\.\w[\w-]*)/|(^|/)(test_|conftest|setup\.py)"
    r"|eda|explor|plot|visuali[sz]|analysis|dashboard|monitor",
    re.IGNORECASE,
)


def lines(project: Project) -> dict[str, list[str]]:
    """Of each, its lines; of a notebook those of its code cells, and the rest empty, so that numbers stay right."""
    paths = [path for path in project.matching(CODE) if not NOT_ITS_OWN.search(path)][:MOST]
    return {path: [line[:LONGEST] for line in _of_code(path, project.read(path))] for path in paths}


def _of_code(path: str, text: str) -> list[str]:
    lines = text.splitlines()
    if not path.endswith(".ipynb"):
        return lines
    try:
        document = documents.read(text)
    except ValueError:
        return []
    match document:
        case {"cells": list(cells)}:
            sources = [
                cell.get("source") for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"
            ]
        case _:
            return []
    written = {each for source in sources if isinstance(source, list) for each in source if isinstance(each, str)}
    return [code if (code := _unquoted(line)) in written else "" for line in lines]


def _unquoted(line: str) -> str:
    try:
        text = json.loads(line.strip().removesuffix(","))
    except (ValueError, RecursionError):
        return ""
    return text if isinstance(text, str) else ""
