"""Every number that you might want to change, in one place. What was agreed on stands in brief.yaml."""

from dataclasses import dataclass
from pathlib import Path

from product_brief.kit.project import Project

# Name, title and seed: pyproject.toml.
PROJECT = Project.read(Path(__file__).resolve().parents[2], "product_brief")
BRIEF = PROJECT.root / "brief.yaml"  # what is promised, and when it is stopped
CASES = PROJECT.root / "docs" / "cases.csv"  # the evaluation set
AGREED = PROJECT.reports / "agreed.json"  # hashes of both, from before anything was measured
RELEASED = PROJECT.reports / "released.json"  # what became of every case in the version that was released


@dataclass(frozen=True)
class Config:
    """The settings of one run."""

    title: str = PROJECT.title  # of the page
    seed: int = PROJECT.seed  # of the sample, the simulated users, the bootstrap and the Monte-Carlo

    test_share: float = 0.6  # of the cases: they choose nothing; cases of one article stay together
    fewest_cases: int = 150  # below which no launch is advised
    k1: float = 1.2  # of BM25: how soon a repeated word stops to count
    b: float = 0.75  # of BM25: how much a long article is held against
    # How much a word of the title counts beside one of the text: training tries these, the first where it cannot tell.
    boosts: tuple[float, ...] = (1.0, 0.0, 3.0)
    listed: int = 5  # articles shown beside a suggestion, or instead of one
    excerpt: int = 320  # characters of an article that an answer shows
    longest_question: int = 500  # characters

    simulated_users: int = 900  # that the sample draws
    days: int = 28  # that they are followed
    own_traffic: str = "x-own-traffic"  # header by which the team's own visits are told apart
    busiest: int = 60  # events of a user in a minute, above which it is a program
    retention_days: int = 90  # after which events are deleted

    draws: int = 20_000  # of the Monte-Carlo
    resamples: int = 2_000  # of the bootstrap
    alpha: float = 0.05  # of every test
    ratio_alarm: float = 0.0005  # a ratio of arms less likely than this invalidates an experiment
    ratio_doubt: float = 0.01  # and below this, it is said
    fresh_days: int = 365  # after which an article, or a row, counts as old
    half_width: float = 0.05  # of the interval that an evaluation set should give

    max_request_bytes: int = 20_000
    request_seconds: float = 10.0  # for a request to arrive
    workers: int = 2  # requests that are worked on at the same time
    waiting: int = 62  # requests that arrive or wait; with more than that, the answer is 503
    price_per_hour: float = 0.02  # US dollars for a machine like the one measured on; look up your own

    window: int = 500  # newest answers that `monitor` looks at
    drift_alarms: float = 0.01  # share of windows without drift that may raise an alarm
    drift_resamples: int = 1_000
    error_share: float = 0.02  # of all requests, answered with 5xx
