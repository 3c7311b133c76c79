"""The figures of the reports, each with the data it shows named in its title."""

import textwrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from churn_study.config import PROJECT
from churn_study.evaluation.measures import Tested
from churn_study.kit import charts
from churn_study.kit.charts import COLORS
from churn_study.kit.results import Result

SOFT = ("#1b6e3c", "#7a7a7a", "#c0492b", "#3b6fb6", "#b08a2e")
WIDTH = 42  # letters of a title in a small figure
STANDS = {"yes": COLORS["model"], "with care": "#b08a2e", "no": COLORS["naive"]}


def draw(measured: dict[str, Any], tested: Tested, risks: np.ndarray) -> None:
    """Every figure that these data have."""
    source = "a synthetic sample" if measured["data"]["synthetic"] else measured["data"]["source"]
    for old in PROJECT.figures.glob("*.png"):
        if old != PROJECT.screenshot:
            old.unlink()
    _scores(measured, source)
    _calibration(measured, source)
    if measured["ladder"]:
        _ladder(measured, source)
    if "panel" in measured:
        _event_study(measured["panel"], source)
    if "observed" in measured:
        _overlap(measured["observed"], source)
    if measured["queries"]:
        _queries(measured["queries"], source)
    if measured["importance"]:
        _importance(measured["importance"], source)


def _scores(measured: dict[str, Any], source: str) -> None:
    names = ("model", "role", "split", "metric", "label", "value", "ci95", "n", "higher_is_better")
    rows = [
        Result(**{name: each[name] for name in names}) for each in measured["results"] if each["metric"] == "roc_auc"
    ]
    shown = sorted(rows, key=lambda row: ("baseline", "naive", "model").index(row.role))
    figure, axes = charts.single(8, 0.55 * len(shown) + 1.3)
    charts.draw_scores(axes, shown)
    axes.set_title(f"Who will churn, measured on {source}", loc="left")
    charts.save(figure, PROJECT.figures / "results.png")


def _calibration(measured: dict[str, Any], source: str) -> None:
    bins = measured["calibration"]["bins"]
    figure, axes = charts.single(4.6, 4.2)
    said, happened = (np.array([each[key] for each in bins]) for key in ("said", "churned"))
    reach = [happened - [each["low"] for each in bins], [each["high"] for each in bins] - happened]
    top = 1.08 * max(max(each["high"] for each in bins), said.max())
    axes.plot([0, top], [0, top], color=COLORS["baseline"], linewidth=1, linestyle="--", label="as often as said")
    axes.errorbar(
        said,
        happened,
        yerr=reach,
        fmt="o",
        color=COLORS["model"],
        markersize=4,
        linewidth=1.5,
        label="tenths of the test",
    )
    axes.set_xlim(0, top)
    axes.set_ylim(0, top)
    axes.set_xlabel("risk that was said")
    axes.set_ylabel("share that churned, 95% interval")
    axes.legend(frameon=False, fontsize=9, loc="upper left")
    axes.set_title(f"Calibration, {source}", loc="left")
    charts.save(figure, PROJECT.figures / "calibration.png")


def _ladder(measured: dict[str, Any], source: str) -> None:
    rungs = measured["ladder"]
    figure, axes = charts.single(8, 0.62 * len(rungs) + 1.4)
    for place, each in enumerate(reversed(rungs)):
        low, high = (100 * end for end in each["ci95"])
        color = STANDS[each["stands"]]
        axes.plot([low, high], [place, place], color=color, linewidth=7, alpha=0.35, solid_capstyle="butt")
        axes.plot(100 * each["value"], place, "o", color=color, markersize=5)
        axes.annotate(
            f"{100 * each['value']:+.1f}".replace("-", "−"),
            (100 * each["value"], place),
            (0, 8),
            textcoords="offset points",
            ha="center",
        )
        if each["truth"] is not None:
            label = "truth, on those it speaks of" if place == 0 else None
            axes.plot(
                [100 * each["truth"]] * 2, [place - 0.32, place + 0.32], color="#222222", linewidth=2, label=label
            )
    axes.axvline(0, color="#999999", linewidth=1)
    axes.set_yticks(
        range(len(rungs)),
        [f"{each['name']}\nmay a decision stand on it? {each['stands']}" for each in reversed(rungs)],
        fontsize=9,
    )
    axes.set_ylim(-0.6, len(rungs) - 0.3)
    axes.set_xlabel("change of churn by the offer, percentage points, 95% interval")
    if any(each["truth"] is not None for each in rungs):
        axes.legend(frameon=False, fontsize=9, loc="best")
    axes.set_title(f"One effect, {len(rungs)} ways to find it: {source}", loc="left")
    charts.save(figure, PROJECT.figures / "ladder.png")


