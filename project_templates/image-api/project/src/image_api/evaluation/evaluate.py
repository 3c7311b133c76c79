"""Measures the baselines and the model on groups they have never seen, and what a careless evaluation would have said.

Run as: python -m image_api evaluate
"""

import base64
import io
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from image_api.config import EXAMPLE, NETWORKS, PROJECT, Config
from image_api.data import prepare, split
from image_api.data.folder import Photographs
from image_api.data.prepare import Manifest
from image_api.data.split import Split
from image_api.evaluation import figures, importance, measures, trust
from image_api.evaluation.measures import Answers, Tested, compare, recall_of, result
from image_api.kit import results
from image_api.kit.project import ExplainedError
from image_api.kit.results import Comparison, Result
from image_api.models import baseline, classifier, familiarity
from image_api.models.classifier import Card, Classifier
from image_api.monitoring import monitor
from image_api.monitoring.signals import signals

BASELINE_NAME = "linear on colors and edges"
MODEL_NAME = "convolutional network"
LEAKY = 0.5  # share of photographs whose group is known to train, from which a split by photograph leaks
EXAMPLE_SIDE = 1024  # pixels


@dataclass(frozen=True)
class Place:
    """N photographs of one place, and what the served model says of them."""

    tested: Tested
    pixels: np.ndarray  # (N, side, side, 3) bytes
    scores: np.ndarray  # (N, classes)
    probabilities: np.ndarray  # (N, classes), calibrated
    is_familiar: np.ndarray  # (N,) bool: like those that trained it

    def is_answered(self, card: Card) -> np.ndarray:
        """(N,) bool: whether the service gives an answer."""
        sure: np.ndarray = self.probabilities.max(axis=1) >= card.threshold
        return sure & self.is_familiar

    @property
    def answers(self) -> Answers:
        """The likeliest class of each, however sure."""
        return Answers(MODEL_NAME, "model", self.tested, self.scores.argmax(axis=1))


@dataclass(frozen=True)
class Contest:
    """Everybody's answers, place by place: the test photographs first, then those of the other domain, if any."""

    constant: Answers  # always the most frequent class
    baselines: list[Answers]
    models: list[Answers]
    others: list[list[Answers]]  # of the experiments that are not served
    careless: list[
        Answers
    ]  # what a leaky evaluation measures of the one it would have chosen; nothing where none leaks

    def results(self) -> list[Result]:
        """Macro F1 of each, baselines first."""
        rows = [self.constant]
        for number, (simple, model) in enumerate(zip(self.baselines, self.models, strict=True)):
            rows.extend([simple, *(each[number] for each in self.others), model])
            rows.extend([] if number else self.careless)
        return [result(each, "macro_f1", "Macro F1", measures.macro_f1) for each in rows]

    def details(self, classes: list[str]) -> list[Result]:
        """Accuracy, and the recall of each class that the test set holds."""
        model = self.models[0]
        accuracies = [result(each, "accuracy", "Accuracy", measures.accuracy) for each in (self.baselines[0], model)]
        tested = [(i, name) for i, name in enumerate(classes) if (model.tested.labels == i).any()]
        return accuracies + [result(model, f"recall_{i}", f"Recall, {name}", recall_of(i)) for i, name in tested]

    def comparisons(self) -> list[Comparison]:
        """The model against each of the others, place by place."""
        rivals = (self.baselines, *self.others)
        return [compare(*pair) for each in rivals for pair in zip(self.models, each, strict=True)]


