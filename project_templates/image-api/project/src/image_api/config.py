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
PICTURE = REPORTS / "figures" / "page.png"  # of the page at work, if `screenshot` took one
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

    test_share: float = 0.30  # of the plants; large, since the intervals are over plants
    validation_share: float = 0.21  # of the plants: they choose the experiment, its temperature and its threshold
    seen_share: float = 0.2  # of the photographs of the other plants: what a split by photograph would test on

    epochs: int = 24  # passes over the training photographs
    batch: int = 32  # photographs to a step
    learning_rate: float = 3e-3  # at its highest, a third of the way through
    weight_decay: float = 1e-2  # pull of the weights towards zero
    label_smoothing: float = 0.05  # early damage is ambiguous: do not learn to be sure of it

    risk: float = 0.10  # share of wrong ones among the answers given that is acceptable: rather than more, it abstains
    cost_missed: float = 5.0  # an ill leaf called healthy, in needless treatments: ask those who pay for them
    cost_false_alarm: float = 1.0  # a healthy leaf called ill
    cost_wrong_kind: float = 2.0  # treated against the wrong thing
    cost_retake: float = 0.5  # no answer: somebody has to take another photograph, or look

    resamples: int = 1000  # of the bootstrap

    max_upload_bytes: int = 8_000_000  # a large phone photograph
    max_upload_pixels: int = 24_000_000  # a small file can unpack to a huge picture
    max_file_pixels: int = 100_000_000  # of a file in the user's own folder
    upload_seconds: float = 30.0  # for a photograph to arrive, over a bad connection
    workers: int = 2  # photographs worked on at the same time
    waiting: int = 16  # photographs that arrive or wait; with more than that, the answer is 503

    loadtest_seconds: float = 5.0
    price_per_hour: float = 0.02  # US dollars for a machine like the one measured on; look up your own

    window: int = 200  # newest answers that `monitor` looks at
    drift_alarms: float = 0.01  # share of windows without drift that may raise an alarm
    error_share: float = 0.02  # of all requests, answered with 5xx


def load(seed: int | None = None) -> Config:
    """The project's settings, with another seed if one is given."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["image-api"]
    return Config(title=settings["title"], seed=settings["seed"] if seed is None else seed)
