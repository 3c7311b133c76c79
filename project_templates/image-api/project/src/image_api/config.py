"""Every number that you might want to change, in one place."""

from dataclasses import dataclass
from pathlib import Path

from image_api.kit.project import Project

PROJECT = Project.read(Path(__file__).resolve().parents[2], "image_api")  # name, title and seed: pyproject.toml
EXPLORATION = PROJECT.reports / "explore.md"  # a first look at the training photographs
EXAMPLE = PROJECT.reports / "example.jpg"  # a test photograph, as large as the page sends one
WEIGHTS = PROJECT.data / "weights.npz"  # the network's own, for the page that needs no service
NETWORKS = PROJECT.data / "networks"  # of all experiments, by number, to be compared with the one that is served


@dataclass(frozen=True)
class Config:
    """The settings of one run."""

    title: str = PROJECT.title  # of the page
    seed: int = PROJECT.seed  # of the sample, the split and the training

    side: int = 64  # pixels: every photograph is reduced to side × side
    threads: int = 2  # fixed, not the machine's: more cores would change the results, and rarely the time

    test_share: float = 0.30  # of the groups; large, because the intervals are over groups
    validation_share: float = 0.21  # of the groups: they choose the experiment, its temperature and its threshold
    seen_share: float = 0.2  # of the photographs of the other groups: what a split by photograph would test on

    epochs: int = 17  # passes over the training photographs
    fewest_steps: int = 300  # of the optimizer: a small collection is passed over more often
    batch: int = 32  # photographs in one step
    learning_rate: float = 3e-3  # at its highest, a third of the way through
    weight_decay: float = 1e-2  # pulls the weights towards zero
    label_smoothing: float = 0.05  # labels can be wrong: the model should not learn to be sure of them

    risk: float = 0.10  # acceptable share of wrong answers among those given: above it, the model abstains
    healthy: str = (
        "healthy|normal|negative|benign|no finding"  # a class so called is one of which nothing has to be done
    )
    cost_missed: float = 5.0  # something called healthy, in false alarms: ask whoever pays for them
    cost_false_alarm: float = 1.0  # healthy called something
    cost_wrong_kind: float = 2.0  # one thing called another
    cost_retake: float = 0.5  # no answer: somebody has to take another photograph, or look

    resamples: int = 1000  # of the bootstrap

    max_upload_bytes: int = 8_000_000  # a large phone photograph
    max_upload_pixels: int = 24_000_000  # of a JPEG; of what has to be unpacked whole, such as PNG, a quarter of that
    max_file_pixels: int = 100_000_000  # of a file in your own folder
    upload_seconds: float = 30.0  # for a photograph to arrive, over a bad connection
    workers: int = 2  # photographs worked on at the same time
    waiting: int = 16  # photographs that arrive or wait; with more than that, the answer is 503
    price_per_hour: float = 0.02  # US dollars for a machine like the one measured on; look up your own

    window: int = 200  # newest answers that `monitor` looks at
    drift_alarms: float = 0.01  # share of windows without drift that may raise an alarm
    error_share: float = 0.02  # of all requests, answered with 5xx
