"""Which questions train, which choose, and which are the test. Those that ask for the same stay together."""

from collections.abc import Sequence
from dataclasses import dataclass

from search_ranker.config import Config
from search_ranker.data.passages import Question
from search_ranker.data.text import words
from search_ranker.kit.intervals import stream


@dataclass(frozen=True)
class Split:
    """Questions by what they are used for."""

    train: list[Question]
    validation: list[Question]
    test: list[Question]


def by_question(questions: Sequence[Question], config: Config) -> Split:
    """Intent by intent, drawn at random; answerable questions and others separately, so that no part lacks either."""
    parts: list[list[Question]] = [[], [], []]
    rng = stream(config.seed, "split")
    groups: dict[str, list[Question]] = {}
    for question in questions:
        groups.setdefault(intent(question), []).append(question)
    for is_answerable in (True, False):
        kind = [name for name in sorted(groups) if groups[name][0].is_answerable == is_answerable]
        drawn = [kind[each] for each in rng.permutation(len(kind))]
        test, validation = (round(share * len(kind)) for share in (config.test_share, config.validation_share))
        for part, names in zip(
            (2, 1, 0), (drawn[:test], drawn[test : test + validation], drawn[test + validation :]), strict=True
        ):
            parts[part] += [question for name in sorted(names) for question in groups[name]]
    return Split(*parts)


def intent(question: Question) -> str:
    """What a question asks for: said by the data, or else the passages that answer it best, or else its words.

    Two questions with the same answer are paraphrases until somebody says otherwise.
    """
    return question.intent or "\n".join(sorted(question.best)) or " ".join(sorted(words(question.text))) or question.id


def is_enough(questions: Sequence[Question], config: Config) -> bool:
    """Whether anything can be trained and measured: so many different things have to be asked for."""
    return intents(questions) >= config.fewest_questions


def intents(questions: Sequence[Question]) -> int:
    """How many different things are asked for that a passage answers."""
    return len({intent(each) for each in questions if each.is_answerable})
