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
    train, validation, test = _deal(photographs, inside, (config.validation_share, config.test_share), rng)
    # A plant photographed in both domains has been dealt already: its field photographs are left out.
    outside = outside[~np.isin(photographs.groups[outside], photographs.groups[inside])]
    _, field_validation, field_test = _deal(photographs, outside, (0.5, 0.5), rng)
    return Split(train, validation, test, field_validation, field_test)


def by_photograph(photographs: Photographs, config: Config, like: Split) -> Split:
    """The split that leaks: the same number of photographs in each part, dealt without looking at plants."""
    rng = np.random.default_rng(config.seed)
    shuffled = rng.permutation(np.flatnonzero(~photographs.in_field))
    ends = np.cumsum([len(like.train), len(like.validation)])
    train, validation, test = (np.sort(part) for part in np.split(shuffled, ends))
    return Split(train, validation, test, like.field_validation, like.field_test)


def _deal(
    photographs: Photographs, members: np.ndarray, shares: tuple[float, float], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(train, validation, test): class by class, the shares of whole plants for the last two, the rest to the first."""
    groups, labels = photographs.groups[members], photographs.labels[members]
    part_of: dict[int, int] = {}
    for label in np.unique(labels):
        plants = rng.permutation(np.unique(groups[labels == label]))
        validation, test = (round(len(plants) * share) for share in shares)
        for position, plant in enumerate(plants):
            # A group with photographs of two classes stays where its first class put it.
            part_of.setdefault(int(plant), 2 if position < test else 1 if position < test + validation else 0)
    part = np.array([part_of[int(group)] for group in groups], dtype=int)
    return members[part == 0], members[part == 1], members[part == 2]
