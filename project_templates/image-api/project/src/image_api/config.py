"""Every number that somebody might want to change, in one place."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # the project's folder
DATA = ROOT / "data"  # made by `data`; not in git
MODELS = ROOT / "models"  # small; in git, so that the image builds from a clone
REPORTS = ROOT / "reports"
LOGS = ROOT / "logs"


@dataclass(frozen=True)
class Config:
    """The settings of one run; title and seed come from `[tool.image-api]` in pyproject.toml."""

    title: str  # what the page is called
    seed: int  # of the sample, the splits and the training

    side: int = 64  # pixels: every photograph is reduced to side × side
    threads: int = 2  # fixed, not the machine's: more cores would change the results, and rarely the time

    test_share: float = 0.38  # of the plants; large, since the intervals are over plants
    validation_share: float = 0.14

    epochs: int = 20
    batch: int = 16
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    label_smoothing: float = 0.05  # early damage is ambiguous: do not learn to be sure of it

    resamples: int = 1000  # of the bootstrap

    max_upload_bytes: int = 8_000_000  # a large phone photograph
    max_pixels: int = 24_000_000  # a small file can unpack to a huge picture
    workers: int = 2  # photographs worked on at the same time
    waiting: int = 16  # more than that, and the answer is 503

    loadtest_seconds: float = 5.0
    price_per_hour: float = 0.02  # US dollars for a machine with one shared core; look up your own

    drift_window: int = 200  # newest answers that `monitor` looks at
    drift_alarms: float = 0.01  # share of windows without drift that may raise an alarm
    error_share: float = 0.02  # of all requests, answered with 5xx


def load(seed: int | None = None) -> Config:
    """The project's settings, with another seed if one is given."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["image-api"]
    return Config(title=settings["title"], seed=settings["seed"] if seed is None else seed)
