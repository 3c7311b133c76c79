"""The model is what the README says: better than the baseline, repeatable, the same in torch and ONNX, watched."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter

from image_api.config import Config
from image_api.data import images, sample, split
from image_api.data.folder import Photographs
from image_api.evaluation import costs, exploration, importance, measures
from image_api.evaluation.measures import Answers, Tested
from image_api.kit import intervals
from image_api.kit.project import ExplainedError
from image_api.models import calibration, classifier, familiarity, training
from image_api.models.classifier import Card, Classifier
from image_api.models.network import SmallNet
from image_api.monitoring import monitor
from image_api.monitoring.signals import signals

Shift = Callable[[np.ndarray], np.ndarray]
BEST = training.EXPERIMENTS[-1]


@pytest.fixture(scope="module")
def network(photographs: Photographs, config: Config) -> SmallNet:
    torch.set_num_threads(config.threads)
    return training.fit(BEST, photographs, split.by_group(photographs, config).train, config)[0]


def _macro_f1(photographs: Photographs, rows: np.ndarray, predicted: np.ndarray) -> float:
    counts = measures.confusions(
        photographs.groups[rows], photographs.labels[rows], predicted, len(photographs.classes)
    )
    return float(measures.macro_f1(counts.sum(axis=0)))


def test_the_network_beats_the_baseline_by_a_margin(
    photographs: Photographs, config: Config, network: SmallNet
) -> None:
    parts = split.by_group(photographs, config)
    pixels = photographs.pixels[parts.test]
    baseline = _macro_f1(photographs, parts.test, training.fit_baseline(photographs, parts.train).predict(pixels))
    model = _macro_f1(photographs, parts.test, training.score(network, pixels).argmax(axis=1))
    assert 0.5 < baseline < 0.85
    assert model > baseline + 0.05


def test_training_twice_gives_the_same_answers(photographs: Photographs, config: Config) -> None:
    short = dataclasses.replace(config, epochs=1, fewest_steps=0)
    rows = split.by_group(photographs, config).train[::4]
    pixels = torch.from_numpy(images.to_input(photographs.pixels[:32]))
    networks = [training.fit(BEST, photographs, rows, short)[0] for _ in range(2)]
    with torch.inference_mode():
        first, second = (network(pixels) for network in networks)
    assert torch.equal(first, second)


def test_the_network_is_small(network: SmallNet) -> None:
    assert sum(parameter.numel() for parameter in network.parameters()) <= 200_000


def test_onnx_answers_as_torch_does_for_any_batch_size(
    photographs: Photographs, network: SmallNet, tmp_path: Path
) -> None:
    path = tmp_path / "model.onnx"
    assert training.export(network, path, images.to_input(photographs.pixels[:8])) <= training.PARITY
    exported = classifier.Classifier(path, Card(photographs.classes, 64, "", "", "", "", ""))
    for number in (1, 3, 70):
        with torch.inference_mode():
            expected = network(torch.from_numpy(images.to_input(photographs.pixels[:number]))).numpy()
        assert np.abs(exported.scores(photographs.pixels[:number]) - expected).max() <= training.PARITY


def test_a_model_that_its_card_does_not_describe_is_not_served(tmp_path: Path) -> None:
    model, card = tmp_path / "model.onnx", tmp_path / "model.json"
    model.write_bytes(b"another model")
    classifier.save_card(Card(["a", "b"], 64, "", "", "0" * 64, "", ""), card)
    with pytest.raises(classifier.NoModelError, match="is not the file"):
        classifier.load(model, card)


def test_macro_f1_agrees_with_scikit_learn() -> None:
    from sklearn.metrics import f1_score

    rng = np.random.default_rng(0)
    truth, predicted = rng.integers(4, size=200), rng.integers(4, size=200)
    counts = measures.confusions(np.arange(200) // 5, truth, predicted, 4).sum(axis=0)
    assert measures.macro_f1(counts) == pytest.approx(f1_score(truth, predicted, average="macro"))


def test_a_temperature_makes_an_overconfident_model_honest() -> None:
    """Scores drawn so that their softmax is right, then tripled: the temperature must find the three."""
    rng = np.random.default_rng(0)
    raw = rng.normal(0, 1.5, (4000, 4))
    labels = np.array([rng.choice(4, p=row) for row in calibration.probabilities(raw)])
    found = calibration.temperature(3 * raw, labels)
    assert found == pytest.approx(3, rel=0.1)
    before, after = (calibration.probabilities(3 * raw, temperature) for temperature in (1.0, found))
    is_right = raw.argmax(axis=1) == labels
    assert calibration.expected_error(before.max(axis=1), is_right) > 0.1
    assert calibration.expected_error(after.max(axis=1), is_right) < 0.03


def test_a_threshold_keeps_its_risk_on_plants_it_was_not_chosen_on() -> None:
    """120 plants of 3 photographs each, whose confidence is true: the risk above a threshold is then (1 - it) / 2."""
    exceeded, refused, plants = 0, 0, np.repeat(np.arange(120), 3)
    for seed in range(60):
        rng = np.random.default_rng(seed)
        confidence = rng.uniform(0.3, 1, 360)
        is_right = rng.random(360) < confidence
        drawn = intervals.resample(np.zeros(120, dtype=int), 300, seed)[:, plants]
        threshold = calibration.threshold(confidence, is_right, plants, drawn, risk=0.2)
        refused += threshold == calibration.NEVER
        exceeded += (1 - threshold) / 2 > 0.2
    assert exceeded <= 6
    assert refused <= 3


def test_a_risk_that_cannot_be_kept_or_shown_means_no_answer_at_all() -> None:
    drawn, plants, confidence = np.ones((10, 50), dtype=int), np.arange(50), np.linspace(0.2, 1, 50)
    all_wrong, all_right = np.zeros(50, dtype=bool), np.ones(50, dtype=bool)
    assert calibration.threshold(confidence, all_wrong, plants, drawn, 0.1) == calibration.NEVER
    assert calibration.threshold(confidence, all_right, plants, drawn, 0.1) == 0.2
    assert calibration.fewest(0.1) == 29
    assert calibration.threshold(confidence, all_right, plants // 2, drawn, 0.1) == calibration.NEVER


def test_a_missed_disease_costs_more_than_a_false_alarm(config: Config) -> None:
    prices = costs.table(["Tomato: healthy", "rust", "mildew"], config)
    assert (np.diag(prices) == 0).all()
    assert prices[1, 0] == config.cost_missed > prices[0, 1] == config.cost_false_alarm
    assert prices[1, 2] == config.cost_wrong_kind
    assert (prices[:, 3] == config.cost_retake).all()
    both = costs.table(["Apple: healthy", "Apple: scab", "Potato: healthy", "unhealthy"], config)
    assert (both[0, 2], both[1, 2], both[0, 3]) == (0, config.cost_missed, config.cost_false_alarm)
    assert set(costs.table(["a", "b"], config).flat) == {0.0, config.cost_wrong_kind, config.cost_retake}


def test_a_share_that_never_varies_has_an_interval_all_the_same(config: Config) -> None:
    """Twelve of twelve, and none of six: resampling them says nothing of the thirteenth."""
    low, high = intervals.wilson(1.0, 12)
    assert (round(low, 3), high) == (0.757, 1.0)
    assert intervals.wilson(0.0, 6)[1] == pytest.approx(0.390, abs=0.001)
    assert intervals.wilson(0.0, 0) == (0.0, 1.0)
    tested = measures.Tested("by hand", np.arange(12), np.zeros(12, dtype=int), np.arange(12), 2, config)
    assert tested.estimate(np.ones(12)).ci95[0] == pytest.approx(0.7575, abs=1e-3)
    assert tested.estimate(np.full(12, 0.5)).ci95 == (0.5, 0.5), "costs are no shares"
    answers = measures.Answers("m", "model", tested, np.zeros(12, dtype=int))
    assert measures.result(answers, "macro_f1", "Macro F1", measures.macro_f1).ci95[0] < 0.8


def test_always_one_answer_has_the_interval_of_that_class_s_share(config: Config) -> None:
    """40 of 200 in five classes: macro F1 is 2 × 0.2 / 1.2 / 5, and what another 200 would give lies around it."""
    truth = np.arange(200) % 5
    tested = measures.Tested("by hand", np.arange(200), truth, np.arange(200), 5, config)
    row = measures.result(
        measures.Answers("m", "baseline", tested, np.zeros(200, dtype=int)), "macro_f1", "F1", measures.macro_f1
    )
    low, high = row.ci95
    assert row.value == pytest.approx(0.0667, abs=1e-4)
    drawn = np.random.default_rng(1).binomial(200, 0.2, 2000) / 200
    f1 = 2 * drawn / (1 + drawn) / 5
    assert 0.93 <= ((f1 >= low) & (f1 <= high)).mean() <= 0.975


def test_what_is_unlike_the_training_set_is_known_by_its_distance() -> None:
    rng = np.random.default_rng(1)
    labels = np.arange(600) % 3
    centers = 4 * rng.normal(size=(3, 20))

    def like(names: np.ndarray) -> np.ndarray:
        return centers[names] + rng.normal(size=(len(names), 20))

    known = familiarity.learn(like(labels), labels, like(labels))
    assert known.are_familiar(like(labels)).mean() == pytest.approx(familiarity.KEPT, abs=0.03)
    assert not known.are_familiar(centers.mean(axis=0) + 6 * rng.normal(size=(50, 20))).any()


def test_noise_and_plain_surfaces_are_unlike_the_sample(
    photographs: Photographs, config: Config, network: SmallNet
) -> None:
    parts = split.by_group(photographs, config)
    known = training.known(network, photographs, parts)
    strange = np.concatenate([
        np.random.default_rng(1).integers(0, 255, (40, 64, 64, 3), dtype=np.uint8),
        np.arange(40, 240, 5, dtype=np.uint8)[:, None, None, None] * np.ones((1, 64, 64, 3), dtype=np.uint8),
    ])  # fmt: skip
    familiar = [_are_familiar(network, known, pixels) for pixels in (strange, photographs.pixels[parts.test])]
    assert familiar[0].mean() <= 0.1
    assert familiar[1].mean() >= 0.92


def _are_familiar(network: SmallNet, known: familiarity.Known, pixels: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return known.are_familiar(network.describe(torch.from_numpy(images.to_input(pixels))).numpy())


def test_a_flood_of_one_class_rings(config: Config) -> None:
    predicted, groups = np.arange(600) % 5, np.arange(600) // 3
    mix, limit = monitor.mixture(predicted, groups, list("abcde"), config)
    assert mix == dict.fromkeys("abcde", 0.2)
    card = dataclasses.replace(Card(list("abcde"), 64, "", "", "", "", ""), mix=mix, mix_limit=limit)

    def rings(labels: list[str]) -> list[bool]:
        return [check.is_alarm for check in monitor._mixed([{"likeliest": label} for label in labels], card)]

    assert rings(["a"] * 200) == [True]
    assert rings(list("abcde") * 40) == [False]
    assert rings(["a"] * 5) == []


def test_a_class_that_is_not_there_does_not_count_against_a_perfect_score() -> None:
    assert measures.macro_f1(np.diag([5.0, 0.0, 5.0])) == 1


def _darker(pixels: np.ndarray) -> np.ndarray:
    return (pixels * 0.8).astype(np.uint8)


def _blurred(pixels: np.ndarray) -> np.ndarray:
    return np.stack([np.asarray(Image.fromarray(each).filter(ImageFilter.GaussianBlur(0.8))) for each in pixels])


def _window(seed: int, photographs: int) -> np.ndarray:
    """Photographs of plants that no other seed has, equally many of each kind."""
    rng, each = np.random.default_rng([999, seed]), sample.PHOTOGRAPHS_PER_PLANT
    plants = [sample.grow(number, kind, "lab", rng) for number, kind in enumerate(sample.KINDS * 99)]
    shots = [
        np.asarray(sample.photograph(plant, rng)) for plant in plants[: photographs // each + 1] for _ in range(each)
    ]
    return np.stack(shots[:photographs])


@pytest.fixture(scope="module")
def watched(photographs: Photographs, config: Config, network: SmallNet) -> Card:
    """A card as `evaluate` writes it: the reference are plants the network was not trained on."""
    rows = split.by_group(photographs, config).test
    seen = signals(photographs.pixels[rows], _probabilities(network, photographs.pixels[rows]))
    reference = monitor.reference(seen, photographs.groups[rows], config)
    return Card(photographs.classes, 64, "", "", "0" * 64, "", "", reference=reference)


def _probabilities(network: SmallNet, pixels: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return network(torch.from_numpy(images.to_input(pixels))).softmax(dim=1).numpy()


def _alarms(network: SmallNet, pixels: np.ndarray, card: Card, config: Config) -> list[str]:
    seen = signals(pixels, _probabilities(network, pixels))
    answers = [dict(zip(seen, values, strict=True)) for values in zip(*seen.values(), strict=True)]
    return [check.name for check in monitor.drifted(answers, card) if check.is_alarm]


def test_monitor_is_quiet_without_drift(config: Config, network: SmallNet, watched: Card) -> None:
    windows = (_window(seed, config.window) for seed in range(20))
    assert sum(bool(_alarms(network, pixels, watched, config)) for pixels in windows) <= 1


@pytest.mark.parametrize(("shift", "signal"), [(_darker, "brightness"), (_blurred, "sharpness")])
def test_monitor_rings_on_a_mild_shift(
    shift: Shift, signal: str, config: Config, network: SmallNet, watched: Card
) -> None:
    pixels = shift(_window(20, config.window))
    assert f"drift of {signal}" in _alarms(network, pixels, watched, config)


def test_monitor_compares_with_what_was_accepted(config: Config, network: SmallNet, watched: Card) -> None:
    """Somebody has looked at the darker photographs and found them good: from then on the old ones are the strange."""
    windows = [_darker(_window(seed, config.window)) for seed in (30, 31)]
    seen = signals(windows[0], _probabilities(network, windows[0]))
    answers = [dict(zip(seen, values, strict=True)) for values in zip(*seen.values(), strict=True)]
    accepted = monitor.accept(answers, ["rust"] * len(answers), watched, config)
    assert accepted.mix["rust"] == 1, "the mix of classes is that of what was accepted, too"
    assert "drift of brightness" not in _alarms(network, windows[1], accepted, config)
    assert "drift of brightness" in _alarms(network, _window(32, config.window), accepted, config)
    with pytest.raises(ExplainedError, match="too few"):
        monitor.accept(answers[:50], [], watched, config)


def test_a_class_without_training_plants_is_never_the_baselines_answer(photographs: Photographs) -> None:
    rows = np.flatnonzero(photographs.labels != 1)
    answers = training.fit_baseline(photographs, rows[::3]).predict(photographs.pixels[::20])
    assert set(answers) <= {0, 2, 3, 4}
    assert (answers == photographs.labels[::20])[photographs.labels[::20] == 4].mean() > 0.3


def test_the_first_look_leaves_the_test_closed(photographs: Photographs, config: Config) -> None:
    open_to_see, parts = exploration.open_to_see(photographs, config), split.by_group(photographs, config)
    assert not np.isin(photographs.groups[open_to_see], photographs.groups[parts.test]).any()
    assert not photographs.in_field[open_to_see].any()


class Center(Classifier):
    """Looks at one spot alone: bright or dark, right in the middle."""

    def scores(self, pixels: np.ndarray) -> np.ndarray:
        half = pixels.shape[1] // 2
        bright = pixels[:, half, half].mean(axis=1) > 128
        return np.stack([bright, ~bright], axis=1).astype(float)


def test_what_a_model_looks_at_is_found_and_what_it_ignores_too(stub: Classifier, config: Config) -> None:
    rng, model = np.random.default_rng(1), Center(stub.path, stub.card)
    pixels = rng.integers(0, 256, (200, 64, 64, 3)).astype(np.uint8)
    labels = model.scores(pixels).argmax(axis=1)
    tested = Tested("test", np.arange(200), labels, np.arange(200), 2, config)
    found = importance.importance(pixels, Answers("m", "model", tested, labels), model, seed=1)
    middle, around, _colors = found.parts
    assert middle.ci95[1] < -0.3
    assert around.difference == 0
    changes = np.array(found.squares)
    assert np.argwhere(changes < -0.3).tolist() == [[2, 2]]
    assert np.count_nonzero(changes) == 1
