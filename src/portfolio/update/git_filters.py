"""Files that pass through a filter of the user's git, stored as the filter leaves them: so the tree stays clean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfolio.git.repository import Entry, NewFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portfolio.git.repository import Files, Repository
    from portfolio.update.project import Living


def cleaned(
    project: Living, scratch: Repository, merged: Mapping[str, Entry | NewFile], skipped: frozenset[str]
) -> Files:
    """Each changed file that a configured filter cleans, as it leaves it; what is stored goes to the scratch."""
    git = project.repository
    changed = [path for path, file in merged.items() if file != project.files.get(path) and path not in skipped]
    listed = git.ask("check-attr", "-z", "--stdin", "filter", stdin="".join(f"{path}\0" for path in changed))
    fields = listed.split("\0")
    named = {path: name for path, name in zip(fields[::3], fields[2::3], strict=False) if name}
    configured = {name for name in set(named.values()) - {"unspecified", "unset", "set"} if _is_configured(git, name)}
    files: Files = {}
    for path, name in named.items():
        if name in configured:
            file = merged[path]
            content = scratch.contents([file.blob])[file.blob] if isinstance(file, Entry) else file.content
            blob = git.store(content, git.storing_into(scratch), path)
            files[path] = Entry(path, file.mode, blob)
    return files


def _is_configured(git: Repository, name: str) -> bool:
    return any(git.try_to("config", "--get", f"filter.{name}.{way}")[0] == 0 for way in ("clean", "process"))
