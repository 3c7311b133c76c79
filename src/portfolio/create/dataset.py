"""Which data a project is run on first: a public set by its name, the user's own by its path, or the drawn sample."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.errors import WrongUse, did_you_mean

if TYPE_CHECKING:
    from portfolio.create.templates import DataSet, Template

SAMPLE = "sample"


@dataclass(frozen=True)
class Chosen:
    """The data that were chosen."""

    written: str  # as on the command line
    words: tuple[str, ...] = ()  # what follows the verb; nothing for the sample
    public: DataSet | None = None  # one that is fetched

    @property
    def is_sample(self) -> bool:
        """Whether it is what the project draws by itself, offline."""
        return not self.words

    def line(self, package: str) -> str:
        """What runs a project on them."""
        return shlex.join(["python", "-m", package, "run", *self.words])


OFFLINE = Chosen(SAMPLE)


def choose(template: Template, written: str) -> Chosen:
    """The data called `written`; a path may be followed by the options that its columns need."""
    if written in ("", SAMPLE):
        return OFFLINE
    public = {each.name: each for each in template.data_sets if each.name != SAMPLE and not each.is_own}
    if written in public:
        return Chosen(written, ("--data", written), public[written])
    words = [written] if os.path.lexists(written) else _split(written)
    if words and Path(words[0]).exists():
        return Chosen(written, ("--data", str(Path(words[0]).resolve()), *words[1:]))
    raise WrongUse(
        f"{written!r} is no data set of {template.name}, and no file or folder of that name is there",
        did_you_mean(written, list(public), f"named are {', '.join([SAMPLE, *public])}; or give the path of your own"),
    )


def _split(written: str) -> list[str]:
    try:
        return shlex.split(written)
    except ValueError:  # a quotation mark that is not closed
        return []
