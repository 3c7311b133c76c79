"""Fits the baseline and three experiments, keeps the experiment that does best on groups it has not seen, exports it.

Run as: python -m image_api train
"""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import nn

from image_api.config import NETWORKS, PROJECT, WEIGHTS, Config
from image_api.data import images, prepare, split
from image_api.data.folder import Photographs
from image_api.data.prepare import Manifest
from image_api.data.split import Split
from image_api.evaluation import measures
from image_api.evaluation.measures import Tested
from image_api.kit import results
from image_api.kit.progress import progress
from image_api.models import baseline, calibration, classifier, familiarity, features
from image_api.models.augmentation import on_other_ground, turned
from image_api.models.classifier import Card
from image_api.models.network import Served, SmallNet, folded

PARITY = 1e-4  # largest difference allowed between torch and ONNX Runtime


@dataclass(frozen=True)
class Experiment:
    """One decision about training."""

    name: str
    decision: str
    changes: tuple[Callable[[torch.Tensor], torch.Tensor], ...]


EXPERIMENTS = (
    Experiment("no augmentation", "trust the photographs as they are", ()),
    Experiment("flips and turns", "what is shown may lie in any direction", (turned,)),
    Experiment("flips, turns, backgrounds", "what lies behind it must not matter", (turned, on_other_ground)),
)


@dataclass(frozen=True)
class Run:
    """What an experiment resulted in; one file each in reports/runs."""

    name: str
    decision: str
    settings: dict[str, float]
    seed: int
    seen_macro_f1: float  # on other photographs of the groups it was trained on: what a leaky split measures
    validation_macro_f1: float  # by group, where the training photographs come from
    field_macro_f1: float | None  # on validation groups of the other domain, if there is one
    seconds: float
    chosen: bool = False
    careless: bool = False  # a leaky evaluation would have chosen this one

    @property
    def score(self) -> float:
        """What experiments are chosen by: both domains count the same."""
        domains = [score for score in (self.validation_macro_f1, self.field_macro_f1) if score is not None]
        return sum(domains) / len(domains)


def train(config: Config) -> list[Run]:
    """Fit, choose, calibrate and export; returns the experiments, the chosen one marked."""
    torch.set_num_threads(config.threads)
    photographs, manifest = prepare.load()
    parts = split.by_group(photographs, config)
    PROJECT.models.mkdir(exist_ok=True)

    fit_baseline(photographs, parts.train).save(baseline.BASELINE)
    networks, runs = [], []
    for experiment in EXPERIMENTS:
        network, seconds = fit(experiment, photographs, parts.train, config)
        networks.append(network)
        runs.append(_run(experiment, network, seconds, photographs, parts, config))
    best = max(range(len(runs)), key=lambda i: runs[i].score)
    careless = max(range(len(runs)), key=lambda i: runs[i].seen_macro_f1)
    runs[best] = replace(runs[best], chosen=True)
    runs[careless] = replace(runs[careless], careless=True)

    check = images.to_input(photographs.pixels[parts.validation[:64]])
    NETWORKS.mkdir(parents=True, exist_ok=True)
    for number, network in enumerate(networks):
        export(network, NETWORKS / f"{number}.onnx", check)
    shutil.copy(NETWORKS / f"{best}.onnx", classifier.MODEL)
    np.savez(WEIGHTS, allow_pickle=False, **folded(networks[best]))
    known(networks[best], photographs, parts).save()
    _write_card(networks[best], runs[best], photographs, manifest, parts, config)
    results.write_experiments(PROJECT, runs)
    return runs


def _write_card(
    network: SmallNet, run: Run, photographs: Photographs, manifest: Manifest, parts: Split, config: Config
) -> None:
    temperature, threshold = calibrate(network, photographs, parts.validation, config)
    classifier.save_card(
        Card(
            classes=photographs.classes,
            side=config.side,
            source=manifest.title,
            experiment=run.name,
            sha256=results.file_hash(classifier.MODEL),
            known_sha256=results.file_hash(familiarity.KNOWN),
            met_sha256=parts.met(photographs),
            temperature=temperature,
            threshold=threshold,
            risk=config.risk,
        )
    )


def fit_baseline(photographs: Photographs, rows: np.ndarray) -> baseline.Baseline:
    """Hand-made features and a linear model: what every network has to beat."""
    described = features.describe(photographs.pixels[rows])
    scaler = StandardScaler().fit(described)
    model = LogisticRegression(max_iter=2000).fit(scaler.transform(described), photographs.labels[rows])
    seen = model.coef_ / scaler.scale_
    offsets = model.intercept_ - seen @ scaler.mean_
    if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
        seen, offsets = np.vstack([-seen, seen]), np.concatenate([-offsets, offsets])
    classes = len(photographs.classes)
    weights, bias = np.zeros((classes, described.shape[1])), np.full(classes, -np.inf)  # a class never seen never wins
    weights[model.classes_], bias[model.classes_] = seen, offsets
    return baseline.Baseline(weights, bias)


