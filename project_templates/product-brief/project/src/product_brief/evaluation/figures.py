"""The figures of the reports, each with the data it shows named in its title."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from product_brief.config import PROJECT
from product_brief.kit import charts
from product_brief.kit.charts import COLORS
from product_brief.kit.results import Result

ASSUMED = COLORS["naive"]  # an input without a source is red
FIELDS = ("model", "role", "split", "metric", "label", "value", "ci95", "n", "higher_is_better")


def draw(measured: dict[str, Any]) -> None:
    """Every figure that there is something to show in."""
    source = "a synthetic sample" if measured["data"]["synthetic"] else measured["data"]["source"]
    for old in PROJECT.figures.glob("*.png"):
        if old != PROJECT.screenshot:
            old.unlink()
    _scores(measured, source)
    _value(measured["value"])
    if measured["usage"]:
        _users(measured["usage"])


def _scores(measured: dict[str, Any], source: str) -> None:
    rows = [
        Result(**{name: each[name] for name in FIELDS}) for each in measured["results"] if each["metric"] == "correct"
    ]
    shown = sorted(rows, key=lambda row: ("baseline", "naive", "model").index(row.role))
    figure, axes = charts.single(8, 0.6 * len(shown) + 1.3)
    charts.draw_scores(axes, shown)
    axes.set_title(f"Cases handled correctly, {source}", loc="left")
    charts.save(figure, PROJECT.figures / "results.png")


def _value(worth: dict[str, Any]) -> None:
    figure, grid = charts.grid(11, 4.2, 1, 2)
    _histogram(grid[0, 0], worth)
    _tornado(grid[0, 1], worth)
    charts.save(figure, PROJECT.figures / "value.png")


def _histogram(axes: Axes, worth: dict[str, Any]) -> None:
    edges, counts = np.array(worth["edges"]) / 1000, np.array(worth["histogram"])
    axes.stairs(counts, edges, fill=True, color=COLORS["model"], alpha=0.4)
    axes.axvline(0, color=COLORS["naive"], linewidth=1.5)
    for name in ("p10", "p50", "p90"):
        axes.axvline(worth[name] / 1000, color="#333333", linewidth=1, linestyle="--")
        axes.annotate(
            name.upper(), (worth[name] / 1000, 1.01), xycoords=("data", "axes fraction"), ha="center", fontsize=8
        )
    axes.set_xlabel(f"net present value, thousand {worth['currency']}")
    axes.set_yticks([])
    axes.set_title(f"What it is worth over {worth['months']} months\n", loc="left")


def _tornado(axes: Axes, worth: dict[str, Any]) -> None:
    for place, each in enumerate(reversed(worth["swings"])):
        low, high = sorted((each["value_at_low"] / 1000, each["value_at_high"] / 1000))
        axes.barh(
            place, high - low, left=low, color=COLORS["model"] if each["source"] else ASSUMED, alpha=0.65, height=0.6
        )
    axes.axvline(0, color="#333333", linewidth=1)
    axes.use_sticky_edges = False  # or the longest bar would end in the frame
    axes.margins(x=0.05)
    axes.set_yticks(
        range(len(worth["swings"])), [each["name"].replace("_", " ") for each in reversed(worth["swings"])], fontsize=8
    )
    axes.set_xlabel(f"thousand {worth['currency']}, the others as likely")
    axes.set_title("What moves it (red: an assumption)\n", loc="left")


def _users(usage: dict[str, Any]) -> None:
    figure, grid = charts.grid(10, 3.4, 1, 2)
    steps = list(usage["funnel"].items())
    axes = grid[0, 0]
    axes.barh(range(len(steps)), [people for _, people in reversed(steps)], color=COLORS["model"], alpha=0.6)
    axes.set_yticks(range(len(steps)), [name for name, _ in reversed(steps)])
    for place, (_, people) in enumerate(reversed(steps)):
        axes.annotate(f"{people:,}", (people, place), (3, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set_xlim(0, 1.15 * max(people for _, people in steps))
    axes.set_title(f"Funnel, {usage['kind']}", loc="left")
    axes = grid[0, 1]
    days = [(day, share) for day, share, _ in usage["retention"] if day]
    axes.plot([day for day, _ in days], [100 * share for _, share in days], "o-", color=COLORS["model"], markersize=4)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("days after the first")
    axes.set_ylabel("% of users who are there")
    axes.set_title(f"Retention, {usage['kind']}", loc="left")
    charts.save(figure, PROJECT.figures / "users.png")
