"""What an update buys: the audit of the project as it is committed, beside that of the project as updated."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.audit import comparison, engine
from portfolio.audit.project import open_project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portfolio.audit.comparison import Comparison
    from portfolio.git.repository import Entry
    from portfolio.update.plan import Update


def compare(update: Update) -> Comparison | None:
    """What the audit says after the update and did not say before; None where files hold conflict marks."""
    if update.merge is None or update.merge.conflicts:
        return None
    project, scratch = update.project, update.scratch
    before, after = (
        {path.removeprefix(project.prefix): entry for path, entry in tree.items() if project.own(path)}
        for tree in (project.files, scratch.entries(update.merge.tree))
    )
    contents = scratch.contents(entry.blob for tree in (before, after) for entry in tree.values())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        audits = []
        for old, new in (({}, before), (before, after)):
            _write(folder, old, new, contents)
            audits.append(engine.audit(open_project(folder), name))
    return comparison.between(*audits)


def _write(folder: Path, old: Mapping[str, Entry], new: Mapping[str, Entry], contents: Mapping[str, bytes]) -> None:
    """Make a folder that holds the old files hold the new ones."""
    for path in old.keys() - new.keys():
        (folder / path).unlink(missing_ok=True)
        for parent in (folder / path).parents:  # a file may come in place of a folder
            if parent == folder or not parent.is_dir() or any(parent.iterdir()):
                break
            parent.rmdir()
    for path, entry in new.items():
        is_same = path in old and old[path].blob == entry.blob
        if not is_same and entry.blob in contents and entry.mode.startswith("100"):  # no links, no submodules
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(contents[entry.blob])
