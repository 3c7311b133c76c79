"""Which photographs train, choose and test: by group, so that no group is on both sides."""

import hashlib
from dataclasses import dataclass

import numpy as np

from image_api.config import Config
from image_api.data.folder import Photographs
from image_api.kit.intervals import stream


@dataclass(frozen=True)
class Split:
    """Indices into the photographs; the parts share no photograph, and (but for `seen`) no group."""

    train: np.ndarray
    seen: np.ndarray  # other photographs of the groups that train: what a careless split would test on
    validation: np.ndarray
    test: np.ndarray
    field_validation: np.ndarray  # the other domain: never trained on
    field_test: np.ndarray

    def met(self, photographs: Photographs) -> str:
        """A hash over all photographs that train or choose."""
        rows = np.concatenate([self.train, self.seen, self.validation, self.field_validation])
        return hashlib.sha256("".join(sorted(photographs.contents[rows])).encode()).hexdigest()


def by_group(photographs: Photographs, config: Config) -> Split:
    """Whole groups to each part, class by class; of those that train, single photographs are kept back as `seen`."""
    rng = stream(config.seed, "split")
    inside, outside = np.flatnonzero(~photographs.in_field), np.flatnonzero(photographs.in_field)
    train, validation, test = _deal(photographs, inside, (config.validation_share, config.test_share), rng)
    # A group photographed in both domains has been dealt already: its field photographs are left out.
    outside = outside[~np.isin(photographs.groups[outside], photographs.groups[inside])]
    rest, field_validation, field_test = _deal(photographs, outside, (0.5, 0.5), rng)
    field_test = np.sort(np.concatenate([field_test, rest]))  # nothing of it trains, and nothing is left over
    is_seen = np.isin(train, _one_by_one(photographs, train, config.seen_share, rng))
    return Split(train[~is_seen], train[is_seen], validation, test, field_validation, field_test)


def is_known(photographs: Photographs, asked: np.ndarray, train: np.ndarray) -> np.ndarray:
    """(M,) bool: whether each photograph asked about is of a group that trains, by name and not by a guess."""
    known: np.ndarray = np.isin(photographs.groups[asked], photographs.groups[train]) & photographs.has_group[asked]
    return known


def _deal(
    photographs: Photographs, members: np.ndarray, shares: tuple[float, float], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(train, validation, test): class by class, the shares of whole groups for the last two, the rest to the first."""
    groups, labels = photographs.groups[members], photographs.labels[members]
    part_of: dict[int, int] = {}
    for label in np.unique(labels):
        dealt = rng.permutation(np.unique(groups[labels == label]))
        validation, test = (round(len(dealt) * share) for share in shares)
        for position, group in enumerate(dealt):
            # A group with photographs of two classes stays where its first class put it.
            part_of.setdefault(int(group), 2 if position < test else 1 if position < test + validation else 0)
    part = np.array([part_of[int(group)] for group in groups], dtype=int)
    return members[part == 0], members[part == 1], members[part == 2]


def _one_by_one(photographs: Photographs, members: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """The share of each class's photographs, at least one, dealt without a look at their groups."""
    labels = photographs.labels[members]
    dealt = [
        rng.permutation(members[labels == label])[: max(1, round((labels == label).sum() * share))]
        for label in np.unique(labels)
    ]
    return np.concatenate(dealt)
