"""Progress bars: the one module that knows tqdm."""

from collections.abc import Iterable
from typing import TypeVar

from tqdm import tqdm

PATIENCE = 2.0  # seconds before a bar is shown

Item = TypeVar("Item")


def progress(items: Iterable[Item], what: str, total: int | None = None) -> Iterable[Item]:
    """The same items; on a terminal, with a bar on standard error if they take longer than two seconds."""
    return tqdm(items, what, total, delay=PATIENCE, disable=None, dynamic_ncols=True)
