"""A first look at the training events, before anything is ranked: `data` writes it into reports/explore.md.

The newest event of each user stays closed: it is the test.
"""

import numpy as np

from recommender.config import EXPLORATION, PROJECT, Config
from recommender.data import prepare, split
from recommender.data.interactions import Interactions
from recommender.data.movielens import LICENCE
from recommender.data.prepare import Manifest
from recommender.kit import charts
from recommender.kit.blocks import table
from recommender.kit.charts import COLORS

SHOWN = 10  # most popular items
WEEK = 7 * 86_400  # seconds


def explore(config: Config) -> None:
    """Write the page and its figures."""
    interactions, manifest = prepare.load()
    rows = open_to_see(interactions, config)
    _draw_counts(interactions, rows, manifest)
    _draw_history(interactions, rows, manifest)
    parts = [
        f"# A first look at {manifest.title}",
        f"{rows.sum():,} events, without the newest one of each user, which is the test. Written by "
        "`python -m recommender data`.",
        table(["What", "How many"], _counts(interactions, rows, manifest)),
        _order(interactions, rows, manifest),
        "## Who chooses how much, and what is chosen how often",
        "![Events of each user, and of each item](figures/explore_counts.png)",
        *_most_chosen(interactions, rows, manifest),
        "## Over time",
        "![Events of each week](figures/explore_history.png)",
    ]
    EXPLORATION.write_text("\n\n".join(parts) + "\n", encoding="utf-8", newline="\n")


def open_to_see(interactions: Interactions, config: Config) -> np.ndarray:
    """(N,) bool: the events that are not in the test."""
    everything = np.ones(len(interactions.users), dtype=bool)
    return split.last_out(interactions, everything, config.fewest_events).train


def _counts(interactions: Interactions, rows: np.ndarray, manifest: Manifest) -> list[list[str]]:
    users, items = interactions.shape
    per_user = np.bincount(interactions.users[rows], minlength=users)
    per_item = np.bincount(interactions.items[rows], minlength=items)
    low, middle, high = np.quantile(per_user, (0.1, 0.5, 0.9))
    return [
        ["Users", f"{users:,}"],
        [manifest.nouns.capitalize(), f"{items:,}"],
        ["Pairs of both that have an event", f"{rows.sum() / (users * items):.2%}"],
        ["Events of a user: a tenth have at most, the median, a tenth have at least", f"{low:g}, {middle:g}, {high:g}"],
        [f"{manifest.nouns.capitalize()} with fewer than five events", f"{(per_item < 5).sum():,}"],
        [f"{manifest.nouns.capitalize()} that only the test holds", f"{(per_item == 0).sum():,}"],
    ]


def _order(interactions: Interactions, rows: np.ndarray, manifest: Manifest) -> str:
    """Whether what is chosen next has to do with what was chosen last; said only where there are tags."""
    tags = [frozenset(item.tags.replace("|", " ").split()) for item in interactions.catalogue]
    if not any(tags):
        return f"The {manifest.nouns} have no tags, so nothing can be said here about their kinds."
    users, items = interactions.users[rows], interactions.items[rows]
    follows = users[1:] == users[:-1]
    before, after = items[:-1][follows], items[1:][follows]
    others = np.random.default_rng(0).permutation(after)
    together, apart = (
        float(np.mean([bool(tags[a] & tags[b]) for a, b in zip(before.tolist(), each.tolist(), strict=True)]))
        for each in (after, others)
    )
    return (
        f"Of two {manifest.nouns} that a user chose one after the other, {together:.0%} share a tag; of two that are "
        f"drawn at random from all events, {apart:.0%}."
    )


def _most_chosen(interactions: Interactions, rows: np.ndarray, manifest: Manifest) -> list[str]:
    if manifest.licence == LICENCE:
        return [f"Which {manifest.nouns} these are is left out: the license forbids to pass them on."]
    number = np.bincount(interactions.items[rows], minlength=interactions.shape[1])
    best = np.argsort(-number, kind="stable")[:SHOWN]
    chosen = [(interactions.catalogue[each], number[each] / interactions.shape[0]) for each in best]
    lines = [[item.title, item.tags, f"{share:.1%}"] for item, share in chosen]
    header = [manifest.noun.capitalize(), "Tags", "Users who chose it"]
    return [f"The {SHOWN} {manifest.nouns} that were chosen most:", table(header, lines)]


def _draw_counts(interactions: Interactions, rows: np.ndarray, manifest: Manifest) -> None:
    figure, grid = charts.grid(8, 3.4, 1, 2)
    for axes, numbers, name in (
        (grid[0, 0], interactions.users[rows], "users"),
        (grid[0, 1], interactions.items[rows], manifest.nouns),
    ):
        ordered = np.sort(np.bincount(numbers))[::-1]
        axes.plot(np.arange(1, len(ordered) + 1), ordered, color=COLORS["model"])
        axes.set_yscale("log")
        axes.set_xlabel(f"{name}, those with the most events first")
        axes.set_ylabel("events")
    figure.suptitle(f"Events of each user and {manifest.noun}, {manifest.title}", x=0.01, ha="left")
    charts.save(figure, PROJECT.figures / "explore_counts.png")


def _draw_history(interactions: Interactions, rows: np.ndarray, manifest: Manifest) -> None:
    figure, axes = charts.single(8, 3.0)
    weeks = interactions.times[rows] // WEEK
    number = np.bincount(weeks - weeks.min())
    moments = (WEEK * (weeks.min() + np.arange(len(number)))).astype("datetime64[s]")
    axes.plot(moments, number, color=COLORS["model"])
    axes.set_ylim(bottom=0)
    axes.set_ylabel("events of a week")
    axes.tick_params(axis="x", labelsize=8)
    axes.set_title(f"Training events over time, {manifest.title}", loc="left")
    charts.save(figure, PROJECT.figures / "explore_history.png")
