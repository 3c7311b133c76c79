"""A first look at the training photographs, before any model: `data` writes it into reports/explore.md.

The test photographs stay closed.
"""

import numpy as np

from image_api.config import EXPLORATION, PROJECT, Config
from image_api.data import prepare, split
from image_api.data.folder import Photographs
from image_api.data.prepare import Manifest
from image_api.kit import charts
from image_api.kit.blocks import table
from image_api.monitoring.signals import of_pixels

LOOKS = ("brightness", "contrast", "sharpness", "colorfulness")
MOST = 12  # classes of which a mean picture is shown
APART = 0.5  # standard deviations between two classes, from which a difference is worth a sentence


def explore(config: Config) -> None:
    """Write the page and its figures."""
    photographs, manifest = prepare.load()
    rows = open_to_see(photographs, config)
    looks = of_pixels(photographs.pixels[rows])
    _draw_means(photographs, rows, manifest)
    _draw_looks(photographs, rows, looks, manifest)
    parts = [
        f"# A first look at {manifest.title}",
        f"The {len(rows)} training photographs, as the model gets them ({config.side} × {config.side} pixels). The "
        "test photographs are left out on purpose. Written by `python -m image_api data`.",
        table(["Class", "Photographs", f"{manifest.grouped_by.capitalize()}s"], _counts(photographs, rows)),
        _balance(photographs, rows),
        "## The mean picture of each class",
        "What all photographs of a class have in common: where even the background differs, a model need not look at "
        "the thing itself.",
        "![The mean picture of each class](figures/explore_means.png)",
        "## How the photographs look",
        _furthest(photographs, rows, looks),
        "![Four simple measures of the photographs, class by class](figures/explore_looks.png)",
    ]
    EXPLORATION.write_text("\n\n".join(parts) + "\n", encoding="utf-8", newline="\n")


def open_to_see(photographs: Photographs, config: Config) -> np.ndarray:
    """Indices of the photographs that train."""
    return split.by_group(photographs, config).train


def _counts(photographs: Photographs, rows: np.ndarray) -> list[list[str]]:
    counts = []
    for number, name in enumerate(photographs.classes):
        chosen = rows[photographs.labels[rows] == number]
        counts.append([name, str(len(chosen)), str(len(np.unique(photographs.groups[chosen])))])
    return counts


def _balance(photographs: Photographs, rows: np.ndarray) -> str:
    counts = np.bincount(photographs.labels[rows], minlength=len(photographs.classes))
    most, least = int(counts.argmax()), int(counts.argmin())
    always = (
        f"Always answering `{photographs.classes[most]}` would be right for {counts[most] / counts.sum():.0%} of them."
    )
    if counts[most] < 1.5 * counts[least]:
        return f"The classes are about equally large. {always}"
    times = counts[most] / max(counts[least], 1)
    return f"`{photographs.classes[most]}` has {times:.1f} times as many as `{photographs.classes[least]}`. {always}"


def _furthest(photographs: Photographs, rows: np.ndarray, looks: dict[str, np.ndarray]) -> str:
    """Which measure sets two classes furthest apart; no class is named where none does."""
    labels = photographs.labels[rows]
    means = np.array([[looks[name][labels == each].mean() for each in np.unique(labels)] for name in LOOKS])
    spread = np.array([looks[name].std() + 1e-9 for name in LOOKS])
    distance = np.ptp(means, axis=1) / spread
    widest = int(distance.argmax())
    if distance[widest] < APART:
        return "By these measures alone, the classes look alike."
    names = [photographs.classes[each] for each in np.unique(labels)]
    high, low = names[int(means[widest].argmax())], names[int(means[widest].argmin())]
    return (
        f"The classes differ most in {LOOKS[widest]}: `{high}` lies {distance[widest]:.1f} standard deviations above "
        f"`{low}`. A model can use whatever makes that difference."
    )


def _draw_means(photographs: Photographs, rows: np.ndarray, manifest: Manifest) -> None:
    shown = np.unique(photographs.labels[rows])[:MOST]
    figure, grid = charts.grid(1.6 * len(shown) + 0.4, 2.3, 1, len(shown))
    for number, axes in zip(shown, grid[0], strict=True):
        pixels = photographs.pixels[rows[photographs.labels[rows] == number]]
        axes.imshow(pixels.mean(axis=0).astype(np.uint8))
        axes.set_title(photographs.classes[number], fontsize=8)
        axes.axis("off")
    figure.suptitle(f"Mean pictures, {manifest.title}", x=0.01, ha="left")
    charts.save(figure, PROJECT.figures / "explore_means.png")


def _draw_looks(photographs: Photographs, rows: np.ndarray, looks: dict[str, np.ndarray], manifest: Manifest) -> None:
    shown = np.unique(photographs.labels[rows])
    figure, grid = charts.grid(9, 0.22 * len(shown) + 1.6, 1, len(LOOKS))
    for name, axes in zip(LOOKS, grid[0], strict=True):
        values = [looks[name][photographs.labels[rows] == each] for each in shown]
        axes.boxplot(values, orientation="horizontal", showfliers=False, widths=0.6)
        is_first = name == LOOKS[0]
        axes.set_yticklabels([photographs.classes[each] if is_first else "" for each in shown], fontsize=8)
        axes.invert_yaxis()
        axes.set_xlabel(name, fontsize=9)
        axes.tick_params(axis="x", labelsize=8)
    figure.suptitle(f"How the photographs look, {manifest.title}", x=0.01, ha="left")
    charts.save(figure, PROJECT.figures / "explore_looks.png")
