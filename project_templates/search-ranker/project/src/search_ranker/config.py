"""Every number that you might want to change, in one place."""

from dataclasses import dataclass
from pathlib import Path

from search_ranker.kit.project import Project

# Name, title and seed: pyproject.toml.
PROJECT = Project.read(Path(__file__).resolve().parents[2], "search_ranker")
EXPLORATION = PROJECT.reports / "explore.md"  # a first look at the passages and the training questions


@dataclass(frozen=True)
class Config:
    """The settings of one run."""

    title: str = PROJECT.title  # of the page
    seed: int = PROJECT.seed  # of the sample, the split, the training and the bootstrap

    k1: float = 1.2  # of BM25: how much a word counts more for standing there again
    b: float = 0.75  # of BM25: how much a long passage has to say more
    encoder: str = ""  # a sentence-transformers model as dense retriever; empty: TF-IDF and an SVD
    terms: int = 20_000  # words and pieces of words that the dense retriever knows
    dimensions: int = 64  # of its vectors
    rank_constant: int = 60  # of reciprocal rank fusion: how little the first places stand out
    candidates: int = 100  # passages that are ranked again
    title_boosts: tuple[float, ...] = (0.5, 1.0, 2.0)  # tried: what a word in the title counts beside the text
    trees: int = 60  # of LambdaMART
    leaves: int = 8  # of each tree
    learning_rate: float = 0.08
    judge_trees: int = 60  # that decide whether a sentence answers
    judge_leaves: int = 6

    test_share: float = 0.35  # of the questions; large, because the intervals are over questions
    validation_share: float = 0.25  # of the questions: they choose the ranking and the threshold
    fewest_questions: int = 60  # that ask for different things, below which nothing is trained or measured
    length: int = 10  # of a list of results

    read: int = 5  # best passages whose sentences may answer
    risk: float = 0.10  # acceptable share of wrong answers among those given: above it, the service abstains
    least_coverage: float = 0.6  # of a question's words in a sentence that answers, where nothing could be learned

    resamples: int = 1000  # of the bootstrap
    flips: int = 10_000  # of the paired randomization test
    worst: int = 20  # questions that are listed

    price_per_hour: float = 0.02  # US dollars for a machine like the one measured on; look up your own
    price_in: float = 0.15  # US dollars for a million tokens that a language model reads; look up your own
    price_out: float = 0.60  # and for a million that it writes

    max_request_bytes: int = 20_000
    longest_question: int = 1_000  # characters
    request_seconds: float = 10.0  # for a request to arrive
    workers: int = 2  # questions that are worked on at the same time
    waiting: int = 62  # requests that arrive or wait; with more than that, the answer is 503
    keep_days: int = 30  # that a day's question log is kept
    page_megabytes: float = 2.5  # of passages and weights in the page that needs no service

    window: int = 500  # newest answers that `monitor` looks at
    reference: int = 2_000  # newest answers that later ones are compared with, once they are accepted
    drift_alarms: float = 0.01  # share of windows without drift that may raise an alarm
    error_share: float = 0.02  # of all requests, answered with 5xx
    empty_share: float = 0.2  # of the questions, for which no passage has a word
    abstained_more: float = 0.2  # than in the test, in share of the questions
    thumbs_down: float = 0.3  # of the answers that somebody judged
    fewest_thumbs: int = 20  # below which they say nothing
