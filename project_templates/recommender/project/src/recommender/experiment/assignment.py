"""Who is shown which ranking, and what is put first now and then to learn from: decided by hashes, never by chance.

A hash needs no memory and can be checked afterwards: the same visitor always gets the same variant, and the same visit
the same list. Each experiment has a salt of its own, or the groups of one would be the groups of the next.
"""

import hashlib
import json
from dataclasses import asdict, dataclass

from recommender.config import Config


@dataclass(frozen=True)
class Experiment:
    """What is compared. Once started it is never changed: a change is a new experiment, under a new key."""

    key: str
    salt: str
    variants: tuple[tuple[str, float], ...]  # (ranking, share of the visitors), what is there today first
    planned: int  # visitors of all groups
    exploration: float  # share of lists whose first item is drawn
    candidates: int  # first items of each ranking that are drawn from

    @classmethod
    def of(cls, config: Config) -> "Experiment":
        """The one that the settings describe."""
        salt = hashlib.sha256(f"{config.experiment} {config.seed}".encode()).hexdigest()[:16]
        return cls(config.experiment, salt, config.variants, config.planned, config.exploration, config.candidates)

    @classmethod
    def from_text(cls, definition: str) -> "Experiment":
        """What `definition` says."""
        kept = json.loads(definition)
        return cls(**{**kept, "variants": tuple((name, share) for name, share in kept["variants"])})

    @property
    def definition(self) -> str:
        """As text, to be kept and compared."""
        return json.dumps(asdict(self), sort_keys=True)

    def variant_of(self, visitor: str) -> str:
        """The ranking that a visitor is shown."""
        place = unit(self.key, self.salt, visitor)
        for name, share in self.variants:
            place -= share
            if place < 0:
                return name
        return self.variants[-1][0]

    def draw(self, visitor: str, visit: str) -> float:
        """A number from 0 to 1, the same for the same visit: what exploration decides by."""
        return unit(self.key, self.salt, "explore", visitor, visit)


def unit(*parts: str) -> float:
    """A hash as a number from 0 to 1."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
