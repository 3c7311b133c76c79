"""Every number that somebody might want to change, in one place."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # the project's folder
DATA = ROOT / "data"  # made by `data`; not in git
MODELS = ROOT / "models"  # small; in git, so that the image builds from a clone
REPORTS = ROOT / "reports"
LOGS = ROOT / "logs"
METRICS = REPORTS / "metrics.json"  # every measured number
NAIVE_MODEL = DATA / "naive.onnx"  # on the leaky split, to show what that would have claimed; never served


class ExplainedError(Exception):
    """Something its user can mend; the message says what. Shown without a traceback."""


@dataclass(frozen=True)
class Config:
    """The settings of one run; title and seed come from `[tool.image-api]` in pyproject.toml."""

    title: str  # what the page is called
    seed: int  # of the sample, the splits and the training

    side: int = 64  # pixels: every photograph is reduced to side × side
    threads: int = 2  # fixed, not the machine's: more cores would change the results, and rarely the time

    test_share: float = 0.38  # of the plants; large, since the intervals are over plants
    validation_share: float = 0.14  # of the plants; only experiments are compared on them

    epochs: int = 16  # passes over the training photographs
    batch: int = 32  # photographs to a step
    learning_rate: float = 3e-3  # at its highest, a third of the way through
    weight_decay: float = 1e-2  # pull of the weights towards zero
    label_smoothing: float = 0.05  # early damage is ambiguous: do not learn to be sure of it

    resamples: int = 1000  # of the bootstrap

    max_upload_bytes: int = 8_000_000  # a large phone photograph
    max_upload_pixels: int = 24_000_000  # a small file can unpack to a huge picture
    max_file_pixels: int = 100_000_000  # of a file in the user's own folder
    workers: int = 2  # photographs worked on at the same time
    waiting: int = 16  # more than that, and the answer is 503

    loadtest_seconds: float = 5.0
    price_per_hour: float = 0.02  # US dollars for a machine like the one measured on; look up your own

    window: int = 200  # newest answers that `monitor` looks at
    drift_alarms: float = 0.02  # share of windows without drift that may raise an alarm
    error_share: float = 0.02  # of all requests, answered with 5xx


def load(seed: int | None = None) -> Config:
    """The project's settings, with another seed if one is given."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["image-api"]
    return Config(title=settings["title"], seed=settings["seed"] if seed is None else seed)
