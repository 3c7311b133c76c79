"""Every number that you might want to change, in one place."""

from dataclasses import dataclass
from pathlib import Path

from recommender.kit.project import Project

EVENTS_URL, EVENTS_KEY = "EVENTS_URL", "EVENTS_KEY"  # environment variables: a database and a key for several replicas
# Name, title and seed: pyproject.toml.
PROJECT = Project.read(Path(__file__).resolve().parents[2], "recommender", private=(EVENTS_URL, EVENTS_KEY))
EXPLORATION = PROJECT.reports / "explore.md"  # a first look at the training events
SIMULATED = PROJECT.data / "simulated"  # the logs of visitors who are made up


@dataclass(frozen=True)
class Config:
    """The settings of one run."""

    title: str = PROJECT.title  # of the page
    seed: int = PROJECT.seed  # of the sample, the splits, the bootstrap and the salt of the experiment

    length: int = 10  # of a list of recommendations; also the k of every metric
    fewest_events: int = 3  # of a user, below which nothing can be held out
    matrix_megabytes: int = 2_000  # that fitting a ranking may take: it grows with the square of the catalogue
    recent: float = 0.1  # share of the newest events by which an item counts as popular now

    neighbors: tuple[int, ...] = (20, 50, 100, 200, 400)  # tried for item-kNN: how many items may speak for one
    shrink: tuple[float, ...] = (0.0, 10.0, 50.0)  # tried for item-kNN: doubt about items seen together by few
    pull: tuple[float, ...] = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)  # tried for EASE: of the weights towards zero
    popular_pull: tuple[float, ...] = (0.0, 1.0)  # tried for EASE: more of it for items that many chose

    fewest_cold: int = 5  # events of a user, below which they count as new
    time_cut: float = 0.8  # of all events lie before the cut of the split by time
    fewest_survivors: int = 200  # users with events on both sides of that cut, below which it says too little
    sampled: int = 100  # items that a careless evaluation ranks the right one among

    resamples: int = 1000  # of the bootstrap
    orders: int = 10  # of events with the same time, in which the verdict has to be the same
    tied: float = 0.01  # share of users whose newest event is tied, above which those orders are tried

    experiment: str = "ease-against-knn"  # a new name for every new experiment: what runs is never changed
    variants: tuple[tuple[str, float], ...] = (("item-kNN", 0.5), ("EASE", 0.5))  # the first is what is there today
    planned: int = 4_400  # visitors of all groups, fixed before the first: the always-valid interval rests on it
    fewest_visitors: int = 100  # of each group, below which nothing is said of a difference
    weeks: int = 4  # that the experiment lasts
    novelty_days: float = 7.0  # after a visitor's first list, by when the charm of the new should have worn off
    most_lists: int = 200  # of one visitor; who was shown more is taken for a bot and left out
    exploration: float = 0.1  # share of lists whose first item is drawn among the candidates
    candidates: int = 5  # first items of each ranking that exploration draws from
    detectable: float = 0.10  # relative change of the main metric that the experiment is planned to find
    worse_milliseconds: float = 1.0  # by which a ranking may take longer for a list before that counts as harm
    worse_nothing: float = 0.05  # by which the share of visitors who open nothing may rise
    mismatch: float = 0.001  # p-value of the sample ratio below which no lift is reported
    least_support: float = 50.0  # effective sample size below which no off-policy estimate is reported
    least_mass: float = 0.8  # of what another policy would show, has to be among what the log could have shown

    visitors: int = 4_400  # that `simulate` sends, fewer if there are fewer users
    newcomers: float = 0.1  # share of them whom the model has never met

    max_request_bytes: int = 300_000  # a hundred events
    request_seconds: float = 10.0  # for a request to arrive
    workers: int = 2  # requests that are computed at the same time
    waiting: int = 62  # requests that arrive or wait; with more than that, the answer is 503
    token_hours: float = 24.0  # after which a list is no longer worth an event

    page_entries: int = 200_000  # weights of each ranking in the page that needs no service: 6 bytes each

    price_per_hour: float = 0.02  # US dollars for a machine like the one measured on; look up your own

    window: int = 500  # newest lists that `monitor` looks at
    reference: int = 2_000  # lists of the simulation that `monitor` compares with
    drift_alarms: float = 0.01  # share of windows without drift that may raise an alarm
    error_share: float = 0.02  # of all requests, answered with 5xx
    silent_share: float = 0.5  # of the lists, after which no event came
