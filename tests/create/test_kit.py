"""What every project carries of ours stays small, and knows nothing of any of them."""

from __future__ import annotations

import re

from portfolio.create import templates

KIT = templates.root() / "_shared/kit"
# By the design 16 and 1,400: tracking, refresh, the one-file page, and sample sizes came on top.
MOST_MODULES, MOST_LINES = 18, 1_765


def test_the_kit_imports_nothing_above_it_and_prints_from_one_place() -> None:
    for path in KIT.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        above = "|".join(["from \\.\\.", *(each.package for each in templates.all())])
        assert not re.search(above, text), path
        assert path.name == "commands.py" or not re.search(r"^\s*print\(", text, re.M), path


def test_the_kit_stays_small() -> None:
    files = list(KIT.glob("*.py"))
    assert len(files) <= MOST_MODULES
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) <= MOST_LINES
