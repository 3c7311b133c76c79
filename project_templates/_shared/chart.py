"""What all figures of the reports have in common: their style, their colours, and a row of scores with intervals."""

from collections.abc import Sequence

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .config import REPORTS
from .results import Result

mpl.use("Agg")  # no window
mpl.rcParams.update({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "figure.dpi": 100})

COLOURS = {"baseline": "#7a7a7a", "model": "#1b6e3c", "naive": "#c0492b"}
FIGURES = REPORTS / "figures"


def draw_scores(axes: Axes, rows: Sequence[Result]) -> None:
    """Every model's score with its interval, in the order given."""
    for place, row in enumerate(reversed(rows)):
        low, high = row.ci95
        axes.plot([low, high], [place, place], color=COLOURS[row.role], linewidth=3, alpha=0.45, solid_capstyle="butt")
        axes.plot(row.value, place, "o", color=COLOURS[row.role])
        axes.annotate(f"{row.value:.2f}", (row.value, place), (0, 7), textcoords="offset points", ha="center")
    axes.set_yticks(range(len(rows)), [f"{row.model}\n{row.split}" for row in reversed(rows)], fontsize=9)
    axes.set_ylim(-0.6, len(rows) - 0.3)
    axes.set_xlim(0, 1)
    axes.set_xlabel(f"{rows[0].label} with its 95 % interval")


def save(figure: Figure, name: str) -> None:
    """Write reports/figures/NAME."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    figure.savefig(FIGURES / name, metadata={"Software": None})  # the same picture, the same bytes
    plt.close(figure)
