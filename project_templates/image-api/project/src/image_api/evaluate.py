"""Measures the baselines and the model on plants they have never seen, and what a careless evaluation would have said.

Run as: python -m image_api evaluate
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import numpy as np

from image_api import baseline, classifier, data, drift, figures, intervals, results, scores, split
from image_api.config import METRICS, NAIVE_MODEL, ROOT, Config, ExplainedError
from image_api.data import Photographs
from image_api.results import Comparison, Result

BASELINE_NAME = "colours and edges, linear"
MODEL_NAME = "convolutional network"
NAIVE_NAME = "as photographed, leaky split"


@dataclass(frozen=True)
class Answers:
    """What somebody or something said about a set of photographs."""

    model: str
    role: str
    split: str
    counts: np.ndarray  # (plants, classes, classes), as `scores.confusions` counts

    @property
    def strata(self) -> np.ndarray:
        """(plants,): the class of each plant, as the split dealt them."""
        return self.counts.sum(axis=2).argmax(axis=1)


def evaluate(config: Config) -> None:
    """Write reports/metrics.json and the figures; give the served model its reference for `monitor`."""
    photographs, manifest = data.load()
    served, simple = classifier.load(), baseline.load()
    if (served.card.data_sha256, served.card.seed) != (manifest.sha256, config.seed):
        raise ExplainedError(
            "the model was trained on other photographs or with another seed, and may have met those it is tested on: "
            "run `python -m image_api train` first"
        )
    parts = split.by_plant(photographs, config)
    leaky = split.by_photograph(photographs, config, like=parts)
    test = parts.test
    test_name = f"test (by {manifest.grouped_by})"

    def predicted(rows: np.ndarray, by: classifier.Classifier) -> np.ndarray:
        return by.probabilities(photographs.pixels[rows]).argmax(axis=1)

    most_frequent = np.bincount(photographs.labels[parts.train]).argmax()
    naive = classifier.Classifier(NAIVE_MODEL, served.card)
    probabilities = served.probabilities(photographs.pixels[test])
    rival = _count(BASELINE_NAME, "baseline", test_name, photographs, test, simple.predict(photographs.pixels[test]))
    model = _count(MODEL_NAME, "model", test_name, photographs, test, probabilities.argmax(axis=1))
    claimed = _count(NAIVE_NAME, "naive", "test (by photograph)", photographs, leaky.test, predicted(leaky.test, naive))
    everyone = [
        _count("most frequent class", "baseline", test_name, photographs, test, np.full(len(test), most_frequent)),
        rival,
        model,
        claimed,
    ]
    if len(parts.field_test):
        rows = parts.field_test
        answers = simple.predict(photographs.pixels[rows])
        everyone.append(_count(BASELINE_NAME, "baseline", "field", photographs, rows, answers))
        everyone.append(_count(MODEL_NAME, "model", "field", photographs, rows, predicted(rows, served)))

    measured = [_result(each, "macro_f1", "Macro F1", scores.macro_f1, config) for each in everyone]
    measured += [_result(each, "accuracy", "Accuracy", scores.accuracy, config) for each in (rival, model)]
    measured += [
        _result(model, f"recall_{number}", f"Recall, {name}", _recall_of(number), config)
        for number, name in enumerate(photographs.classes)
    ]
    signals = drift.signals(photographs.pixels[test], probabilities)
    classifier.save_card(
        replace(
            served.card,
            signals={name: np.sort(values).round(5).tolist() for name, values in signals.items()},
            limits=drift.limits(signals, photographs.groups[test], config),
        )
    )
    figures.results([each for each in measured if each.metric == "macro_f1"], manifest.title)
    figures.confusion(model.counts.sum(axis=0), photographs.classes, manifest.title)
    figures.mistakes(photographs, test, probabilities, manifest.title)
    figures.examples(photographs, manifest.title)
    results.write(
        METRICS,
        {
            "template": "image-api",
            "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "commit": manifest.commit,
            "dirty": manifest.dirty,
            "seed": config.seed,
            "data": {
                "source": manifest.source,
                "licence": manifest.licence,
                "rows": manifest.photographs,
                "sha256": manifest.sha256,
                "synthetic": manifest.synthetic,
                "classes": manifest.classes,
                "grouped_by": manifest.grouped_by,
                "groups": manifest.groups,
                "field_rows": manifest.field_photographs,
                "skipped": len(manifest.skipped),
                "train": len(parts.train),
                "validation": len(parts.validation),
                "test": len(test),
                "test_groups": len(np.unique(photographs.groups[test])),
            },
            "results": [asdict(each) for each in measured],
            "comparisons": [asdict(_compare(model, rival, config))],
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


def _count(
    model: str, role: str, split_name: str, photographs: Photographs, rows: np.ndarray, predicted: np.ndarray
) -> Answers:
    groups, truth = photographs.groups[rows], photographs.labels[rows]
    return Answers(model, role, split_name, scores.confusions(groups, truth, predicted, len(photographs.classes)))


def _recall_of(number: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda counts: scores.recall_by_class(counts)[..., number]


def _result(
    answers: Answers, metric: str, label: str, score: Callable[[np.ndarray], np.ndarray], config: Config
) -> Result:
    low, high = intervals.interval(score(_resampled(answers, config)))
    return Result(
        model=answers.model,
        role=answers.role,
        split=answers.split,
        metric=metric,
        label=label,
        value=round(float(score(answers.counts.sum(axis=0))), 4),
        ci95=(round(low, 4), round(high, 4)),
        n=int(answers.counts.sum()),
    )


def _compare(of: Answers, against: Answers, config: Config) -> Comparison:
    """Paired: both are scored on the same resampled plants."""
    differences = scores.macro_f1(_resampled(of, config)) - scores.macro_f1(_resampled(against, config))
    observed = scores.macro_f1(of.counts.sum(axis=0)) - scores.macro_f1(against.counts.sum(axis=0))
    low, high = intervals.interval(differences)
    return Comparison("macro_f1", of.model, against.model, round(float(observed), 4), (round(low, 4), round(high, 4)))


def _resampled(answers: Answers, config: Config) -> np.ndarray:
    """(resamples, classes, classes): total counts over plants drawn with replacement."""
    return np.tensordot(intervals.resample(answers.strata, config.resamples, config.seed), answers.counts, axes=1)