def evaluate(config: Config) -> None:
    """Write reports/metrics.json and the figures; give the served model its reference for `monitor`."""
    photographs, manifest = prepare.load()
    served, parts = classifier.load(), split.by_group(photographs, config)
    _check(served, photographs, parts)
    places = _places(photographs, manifest, parts, served, config)
    contest = _contest(photographs, parts, places, served, config)
    rows, test = contest.results(), places[0]
    _draw(rows, places, photographs, manifest)
    _write_example(test)
    classifier.save_card(_with_reference(served.card, test, config))
    document = results.document(
        PROJECT,
        manifest,
        config.seed,
        _facts(manifest, photographs, parts),
        [*rows, *contest.details(photographs.classes)],
        contest.comparisons(),
        [classifier.MODEL, familiarity.KNOWN, baseline.BASELINE],
    )
    looked_at = importance.importance(test.pixels, test.answers, served, config.seed)
    figures.squares(np.array(looked_at.squares), manifest.title)
    document["importance"] = asdict(looked_at)
    results.write(PROJECT.metrics, {**document, **_trust(photographs, parts, places, contest, served.card, config)})


def _check(served: Classifier, photographs: Photographs, parts: Split) -> None:
    """Nothing is measured on photographs that the model has met."""
    if served.card.met_sha256 != parts.met(photographs):
        raise ExplainedError(
            "the model was trained on other photographs, or split otherwise, and may have met those it is tested on: "
            "run `python -m image_api train` first"
        )
    if not NETWORKS.is_dir():
        raise ExplainedError(f"data/{NETWORKS.name} is not kept in git: run `python -m image_api train` first")


def _places(
    photographs: Photographs, manifest: Manifest, parts: Split, served: Classifier, config: Config
) -> list[Place]:
    """The test photographs, and those of the other domain if there are any."""
    rows_of = {f"test (by {manifest.grouped_by})": parts.test}
    if len(parts.field_test):
        rows_of[manifest.field_source or "field"] = parts.field_test
    places = []
    for name, rows in rows_of.items():
        scores, features = served.look(photographs.pixels[rows])
        tested, is_familiar = Tested.of(name, photographs, rows, config), served.known.are_familiar(features)
        places.append(Place(tested, photographs.pixels[rows], scores, served.card.temper(scores), is_familiar))
    return places


def _contest(
    photographs: Photographs, parts: Split, places: list[Place], served: Classifier, config: Config
) -> Contest:
    usual, simple = int(np.bincount(photographs.labels[parts.train]).argmax()), baseline.load()
    always = np.full(len(parts.test), usual)
    seen = Tested.of("split by photograph", photographs, parts.seen, config)
    return Contest(
        Answers(f"always {photographs.classes[usual]}", "baseline", places[0].tested, always),
        [Answers(BASELINE_NAME, "baseline", place.tested, simple.predict(place.pixels)) for place in places],
        [place.answers for place in places],
        [
            _answered(run, [place.tested for place in places], photographs, served)
            for run in _runs()
            if not run["chosen"]
        ],
        _careless(photographs, parts.train, seen, served),
    )


def _runs() -> list[dict[str, Any]]:
    """The experiments, each with its number."""
    return [{**run, "number": number} for number, run in enumerate(results.experiments(PROJECT))]


def _answered(run: dict[str, Any], places: list[Tested], photographs: Photographs, served: Classifier) -> list[Answers]:
    """What another experiment's network says in each place."""
    model = Classifier(NETWORKS / f"{run['number']}.onnx", served.card)
    said = (model.scores(photographs.pixels[each.rows]).argmax(axis=1) for each in places)
    return [Answers(f"“{run['name']}”", "baseline", *each) for each in zip(places, said, strict=True)]


def _careless(photographs: Photographs, train: np.ndarray, seen: Tested, served: Classifier) -> list[Answers]:
    """What an evaluation measures that tests on groups that also train, of the experiment that it would have chosen."""
    if split.is_known(photographs, seen.rows, train).mean() < LEAKY:
        return []  # that split shares too little to be called a leak
    run = next(run for run in _runs() if run["careless"])
    return [replace(each, role="naive") for each in _answered(run, [seen], photographs, served)]


