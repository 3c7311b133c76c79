"""The data are what the README says: repeatable, split by plant, and tolerant of disorder."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from image_api import data, sample, split
from image_api.config import Config
from image_api.data import Photographs


def test_the_same_seed_draws_the_same_photographs_and_another_seed_others(drawn: Path, tmp_path: Path) -> None:
    sample.draw(tmp_path, 7)
    names = [path.relative_to(drawn) for path in sorted(drawn.rglob("*.*"))]
    assert all((tmp_path / name).read_bytes() == (drawn / name).read_bytes() for name in names)
    first, other = (sample.grow(0, "rust", "lab", np.random.default_rng(seed)) for seed in (7, 8))
    assert first != other


def test_the_sample_has_enough_photographs_of_every_kind(photographs: Photographs) -> None:
    assert len(photographs.labels) >= 1200
    assert len(photographs.classes) == len(sample.KINDS)
    assert np.bincount(photographs.labels).min() == np.bincount(photographs.labels).max()


def test_no_plant_and_no_photograph_crosses_the_split(photographs: Photographs, config: Config) -> None:
    parts = dataclasses.astuple(split.by_plant(photographs, config))
    plants = [set(photographs.groups[rows]) for rows in parts]
    assert sum(map(len, plants)) == len(set.union(*plants))
    assert sorted(np.concatenate(parts)) == list(range(len(photographs.labels)))


def test_the_naive_split_does_cross_plants(photographs: Photographs, config: Config) -> None:
    honest = split.by_plant(photographs, config)
    leaky = split.by_photograph(photographs, config, like=honest)
    assert len(leaky.test) == len(honest.test)
    assert set(photographs.groups[leaky.train]) & set(photographs.groups[leaky.test])


def test_the_paper_gives_the_kind_away_in_the_laboratory_and_the_ground_does_not_in_the_field(
    photographs: Photographs,
) -> None:
    """Guesses the kind from the colour of one corner: the nearest class mean over the other plants."""

    def hit_rate(rows: np.ndarray) -> float:
        corners, labels = photographs.pixels[rows, :3, :3].mean(axis=(1, 2)), photographs.labels[rows]
        train = photographs.groups[rows] % 2 == 0
        means = np.stack([corners[train & (labels == label)].mean(axis=0) for label in range(len(photographs.classes))])
        guesses = np.linalg.norm(corners[:, None] - means, axis=2).argmin(axis=1)
        return float((guesses == labels)[~train].mean())

    chance = 1 / len(photographs.classes)
    assert hit_rate(np.flatnonzero(~photographs.in_field)) > 2 * chance
    assert hit_rate(np.flatnonzero(photographs.in_field)) < 1.6 * chance


def test_a_folder_in_disorder_is_read_and_what_was_left_out_is_said(
    drawn: Path, config: Config, tmp_path: Path
) -> None:
    shutil.copytree(drawn / "rust", tmp_path / "Leaf___RUST")
    shutil.copytree(drawn / "healthy", tmp_path / "healthy")
    (tmp_path / "Healthy").mkdir()
    first = next((tmp_path / "healthy").glob("*.png"))
    first.rename(tmp_path / "Healthy" / "IMG 1.PNG")
    (tmp_path / "healthy" / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (tmp_path / "healthy" / "notes.txt").write_text("sunny")
    (tmp_path / "stray.png").write_bytes(b"")
    (tmp_path / "empty class").mkdir()
    (tmp_path / ".ipynb_checkpoints").mkdir()
    shutil.copy(next((drawn / "rust").iterdir()), tmp_path / ".ipynb_checkpoints" / "x.png")
    Image.new("RGB", (64, 64)).save(tmp_path / "Leaf___RUST" / "one more.webp")
    found, skipped, _ = data.read(tmp_path, config)
    assert found.classes == ["healthy", "Leaf: RUST"] or found.classes == ["Healthy", "Leaf: RUST"]
    assert len(found.labels) == 2 * len(list((drawn / "rust").iterdir())) + 1
    assert set(skipped) == {"healthy/broken.jpg", "healthy/notes.txt", "stray.png"}


def test_copies_of_a_photograph_stay_together_where_plants_are_unknown(
    drawn: Path, config: Config, tmp_path: Path
) -> None:
    for kind in ("rust", "healthy"):
        (tmp_path / kind).mkdir()
        for path in sorted((drawn / kind).glob("*-0.png")):
            shutil.copy(path, tmp_path / kind / path.name)
            Image.open(path).save(tmp_path / kind / f"{path.stem} copy.webp", lossless=True)
    found = data.read(tmp_path, config)[0]
    number_of = {str(path): group for path, group in zip(found.paths, found.groups, strict=True)}
    copies = [path for path in number_of if path.endswith(" copy.webp")]
    assert copies
    assert all(number_of[path] == number_of[path.replace(" copy.webp", ".png")] for path in copies)


@pytest.mark.parametrize(
    "made", [[], ["only one class/a.png"], ["a/1.png", "b/1.png"]], ids=["empty", "one class", "few"]
)
def test_a_folder_without_enough_classes_is_refused_in_words(made: list[str], config: Config, tmp_path: Path) -> None:
    for name in made:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (64, 64)).save(tmp_path / name)
    with pytest.raises(data.BadDataError, match="fewer than two classes"):
        data.read(tmp_path, config)
