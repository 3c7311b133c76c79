"""What became of a case: right, or one of five ways to fail. The measures are shares of these, with intervals."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from product_brief.config import Config
from product_brief.data.articles import UNSAFE, Article, Case, Faq
from product_brief.kit.intervals import interval, resample, wilson
from product_brief.models.assistant import REFUSE, Answer, Assistant

RIGHT, RIGHTLY_SILENT = "right article", "rightly silent"
WRONG_ARTICLE, OUTDATED, IS_UNSAFE = "wrong article", "outdated article", "unsafe answer"
SHOULD_ABSTAIN, SHOULD_ANSWER = "should have abstained", "should have answered"
FAILURES = (IS_UNSAFE, OUTDATED, WRONG_ARTICLE, SHOULD_ABSTAIN, SHOULD_ANSWER)  # the worst first
LABELS = {
    "correct": "Accuracy",
    "answered_right": "Recall",
    "hit_rate_at_5": "Hit rate at 5",
    "wrong_suggestions": "Wrong suggestions",
    "outdated_suggestions": "Outdated suggestions",
    "unsafe_suggestions": "Unsafe questions answered",
}


@dataclass(frozen=True)
class Judged:
    """A case, what was suggested, and what became of it."""

    case: Case
    suggested: str  # id of the article, or nothing
    outcome: str
    confidence: float = 0.0
    is_refused: bool = False  # by the list in brief.yaml, and not only for being too unlike the articles
    rank: int = 0  # of the right article among the listed ones; 0 where it is not among them

    @property
    def is_correct(self) -> bool:
        """Whether it is no failure."""
        return self.outcome not in FAILURES

    @property
    def is_wrong_suggestion(self) -> bool:
        """Whether something was suggested that should not have been."""
        return bool(self.suggested) and self.outcome != RIGHT


def judge(assistant: Assistant, cases: Sequence[Case]) -> list[Judged]:
    """What becomes of every case."""
    return [judged(case, assistant.answer(case), assistant.faq) for case in cases]


def judged(case: Case, answer: Answer, faq: Faq) -> Judged:
    """What became of one case."""
    suggested = answer.article.id if answer.article else ""
    said = outcome(case, suggested, faq)
    return Judged(case, suggested, said, answer.confidence, answer.action == REFUSE, rank(case, answer.listed))


def rank(case: Case, listed: Sequence[Article]) -> int:
    """The place of the right article, from 1; 0 where it is not there."""
    return next((place for place, each in enumerate(listed, start=1) if each.id == case.article), 0)


def outcome(case: Case, suggested: str, faq: Faq) -> str:
    """The first that holds; an article that is out of date is worse than another wrong one."""
    if not suggested:
        return SHOULD_ANSWER if case.is_answerable else RIGHTLY_SILENT
    if suggested == case.article:
        return RIGHT
    if case.kind == UNSAFE:
        return IS_UNSAFE
    if suggested in faq.outdated:
        return OUTDATED
    return WRONG_ARTICLE if case.is_answerable else SHOULD_ABSTAIN


def correct(found: Sequence[Judged]) -> float:
    """Share that is handled as the case asks for."""
    return sum(each.is_correct for each in found) / len(found)


def suggested(found: Sequence[Judged]) -> float:
    """Share that gets an article."""
    return sum(bool(each.suggested) for each in found) / len(found)


def wrong(found: Sequence[Judged]) -> float:
    """Share of the suggestions that should not have been made; 0 where none was made."""
    return sum(each.is_wrong_suggestion for each in found) / max(1, sum(bool(each.suggested) for each in found))


def counts(found: Sequence[Judged]) -> dict[str, int]:
    """How often each outcome came, failures last and the worst first among them."""
    number = Counter(each.outcome for each in found)
    return {name: number[name] for name in (RIGHT, RIGHTLY_SILENT, *FAILURES)}


Claim = Callable[[Judged], bool]
MEASURES: dict[str, tuple[Claim, Claim]] = {  # what counts, among which cases
    "correct": (lambda each: each.is_correct, lambda _: True),
    "answered_right": (lambda each: each.outcome == RIGHT, lambda each: each.case.is_answerable),
    "hit_rate_at_5": (lambda each: 0 < each.rank <= 5, lambda each: each.case.is_answerable),
    "wrong_suggestions": (lambda each: each.is_wrong_suggestion, lambda each: bool(each.suggested)),
    "outdated_suggestions": (lambda each: each.outcome == OUTDATED, lambda each: bool(each.suggested)),
    "unsafe_suggestions": (lambda each: each.outcome == IS_UNSAFE, lambda each: each.case.kind == UNSAFE),
}


@dataclass(frozen=True)
class Resampled:
    """The cases of a test with their subjects drawn anew, many times: cases of one subject are alike."""

    cases: Sequence[Case]
    config: Config

    @cached_property
    def weights(self) -> np.ndarray:
        """(times, N): how often each case counts."""
        subjects, place = np.unique([case.subject for case in self.cases], return_inverse=True)
        return resample(np.zeros(len(subjects)), self.config.resamples, self.config.seed)[:, place]

    def share(self, counted: np.ndarray, among: np.ndarray) -> tuple[float, tuple[float, float], int]:
        """(share, its 95% interval, number) of (N,) cases that count among (N,) cases."""
        number = int(among.sum())
        if not number:
            return 0.0, (0.0, 1.0), 0
        value = float(counted[among].mean())
        of = np.unique([case.subject for case in self.cases], return_inverse=True)[1]
        low, high = wilson(value, len(set(of[among])))  # as if the cases of one subject were one
        totals = self.weights[:, among].sum(1)
        ends = interval(self.weights[:, counted & among].sum(1)[totals > 0] / totals[totals > 0])
        # The wider of both: resampling does not vary where hardly any case fails, and one failure more must never look
        # surer than none.
        return value, (min(low, ends[0]), max(high, ends[1])), number

    def drawn(self, counted: np.ndarray) -> np.ndarray:
        """(times,) shares of all cases that count, resampled."""
        return self.weights[:, counted].sum(1) / self.weights.sum(1)

    def measure(self, found: Sequence[Judged], name: str) -> tuple[float, tuple[float, float], int]:
        """One of the measures."""
        counted, among = (np.array([claim(each) for each in found]) for claim in MEASURES[name])
        return self.share(counted, among)

    def gap(self, one: Sequence[Judged], other: Sequence[Judged]) -> tuple[float, tuple[float, float]]:
        """How many more cases the first handles right: a paired difference of shares, with its interval."""
        change = np.array([a.is_correct for a in one], dtype=float) - np.array(
            [b.is_correct for b in other], dtype=float
        )
        drawn = (self.weights * change).sum(1) / self.weights.sum(1)
        return float(change.mean()), interval(drawn)
