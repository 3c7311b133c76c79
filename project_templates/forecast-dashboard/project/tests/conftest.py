"""A small world for the tests: the drawn sample, models with few trees, and the service around them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from forecast_dashboard.config import Config
from forecast_dashboard.data import prepare, quality, sample, table
from forecast_dashboard.data.features import View, Weather
from forecast_dashboard.data.quality import Finding
from forecast_dashboard.data.sample import Hidden
from forecast_dashboard.data.series import Series
from forecast_dashboard.evaluation import backtest
from forecast_dashboard.evaluation.backtest import Year
from forecast_dashboard.models import rolling, saved, training
from forecast_dashboard.models.designs import Design, Method, Yardstick
from forecast_dashboard.models.saved import Card, Trained
from forecast_dashboard.models.training import Rolled
from forecast_dashboard.serving.app import create_app


@pytest.fixture(scope="session")
def config() -> Config:
    return Config(title="Demand <tested>", seed=7, trees=80, resamples=200, cost_short=90.0, cost_over=30.0)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory, config: Config) -> tuple[Path, Hidden]:
    """The sample of one seed, as a file, and what is hidden in it."""
    path = tmp_path_factory.mktemp("sample") / "demand.csv"
    return path, sample.draw(path, config.seed)


@pytest.fixture(scope="session")
def checked(drawn: tuple[Path, Hidden], config: Config) -> tuple[Series, list[Finding]]:
    return quality.clean(table.read(drawn[0], prepare.OF_SAMPLE).series, config)


@pytest.fixture(scope="session")
def series(checked: tuple[Series, list[Finding]]) -> Series:
    return checked[0]


@pytest.fixture(scope="session")
def view(series: Series, config: Config) -> View:
    return prepare.view(series, config)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what was trained is kept."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def model(view: View, config: Config, folder: Path) -> Trained:
    """Both teams, as `train` fits them, kept and read again."""
    first = rolling.test_from(view.series, config)
    teams, forecasts = {}, {}
    for weather in training.weathers(view.series):
        design = Design(weather, Yardstick.day, Method.mean)
        forecasts[weather] = training.rolled(view, design, first, config)
        teams[weather.name] = training.team(view, design, forecasts[weather], first, config)
    training.keep(forecasts, saved.digest(view.series, (0, view.series.days)), folder / training.ROLLED.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saved, "MODEL", folder / saved.MODEL.name)
        patch.setattr(saved, "CARD", folder / saved.CARD.name)
        sha256 = saved.save(teams, view.series)
        areas, zone = list(view.series.areas), view.series.zone
        until = str(view.series.date(view.series.days - 1))
        words = ("MW", "demand", until, "0" * 64, sha256)
        saved.save_card(Card("a test", True, areas, zone, view.series.step // 60, *words, {}))
        return saved.load()


@pytest.fixture(scope="session")
def forecasts(model: Trained, view: View, folder: Path) -> dict[Weather, Rolled]:
    """What was kept of the rolling origin while the model was made."""
    assert model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "ROLLED", folder / training.ROLLED.name)
        return training.kept(view.series)


@pytest.fixture(scope="session")
def year(view: View, model: Trained, forecasts: dict[Weather, Rolled], config: Config) -> Year:
    """The test year, forecast."""
    return backtest.forecast(view, forecasts, model, config)


@pytest.fixture
def client(model: Trained, config: Config, tmp_path: Path) -> Iterator[TestClient]:
    """The service; its log is in tmp_path / "logs"."""
    with TestClient(create_app(model, config, tmp_path / "logs"), raise_server_exceptions=False) as client:
        yield client
