"""A small service for the tests: the drawn sample, trained with fewer trees, and what it answers."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from search_ranker.config import Config
from search_ranker.data import sample, split
from search_ranker.data.passages import Collection
from search_ranker.data.split import Split
from search_ranker.models import judging, lessons
from search_ranker.models.answers import NEVER, Judge
from search_ranker.models.engine import LAMBDAMART, Engine, Ranking
from search_ranker.models.index import Index
from search_ranker.models.saved import Card, Saved
from search_ranker.serving.app import create_app


@pytest.fixture(scope="session")
def config() -> Config:
    return Config(title="Help <tested>", seed=7, trees=40, judge_trees=40, resamples=300)


@pytest.fixture(scope="session")
def collection(config: Config) -> Collection:
    """The sample of one seed."""
    return sample.draw(config.seed)


@pytest.fixture(scope="session")
def parts(collection: Collection, config: Config) -> Split:
    return split.by_question(collection.questions, config)


@pytest.fixture(scope="session")
def engine(collection: Collection, parts: Split, config: Config) -> Engine:
    """Trained on the training questions, with a threshold from validation."""
    index = Index.of(collection.passages, config)
    taught = lessons.lessons(parts.train, index, config)
    bare = Engine(index, Ranking(LAMBDAMART, trees=lessons.grown(taught, config)), Judge(None, NEVER), config)
    return replace(bare, judge=judging.learned(bare, taught, parts))


@pytest.fixture(scope="session")
def model(engine: Engine) -> Saved:
    asked = ["How long does the guest list keep deleted entries on the Free plan?"]
    card = Card("a test", "CC0-1.0", "help center", "a" * 64, "b" * 64, LAMBDAMART, 0.0, 0.9, 0.1, {}, asked, 0.5)
    return Saved(engine, card)


@pytest.fixture
def client(model: Saved, config: Config, tmp_path: Path) -> Iterator[TestClient]:
    """The service; its logs are in tmp_path / "logs"."""
    with TestClient(create_app(model, config, tmp_path / "logs"), raise_server_exceptions=False) as client:
        yield client
