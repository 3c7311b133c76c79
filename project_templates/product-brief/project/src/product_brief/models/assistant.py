"""Suggests one article for a question, or says that it cannot help. `serving/assist.js` does so in the browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from product_brief.data.articles import Article, Case, Faq
from product_brief.models.index import Index
from product_brief.models.text import ASKING, every_word, words

SUGGEST, ABSTAIN, REFUSE, LISTED = "suggest", "abstain", "refuse", "list"
SCORE, COVERAGE, LEAD = "score", "coverage", "coverage and lead"  # by what an answer is sure
SILENT = 1e9  # a threshold that nothing reaches: always abstain


@dataclass(frozen=True)
class Settings:
    """What training chooses."""

    boost: float = 1.0  # how much a word of the title counts beside one of the text
    signal: str = COVERAGE
    corrects: bool = True  # a word that no article has stands for one that differs by a letter
    follows: bool = True  # an article that is out of date stands for the one that replaced it
    threshold: float = 0.0  # of the signal, from which on an article is suggested


@dataclass(frozen=True)
class Answer:
    """What is done about a question."""

    action: str
    article: Article | None  # the one that is suggested
    listed: tuple[Article, ...]  # the best ones, whatever is done
    confidence: float
    unknown: tuple[str, ...]  # words of the question that no article has


@dataclass(frozen=True)
class Assistant:
    """The articles, indexed, and the settings."""

    index: Index
    settings: Settings
    refuses: tuple[str, ...]

    @property
    def faq(self) -> Faq:
        """The articles."""
        return self.index.faq

    @cached_property
    def _refused(self) -> list[frozenset[str]]:
        return [every_word(each) for each in self.refuses]

    def done(self, answer: Answer, gets_list: bool) -> str:
        """What a user sees: in the trial's other arm, and where nothing may be suggested, what comes closest."""
        if answer.action == REFUSE or not answer.listed:
            return answer.action
        is_silent = self.settings.threshold >= SILENT and answer.action == ABSTAIN
        return LISTED if gets_list or is_silent else answer.action

    def ask(self, question: str) -> Answer:
        """What the service does about a question."""
        return self.answer(Case(question, "", ""))

    def answer(self, case: Case, listed: int = 5) -> Answer:
        """The same for a case of the evaluation set, without the article that is taken away for it."""
        typed = words(case.question)
        asked = [self.index.spelling.corrected(word) for word in typed] if self.settings.corrects else typed
        telling = [word for word in asked if word not in ASKING] or asked
        order, scores = self._ranked(asked, case, listed + 1)
        found = tuple(self.faq.articles[place] for place in order[:listed])
        unknown = tuple(word for word in dict.fromkeys(telling) if word not in self.index.rarity)
        said = every_word(case.question) | set(asked)
        if any(refused <= said for refused in self._refused):
            return Answer(REFUSE, None, found, 0.0, unknown)
        if not len(order):
            return Answer(ABSTAIN, None, (), 0.0, unknown)
        confidence = float(np.round(self._confidence(telling, int(order[0]), scores, case), 4))
        is_sure = confidence >= self.settings.threshold
        return Answer(SUGGEST if is_sure else ABSTAIN, found[0] if is_sure else None, found, confidence, unknown)

    def _ranked(self, asked: Sequence[str], case: Case, number: int) -> tuple[np.ndarray, np.ndarray]:
        """(places of the best articles, their scores), best first; of equal scores the lower place first."""
        titles, texts = self.index.titles.scores(asked), self.index.texts.scores(asked)
        boost = 0.0 if case.is_drafted else self.settings.boost
        scores = np.round(texts.astype(float) + boost * titles, 4)
        if case.without:
            scores[self.faq.places[case.without]] = 0.0
        if self.settings.follows:
            scores = self._followed(scores, case)
        order = np.lexsort((np.arange(len(scores)), -scores))[:number]
        order = order[scores[order] > 0]
        return order, scores[order]

    def _followed(self, scores: np.ndarray, case: Case) -> np.ndarray:
        """What an article that is out of date scores, counts for the one that replaced it."""
        scores, (old, new) = scores.copy(), self.index.replaced
        counted = new != self.faq.places[case.without] if case.without else np.ones(len(new), dtype=bool)
        np.maximum.at(scores, new[counted], scores[old[counted]])
        scores[old] = 0.0
        return scores

    def _confidence(self, asked: Sequence[str], place: int, scores: np.ndarray, case: Case) -> float:
        if self.settings.signal == SCORE:
            return float(scores[0])
        covered = self.index.covered(asked, place, case.is_drafted)
        if self.settings.signal == COVERAGE:
            return covered
        behind = float(scores[1] / scores[0]) if len(scores) > 1 else 0.0
        return covered * (1 - behind / 2)