def _event_study(panel: dict[str, Any], source: str) -> None:
    gaps, errors = 100 * np.array(panel["gaps"]), 196 * np.array(panel["errors"])
    places = np.arange(len(gaps)) - panel["first"]
    figure, axes = charts.single(6.4, 3.4)
    axes.axhline(0, color="#999999", linewidth=1)
    axes.axvline(-0.5, color=COLORS["naive"], linewidth=1, linestyle="--", label="the offer begins")
    axes.errorbar(places, gaps, yerr=errors, fmt="o", color=COLORS["model"], markersize=4)
    axes.set_xlabel("periods since the offer began; −1 is the reference")
    axes.set_ylabel("gap to the other units, points")
    axes.legend(frameon=False, fontsize=9, loc="upper right")
    axes.set_title(f"Event study, {source}", loc="left")
    charts.save(figure, PROJECT.figures / "event_study.png")


def _overlap(observed: dict[str, Any], source: str) -> None:
    figure, axes = charts.single(6.4, 3.2)
    edges = np.array(observed["edges"])
    for arm, color, label in (
        ("control", COLORS["baseline"], "without the offer"),
        ("treated", COLORS["model"], "with the offer"),
    ):
        counts = np.array(observed["propensities"][arm])
        axes.stairs(counts / counts.sum(), edges, fill=True, alpha=0.45, color=color, label=label)
    axes.set_xlabel("propensity: the chance of the offer, given all that was recorded")
    axes.set_ylabel("share of the arm")
    axes.legend(frameon=False, fontsize=9)
    axes.set_title(f"Is there anybody to compare with? {source}", loc="left")
    charts.save(figure, PROJECT.figures / "overlap.png")


def _queries(answers: list[dict[str, Any]], source: str) -> None:
    columns = min(3, len(answers))
    lines = -(-len(answers) // columns)
    figure, grid = charts.grid(4.2 * columns, 3.1 * lines, lines, columns)
    for axes, answer in zip(grid.flat, answers, strict=False):
        _answer(axes, answer)
    for axes in list(grid.flat)[len(answers) :]:
        axes.set_axis_off()
    figure.suptitle(f"What SQL says, {source}", x=0.01, ha="left")
    charts.save(figure, PROJECT.figures / "sql.png")


def _answer(axes: Axes, answer: dict[str, Any]) -> None:
    kind, x, ys = answer["plot"]
    places = [str(row[x]) for row in answer["rows"]]
    for color, y in zip(SOFT, ys, strict=False):
        values = [row[y] for row in answer["rows"]]
        if kind == "line":
            axes.plot(places, values, "o-", color=color, markersize=3, label=y)
        else:
            axes.bar(places, values, color=color)
    axes.tick_params(axis="x", labelrotation=30, labelsize=8)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(ys[0].replace("_", " ") if len(ys) == 1 else "share", fontsize=9)
    axes.set_title("\n".join(textwrap.wrap(answer["question"], WIDTH)), fontsize=9, loc="left")
    if len(ys) > 1:
        axes.legend(frameon=False, fontsize=8)


def _importance(rows: list[dict[str, Any]], source: str) -> None:
    figure, axes = charts.single(6.4, 0.34 * len(rows) + 1.3)
    for place, each in enumerate(reversed(rows)):
        axes.plot(each["ci95"], [place, place], color=COLORS["model"], linewidth=6, alpha=0.35, solid_capstyle="butt")
        axes.plot(each["value"], place, "o", color=COLORS["model"], markersize=4)
    axes.axvline(0, color="#999999", linewidth=1)
    axes.set_yticks(range(len(rows)), [each["name"] for each in reversed(rows)], fontsize=9)
    axes.set_xlabel("ROC AUC lost when the column is shuffled: no effect of anything on anybody")
    axes.set_title(f"What the order rests on, {source}", loc="left")
    charts.save(figure, PROJECT.figures / "importance.png")
