"""What all figures have in common: their style, their colors, and a row of scores with intervals."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .results import Result

STYLE = {"font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "figure.dpi": 100}
COLORS = {"baseline": "#7a7a7a", "model": "#1b6e3c", "naive": "#c0492b"}


def grid(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Figure, np.ndarray]:
    """A figure of that many inches and its (rows, columns) axes."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")  # not pyplot's: it needs no window
        return figure, figure.subplots(rows, columns, squeeze=False)


def single(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure with one pair of axes."""
    figure, axes = grid(width, height)
    return figure, axes[0, 0]


def draw_scores(axes: Axes, rows: Sequence[Result]) -> None:
    """Every model's score with its interval, in the order given."""
    widest = 1.08 * max(row.ci95[1] for row in rows)
    for place, row in enumerate(reversed(rows)):
        low, high = row.ci95
        axes.plot([low, high], [place, place], color=COLORS[row.role], linewidth=7, alpha=0.35, solid_capstyle="butt")
        axes.plot(row.value, place, "o", color=COLORS[row.role], markersize=4)
        side = "center" if row.value > 0.05 * widest else "left"  # or the number would lie across the axis
        axes.annotate(f"{row.value:.3f}", (row.value, place), (0, 7), textcoords="offset points", ha=side)
    axes.set_yticks(range(len(rows)), [f"{row.model}\n{row.split}" for row in reversed(rows)], fontsize=9)
    axes.set_ylim(-0.6, len(rows) - 0.3)
    axes.set_xlim(0, widest)
    axes.set_xlabel(f"{rows[0].label} with its 95% interval")


def save(figure: Figure, path: Path) -> None:
    """Write a PNG file: the same picture gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        figure.savefig(path, metadata={"Software": None})
