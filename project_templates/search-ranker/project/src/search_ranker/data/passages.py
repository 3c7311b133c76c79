"""Passages to search, questions with what is known to answer them: the one form in which all data reach the models."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from search_ranker.kit.project import ExplainedError

HALF = re.compile("[\ud800-\udfff]")  # of a character


class BadDataError(ExplainedError):
    """The data cannot be used; the message says which file, line or number is wrong."""


@dataclass(frozen=True)
class Passage:
    """A piece of text that can be found, and cited."""

    id: str
    title: str
    text: str
    updated: str = ""  # ISO date of its last change, where it is known

    @property
    def whole(self) -> str:
        """Title and text, as they are searched."""
        return f"{self.title} {self.text}".strip()


@dataclass(frozen=True)
class Question:
    """Something that was asked, and what was judged of it."""

    id: str
    text: str
    grades: Mapping[str, int] = field(
        default_factory=dict
    )  # of judged passages, by id: 0 does not answer; more is better
    answers: Sequence[str] = ()  # words, of which one has to be in the sentence that answers
    kind: str = ""  # what makes it hard, where somebody has said so
    intent: str = ""  # questions that ask for the same share it; they are never split

    @property
    def is_answerable(self) -> bool:
        """Whether any judged passage answers it."""
        return any(grade > 0 for grade in self.grades.values())

    @property
    def best(self) -> set[str]:
        """The passages with the highest grade: those that an answer may cite."""
        most = max(self.grades.values(), default=0)
        return {name for name, grade in self.grades.items() if grade == most > 0}


@dataclass(frozen=True)
class Collection:
    """All of it. Without questions everything works, and nothing is measured."""

    passages: list[Passage]
    questions: list[Question]
    left_out: int = 0  # passages without a word

    @property
    def answerable(self) -> list[Question]:
        """The questions by which a ranking is measured."""
        return [each for each in self.questions if each.is_answerable]


def collect(passages: Sequence[Passage], questions: Sequence[Question]) -> Collection:
    """The collection, checked: ids are unique, and judgements name passages that are there.

    Empty passages are left out; one that answers a question stays in its judgements, as something that nobody finds.
    """
    ids: set[str] = set()
    for passage in passages:
        if passage.id in ids:
            raise BadDataError(f"two passages are called {passage.id!r}: ids have to be unique")
        ids.add(passage.id)
    kept = [passage for passage in passages if passage.whole]
    if not kept:
        raise BadDataError("there is no passage to search: no title and no text in any of them")
    for text in (*(each.whole for each in kept), *(each.text for each in questions)):
        if HALF.search(text):
            raise BadDataError(f"there is half a character in {text[:40]!r}: the text was damaged when it was written")
    for question in questions:
        if not question.text.strip():
            raise BadDataError(f"question {question.id!r} is empty")
        unknown = next((name for name in question.grades if name not in ids), None)
        if unknown is not None:
            raise BadDataError(f"question {question.id!r} is judged on {unknown!r}, and there is no such passage")
    return Collection(kept, list(questions), len(passages) - len(kept))
