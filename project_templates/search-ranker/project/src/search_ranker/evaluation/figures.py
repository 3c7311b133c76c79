"""The figures of the reports, each with the data it shows named in its title."""

from collections.abc import Sequence

from search_ranker.config import PROJECT
from search_ranker.kit import charts
from search_ranker.kit.charts import COLORS
from search_ranker.kit.results import Result


def scores(rows: Sequence[Result], careless: Sequence[Result], source: str) -> None:
    """Every ranking's score with its interval."""
    shown = [*rows[:-1], *careless, rows[-1]]
    figure, axes = charts.single(8, 0.55 * len(shown) + 1.3)
    charts.draw_scores(axes, shown)
    axes.set_title(f"Measured on {source}", loc="left")
    charts.save(figure, PROJECT.figures / "results.png")


def risk(curve: Sequence[dict[str, float]], chosen: float, limit: float, source: str) -> None:
    """How many answers are wrong, the more questions are answered."""
    figure, axes = charts.single(6.4, 3.6)
    axes.plot([each["answered"] for each in curve], [each["wrong"] for each in curve], color=COLORS["model"])
    axes.axhline(limit, color=COLORS["naive"], linewidth=1, linestyle="--", label="acceptable share of wrong answers")
    if chosen:
        axes.axvline(
            chosen, color=COLORS["baseline"], linewidth=1, linestyle=":", label=("threshold, chosen in validation")
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("share of the test questions that are answered, the surest first")
    axes.set_ylabel("share of these that is wrong")
    axes.legend(frameon=False, fontsize=9, loc="upper left")
    axes.set_title(f"What saying nothing is worth, {source}", loc="left")
    charts.save(figure, PROJECT.figures / "risk.png")
