"""Whether the answers can be trusted: shortcuts, copies across the split, calibration, and when to say nothing."""

from dataclasses import asdict
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from image_api.config import Config
from image_api.data import duplicates
from image_api.data.folder import Photographs
from image_api.evaluation import costs
from image_api.evaluation.measures import Answers, Tested
from image_api.models import calibration
from image_api.models.classifier import Card

REACH = 40  # test photographs that are changed, to see what the search for copies finds


def shortcuts(photographs: Photographs, train: np.ndarray, places: list[Tested]) -> dict[str, Any]:
    """How often a model that sees eight pixels of the rim is right, beside always giving the most frequent answer."""
    rows = []
    for tested in places:
        right = answers_by_rim(photographs, train, tested.rows) == tested.labels
        constant = float(np.bincount(tested.labels).max() / len(tested.labels))
        rows.append({"split": tested.name, "chance": round(constant, 4), **asdict(tested.estimate(right))})
    return {"rows": rows}


def answers_by_rim(photographs: Photographs, train: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """(M,) class numbers for the photographs `asked`, by a linear model of the rim of those in `train`."""
    scaler = StandardScaler().fit(rim(photographs.pixels[train]))
    model = LogisticRegression(max_iter=2000).fit(
        scaler.transform(rim(photographs.pixels[train])), photographs.labels[train]
    )
    predicted: np.ndarray = model.predict(scaler.transform(rim(photographs.pixels[asked])))
    return predicted


def rim(pixels: np.ndarray) -> np.ndarray:
    """(N, side, side, 3) bytes → (N, 24): the four corners, and the middle of each edge."""
    end, half = pixels.shape[1] - 1, pixels.shape[1] // 2
    places = [(0, 0), (0, half), (0, end), (half, 0), (half, end), (end, 0), (end, half), (end, end)]
    return np.concatenate([pixels[:, row, column] for row, column in places], axis=1).astype(float)


def copies(photographs: Photographs, test: np.ndarray, train: np.ndarray) -> dict[str, Any]:
    """How many test photographs are in the training set as well, as they are or nearly so; and what the search for them
    finds of changes that are known."""
    is_copy = np.isin(photographs.contents[test], photographs.contents[train])
    is_alike = duplicates.have_likes(photographs.pixels[test], photographs.pixels[train])
    shown = photographs.pixels[test[:: max(1, len(test) // REACH)]]
    return {
        "copies": int(is_copy.sum()),
        "near": int((is_alike & ~is_copy).sum()),
        "n": len(test),
        "reach": {name: round(share, 3) for name, share in duplicates.reach(shown).items()},
        "reach_of": len(shown),
    }


def calibrated(scores: np.ndarray, tested: Tested, card: Card) -> dict[str, Any]:
    """How far probabilities and accuracy lie apart, before and after the temperature."""
    before, after = (calibration.probabilities(scores, temperature) for temperature in (1.0, card.temperature))
    is_right = after.argmax(axis=1) == tested.labels
    return {
        "split": tested.name,
        "ece_before": round(calibration.expected_error(before.max(axis=1), is_right), 4),
        "ece_after": round(calibration.expected_error(after.max(axis=1), is_right), 4),
        "brier": asdict(tested.estimate(calibration.brier(after, tested.labels))),
        "n": len(tested.rows),
    }


def selective(probabilities: np.ndarray, is_familiar: np.ndarray, tested: Tested, card: Card) -> dict[str, Any]:
    """What remains when the model says nothing below its threshold, and of nothing that is unlike what it was trained
    on: how many answers, and how many wrong ones."""
    is_answered = is_familiar & (probabilities.max(axis=1) >= card.threshold)
    is_right = probabilities.argmax(axis=1) == tested.labels
    return {
        "split": tested.name,
        "unlike": asdict(tested.estimate(~is_familiar)),
        "coverage": asdict(tested.estimate(is_answered)),
        "risk": asdict(tested.estimate(is_answered & ~is_right, of=is_answered)),
        "accuracy": asdict(tested.estimate(is_answered & is_right, of=is_answered)),
    }


def priced(policies: list[Answers], is_answered: np.ndarray, card: Card, config: Config) -> dict[str, Any]:
    """What each policy costs per photograph; then the last with a retake below its threshold, and retakes alone."""
    prices = costs.table(card.classes, config)
    *_, model = policies
    asked = [(each.model, each.predicted) for each in policies]
    asked.append((f"{model.model}, or a retake", np.where(is_answered, model.predicted, len(card.classes))))
    asked.append(("always a retake", np.full(len(is_answered), len(card.classes))))
    tested = model.tested
    paid = [(name, prices[tested.labels, answers]) for name, answers in asked]
    nothing = costs.healthy(card.classes, config)
    return {
        "prices": {
            "missed": config.cost_missed,
            "false_alarm": config.cost_false_alarm,
            "wrong_kind": config.cost_wrong_kind,
            "retake": config.cost_retake,
        },
        "healthy": card.classes[nothing[0]] if len(nothing) == 1 else "healthy" if nothing else None,
        "policies": [{"policy": name, **asdict(tested.estimate(cost))} for name, cost in paid],
        "classes": [_class_costs(number, name, model, prices, nothing) for number, name in enumerate(card.classes)],
    }


def _class_costs(number: int, name: str, model: Answers, prices: np.ndarray, nothing: list[int]) -> dict[str, Any]:
    """Of one class: how often it is missed, how often a healthy leaf is given its name, what its photographs cost."""
    tested = model.tested
    is_class, is_called = tested.labels == number, model.predicted == number
    row: dict[str, Any] = {"class": name}
    if nothing and number not in nothing:
        is_healthy = np.isin(tested.labels, nothing)
        row["missed"] = asdict(tested.estimate(is_class & np.isin(model.predicted, nothing), of=is_class))
        row["false_alarms"] = asdict(tested.estimate(is_healthy & is_called, of=is_healthy))
    row["cost"] = asdict(tested.estimate(prices[tested.labels, model.predicted] * is_class, of=is_class))
    return row
