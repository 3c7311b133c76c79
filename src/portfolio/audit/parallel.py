"""Many projects in one call: on every core where that pays, and in the order in which they were named."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

MANY = 100  # projects, from which on starting a process pays
AT_ONCE = 16  # projects that a process is given at a time
Result = TypeVar("Result")


def each_path(job: Callable[[Path], Result], paths: Sequence[Path], may_share: bool) -> Iterator[Result]:
    """The job's result for each path; with `may_share` from several processes, so it has to be a plain function."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not may_share or len(paths) < MANY or cores < 2:
        yield from map(job, paths)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(min(cores, 8)) as pool:
        yield from pool.map(job, paths, chunksize=AT_ONCE)
