"""The figures of the reports, each with the data it shows named in its title."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from recommender.config import PROJECT
from recommender.kit import charts
from recommender.kit.charts import COLORS
from recommender.kit.results import Result

LINES = {"most popular": COLORS["baseline"], "item-kNN": "#2f6f9f", "EASE": COLORS["model"]}


def scores(rows: list[Result], source: str) -> None:
    """Every ranking's score with its interval, under every protocol."""
    figure, axes = charts.single(8, 0.55 * len(rows) + 1.3)
    charts.draw_scores(axes, rows)
    axes.set_title(f"Measured on {source}", loc="left")
    charts.save(figure, PROJECT.figures / "results.png")


def long_tail(seen: sparse.csr_array, lists: dict[str, np.ndarray], nouns: str, source: str) -> None:
    """How much of all that is chosen, and of all that is shown, falls to the most popular."""
    figure, axes = charts.single(6.4, 4.0)
    number = np.asarray(seen.sum(axis=0)).ravel()
    order = np.argsort(-number, kind="stable")
    share = np.arange(1, len(order) + 1) / len(order)
    axes.plot(share, np.cumsum(number[order]) / number.sum(), color="#b0b0b0", linestyle="--", label="chosen")
    for name, each in lists.items():
        shown = np.bincount(each.ravel(), minlength=len(order))
        axes.plot(share, np.cumsum(shown[order]) / shown.sum(), color=LINES[name], label=f"shown by {name}")
    axes.set_xlabel(f"share of the {nouns}, the most popular first")
    axes.set_ylabel("share of all events or recommendations")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    axes.set_title(f"The long tail, {source}", loc="left")
    charts.save(figure, PROJECT.figures / "long_tail.png")


def experiment(arms: Sequence[dict[str, Any]], metric: str, source: str) -> None:
    """The estimates of each treatment's difference to the control, and the truth where it is known."""
    rows = [(arm, row) for arm in arms for row in arm["estimates"]]
    figure, axes = charts.single(8, 0.6 * len(rows) + 1.4)
    for place, (arm, row) in enumerate(reversed(rows)):
        low, high = row["ci95"]
        axes.plot([low, high], [place, place], color=COLORS["model"], linewidth=3, alpha=0.45, solid_capstyle="butt")
        axes.plot(row["difference"], place, "o", color=COLORS["model"])
        if arm["truth"]:
            axes.plot(arm["truth"]["clicks_per_visitor"], place, "|", color=COLORS["naive"], markersize=18)
    axes.axvline(0, color="#7a7a7a", linewidth=1)
    if arms[0]["truth"]:
        axes.plot([], [], "|", color=COLORS["naive"], markersize=12, label="the truth of the simulation")
        axes.legend(frameon=False, fontsize=9, loc="upper right")
    names = [f"{arm['treatment']}, {row['estimate']}" for arm, row in reversed(rows)]
    axes.set_yticks(range(len(rows)), names, fontsize=9)
    axes.set_ylim(-0.6, len(rows) + 0.1)
    axes.set_xlabel(f"difference in {metric}")
    axes.set_title(f"A/B test, {source}", loc="left")
    charts.save(figure, PROJECT.figures / "experiment.png")


def peeking(rows: Sequence[dict[str, Any]], alpha: float) -> None:
    """How often an A/A test looks like a discovery, the more often somebody looks."""
    figure, axes = charts.single(6.4, 3.8)
    looks = range(len(rows))
    for key, label, color in (
        ("naive", "interval for one look", COLORS["naive"]),
        ("always_valid", "always-valid interval", COLORS["model"]),
    ):
        axes.plot(looks, [row[key] for row in rows], "o-", color=color, label=label)
    axes.axhline(alpha, color="#7a7a7a", linewidth=1, linestyle="--", label="the promised rate")
    axes.set_xticks(looks, [row["looks"] for row in rows])
    axes.set_xlabel("number of looks, the last at the end")
    axes.set_ylabel("share of false discoveries")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=9)
    axes.set_title("A/A tests of the same visitors, simulated", loc="left")
    charts.save(figure, PROJECT.figures / "peeking.png")
