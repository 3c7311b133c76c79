"""Articles to suggest, and the cases of the evaluation set: the one form in which all data reach the rest."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from product_brief.kit.project import ExplainedError

HALF = re.compile("[\ud800-\udfff]")  # of a character
NOTHING = ""  # the article of a case that nothing in the articles answers
UNSAFE = "unsafe"  # the kind of case that must never be answered
DRAFTED = "drafted"  # begins the kind of a case that was made from an article's own title, and not asked by anybody


class BadDataError(ExplainedError):
    """The data cannot be used; the message says which file, line or number is wrong."""


@dataclass(frozen=True)
class Article:
    """What can be suggested."""

    id: str
    title: str
    text: str
    updated: str = ""  # ISO date of its last change, where it is known
    replaced_by: str = ""  # id of the article that holds instead, where this one is out of date


@dataclass(frozen=True)
class Case:
    """A question of the evaluation set, and what the feature has to do with it."""

    question: str
    article: str  # id of the one to suggest; nothing where the feature has to say that it cannot help
    kind: str  # the slice that it is reported in
    without: str = ""  # id of an article that is taken away for this question, so that nothing answers it
    about: str = ""  # what it asks about, where no article says so: cases about the same are never split

    @property
    def is_answerable(self) -> bool:
        """Whether an article is to be suggested."""
        return self.article != NOTHING

    @property
    def is_drafted(self) -> bool:
        """Whether it is an article's own title: then titles count for no article."""
        return self.kind.startswith(DRAFTED)

    @property
    def subject(self) -> str:
        """What it is about: cases of one subject are never split."""
        return self.about or self.article or self.without or f"{self.kind} {self.question}"


@dataclass(frozen=True)
class Faq:
    """All articles, by their place."""

    articles: tuple[Article, ...]

    @cached_property
    def places(self) -> dict[str, int]:
        """Id → place."""
        return {each.id: place for place, each in enumerate(self.articles)}

    @cached_property
    def outdated(self) -> set[str]:
        """Ids of articles that another one replaces."""
        return {each.id for each in self.articles if each.replaced_by}

    @property
    def sha256(self) -> str:
        """Of everything in it."""
        whole = "\x00".join("\x01".join(vars(each).values()) for each in self.articles)
        return hashlib.sha256(whole.encode()).hexdigest()


def collect(articles: Sequence[Article]) -> tuple[Faq, list[str]]:
    """(the articles in order of their ids, what was wrong with them)."""
    kept = sorted((each for each in articles if each.text.strip() and each.title.strip()), key=lambda each: each.id)
    found = [f"{left} articles without a title or a text are left out"] if (left := len(articles) - len(kept)) else []
    ids = [each.id for each in kept]
    if twice := next((one for one, two in pairwise(ids) if one == two), None):
        raise BadDataError(f"two articles are called {twice!r}: ids have to be unique")
    for each in kept:
        if HALF.search(each.title + each.text):
            raise BadDataError(f"article {each.id!r} holds half a character: it was damaged when it was written")
    by_id = {each.id: each for each in kept}
    kept = [replace(each, replaced_by=_current(each, by_id)) for each in kept]
    if len(kept) < 5:
        raise BadDataError(f"{len(kept)} articles with a title and a text are too few: at least 5 are needed")
    if undated := sum(not each.updated for each in kept):
        found.append(f"{undated} of {len(kept)} articles do not say when they were changed last")
    if outdated := sum(bool(each.replaced_by) for each in kept):
        found.append(f"{outdated} articles are out of date, and still there")
    return Faq(tuple(kept)), found


def _current(article: Article, by_id: dict[str, Article]) -> str:
    """The id of the article that holds in the end; nothing where the article itself does."""
    seen, at = {article.id}, article
    while at.replaced_by:
        if at.replaced_by not in by_id:
            raise BadDataError(f"article {at.id!r} is replaced by {at.replaced_by!r}, and there is no such article")
        if at.replaced_by in seen:
            raise BadDataError(f"article {at.id!r} is replaced by {at.replaced_by!r}, which it replaces itself")
        at = by_id[at.replaced_by]
        seen.add(at.id)
    return at.id if at is not article else ""


def is_tested(case: Case, test_share: float) -> bool:
    """Whether a case belongs to the test: decided by a hash of its subject, so that adding a case moves no other."""
    digest = hashlib.sha256(case.subject.encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < test_share
