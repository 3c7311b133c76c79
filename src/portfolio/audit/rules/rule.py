"""What a rule is: a predicate whose docstring is its page, and the facts that the report needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from portfolio.audit.kind import (
    FORECAST,
    FRONT_END,
    IMAGE,
    KINDS,
    LIBRARY,
    LLM,
    NLP,
    NOT_ML,
    NOTEBOOK,
    RECOMMENDER,
    TABULAR,
)
from portfolio.audit.project import Project
from portfolio.audit.verdict import Confidence, Severity, Verdict

TRAINED = frozenset({IMAGE, TABULAR, FORECAST, RECOMMENDER, NLP, NOTEBOOK})
PROMPTED = frozenset({LLM})
ML = TRAINED | PROMPTED
SERVED = ML - {NOTEBOOK}
SHOWN = ML | {FRONT_END}
SOFTWARE = SHOWN | {NOT_ML, LIBRARY}
EVERY = KINDS

Check = Callable[[Project], Verdict]


@dataclass(frozen=True)
class Rule:
    """A question to a project. The docstring of its check is its page: first the advice, then labelled parts."""

    code: str
    title: str  # what is so where it passes
    gap: str  # what is so where it fails
    check: Check
    severity: Severity
    weight: int  # 1 to 5
    confidence: Confidence
    profiles: frozenset[str]
    part: str = ""  # of a README's checklist, if it is one
    topics: tuple[str, ...] = ()  # of the sections where that part stands
    caps_score: bool = False  # what is untrue or unfinished is not made good by the rest
    asked_without_readme: bool = False
    needs_words: bool = False  # to find nothing means nothing in a language it does not know
    needs_files: bool = False  # cannot be answered from a README alone
    only_ours: bool = False  # asked of projects that `portfolio new` made

    @cached_property
    def page(self) -> dict[str, str]:
        """The docstring's parts: advice, why, decided, pass, fail, ignore."""
        import inspect

        text = inspect.getdoc(self.check) or _written(self.check)
        advice, *parts = re.split(r"\n\n(?=(?:Why|Decided|Ignore|Pass|Fail):)", text)
        named = {part.partition(":")[0].lower(): inspect.cleandoc(part.partition(":")[2]) for part in parts}
        return {"advice": " ".join(advice.split()), **{key: value.strip("\n") for key, value in named.items()}}

    @property
    def advice(self) -> str:
        """What to write instead, in a sentence or two."""
        return self.page["advice"]

    @property
    def example(self) -> str:
        """Lines that the author can copy."""
        return self.page["pass"]


def _written(check: Check) -> str:
    """The docstring in the source: `python -OO` drops those in memory."""
    import ast
    import inspect

    definition = ast.parse(inspect.getsource(check)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    return ast.get_docstring(definition) or ""


def rule(
    code: str,
    title: str,
    *,
    gap: str,
    severity: Severity,
    weight: int,
    confidence: Confidence,
    profiles: frozenset[str] = ML,
    part: str = "",
    topics: tuple[str, ...] = (),
    caps_score: bool = False,
    asked_without_readme: bool = False,
    needs_words: bool = False,
    needs_files: bool = False,
    only_ours: bool = False,
) -> Callable[[Check], Rule]:
    """Make a rule of a predicate."""

    def of(check: Check) -> Rule:
        return Rule(
            code=code,
            title=title,
            gap=gap,
            check=check,
            severity=severity,
            weight=weight,
            confidence=confidence,
            profiles=profiles,
            part=part,
            topics=topics,
            caps_score=caps_score,
            asked_without_readme=asked_without_readme,
            needs_words=needs_words,
            needs_files=needs_files,
            only_ours=only_ours,
        )

    return of
