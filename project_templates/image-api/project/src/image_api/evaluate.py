"""Measures the baselines and the model on plants they have never seen, and what a careless evaluation would have said.

Run as: python -m image_api evaluate
"""

import base64
import io
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from image_api import baseline, classifier, data, figures, results, scores, signals, split, trust, watch
from image_api.config import METRICS, NAIVE_MODEL, REPORTS, ROOT, Config, ExplainedError
from image_api.data import Manifest
from image_api.measure import Answers, Tested, compare, recall_of, result
from image_api.photographs import Photographs
from image_api.results import Result
from image_api.split import Split

BASELINE_NAME = "linear on colours and edges"
MODEL_NAME = "convolutional network"


@dataclass(frozen=True)
class Asked:
    """N photographs, and what the served model says of them."""

    tested: Tested
    pixels: np.ndarray  # (N, side, side, 3) bytes
    scores: np.ndarray  # (N, classes)
    probabilities: np.ndarray  # (N, classes), calibrated

    @property
    def answers(self) -> Answers:
        """The likeliest class of each, however sure."""
        return Answers(MODEL_NAME, "model", self.tested, self.scores.argmax(axis=1))


def evaluate(config: Config) -> None:
    """Write reports/metrics.json and the figures; give the served model its reference for `monitor`."""
    photographs, manifest = data.load()
    served, parts = classifier.load(), split.by_plant(photographs, config)
    _check(served, photographs, parts)

    def asked(name: str, rows: np.ndarray) -> Asked:
        raw = served.scores(photographs.pixels[rows])
        tested = Tested.of(name, photographs, rows, config)
        return Asked(tested, photographs.pixels[rows], raw, served.card.temper(raw))

    places = [asked(f"test (by {manifest.grouped_by})", parts.test)]
    if len(parts.field_test):
        places.append(asked(manifest.field_source or "field", parts.field_test))
    test = places[0]

    usual = int(np.bincount(photographs.labels[parts.train]).argmax())
    constant = Answers(f"always {photographs.classes[usual]}", "baseline", test.tested, np.full(len(parts.test), usual))
    model, simple = [place.answers for place in places], _baseline(places)
    seen = Tested.of("split by photograph", photographs, parts.seen, config)
    careless = _careless(photographs, [seen, *(place.tested for place in places)], served)
    measured = [
        result(each, "macro_f1", "Macro F1", scores.macro_f1)
        for each in (constant, simple[0], model[0], *careless[:2], *simple[1:], *model[1:], *careless[2:])
    ]
    comparisons = [compare(*pair) for pair in zip(model, simple, strict=True)]
    comparisons += [compare(*pair) for pair in zip(model, careless[1:], strict=False)]  # none if it is the same

    _draw(measured, places, photographs, manifest)
    classifier.save_card(_watched(served.card, test, config))
    measured += [result(each, "accuracy", "Accuracy", scores.accuracy) for each in (simple[0], model[0])]
    measured += [
        result(model[0], f"recall_{number}", f"Recall, {name}", recall_of(number))
        for number, name in enumerate(photographs.classes)
    ]
    results.write(
        METRICS,
        {
            "template": "image-api",
            "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "commit": manifest.commit,
            "dirty": manifest.dirty,
            "seed": config.seed,
            "data": _described(manifest, photographs, parts),
            "results": [asdict(each) for each in measured],
            "comparisons": [asdict(each) for each in comparisons],
            "confusions": _confusions(model[0], photographs.classes),
            "shortcut": trust.shortcuts(photographs, parts.train, [place.tested for place in places]),
            "duplicates": trust.copies(photographs, parts.test, parts.train),
            "calibration": {
                "temperature": served.card.temperature,
                "rows": [trust.calibrated(place.scores, place.tested, served.card) for place in places],
            },
            "abstention": {
                "risk": served.card.risk,
                "threshold": served.card.threshold,
                "rows": [trust.selective(place.probabilities, place.tested, served.card) for place in places],
            },
            "costs": trust.priced([constant, simple[0], model[0]], test.probabilities, served.card, config),
            "artefacts": [_artefact(path) for path in (classifier.MODEL, baseline.BASELINE)],
        },
    )


