"""What training leaves and serving reads: models, margins, the newest weeks of the data, and where they come from."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from forecast_dashboard.config import PROJECT
from forecast_dashboard.data.features import View
from forecast_dashboard.data.series import Series
from forecast_dashboard.kit import results
from forecast_dashboard.kit.project import ExplainedError
from forecast_dashboard.models.conformal import Band, Limits, State
from forecast_dashboard.models.decision import Reserve
from forecast_dashboard.models.designs import Inputs, Model

MODEL = PROJECT.models / "model.npz"
CARD = PROJECT.models / "card.json"
FEWEST_DAYS = 5  # of a week that have to be known, for that week to be judged
KEPT_DAYS = 35  # of the newest data: more than any feature looks back on


@dataclass(frozen=True)
class Card:
    """What belongs to the models, and fits into a text file."""

    source: str  # the data, as a sentence calls them
    synthetic: bool
    areas: list[str]
    zone: str
    step_minutes: int
    unit: str  # of the values
    noun: str  # what they are
    trained_until: str  # the last day that trained
    met_sha256: str  # of the days that trained
    sha256: str  # of the models
    designs: dict[str, str]  # of each model, in words
    weekly: dict[str, list[float]] = field(default_factory=dict)  # what weeks of the backtest looked like
    limits: dict[str, float] = field(default_factory=dict)  # beyond which `monitor` rings

    @property
    def version(self) -> str:
        """Short, for answers and logs."""
        return self.sha256[:12]


@dataclass(frozen=True)
class Team:
    """The models that answer together: the forecast, and the limits around it."""

    point: Model
    low: Model
    high: Model
    states: tuple[State, ...]  # of each area: where the adaptive interval had come to at the end of the data
    reserve: Reserve

    def forecast(self, view: View, rows: np.ndarray, states: Sequence[State]) -> tuple[dict[str, np.ndarray], Limits]:
        """Point, low, high, and how much to commit: (A, T) each, NaN where `rows` (T,) is false. With them, the limits
        before they were moved apart, from which the actual values will move the states."""
        inputs = Inputs.of(view, self.point.design, self.point.levels)
        point, low, high = (each.predict(inputs, rows) for each in (self.point, self.low, self.high))
        limits = Limits(low, high, inputs.scale)
        band = around(limits.moved(np.array([[each.margin] for each in states])), point)
        commit = self.reserve.commit(point, view.series.hour)
        return {"point": point, "low": band.low, "high": band.high, "commit": commit}, limits

    def only(self, area: int) -> "Team":
        """For one of the areas."""
        point, low, high = (replace(each, levels=each.levels[[area]]) for each in (self.point, self.low, self.high))
        return Team(point, low, high, (self.states[area],), Reserve(self.reserve.share[[area]]))

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """To be stored under a name."""
        models = {"point": self.point, "low": self.low, "high": self.high}
        found = {f"{name}.reserve": self.reserve.share}
        for number, state in enumerate(self.states):
            found |= {f"{name}.{number}.may_miss": np.array(state.may_miss), f"{name}.{number}.scores": state.scores}
        for part, model in models.items():
            found |= model.arrays(f"{name}.{part}")
        return found


def around(band: Band, point: np.ndarray) -> Band:
    """The band with the forecast inside, and nothing below zero: amounts are not negative."""
    return Band(np.maximum(np.minimum(band.low, point), 0), np.maximum(band.high, point))


@dataclass(frozen=True)
class Trained:
    """Everything that answers."""

    teams: dict[str, Team]  # by the name of what they are told of the weather
    newest: Series  # the last weeks of the data
    card: Card


def save(teams: dict[str, Team], series: Series) -> str:
    """Write the models and the newest weeks; returns their sha256."""
    MODEL.parent.mkdir(exist_ok=True)
    begins = int(np.searchsorted(series.day, max(0, series.days - KEPT_DAYS)))
    stored: dict[str, np.ndarray] = {"times": series.times[begins:], "demand": series.demand[:, begins:]}
    stored["holiday"] = series.holiday[:, begins:]
    if series.temperature is not None:
        stored["temperature"] = series.temperature[:, begins:]
    for name, team in teams.items():
        stored |= team.arrays(name)
    np.savez_compressed(MODEL, teams=np.array(list(teams)), allow_pickle=False, **stored)
    return results.file_hash(MODEL)


def save_card(card: Card) -> None:
    """Write models/card.json."""
    CARD.write_text(json.dumps(asdict(card), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load() -> Trained:
    """What `train` left; ExplainedError if there is none, or the two files do not belong together."""
    if not (MODEL.is_file() and CARD.is_file()):
        raise ExplainedError("there is no trained model yet: run `python -m forecast_dashboard run` first")
    card = Card(**json.loads(CARD.read_text(encoding="utf-8")))
    if results.file_hash(MODEL) != card.sha256:
        raise ExplainedError(
            f"{MODEL.name} is not the one that {CARD.name} describes: run `python -m forecast_dashboard train`"
        )
    with np.load(MODEL) as file:
        stored = {key: file[key] for key in file.files}
    newest = Series(
        tuple(card.areas), stored["times"], stored["demand"], stored.get("temperature"), stored["holiday"], card.zone
    )
    return Trained({name: _team(stored, name) for name in stored["teams"].tolist()}, newest, card)


def _team(stored: dict[str, np.ndarray], name: str) -> Team:
    point, low, high = (Model.from_arrays(stored, f"{name}.{part}") for part in ("point", "low", "high"))
    states = tuple(
        State(float(stored[f"{name}.{number}.may_miss"]), stored[f"{name}.{number}.scores"])
        for number in range(len(point.levels))
    )
    return Team(point, low, high, states, Reserve(stored[f"{name}.reserve"]))


def digest(series: Series, days: Sequence[int]) -> str:
    """Of the days [first, end): a model remembers which it has met."""
    rows = (series.day >= days[0]) & (series.day < days[1])
    return hashlib.sha256(series.times[rows].tobytes() + series.demand[:, rows].tobytes()).hexdigest()
