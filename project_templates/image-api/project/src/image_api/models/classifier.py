"""The trained model as it is served: an ONNX file and what is known about it. Needs no torch."""

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime

from image_api.config import PROJECT
from image_api.data import images
from image_api.kit import results
from image_api.kit.drift import Reference
from image_api.kit.project import ExplainedError
from image_api.models import calibration, familiarity

MODEL = PROJECT.models / "model.onnx"
CARD = PROJECT.models / "model.json"


@dataclass(frozen=True)
class Card:
    """What a model file does not say of itself."""

    classes: list[str]
    side: int
    source: str  # the data it was trained on
    experiment: str
    sha256: str  # of the model file
    known_sha256: str  # of what says which photographs are like those
    met_sha256: str  # of the photographs that trained or chose it: on these it must not be tested
    temperature: float = 1.0  # scores are divided by it before they become probabilities
    threshold: float = 0.0  # below this probability there is no answer
    risk: float = 1.0  # the share of wrong answers that the threshold was chosen for
    reference: Reference = field(default_factory=Reference)  # of test photographs: what `monitor` compares with
    mix: dict[str, float] = field(default_factory=dict)  # class → share of the test's answers
    mix_limit: float = 1.0  # how far chance alone takes a window's answers from it
    examples: dict[str, str] = field(default_factory=dict)  # class → a test photograph as PNG in base64, for the page

    @property
    def version(self) -> str:
        """The start of the file's hash."""
        return self.sha256[:12]

    def temper(self, scores: np.ndarray) -> np.ndarray:
        """(N, classes) scores → (N, classes) calibrated probabilities, rows summing to 1."""
        return calibration.probabilities(scores, self.temperature)


class NoModelError(ExplainedError):
    """There is no trained model, or its file is not the one the card describes."""


@dataclass(frozen=True)
class Classifier:
    """Photographs → probabilities."""

    path: Path
    card: Card

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        return open_session(self.path)

    @cached_property
    def known(self) -> familiarity.Known:
        """What it was trained on, in its own features."""
        return familiarity.load(self.path.with_name(familiarity.KNOWN.name))

    def look(self, photographs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(N, side, side, 3) bytes → (N, classes) unnormalized scores, (N, features)."""
        parts = np.array_split(photographs, max(1, len(photographs) // 64))
        outputs = [self._session.run(None, {"photographs": images.to_input(part)}) for part in parts]
        scores, features = (np.concatenate(each) for each in zip(*outputs, strict=True))
        return scores, features

    def scores(self, photographs: np.ndarray) -> np.ndarray:
        """(N, side, side, 3) bytes → (N, classes) unnormalized scores."""
        return self.look(photographs)[0]

    def probabilities(self, photographs: np.ndarray) -> np.ndarray:
        """(N, side, side, 3) bytes → (N, classes), calibrated, rows summing to 1."""
        return self.card.temper(self.scores(photographs))

    def answer(self, photographs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(N, side, side, 3) bytes → (N, classes) probabilities, (N,) whether each is like those that trained it."""
        scores, features = self.look(photographs)
        return self.card.temper(scores), self.known.are_familiar(features)


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """An ONNX file, ready to run on one thread: requests run side by side already."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a core would be busy between requests
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def load(path: Path = MODEL, card_path: Path = CARD) -> Classifier:
    """The model in `models/`, after checking that file and card belong together."""
    if not path.is_file() or not card_path.is_file():
        raise NoModelError("there is no trained model yet: run `python -m image_api run` first")
    stored = json.loads(card_path.read_text(encoding="utf-8"))
    card = Card(**{**stored, "reference": Reference(**stored["reference"])})
    if results.file_hash(path) != card.sha256:
        raise NoModelError(
            f"{path.name} is not the file that {card_path.name} describes: run `python -m image_api train`"
        )
    known = path.with_name(familiarity.KNOWN.name)
    if not known.is_file() or results.file_hash(known) != card.known_sha256:
        raise NoModelError(f"{known.name} does not belong to {card_path.name}: run `python -m image_api train`")
    return Classifier(path, card)


def save_card(card: Card, path: Path = CARD) -> None:
    """Write the card beside its model."""
    path.write_text(json.dumps(asdict(card), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