def _check(served: classifier.Classifier, photographs: Photographs, parts: Split) -> None:
    """Nothing is measured on photographs that the model has met."""
    if served.card.met_sha256 != parts.met(photographs):
        raise ExplainedError(
            "the model was trained on other photographs, or split otherwise, and may have met those it is tested on: "
            "run `python -m image_api train` first"
        )
    if not NAIVE_MODEL.is_file():
        raise ExplainedError(f"{NAIVE_MODEL.name} is not kept in git: run `python -m image_api train` first")


def _draw(measured: list[Result], places: list[Asked], photographs: Photographs, manifest: Manifest) -> None:
    test, source = places[0], manifest.title
    figures.results(measured, source)
    figures.confusion(test.answers.counts.sum(axis=0), photographs.classes, source)
    figures.mistakes(photographs, test.tested.rows, test.probabilities, source)
    figures.examples(photographs, source)
    figures.reliability([(place.tested.name, place.probabilities, place.tested.labels) for place in places], source)


def _watched(card: classifier.Card, test: Asked, config: Config) -> classifier.Card:
    """The card, with what `monitor` compares with and the page's examples."""
    seen = signals.of(test.pixels, test.probabilities)
    reference, limits = watch.reference(seen, test.tested.groups, config)
    return replace(card, signals=reference, limits=limits, examples=_examples(test, card.classes))


def _artefact(path: Path) -> dict[str, Any]:
    relative = path.relative_to(ROOT).as_posix()
    return {"path": relative, "sha256": classifier.file_hash(path), "bytes": path.stat().st_size}


def _baseline(places: list[Asked]) -> list[Answers]:
    model = baseline.load()
    return [Answers(BASELINE_NAME, "baseline", place.tested, model.predict(place.pixels)) for place in places]


def _careless(photographs: Photographs, places: list[Tested], served: classifier.Classifier) -> list[Answers]:
    """The experiment that a leaky evaluation would have chosen: on the plants it knows, which is what that evaluation
    measures, and (if it is not the one that is served) on others."""
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((REPORTS / "runs").glob("*.json"))]
    name = next(run["name"] for run in runs if run["careless"])
    model = classifier.Classifier(NAIVE_MODEL, served.card)
    known = places[:1] if name == served.card.experiment else places
    answers = [model.scores(photographs.pixels[each.rows]).argmax(axis=1) for each in known]
    roles = ("naive", *["baseline"] * (len(places) - 1))
    return [Answers(f"“{name}”", *each) for each in zip(roles, known, answers, strict=False)]


def _confusions(answers: Answers, classes: list[str]) -> list[dict[str, Any]]:
    """The three wrong names that were given most often."""
    counts = answers.counts.sum(axis=0).astype(int)
    wrong = [(int(counts[i, j]), i, j) for i in range(len(classes)) for j in range(len(classes)) if i != j]
    most = sorted((each for each in wrong if each[0]), key=lambda each: -each[0])[:3]
    return [{"truth": classes[i], "answer": classes[j], "n": n, "of": int(counts[i].sum())} for n, i, j in most]


def _examples(test: Asked, classes: list[str]) -> dict[str, str]:
    """For each class, the first of its test photographs: something to try the page with."""
    examples = {}
    for number, name in enumerate(classes):
        for pixels in test.pixels[test.tested.labels == number][:1]:
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "PNG", optimize=True)
            examples[name] = base64.b64encode(file.getvalue()).decode()
    return examples


def _described(manifest: Manifest, photographs: Photographs, parts: Split) -> dict[str, Any]:
    return {
        "source": manifest.source,
        "field_source": manifest.field_source,
        "licence": manifest.licence,
        "rows": manifest.photographs,
        "sha256": manifest.sha256,
        "synthetic": manifest.synthetic,
        "classes": manifest.classes,
        "grouped_by": manifest.grouped_by,
        "groups": manifest.groups,
        "with_plant": manifest.with_plant,
        "field_rows": manifest.field_photographs,
        "skipped": len(manifest.skipped),
        "train": len(parts.train),
        "seen": len(parts.seen),
        "seen_known": int(np.isin(photographs.groups[parts.seen], photographs.groups[parts.train]).sum()),
        "validation": len(parts.validation),
        "test": len(parts.test),
        "test_groups": len(np.unique(photographs.groups[parts.test])),
        "field_validation": len(parts.field_validation),
        "field_test": len(parts.field_test),
    }
