"""A small world for the tests: a drawn folder, and a service around whatever model is trained, or a stand-in."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from image_api.config import Config
from image_api.data import folder as folders
from image_api.data import sample
from image_api.data.folder import Photographs
from image_api.models.classifier import Card, Classifier
from image_api.models.familiarity import Known


@pytest.fixture(scope="session")
def config() -> Config:
    return Config(title="Leaves <tested>", seed=7)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory, config: Config) -> Path:
    """The sample of one seed, as files."""
    folder = tmp_path_factory.mktemp("sample")
    sample.draw(folder, config.seed)
    return folder


@pytest.fixture(scope="session")
def photographs(drawn: Path, config: Config) -> Photographs:
    return folders.read(drawn, config).photographs


CARD = Card(["bright", "dark"], 64, "a test", "none", "0" * 64, "", "0" * 64, threshold=0.6)


class Stub(Classifier):
    """Answers by brightness alone: a stand-in where the trained model does not matter."""

    known = Known(np.zeros((1, 1)), np.eye(1), limit=1.0)  # of saturation: what has strong colors is unlike

    def look(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        brightness = pixels.reshape(len(pixels), -1).mean(axis=1) / 255
        colors = np.ptp(pixels.reshape(len(pixels), -1, 3).mean(axis=1), axis=1)
        return np.stack([brightness, 1 - brightness], axis=1), colors[:, None] / 100


@pytest.fixture
def stub() -> Classifier:
    return Stub(Path("none"), CARD)


@pytest.fixture
def encoded() -> Callable[..., bytes]:
    """Makes a picture file of the given mode, size and format."""

    def encode(mode: str = "RGB", size: tuple[int, int] = (80, 60), kind: str = "PNG", **options: object) -> bytes:
        file = io.BytesIO()
        Image.new(mode, size).save(file, kind, **options)
        return file.getvalue()

    return encode
