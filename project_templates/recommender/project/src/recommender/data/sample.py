"""A film service that never was: its films, its viewers, and two years of what they watched, all from one seed.

It has the real world's sins on purpose: a few films that everybody watches, tastes that drift, films that come out
late, viewers who have just joined, and viewers who watch ten times as much as others.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from recommender.data.world import World

FILMS, VIEWERS, NICHES = 400, 4000, 50
DAYS, PERIODS = 730, 4  # of history, and how often a viewer's taste has moved in it
FIT = 4.0  # how much more a film's fit counts than its being well known
START = datetime(2024, 1, 1, tzinfo=UTC).timestamp()
GENRES = ("comedy", "crime", "documentary", "drama", "fantasy", "horror", "romance", "western")
FIRST = (
    "Silent", "Last", "Hidden", "Golden", "Broken", "Distant", "Second", "Paper", "Winter", "Borrowed", "Electric",
    "Quiet", "Crooked", "Midnight", "Northern", "Velvet", "Hollow", "Restless", "Glass", "Salt",
)  # fmt: skip
SECOND = (
    "Harbour", "Orchard", "Witness", "Summer", "Letters", "Machine", "Garden", "Frontier", "Waltz", "Stranger",
    "Island", "Promise", "Detour", "Lighthouse", "Signal", "Inheritance", "River", "Parade", "Reckoning", "Kitchen",
)  # fmt: skip


@dataclass(frozen=True)
class _Films:
    titles: list[str]
    genres: list[str]
    places: np.ndarray  # (films, dimensions): where each stands in the space of tastes
    appeal: np.ndarray  # (films,): how well known
    released: np.ndarray  # (films,) days


def draw(folder: Path, seed: int) -> None:
    """Write events.csv and items.csv as anybody's would be, and world.npz: the truth behind them, for `simulate`."""
    rng = np.random.default_rng(seed)
    films = _films(rng)
    tastes = _tastes(films, VIEWERS, rng)
    ids = [f"f{number:03}" for number in range(FILMS)]
    with (folder / "items.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("item", "title", "tags"), *zip(ids, films.titles, films.genres, strict=True)])
    viewers = [f"v{number:04}" for number in range(VIEWERS)]
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("user", "item", "time"))
        for name, taste in zip(viewers, tastes, strict=True):
            out.writerows((name, ids[film], time) for film, time in _watched(films, taste, rng))
    World(
        user_ids=viewers,
        item_ids=ids,
        tastes=_factors(tastes[:, -1]),
        newcomers=_factors(_tastes(films, VIEWERS // 5, rng)[:, -1]),
        places=np.concatenate([FIT * films.places.T, films.appeal[None]]).astype(np.float32),
    ).save(folder)


def _films(rng: np.random.Generator) -> _Films:
    """Films in niches, niches in genres: those of a niche are alike in ways that no genre tells."""
    genre_of = rng.integers(len(GENRES), size=NICHES)
    genre_places = rng.normal(size=(len(GENRES), 8))
    niche_places = np.concatenate([genre_places[genre_of], 1.2 * rng.normal(size=(NICHES, 12))], axis=1)
    niche = rng.integers(NICHES, size=FILMS)
    places = niche_places[niche] + 0.45 * rng.normal(size=(FILMS, 20))
    pairs = rng.permutation(len(FIRST) * len(SECOND))[:FILMS]
    return _Films(
        titles=[f"{FIRST[each // len(SECOND)]} {SECOND[each % len(SECOND)]}" for each in pairs],
        genres=[GENRES[genre_of[each]] for each in niche],
        places=places / np.sqrt(places.shape[1]),
        appeal=rng.gumbel(size=FILMS),
        released=np.where(rng.random(FILMS) < 0.7, 0, rng.integers(DAYS - 60, size=FILMS)),
    )


def _tastes(films: _Films, viewers: int, rng: np.random.Generator) -> np.ndarray:
    """(viewers, periods, dimensions): each likes the places of a few films, and one of those moves on."""
    liked = rng.integers(FILMS, size=(viewers, 3))
    start = films.places[liked].sum(axis=1)
    later = start - films.places[liked[:, 0]] + films.places[rng.integers(FILMS, size=viewers)]
    share = np.linspace(0, 1, PERIODS)[None, :, None]
    return (1 - share) * start[:, None] + share * later[:, None]


def _wish(films: _Films, taste: np.ndarray) -> np.ndarray:
    """(..., dimensions) tastes → (..., films): how much each film is wanted, by its fit and by being well known."""
    wish: np.ndarray = FIT * taste @ films.places.T + films.appeal
    return wish


def _factors(tastes: np.ndarray) -> np.ndarray:
    """(viewers, dimensions) → (viewers, dimensions + 1): the same wishes as one product, for `World`."""
    return np.column_stack([tastes, np.ones(len(tastes))]).astype(np.float32)


def _watched(films: _Films, taste: np.ndarray, rng: np.random.Generator) -> list[tuple[int, int]]:
    """(film, time) of one viewer, none twice: the better a film fits and the better known it is, the likelier."""
    joined = rng.uniform(0, DAYS * 0.9)
    number = 2 + int(rng.lognormal(2.7, 0.8))
    edges = np.linspace(joined, DAYS, PERIODS + 1)
    seen = np.zeros(FILMS, dtype=bool)
    found: list[tuple[int, int]] = []
    for period in range(PERIODS):
        wanted = number // PERIODS + (period < number % PERIODS)
        leaning = _wish(films, taste[period]) + rng.gumbel(size=FILMS)
        leaning[seen | (films.released >= edges[period + 1])] = -np.inf
        chosen = np.argsort(-leaning)[:wanted]
        chosen = chosen[np.isfinite(leaning[chosen])]
        seen[chosen] = True
        days = rng.uniform(np.maximum(edges[period], films.released[chosen]), edges[period + 1])
        found += [(int(film), int(START + 86_400 * day)) for film, day in zip(chosen, days, strict=True)]
    return found
