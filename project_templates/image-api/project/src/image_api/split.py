"""Which photographs train, choose and test: by plant, so that no plant is on both sides."""

from dataclasses import dataclass

import numpy as np

from image_api.config import Config
from image_api.data import Photographs


@dataclass(frozen=True)
class Split:
    """Indices into the photographs; the parts share no photograph, and (unless leaky) no plant."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    field_validation: np.ndarray  # the other domain: never trained on
    field_test: np.ndarray


def by_plant(photographs: Photographs, config: Config) -> Split:
    """Whole plants to each part, class by class."""
    rng = np.random.default_rng(config.seed)
    inside, outside = np.flatnonzero(~photographs.in_field), np.flatnonzero(photographs.in_field)
    train, validation, test = _deal(photographs, inside, config, rng)
    field_validation, field_test = np.empty(0, int), np.empty(0, int)
    for plants in _plants_by_class(photographs, outside, rng):
        half = len(plants) // 2
        field_validation = np.append(field_validation, outside[np.isin(photographs.groups[outside], plants[:half])])
        field_test = np.append(field_test, outside[np.isin(photographs.groups[outside], plants[half:])])
    return Split(train, validation, test, np.sort(field_validation), np.sort(field_test))


def by_photograph(photographs: Photographs, config: Config, like: Split) -> Split:
    """The split that leaks: the same number of photographs in each part, dealt without looking at plants."""
    rng = np.random.default_rng(config.seed)
    shuffled = rng.permutation(np.flatnonzero(~photographs.in_field))
    ends = np.cumsum([len(like.train), len(like.validation)])
    train, validation, test = (np.sort(part) for part in np.split(shuffled, ends))
    return Split(train, validation, test, like.field_validation, like.field_test)


def _deal(
    photographs: Photographs, members: np.ndarray, config: Config, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    part_of = dict[int, int]()
    for plants in _plants_by_class(photographs, members, rng):
        test = max(1, round(len(plants) * config.test_share))
        validation = max(1, round(len(plants) * config.validation_share))
        for position, plant in enumerate(plants):
            # A group with photographs of two classes stays where its first class put it.
            part_of.setdefault(int(plant), 2 if position < test else 1 if position < test + validation else 0)
    part = np.array([part_of[int(group)] for group in photographs.groups[members]])
    return members[part == 0], members[part == 1], members[part == 2]


def _plants_by_class(photographs: Photographs, members: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    groups, labels = photographs.groups[members], photographs.labels[members]
    return [rng.permutation(np.unique(groups[labels == label])) for label in np.unique(labels)]
