"""What a run wrote into report blocks: set aside while the text around it is merged, then put back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portfolio.git.repository import Entry, NewFile
from portfolio.readme import blocks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portfolio.git.repository import Files, Repository


@dataclass(frozen=True)
class SetAside:
    """Our pages without what a run wrote, and what that was."""

    pages: dict[str, NewFile]  # by path
    filling: dict[str, dict[str, str]]  # by path, then by the block's name


def set_aside(git: Repository, base: Files, ours: Files, theirs: Files) -> SetAside:
    """Blank the report blocks of each page that all three have and that all three have differently."""
    shared = [path for path in ours if path.endswith(".md") and path in base and path in theirs]
    blobs = [file.blob for path in shared for file in (ours[path], base[path]) if isinstance(file, Entry)]
    contents = git.contents(blobs)

    def text(file: Entry | NewFile) -> str:
        content = file.content if isinstance(file, NewFile) else contents.get(file.blob, b"")
        return content.decode("utf-8", "surrogateescape")

    pages: dict[str, NewFile] = {}
    filling: dict[str, dict[str, str]] = {}
    for path in shared:
        our_text, base_text, their_text = (text(files[path]) for files in (ours, base, theirs))
        if len({our_text, base_text, their_text}) < 3:
            continue
        if filled := blocks.written_by_a_run(our_text, base_text, their_text):
            filling[path] = filled
            pristine = blocks.contents(base_text)
            blank = blocks.fill(our_text, {name: pristine[name] for name in filled})
            pages[path] = NewFile(blank.encode("utf-8", "surrogateescape"), ours[path].mode)
    return SetAside(pages, filling)


def put_back(scratch: Repository, merged: Mapping[str, Entry], aside: SetAside) -> dict[str, NewFile] | None:
    """Each merged page with the contents back in their blocks; None if a block is no longer there to take them."""
    filled = {}
    for path, contents in aside.filling.items():
        text = scratch.text(merged[path].blob) if path in merged else ""
        if not contents.keys() <= blocks.names(text):
            return None
        page = blocks.fill(text, contents)
        filled[path] = NewFile(page.encode("utf-8", "surrogateescape"), merged[path].mode)
    return filled
