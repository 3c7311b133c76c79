"""The figures of the reports, each with the data it shows named in its title."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from scipy import sparse

from recommender.chart import COLOURS, draw_scores, save
from recommender.results import Result

LINES = {"most popular": COLOURS["baseline"], "item-kNN": "#2f6f9f", "EASE": COLOURS["model"]}


def scores(rows: list[Result], source: str) -> None:
    """Every ranking's score with its interval, under every protocol."""
    figure, axes = plt.subplots(figsize=(8, 0.55 * len(rows) + 1.3), layout="constrained")
    draw_scores(axes, rows)
    axes.set_title(f"Measured on {source}", loc="left")
    save(figure, "results.png")


def long_tail(watched: sparse.csr_array, lists: dict[str, np.ndarray], noun: str, source: str) -> None:
    """How much of all that is watched, and of all that is shown, falls to the most popular."""
    figure, axes = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    number = np.asarray(watched.sum(axis=0)).ravel()
    order = np.argsort(-number, kind="stable")
    share = np.arange(1, len(order) + 1) / len(order)
    axes.plot(share, np.cumsum(number[order]) / number.sum(), color="#b0b0b0", linestyle="--", label="watched")
    for name, each in lists.items():
        shown = np.bincount(each.ravel(), minlength=len(order))
        axes.plot(share, np.cumsum(shown[order]) / shown.sum(), color=LINES[name], label=f"shown by {name}")
    axes.set_xlabel(f"share of the {noun}s, the most watched first")
    axes.set_ylabel("share of all that is watched or shown")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    axes.set_title(f"The long tail, {source}", loc="left")
    save(figure, "long_tail.png")


def experiment(rows: Sequence[dict[str, Any]], truth: float | None, metric: str, source: str) -> None:
    """The estimates of the difference between both variants, and the truth where it is known."""
    figure, axes = plt.subplots(figsize=(8, 0.6 * len(rows) + 1.4), layout="constrained")
    for place, row in enumerate(reversed(rows)):
        low, high = row["ci95"]
        axes.plot([low, high], [place, place], color=COLOURS["model"], linewidth=3, alpha=0.45, solid_capstyle="butt")
        axes.plot(row["difference"], place, "o", color=COLOURS["model"])
    axes.axvline(0, color="#7a7a7a", linewidth=1)
    if truth is not None:
        axes.axvline(truth, color=COLOURS["naive"], linewidth=1.5, linestyle="--", label="the truth of the simulation")
        axes.legend(frameon=False, fontsize=9, loc="upper right")
    axes.set_yticks(range(len(rows)), [row["estimate"] for row in reversed(rows)], fontsize=9)
    axes.set_ylim(-0.6, len(rows) + 0.1)
    axes.set_xlabel(f"difference in {metric}")
    axes.set_title(f"The experiment, {source}", loc="left")
    save(figure, "experiment.png")


def peeking(rows: Sequence[dict[str, Any]], alpha: float) -> None:
    """How often an experiment without any difference looks like one, the more often somebody looks."""
    figure, axes = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
    looks = [row["looks"] for row in rows]
    for key, label, colour in (
        ("naive", "interval for one look", COLOURS["naive"]),
        ("always_valid", "always-valid interval", COLOURS["model"]),
    ):
        axes.plot(looks, [row[key] for row in rows], "o-", color=colour, label=label)
    axes.axhline(alpha, color="#7a7a7a", linewidth=1, linestyle="--", label="what was promised")
    axes.set_xticks(looks)
    axes.set_xlabel("times that somebody looks before the end")
    axes.set_ylabel("share of false discoveries")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=9)
    axes.set_title("Both variants the same, simulated", loc="left")
    save(figure, "peeking.png")
