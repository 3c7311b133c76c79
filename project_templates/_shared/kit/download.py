"""Fetches public files: several at once, each checked before it is kept, and what is kept is not fetched again."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx2

from .progress import progress
from .project import ExplainedError

AT_ONCE = 8  # files
TRIES = 3  # of one file, before it counts as failed
PAUSE = 0.5  # seconds before the second try; then twice as long
FAILURES = 5  # files, before the others are not tried any more
AGAIN = "What has arrived is kept: run the same command again"


class DownloadError(ExplainedError):
    """Something could not be fetched; what has arrived is kept."""


@dataclass(frozen=True)
class Wanted:
    """A file, where it is published and where it is kept."""

    url: str
    path: Path
    is_whole: Callable[[bytes], bool]  # whether the content is what was published

    @property
    def name(self) -> str:
        """As it is called where it is published."""
        return unquote(urlsplit(self.url).path.rpartition("/")[2])

    @property
    def is_here(self) -> bool:
        """Whether it has arrived, and is still whole."""
        return self.path.is_file() and self.is_whole(self.path.read_bytes())


def fetch(wanted: list[Wanted], what: str, mirror: str | None = None) -> None:
    """Bring every file that is not here yet; DownloadError if one is missing in the end."""
    missing = list({each.path: each for each in wanted if not each.is_here}.values())  # the same content only once
    if not missing:
        return
    failures: dict[str, str] = {}
    with httpx2.Client(timeout=30, follow_redirects=True) as client, ThreadPoolExecutor(AT_ONCE) as pool:
        tasks = {pool.submit(_bring, each, client, mirror): each for each in missing}
        try:
            for task in progress(as_completed(tasks), f"fetching {what}", len(tasks)):
                try:
                    task.result()
                except DownloadError as problem:
                    failures[tasks[task].name] = str(problem)
                if len(failures) >= FAILURES:
                    break
        finally:  # also when interrupted: what is under way ends, nothing new begins
            pool.shutdown(cancel_futures=True)
    if failures:
        reasons = "; ".join(f"{name}: {why}" for name, why in failures.items())
        have = sum(each.is_here for each in wanted)
        raise DownloadError(f"{have} of {len(wanted)} {what} are here, but not all: {reasons}. {AGAIN}.")


def get(url: str, client: httpx2.Client, mirror: str | None = None) -> bytes:
    """The content behind an address, tried a few times; a mirror holds it below its host's name."""
    place = url if mirror is None else f"{mirror.rstrip('/')}/{urlsplit(url).netloc}{urlsplit(url).path}"
    for number in range(TRIES):
        if number:
            time.sleep(PAUSE * 2 ** (number - 1))
        try:
            answer = client.get(place)
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            problem = f"the connection to {urlsplit(place).netloc} failed ({error or type(error).__name__})"
            continue
        if answer.status_code in (403, 429):
            raise DownloadError(f"{urlsplit(place).netloc} allows no more requests{_until(answer)}")
        if answer.status_code == 200:
            return answer.content
        problem = f"{urlsplit(place).netloc} answered {answer.status_code}"
        if answer.status_code < 500:
            break
    raise DownloadError(problem)


def _bring(wanted: Wanted, client: httpx2.Client, mirror: str | None) -> None:
    content = get(wanted.url, client, mirror)
    if not wanted.is_whole(content):
        raise DownloadError("it is not the file that was published, and was thrown away")
    wanted.path.parent.mkdir(parents=True, exist_ok=True)
    part = wanted.path.with_name(f"{wanted.path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(wanted.path)  # whole or not at all


def _until(answer: httpx2.Response) -> str:
    """For how long, if the answer says so."""
    wait, reset = answer.headers.get("retry-after", ""), answer.headers.get("x-ratelimit-reset", "")
    if wait.isdecimal():
        return f" for the next {wait} seconds"
    if reset.isdecimal():
        return f" until {datetime.fromtimestamp(int(reset)):%H:%M}"
    return ""
