"""A mistyped word → the word of the articles that it differs from by one letter. `serving/assist.js` does the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SHORTEST = 5  # letters of a word that is corrected: shorter ones are too much alike


@dataclass(frozen=True)
class Spelling:
    """The known words, and where each of them is found when one letter is left out."""

    known: Mapping[str, float]  # word → how rare it is
    shortened: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, known: Mapping[str, float]) -> "Spelling":
        """The index of these words."""
        shortened: dict[str, list[str]] = {}
        for word in known:
            if len(word) >= SHORTEST:
                for each in set(_without_one(word)):
                    shortened.setdefault(each, []).append(word)
        return cls(known, {each: tuple(words) for each, words in shortened.items()})

    def corrected(self, word: str) -> str:
        """The known word with one letter more, less, changed or in the place of its neighbor; the commonest of several.

        Two words that are the same once a letter of each is left out differ by one letter, or are neighbors of such.
        """
        if word in self.known or len(word) < SHORTEST:
            return word
        shorter = list(_without_one(word))
        near = {
            *self.shortened.get(word, ()),
            *(each for each in shorter if each in self.known and len(each) >= SHORTEST),
        }
        near |= {other for each in shorter for other in self.shortened.get(each, ()) if len(other) == len(word)}
        return min(near, key=lambda each: (round(self.known[each], 9), each), default=word)


def _without_one(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))
