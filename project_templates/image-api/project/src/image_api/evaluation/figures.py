"""The figures of the reports, each with the data it shows named in its title."""

import numpy as np

from image_api.config import PROJECT
from image_api.data.folder import Photographs
from image_api.kit import charts
from image_api.kit.charts import COLORS
from image_api.kit.results import Result
from image_api.models import calibration

SHOWN = 12  # worst mistakes
READABLE = 20  # classes whose shares can be read as numbers
MOST = 12  # classes of which examples are shown


def results(rows: list[Result], source: str) -> None:
    """Every model's score with its interval, baselines first."""
    figure, axes = charts.single(8, 0.55 * len(rows) + 1.3)
    charts.draw_scores(axes, rows)
    axes.set_title(f"Measured on {source}", loc="left")
    charts.save(figure, PROJECT.figures / "results.png")


def reliability(measured: list[tuple[str, np.ndarray, np.ndarray]], source: str) -> None:
    """For each (name, probabilities, labels): the share of correct answers by predicted probability."""
    figure, axes = charts.single(5.4, 4.6)
    axes.plot([0, 1], [0, 1], color="#b0b0b0", linestyle="--", linewidth=1, label="perfectly calibrated")
    for (name, probabilities, labels), color in zip(measured, (COLORS["model"], COLORS["naive"]), strict=False):
        bins = calibration.bins(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)
        places, heights = [each.confidence for each in bins], [each.accuracy for each in bins]
        axes.plot(places, heights, "o-", color=color, markersize=4, label=name)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("predicted probability, mean of a bin")
    axes.set_ylabel("share of correct answers")
    axes.legend(frameon=False, fontsize=9)
    axes.set_title(f"Calibration, {source}", loc="left")
    charts.save(figure, PROJECT.figures / "reliability.png")


def confusion(counts: np.ndarray, classes: list[str], source: str) -> None:
    """Share of each class's photographs that were predicted as each class; of many classes, colors alone."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    each = 0.62 if len(classes) <= READABLE else 0.22
    size, font = 2.6 + each * len(classes), 9 if len(classes) <= READABLE else 6
    figure, axes = charts.single(size + 1.2, size)
    axes.imshow(shares, cmap="Greens", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares) if len(classes) <= READABLE else ():
        color = "white" if share > 0.5 else "black"
        axes.text(column, row, f"{share:.0%}", ha="center", va="center", color=color, fontsize=font)
    axes.set_xticks(range(len(classes)), classes, rotation=90 if font < 9 else 35, ha="center" if font < 9 else "right")
    axes.set_yticks(range(len(classes)), classes)
    axes.tick_params(labelsize=font)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    axes.set_title(f"Confusion matrix, {source}", loc="left")
    charts.save(figure, PROJECT.figures / "confusion.png")


def squares(changes: np.ndarray, source: str) -> None:
    """By how much macro F1 changes when a square of the picture is swapped with that of another photograph."""
    figure, axes = charts.single(4.6, 4.2)
    axes.imshow(-changes, cmap="Greens", vmin=0, vmax=max(0.05, float(-changes.min())))
    for (row, column), change in np.ndenumerate(changes):
        color = "white" if -change > 0.6 * max(0.05, -changes.min()) else "black"
        axes.text(column, row, f"{change:+.2f}".replace("-", "−"), ha="center", va="center", color=color, fontsize=9)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(f"Macro F1 without a square, {source}", loc="left", fontsize=10)
    charts.save(figure, PROJECT.figures / "importance.png")


def mistakes(photographs: Photographs, rows: np.ndarray, probabilities: np.ndarray, source: str) -> None:
    """The mistakes that were made with the most confidence, one for each group."""
    answers, truth = probabilities.argmax(axis=1), photographs.labels[rows]
    wrong = np.flatnonzero(answers != truth)
    surest = wrong[np.argsort(-probabilities[wrong].max(axis=1))]
    _, first = np.unique(photographs.groups[rows[surest]], return_index=True)
    worst = surest[np.sort(first)][:SHOWN]
    figure, grid = charts.grid(10, 4.6, 2, SHOWN // 2)
    for axes in grid.flat:
        axes.axis("off")
    for axes, i in zip(grid.flat, worst, strict=False):
        axes.imshow(photographs.pixels[rows[i]])
        axes.set_title(
            f"{photographs.classes[truth[i]]}\n→ {photographs.classes[answers[i]]} {probabilities[i].max():.0%}",
            fontsize=8,
        )
    figure.suptitle(f"Most confident mistakes, {source} (true → predicted)", x=0.01, ha="left")
    charts.save(figure, PROJECT.figures / "mistakes.png")


def examples(photographs: Photographs, source: str) -> None:
    """Two photographs of each class, of two groups; below them two from the field, where there are some."""
    classes = photographs.classes[:MOST]
    places = [False, True] if photographs.in_field.any() else [False]
    figure, grid = charts.grid(1.6 * len(classes) + 0.4, 3.5 * len(places), 2 * len(places), len(classes))
    for (row, column), axes in np.ndenumerate(grid):
        axes.axis("off")
        fitting = np.flatnonzero((photographs.labels == column) & (photographs.in_field == places[row // 2]))
        shown = np.unique(photographs.groups[fitting])
        if row % 2 < len(shown):
            axes.imshow(photographs.pixels[fitting[photographs.groups[fitting] == shown[-1 - row % 2]][0]])
        if row % 2 == 0:
            axes.set_title(f"{classes[column]}{', field' if places[row // 2] else ''}", fontsize=8)
    figure.suptitle(f"Photographs of {source}", x=0.01, ha="left")
    charts.save(figure, PROJECT.figures / "examples.png")
