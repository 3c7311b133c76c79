"""The data are what the README says: repeatable, split by plant, and tolerant of disorder."""

import dataclasses
import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from image_api.config import Config
from image_api.data import duplicates, images, sample, split
from image_api.data import folder as folders
from image_api.data.folder import BadDataError, Grouping, Photographs
from image_api.evaluation import trust


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
    parts = split.by_group(photographs, config)
    rows = [getattr(parts, name) for name in ("train", "validation", "test", "field_validation", "field_test")]
    plants = [set(photographs.groups[part]) for part in rows]
    assert sum(map(len, plants)) == len(set.union(*plants))
    assert sorted(np.concatenate([*rows, parts.seen])) == list(range(len(photographs.labels)))


def test_the_leaky_part_shows_plants_that_train_and_no_photograph_twice(
    photographs: Photographs, config: Config
) -> None:
    parts = split.by_group(photographs, config)
    assert np.isin(photographs.groups[parts.seen], photographs.groups[parts.train]).mean() > 0.9
    assert not set(parts.seen) & set(parts.train)


def test_the_paper_gives_the_kind_away_in_the_laboratory_and_the_ground_does_not_in_the_field(
    photographs: Photographs, config: Config
) -> None:
    parts = split.by_group(photographs, config)
    chance = 1 / len(photographs.classes)
    for rows, low, high in ((parts.test, 2 * chance, 1), (np.flatnonzero(photographs.in_field), 0, 2 * chance)):
        right = trust.answers_by_rim(photographs, parts.train, rows) == photographs.labels[rows]
        assert low <= right.mean() <= high


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
    reading = folders.read(tmp_path, config)
    found = reading.photographs
    assert found.classes == ["healthy", "Leaf: RUST"] or found.classes == ["Healthy", "Leaf: RUST"]
    assert len(found.labels) == 2 * len(list((drawn / "rust").iterdir())) + 1
    assert set(reading.skipped) == {"healthy/broken.jpg", "healthy/notes.txt", "stray.png"}


def test_copies_of_a_photograph_stay_together_where_plants_are_unknown(
    drawn: Path, config: Config, tmp_path: Path
) -> None:
    for kind in ("rust", "healthy"):
        (tmp_path / kind).mkdir()
        for path in sorted((drawn / kind).glob("*-0.png")):
            shutil.copy(path, tmp_path / kind / path.name)
            Image.open(path).save(tmp_path / kind / f"{path.stem} copy.webp", lossless=True)
    found = folders.read(tmp_path, config).photographs
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
    with pytest.raises(BadDataError, match="fewer than two classes"):
        folders.read(tmp_path, config)


def test_photographs_of_elsewhere_are_tested_on_and_never_trained_on(
    drawn: Path, photographs: Photographs, config: Config, tmp_path: Path
) -> None:
    """Their folders are named a little differently, as they always are."""
    for name, kind in (("Rust leaf", "rust"), ("Leaf miner", "leaf_miner"), ("a sort of its own", "healthy")):
        shutil.copytree(drawn / kind, tmp_path / name)
    reading = folders.read(drawn, config, tmp_path)
    found, added = reading.photographs, len(reading.photographs.labels) - len(photographs.labels)
    assert added == 2 * len(list((drawn / "rust").iterdir()))
    assert found.in_field[-added:].all()
    assert set(reading.skipped.values()) == {f"no class of {drawn.name} is called a sort of its own"}
    parts = split.by_group(found, config)
    assert not found.in_field[np.concatenate([parts.train, parts.seen, parts.validation, parts.test])].any()


def test_plants_of_elsewhere_are_others_even_if_they_are_called_the_same(drawn: Path, config: Config) -> None:
    found = folders.read(drawn, config, drawn).photographs
    parts = split.by_group(found, config)
    again = found.in_field & np.char.startswith(found.paths, f"{drawn.name}/")
    assert len(parts.field_validation) + len(parts.field_test) == found.in_field.sum()
    assert not set(found.groups[again]) & set(found.groups[~found.in_field])


def test_a_copy_whose_plant_is_not_named_stays_with_the_plant(drawn: Path, config: Config, tmp_path: Path) -> None:
    for kind in ("rust", "healthy"):
        shutil.copytree(drawn / kind, tmp_path / kind)
    shutil.copy(drawn / "plants.csv", tmp_path)
    original = sorted((tmp_path / "rust").iterdir())[0]
    shutil.copy(original, original.with_name("copy.png"))
    found = folders.read(tmp_path, config).photographs
    group = {str(path): number for path, number in zip(found.paths, found.groups, strict=True)}
    assert group["rust/copy.png"] == group[f"rust/{original.name}"]


def test_a_table_of_plants_that_is_not_utf8_is_refused_in_words(config: Config, tmp_path: Path) -> None:
    (tmp_path / "plants.csv").write_bytes("path,plant\na/1.png,Müller\n".encode("cp1252"))
    with pytest.raises(BadDataError, match="CSV UTF-8"):
        folders.read(tmp_path, config)


