"""What is compared on the tested cases: the assistant, three simple ways, and what a demonstration would claim."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from product_brief.brief.brief import OF_CASES
from product_brief.config import Config
from product_brief.data.articles import Case, Faq
from product_brief.evaluation import outcomes
from product_brief.evaluation.outcomes import LABELS, MEASURES, Judged, Resampled
from product_brief.kit.results import Comparison, Result
from product_brief.models.assistant import COVERAGE, SILENT, Assistant, Settings
from product_brief.models.text import words

NEVER, TITLES, SEARCH, SERVED = (
    "never suggests",
    "most words of the title",
    "BM25 that always suggests",
    "BM25 that abstains",
)
CUTOFF = "BM25 with a cutoff on its score"  # what most would try first, with the same rule for the cutoff
TITLE_ASKED = "each article's own title asked"


@dataclass(frozen=True)
class Measured:
    """What became of the tested cases, by everything that was tried on them."""

    cases: Sequence[Case]
    by: dict[str, list[Judged]]
    resampled: Resampled
    has_outdated: bool  # whether any article could be one

    def rows(self) -> list[Result]:
        """Every measure of every candidate."""
        found = []
        for name, judged in self.by.items():
            for metric in MEASURES:
                share, ci95, n = self.resampled.measure(judged, metric)
                is_empty = (name, metric) == (NEVER, "hit_rate_at_5")  # it lists nothing
                is_empty |= metric == "outdated_suggestions" and not self.has_outdated
                if n and not is_empty:
                    role = "model" if name == SERVED else "baseline"
                    is_more_better = OF_CASES.get(metric, True)
                    found.append(
                        Result(name, role, "test (held out)", metric, LABELS[metric], share, ci95, n, is_more_better)
                    )
        return found

    def comparisons(self) -> list[Comparison]:
        """How many more cases the served one handles right than each of the others."""
        return [
            Comparison("correct", SERVED, name, "test (held out)", *self.resampled.gap(self.by[SERVED], judged))
            for name, judged in self.by.items()
            if name != SERVED
        ]


def measure(assistant: Assistant, tested: Sequence[Case], config: Config, cutoff: Settings | None = None) -> Measured:
    """What becomes of the tested cases; `cutoff` is what a score alone would have decided by, if that is not served."""
    plain = replace(assistant, settings=Settings(1.0, COVERAGE, follows=False, threshold=0.0), refuses=())
    by = {
        NEVER: outcomes.judge(replace(assistant, settings=replace(assistant.settings, threshold=SILENT)), tested),
        TITLES: _by_titles(assistant.faq, tested),
        SEARCH: outcomes.judge(plain, tested),
        **({CUTOFF: outcomes.judge(replace(assistant, settings=cutoff), tested)} if cutoff else {}),
        SERVED: outcomes.judge(assistant, tested),
    }
    return Measured(tested, by, Resampled(tested, config), bool(assistant.faq.outdated))


def _by_titles(faq: Faq, tested: Sequence[Case]) -> list[Judged]:
    """What a search in the titles alone does, by the words in common; where there are none, it suggests nothing."""
    titles = [set(words(each.title)) for each in faq.articles]
    found = []
    for case in tested:
        own = set(words(case.question))
        shared = np.array([len(own & title) / max(1, len(title)) if own & title else 0.0 for title in titles])
        if case.is_drafted:
            shared[:] = 0.0
        if case.without:
            shared[faq.places[case.without]] = 0.0
        listed = [faq.articles[place] for place in np.argsort(-shared, kind="stable")[:5] if shared[place]]
        suggested = listed[0].id if listed else ""
        outcome = outcomes.outcome(case, suggested, faq)
        found.append(Judged(case, suggested, outcome, rank=outcomes.rank(case, listed)))
    return found


def naive(assistant: Assistant, config: Config) -> Result:
    """What a demonstration claims: every article is found by its own title."""
    current = [each for each in assistant.faq.articles if not each.replaced_by]
    always = replace(assistant, settings=replace(assistant.settings, threshold=0.0), refuses=())
    cases = [Case(each.title, each.id, TITLE_ASKED) for each in current]
    resampled = Resampled(cases, config)
    share, ci95, n = resampled.measure(outcomes.judge(always, cases), "correct")
    return Result(TITLE_ASKED, "naive", "articles", "correct", LABELS["correct"], share, ci95, n)
