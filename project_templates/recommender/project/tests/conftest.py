"""A small service for the tests: the drawn sample, rankings fitted to it with fixed settings, and a population."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from recommender.config import EVENTS_KEY, EVENTS_URL, Config
from recommender.data import sample, split, table, world
from recommender.data.interactions import Interactions
from recommender.data.world import World
from recommender.experiment import events, population
from recommender.experiment.assignment import Experiment
from recommender.experiment.events import Store
from recommender.experiment.population import Population
from recommender.models import rankings
from recommender.models.recommend import Recommender
from recommender.models.saved import EASE, KNN, Card, Trained
from recommender.serving.app import create_app


@pytest.fixture(scope="session")
def config() -> Config:
    return Config(title="Films <tested>", seed=7)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory, config: Config) -> Path:
    """The sample of one seed, as files."""
    folder = tmp_path_factory.mktemp("sample")
    sample.draw(folder, config.seed)
    return folder


@pytest.fixture(scope="session")
def interactions(drawn: Path) -> Interactions:
    return table.read(drawn).interactions


@pytest.fixture(scope="session")
def truth(drawn: Path, interactions: Interactions) -> World:
    return world.load(drawn).aligned(interactions)


@pytest.fixture(scope="session")
def model(interactions: Interactions, config: Config) -> Trained:
    """Fitted to all but the newest event of each user."""
    everything = np.ones(len(interactions.users), dtype=bool)
    watched = interactions.matrix(split.last_out(interactions, everything).train)
    return Trained(
        ids=[item.id for item in interactions.catalogue],
        titles=[item.title for item in interactions.catalogue],
        tags=[item.tags for item in interactions.catalogue],
        popular=rankings.popularity(watched),
        weights={KNN: rankings.item_knn(watched, 50, 0.0), EASE: rankings.ease(watched, 10.0, 1.0)},
        card=Card("a test", "film", "films", "0" * 64, "a" * 64, {}),
    )


@pytest.fixture(scope="session")
def recommender(model: Trained, config: Config) -> Recommender:
    return Recommender(model, config.exploration, config.candidates)


@pytest.fixture(scope="session")
def everybody(interactions: Interactions, truth: World, config: Config) -> Population:
    return population.invite(interactions, truth, config)


@pytest.fixture(autouse=True)
def nobody_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where real visitors' events go is nothing for tests."""
    monkeypatch.delenv(EVENTS_URL, raising=False)
    monkeypatch.delenv(EVENTS_KEY, raising=False)


@pytest.fixture
def store(tmp_path: Path, config: Config) -> Store:
    """A log that has begun, in tmp_path."""
    store = Store(events.file_in(tmp_path))
    store.start(Experiment.of(config), "key", 1.0)
    return store


@pytest.fixture
def client(model: Trained, config: Config, tmp_path: Path) -> Iterator[TestClient]:
    """The service; its log is in tmp_path / "logs"."""
    with TestClient(create_app(model, config, tmp_path / "logs"), raise_server_exceptions=False) as client:
        yield client
