"""Every number that you might want to change, in one place. What the experiment promises stands in plan.yaml."""

from dataclasses import dataclass
from pathlib import Path

from churn_study.kit.project import Project

# Name, title and seed: pyproject.toml.
PROJECT = Project.read(Path(__file__).resolve().parents[2], "churn_study")
PLAN = PROJECT.root / "plan.yaml"  # of the experiment
REGISTERED = PROJECT.reports / "plan.json"  # its hash, from before the arms were compared
EXPLORATION = PROJECT.reports / "explore.md"  # a first look at the training customers
MEMO = PROJECT.reports / "memo.md"  # what a manager reads


@dataclass(frozen=True)
class Config:
    """The settings of one run."""

    title: str = PROJECT.title  # of the page
    seed: int = PROJECT.seed  # of the sample, the split, the training and the bootstrap

    customers: int = 26_000  # that the sample draws

    test_share: float = 0.4  # of the customers: no row of theirs trains anything
    validation_share: float = 0.2  # of the customers: they choose the model
    fewest: int = 50  # who churned, and as many who stayed, below which nothing is said
    trees: int = 150
    leaves: int = 8  # of each tree
    learning_rate: float = 0.05
    too_good: float = 0.90  # ROC AUC above which a column probably knows the outcome

    alpha: float = 0.05  # of every test
    ratio_alarm: float = 0.0005  # a ratio of arms less likely than this invalidates an experiment
    ratio_doubt: float = 0.01  # and below this, it is said
    simulations: int = 2_000  # of experiments, to check the sample size
    clip: float = 0.01  # propensities are kept this far from 0 and 1, so that nobody counts a thousandfold
    least_overlap: float = 0.2  # share of the controls that adjustment may rest on, at least
    balanced: float = 0.1  # standardized difference after weighting, at most

    offer_cost: float = 5.0  # dollars for one offer, wherever it is accepted
    margin: float = 0.7  # of a customer's monthly price
    months_kept: float = 12.0  # that a customer who stays now goes on paying
    hold_back: float = 0.1  # share of the offers that the service withholds, so that their effect can be measured

    resamples: int = 1000  # of the bootstrap
    refits: int = 100  # of the bootstrap where each resample fits its models anew

    max_request_bytes: int = 20_000
    request_seconds: float = 10.0  # for a request to arrive
    workers: int = 2  # requests that are worked on at the same time
    waiting: int = 62  # requests that arrive or wait; with more than that, the answer is 503
    price_per_hour: float = 0.02  # US dollars for a machine like the one measured on; look up your own

    window: int = 500  # newest answers that `monitor` looks at
    reference: int = 2_000  # test customers that later ones are compared with
    drift_alarms: float = 0.01  # share of windows without drift that may raise an alarm
    error_share: float = 0.02  # of all requests, answered with 5xx
    calibration_gap: float = 0.05  # between the risk that was said and the share that churned
    fewest_outcomes: int = 100  # below which they say nothing