def _trust(
    photographs: Photographs, parts: Split, places: list[Place], contest: Contest, card: Card, config: Config
) -> dict[str, Any]:
    """What else a reader needs to know to believe the results."""
    policies = [contest.constant, contest.baselines[0], contest.models[0]]
    return {
        "confusions": _confusions(contest.models[0], photographs.classes),
        "shortcut": trust.shortcuts(photographs, parts.train, [place.tested for place in places]),
        "duplicates": trust.copies(photographs, parts.test, parts.train),
        "calibration": {
            "temperature": card.temperature,
            "rows": [trust.calibrated(place.scores, place.tested, card) for place in places],
        },
        "abstention": {
            "risk": card.risk,
            "threshold": card.threshold,
            "rows": [trust.selective(place.probabilities, place.is_familiar, place.tested, card) for place in places],
        },
        "costs": trust.priced(policies, places[0].is_answered(card), card, config),
    }


def _confusions(answers: Answers, classes: list[str]) -> list[dict[str, Any]]:
    """The three most frequent mistakes."""
    counts = answers.counts.sum(axis=0).astype(int)
    wrong = [(int(counts[i, j]), i, j) for i in range(len(classes)) for j in range(len(classes)) if i != j]
    most = sorted((each for each in wrong if each[0]), key=lambda each: -each[0])[:3]
    return [{"truth": classes[i], "answer": classes[j], "n": n, "of": int(counts[i].sum())} for n, i, j in most]


def _draw(rows: list[Result], places: list[Place], photographs: Photographs, manifest: Manifest) -> None:
    test, source = places[0], manifest.title
    figures.results(rows, source)
    figures.confusion(test.answers.counts.sum(axis=0), photographs.classes, source)
    figures.mistakes(photographs, test.tested.rows, test.probabilities, source)
    figures.examples(photographs, source)
    figures.reliability([(place.tested.name, place.probabilities, place.tested.labels) for place in places], source)


def _write_example(test: Place) -> None:
    """The test photograph that is answered most surely, for a reader to ask the service with, and for the load test."""
    picture = Image.fromarray(test.pixels[test.probabilities.max(axis=1).argmax()]).resize((EXAMPLE_SIDE, EXAMPLE_SIDE))
    picture.save(EXAMPLE, "JPEG", quality=92)


def _with_reference(card: Card, test: Place, config: Config) -> Card:
    """The card, with what `monitor` compares with and the page's examples."""
    values = signals(test.pixels, test.probabilities)
    reference = monitor.reference(values, test.tested.groups, config)
    mix, limit = monitor.mixture(test.answers.predicted, test.tested.groups, card.classes, config)
    return replace(card, reference=reference, mix=mix, mix_limit=limit, examples=_examples(test, card.classes))


def _examples(test: Place, classes: list[str]) -> dict[str, str]:
    """For each class, the first of its test photographs: something to try the page with."""
    examples = {}
    for number, name in enumerate(classes):
        for pixels in test.pixels[test.tested.labels == number][:1]:
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "PNG", optimize=True)
            examples[name] = base64.b64encode(file.getvalue()).decode()
    return examples


def _facts(manifest: Manifest, photographs: Photographs, parts: Split) -> dict[str, Any]:
    """What describes the data, beyond what every results file says."""
    known = split.is_known(photographs, parts.seen, parts.train)
    return {
        "field_source": manifest.field_source,
        "classes": manifest.classes,
        "grouped_by": manifest.grouped_by,
        "groups": manifest.groups,
        "with_group": manifest.with_group,
        "field_rows": manifest.field_photographs,
        "skipped": len(manifest.skipped),
        "in_two_classes": manifest.in_two_classes,
        "train": len(parts.train),
        "seen": len(parts.seen),
        "seen_known": int(known.sum()),
        "has_groups": manifest.groups < manifest.rows,
        "validation": len(parts.validation),
        "test": len(parts.test),
        "test_groups": len(np.unique(photographs.groups[parts.test])),
        "field_validation": len(parts.field_validation),
        "field_test": len(parts.field_test),
    }
