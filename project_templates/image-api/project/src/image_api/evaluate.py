"""Measures the baselines and the model on plants they have never seen, and what a careless evaluation would have said.

Run as: python -m image_api evaluate
"""

import base64
import io
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from PIL import Image

from image_api import baseline, classifier, data, drift, figures, results, scores, split, trust
from image_api.config import METRICS, NAIVE_MODEL, REPORTS, ROOT, Config, ExplainedError
from image_api.data import Manifest
from image_api.measure import Answers, Tested, compare, recall_of, result
from image_api.photographs import Photographs
from image_api.split import Split

BASELINE_NAME = "linear model of colours and edges"
MODEL_NAME = "convolutional network"


def evaluate(config: Config) -> None:
    """Write reports/metrics.json and the figures; give the served model its reference for `monitor`."""
    photographs, manifest = data.load()
    served = classifier.load()
    parts = split.by_plant(photographs, config)
    if served.card.met_sha256 != parts.met(photographs):
        raise ExplainedError(
            "the model was trained on other photographs, or split otherwise, and may have met those it is tested on: "
            "run `python -m image_api train` first"
        )
    if not NAIVE_MODEL.is_file():
        raise ExplainedError(f"{NAIVE_MODEL.name} is not kept in git: run `python -m image_api train` first")
    test = Tested.of(f"test (by {manifest.grouped_by})", photographs, parts.test, config)
    field = Tested.of(manifest.field_source or "field", photographs, parts.field_test, config)
    seen = Tested.of("split by photograph", photographs, parts.seen, config)
    places = [test, field] if len(field.rows) else [test]

    raw = {tested.name: served.scores(photographs.pixels[tested.rows]) for tested in places}
    probabilities = served.card.temper(raw[test.name])
    model = [Answers(MODEL_NAME, "model", tested, raw[tested.name].argmax(axis=1)) for tested in places]
    simple = _baseline(photographs, places)
    usual = int(np.bincount(photographs.labels[parts.train]).argmax())
    constant = Answers(f"always {photographs.classes[usual]}", "baseline", test, np.full(len(test.rows), usual))
    careless = _careless(photographs, [seen, *places], served)

    everyone = [constant, simple[0], model[0], *careless[:2], *simple[1:], *model[1:], *careless[2:]]
    measured = [result(each, "macro_f1", "Macro F1", scores.macro_f1) for each in everyone]
    measured += [result(each, "accuracy", "Accuracy", scores.accuracy) for each in (simple[0], model[0])]
    measured += [
        result(model[0], f"recall_{number}", f"Recall, {name}", recall_of(number))
        for number, name in enumerate(photographs.classes)
    ]
    comparisons = [compare(*pair) for pair in zip(model, simple, strict=True)]
    comparisons += [compare(*pair) for pair in zip(model, careless[1:], strict=False)]

    signals = drift.signals(photographs.pixels[test.rows], probabilities)
    classifier.save_card(
        replace(
            served.card,
            signals={name: np.sort(values).tolist() for name, values in signals.items()},
            limits=drift.limits(signals, test.groups, config),
            examples=_examples(photographs, test.rows),
        )
    )
    figures.results([each for each in measured if each.metric == "macro_f1"], manifest.title)
    figures.confusion(model[0].counts.sum(axis=0), photographs.classes, manifest.title)
    figures.mistakes(photographs, test.rows, probabilities, manifest.title)
    figures.examples(photographs, manifest.title)
    figures.reliability(
        [(tested.name, served.card.temper(raw[tested.name]), tested.labels) for tested in places], manifest.title
    )
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
            "shortcut": trust.shortcuts(photographs, parts.train, places),
            "duplicates": trust.copies(photographs, parts.test, parts.train),
            "calibration": {
                "temperature": served.card.temperature,
                "rows": [trust.calibrated(raw[tested.name], tested, served.card) for tested in places],
            },
            "abstention": {
                "risk": served.card.risk,
                "threshold": served.card.threshold,
                "rows": [trust.selective(served.card.temper(raw[each.name]), each, served.card) for each in places],
            },
            "costs": trust.priced([constant, simple[0], model[0]], probabilities, served.card, config),
            "artefacts": [
                {
                    "path": path.relative_to(ROOT).as_posix(),
                    "sha256": classifier.file_hash(path),
                    "bytes": path.stat().st_size,
                }
                for path in (classifier.MODEL, baseline.BASELINE)
            ],
        },
    )


def _baseline(photographs: Photographs, places: list[Tested]) -> list[Answers]:
    model = baseline.load()
    return [Answers(BASELINE_NAME, "baseline", each, model.predict(photographs.pixels[each.rows])) for each in places]


def _careless(photographs: Photographs, places: list[Tested], served: classifier.Classifier) -> list[Answers]:
    """The experiment that a leaky evaluation would have chosen: on the plants it knows, which is what that evaluation
    measures, and (if it is not the one that is served) on others."""
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((REPORTS / "runs").glob("*.json"))]
    name = next(run["name"] for run in runs if run["careless"])
    model = classifier.Classifier(NAIVE_MODEL, served.card)
    known = places[:1] if name == served.card.experiment else places
    answers = [model.scores(photographs.pixels[each.rows]).argmax(axis=1) for each in known]
    roles = ("naive", *["baseline"] * (len(places) - 1))
    return [Answers(f"experiment “{name}”", *each) for each in zip(roles, known, answers, strict=False)]


def _confusions(answers: Answers, classes: list[str]) -> list[dict[str, Any]]:
    """The three wrong names that were given most often."""
    counts = answers.counts.sum(axis=0).astype(int)
    wrong = [(int(counts[i, j]), i, j) for i in range(len(classes)) for j in range(len(classes)) if i != j]
    most = sorted((each for each in wrong if each[0]), key=lambda each: -each[0])[:3]
    return [{"truth": classes[i], "answer": classes[j], "n": n, "of": int(counts[i].sum())} for n, i, j in most]


def _examples(photographs: Photographs, rows: np.ndarray) -> dict[str, str]:
    """For each class, the first of those photographs: something to try the page with."""
    examples = {}
    for number, name in enumerate(photographs.classes):
        file = io.BytesIO()
        first = rows[photographs.labels[rows] == number][:1]
        for row in first:
            Image.fromarray(photographs.pixels[row]).save(file, "PNG", optimize=True)
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
