"""Every number that you might want to change, in one place."""

from dataclasses import dataclass
from pathlib import Path

from forecast_dashboard.kit.project import Project

PROJECT = Project.read(Path(__file__).resolve().parents[2], "forecast_dashboard")  # name, title, seed: pyproject.toml
EXPLORATION = PROJECT.reports / "explore.md"  # a first look at the training days
AGGREGATES = PROJECT.reports / "aggregates.json"  # what dashboard and page show, and nothing finer


@dataclass(frozen=True)
class Config:
    """The settings of one run."""

    title: str = PROJECT.title  # of the page
    seed: int = PROJECT.seed  # of the sample, the emulated weather forecast, the trees and the bootstrap

    threads: int = 1  # of the trees: on data this small a second one mostly waits for the first
    fits: int = 2  # models that are fitted at the same time, each on a thread of its own
    trees: int = 250
    leaves: int = 31
    learning_rate: float = 0.08
    least_in_leaf: int = 40  # intervals
    warm_up_days: int = 29  # at the start of the data, whose lags reach before it

    validation: float = 0.25  # share of the training days, the newest, on which experiments are compared
    calibration: float = 0.5  # share of the training days, the newest, whose errors make the intervals
    test_days: int = 365  # the newest ones; looked at once
    refit_days: int = 122  # after which models are fitted again, in the test as in service

    forecast_day_error: float = 1.5  # of the emulated weather forecast, in degrees: one draw for each day,
    forecast_hour_error: float = 1.0  # and one for each interval

    level: float = 0.95  # that intervals promise to cover
    adaptive_step: float = 0.1  # how far one missed day moves the adaptive interval's level
    adaptive_days: int = 60  # whose errors the adaptive interval looks back on
    hot: float = 33.0  # degrees from which an hour counts as hot
    cold: float = 5.0  # degrees below which it counts as cold

    cost_short: float = 90.0  # of one unit over an hour that was not committed and is needed, in any currency
    cost_over: float = 30.0  # of one that was committed and is not needed

    stuck_hours: float = 6.0  # of one and the same value, after which a meter counts as stuck
    dead_hours: float = 72.0  # of zeros, after which it does: nights and weekends may be empty
    spike: float = 10.0  # times what nearly all values stay below, above which one is not believed
    shift_days: int = 28  # compared before and after a day to find a lasting change of level
    shift: float = 0.08  # relative change of level that counts as one

    resamples: int = 1000  # of the bootstrap over weeks

    max_request_bytes: int = 400_000  # five weeks of quarter hours
    request_seconds: float = 10.0  # for a request to arrive
    workers: int = 2  # requests that are computed at the same time
    waiting: int = 62  # requests that arrive or wait; with more than that, the answer is 503

    price_per_hour: float = 0.02  # US dollars for a machine like the one measured on; look up your own

    window: int = 500  # newest requests whose errors `monitor` counts
    drift_alarms: float = 0.01  # share of weeks without drift that may raise an alarm
    stale_hours: float = 3.0  # by which the newest observation may be older than the moment of the forecast
    error_share: float = 0.02  # of all requests, answered with 5xx