def test_a_photograph_saved_again_is_recognised_and_another_plant_is_not(
    photographs: Photographs, config: Config
) -> None:
    parts = split.by_group(photographs, config)
    trained, tested = (photographs.pixels[rows] for rows in (parts.train, parts.test))
    again = np.stack([_saved_again(pixels) for pixels in tested])
    assert duplicates.have_likes(again, tested).all()
    assert not duplicates.have_likes(tested, trained).any()


def test_a_copy_is_found_however_it_lies(photographs: Photographs) -> None:
    """The reports say what the search for copies finds; the sample's leaves resemble each other more than most."""
    found = duplicates.reach(photographs.pixels[::40])
    assert min(found[name] for name in ("saved again", "darkened", "mirrored", "turned by a quarter")) >= 0.95
    assert min(found[name] for name in ("turned by 3°", "cropped by 5%")) >= 0.9


def _saved_again(pixels: np.ndarray) -> np.ndarray:
    """A little darker, and with less quality."""
    file = io.BytesIO()
    Image.fromarray((pixels * 0.9).astype(np.uint8)).save(file, "JPEG", quality=75)
    return np.asarray(Image.open(file))


def _class_folders(folder: Path, drawn: Path, below: dict[str, str]) -> None:
    """Photographs of two kinds, each below those folders."""
    for kind, places in below.items():
        for number, path in enumerate(sorted((drawn / kind).glob("*-0.png"))[:24]):
            place = places.split("|")[number % len(places.split("|"))]
            (folder / place).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / place / path.name)


@pytest.mark.parametrize(
    "below",
    [
        {"rust": "train/rust|val/rust", "healthy": "train/healthy|val/healthy"},
        {"rust": "seg_train/seg_train/rust|seg_test/seg_test/rust", "healthy": "seg_train/seg_train/healthy"},
        {"rust": "training_set/training_set/rust", "healthy": "test_set/test_set/healthy"},
        {"rust": "archive/images/train/rust", "healthy": "archive/images/validation_data/healthy"},
        {"rust": "rust/2023|rust/2024", "healthy": "healthy/2023"},
    ],
    ids=["train and val", "seg_train", "twice the same", "two levels above", "folders below the classes"],
)
def test_folders_of_splits_and_above_the_classes_are_no_classes(
    drawn: Path, config: Config, tmp_path: Path, below: dict[str, str]
) -> None:
    _class_folders(tmp_path, drawn, below)
    assert folders.read(tmp_path, config, grouping=Grouping(by_likeness=False)).photographs.classes == [
        "healthy",
        "rust",
    ]


@pytest.mark.parametrize(
    ("grouping", "noun", "groups"),
    [
        (Grouping(), "near-duplicate group", 48),
        (Grouping(by_likeness=False), "photograph", 96),
        (Grouping(pattern=r"case(\d+)"), "group", 12),
    ],
    ids=["by likeness", "not at all", "by a pattern"],
)
def test_how_photographs_are_grouped_can_be_said(
    drawn: Path, config: Config, tmp_path: Path, grouping: Grouping, noun: str, groups: int
) -> None:
    for kind in ("rust", "healthy"):
        (tmp_path / kind).mkdir()
        for number, path in enumerate(sorted((drawn / kind).glob("*-0.png"))[:24]):
            for copy in "ab":
                shutil.copy(path, tmp_path / kind / f"{copy} case{6 * (kind == 'rust') + number % 6} {path.name}")
    reading = folders.read(tmp_path, config, grouping=grouping)
    assert (reading.noun, len(set(reading.photographs.groups))) == (noun, groups)


def test_a_table_names_what_a_group_is(drawn: Path, config: Config, tmp_path: Path) -> None:
    _class_folders(tmp_path, drawn, {"rust": "rust", "healthy": "healthy"})
    paths = [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*.png"))]
    (tmp_path / "groups.csv").write_text(
        "path,patient\n" + "".join(f"{path},{n // 2}\n" for n, path in enumerate(paths))
    )
    reading = folders.read(tmp_path, config)
    assert (reading.noun, len(set(reading.photographs.groups))) == ("patient", 24)


def test_a_photograph_under_two_classes_is_counted(drawn: Path, config: Config, tmp_path: Path) -> None:
    _class_folders(tmp_path, drawn, {"rust": "rust", "healthy": "healthy"})
    assert folders.read(tmp_path, config).in_two_classes == 0
    shutil.copy(next((tmp_path / "rust").iterdir()), tmp_path / "healthy" / "again.png")
    assert folders.read(tmp_path, config).in_two_classes == 2


def test_twelve_bits_of_gray_are_not_black() -> None:
    file = io.BytesIO()
    Image.fromarray(np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)).save(file, "PNG")
    pixels = images.reduce(images.open_photograph(file.getvalue(), 64, 10**6), 64)
    assert pixels.max() > 240


def test_a_group_that_is_guessed_is_no_known_one(photographs: Photographs, config: Config) -> None:
    """Near-duplicates may be copies or not: nobody can say what a split that shares them would have claimed."""
    parts = split.by_group(photographs, config)
    assert split.is_known(photographs, parts.seen, parts.train).mean() > 0.5
    guessed = dataclasses.replace(photographs, has_group=np.zeros_like(photographs.has_group))
    assert not split.is_known(guessed, parts.seen, parts.train).any()