def fit(experiment: Experiment, photographs: Photographs, rows: np.ndarray, config: Config) -> tuple[SmallNet, float]:
    """Train a network on those photographs; returns it with the seconds it took."""
    started = time.monotonic()
    torch.manual_seed(config.seed)
    inputs = torch.from_numpy(images.to_input(photographs.pixels[rows]))
    labels = torch.from_numpy(photographs.labels[rows])
    network = SmallNet(len(photographs.classes)).to(memory_format=torch.channels_last)  # nearly twice as fast on a CPU
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=config.weight_decay)
    passes = max(config.epochs, config.fewest_steps * config.batch // len(rows))  # more, of a small collection
    epochs = [torch.randperm(len(rows)).split(config.batch) for _ in range(passes)]
    batches = [batch for epoch in epochs for batch in epoch if len(batch) > 1]  # one alone has no variance to normalize
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config.learning_rate, total_steps=len(batches))
    network.train()
    for batch in progress(batches, f"training: {experiment.name}"):
        seen = inputs[batch]
        for change in experiment.changes:
            seen = change(seen)
        answers = network(seen.contiguous(memory_format=torch.channels_last))
        loss = nn.functional.cross_entropy(answers, labels[batch], label_smoothing=config.label_smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.to(memory_format=torch.contiguous_format).eval(), time.monotonic() - started


def score(network: SmallNet, pixels: np.ndarray) -> np.ndarray:
    """(N, side, side, 3) bytes → (N, classes)."""
    parts = np.array_split(pixels, len(pixels) // 256 + 1)  # all at once would take gigabytes
    with torch.inference_mode():
        return np.concatenate([network(torch.from_numpy(images.to_input(part))).numpy() for part in parts])


def known(network: SmallNet, photographs: Photographs, parts: Split) -> familiarity.Known:
    """Where the photographs lie that it was trained on, and how far away others like them may be."""

    def described(rows: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return network.describe(torch.from_numpy(images.to_input(photographs.pixels[rows]))).numpy()

    labels = photographs.labels[parts.train]
    return familiarity.learn(described(parts.train), labels, described(parts.validation))


def calibrate(network: SmallNet, photographs: Photographs, rows: np.ndarray, config: Config) -> tuple[float, float]:
    """(temperature, threshold) for groups that the network was not trained on."""
    tested = Tested.of("validation", photographs, rows, config)
    raw = score(network, photographs.pixels[rows])
    temperature = calibration.temperature(raw, tested.labels)
    probabilities = calibration.probabilities(raw, temperature)
    is_right = probabilities.argmax(axis=1) == tested.labels
    confidence, drawn = probabilities.max(axis=1), tested.drawn_photographs
    return temperature, calibration.threshold(confidence, is_right, tested.groups, drawn, config.risk)


def export(network: SmallNet, path: Path, check: np.ndarray) -> float:
    """Write ONNX, and make sure it answers as torch does; returns the largest difference on `check`."""
    torch.onnx.export(
        Served(network).eval(),  # or the export would leave the network in training mode
        (torch.from_numpy(check),),
        path,
        input_names=["photographs"],
        output_names=["scores", "features"],
        dynamic_axes={name: {0: "batch"} for name in ("photographs", "scores", "features")},
        dynamo=False,  # the newer exporter needs one more package and may write a second file
    )
    (exported,) = classifier.open_session(path).run(["scores"], {"photographs": check})
    with torch.inference_mode():
        difference = float(np.abs(network(torch.from_numpy(check)).numpy() - exported).max())
    if difference > PARITY:
        raise RuntimeError(f"{path.name} answers {difference:.2g} away from torch; {PARITY:g} is allowed")
    return difference


def _run(
    experiment: Experiment,
    network: SmallNet,
    seconds: float,
    photographs: Photographs,
    parts: Split,
    config: Config,
) -> Run:
    def macro_f1(rows: np.ndarray) -> float:
        predicted = score(network, photographs.pixels[rows]).argmax(axis=1)
        groups, labels = photographs.groups[rows], photographs.labels[rows]
        counts = measures.confusions(groups, labels, predicted, len(photographs.classes))
        return round(float(measures.macro_f1(counts.sum(axis=0))), 4)

    return Run(
        experiment.name,
        experiment.decision,
        {
            "epochs": config.epochs,
            "fewest_steps": config.fewest_steps,
            "batch": config.batch,
            "learning_rate": config.learning_rate,
        },
        config.seed,
        macro_f1(parts.seen),
        macro_f1(parts.validation),
        macro_f1(parts.field_validation) if len(parts.field_validation) else None,
        round(seconds, 1),
    )
