"""What an update buys: the audit of the project as it is committed, beside that of the project as updated."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.audit import comparison, engine
from portfolio.audit.project import open_project

if TYPE_CHECKING:
    from portfolio.audit.comparison import Comparison
    from portfolio.update.plan import Update


def compare(update: Update) -> Comparison | None:
    """What the audit says after the update and did not say before; None where files hold conflict marks."""
    if update.merge is None or update.merge.conflicts:
        return None
    project, scratch = update.project, update.scratch
    trees = [project.files, scratch.entries(update.merge.tree)]
    contents = scratch.contents(entry.blob for tree in trees for path, entry in tree.items() if project.own(path))
    audits = []
    for tree in trees:
        with tempfile.TemporaryDirectory() as folder:
            for path, entry in tree.items():
                if project.own(path) and entry.blob in contents and entry.mode.startswith("100"):
                    target = Path(folder, path.removeprefix(project.prefix))
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(contents[entry.blob])
            audits.append(engine.audit(open_project(Path(folder)), folder))
    return comparison.between(*audits)
