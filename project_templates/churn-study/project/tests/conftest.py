"""A small study for the tests: the drawn sample in a database of its own, a model of it, and a service."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from churn_study.config import Config
from churn_study.data import prepare, store
from churn_study.data.prepare import Manifest
from churn_study.data.split import Split, split
from churn_study.data.study import EXPERIMENT, Study
from churn_study.decision import policies
from churn_study.experiment import plan
from churn_study.kit import drift
from churn_study.models import candidates, saved, training
from churn_study.models.features import as_customers
from churn_study.models.risk import Model
from churn_study.models.saved import Card, Saved
from churn_study.monitoring.signals import signals
from churn_study.serving.app import create_app

SEGMENTS = ["contract", "tickets"]


@pytest.fixture(scope="session")
def config() -> Config:
    return Config(title="Study <tested>", seed=7, customers=16_000, resamples=300, refits=20, trees=40, window=200)


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the tests keep database, manifest, plan and model: those of the project stay as they are."""
    folder = tmp_path_factory.mktemp("study")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "DATABASE", folder / "study.duckdb")
        patch.setattr(prepare, "MANIFEST", folder / "manifest.json")
        patch.setattr(plan, "REGISTERED", folder / "plan.json")
        patch.setattr(saved, "MODEL", folder / "model.json")
        patch.setattr(saved, "CARD", folder / "card.json")
        yield folder


@pytest.fixture(scope="session")
def prepared(config: Config, elsewhere: Path) -> tuple[Study, Manifest]:
    """The sample of one seed."""
    prepare.prepare(prepare.Request(), config)
    return prepare.load()


@pytest.fixture(scope="session")
def study(prepared: tuple[Study, Manifest]) -> Study:
    return prepared[0]


@pytest.fixture(scope="session")
def tables(study: Study) -> dict[str, pd.DataFrame]:
    """Every table of the database."""
    return {name: store.query(f'SELECT * FROM "{name}"') for name in store.tables()}


@pytest.fixture(scope="session")
def parts(study: Study, config: Config) -> Split:
    return split(study, config)


@pytest.fixture(scope="session")
def model(study: Study, parts: Split) -> Model:
    return candidates.logistic(parts.train, study.columns)


@pytest.fixture(scope="session")
def served(study: Study, parts: Split, model: Model, config: Config) -> Saved:
    """The model with the rule that the experiment says."""
    trial = study.part(EXPERIMENT)
    found = policies.value(trial, training.risks_of(model, trial), SEGMENTS, study.columns, config)
    asked = as_customers(parts.test, model.encoder)[:600]
    values = drift.signals([signals(each, model) for each in asked])
    groups = pd.Series(range(len(asked))).to_numpy()
    about = ("a test", "CC0-1.0", "customer", "the retention offer", "a" * 64, "b" * 64, "price")
    card = replace(
        Card(*about),
        segments=SEGMENTS,
        cells=found["rule"]["cells"],
        overall=found["rule"]["overall"],
        costs=found["costs"],
        examples=asked,
        page={"title": "who", "memo": [["Decision", "Wait."]], "ladder": []},
        reference=drift.reference(values, groups, config.window, config.drift_alarms, config.resamples, config.seed),
    )
    return Saved(model, card)


@pytest.fixture
def client(served: Saved, config: Config, tmp_path: Path) -> Iterator[TestClient]:
    """The service; its logs are in tmp_path / "logs"."""
    with TestClient(create_app(served, config, tmp_path / "logs"), raise_server_exceptions=False) as client:
        yield client
