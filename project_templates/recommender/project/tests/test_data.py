"""The data are what the README says: what is held out is never trained on, and what is wrong is refused by name."""

import hashlib
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from recommender.config import Config
from recommender.data import movielens, prepare, split, table, world
from recommender.data.interactions import BadDataError, Interactions, Item, collect
from recommender.data.movielens import Collection

HEAD = "user,item,time\n"


@pytest.fixture(scope="module")
def everything(interactions: Interactions) -> np.ndarray:
    return np.ones(len(interactions.users), dtype=bool)


def test_the_last_event_of_each_user_is_held_out(interactions: Interactions, everything: np.ndarray) -> None:
    parts = split.last_out(interactions, everything)
    assert not (parts.train & parts.test).any()
    assert np.bincount(interactions.users[parts.test]).max() == 1
    newest = np.zeros(interactions.shape[0])
    np.maximum.at(newest, interactions.users[parts.train], interactions.times[parts.train])
    assert (interactions.times[parts.test] >= newest[interactions.users[parts.test]]).all()
    few = np.bincount(interactions.users) < 3
    assert not few[interactions.users[parts.test]].any()


def test_validation_is_inside_what_trains(interactions: Interactions, everything: np.ndarray) -> None:
    outer = split.last_out(interactions, everything)
    inner = split.last_out(interactions, outer.train)
    assert not (inner.train & outer.test).any()
    assert not (inner.test & outer.test).any()


def test_a_random_quarter_is_a_quarter_of_every_user(interactions: Interactions, everything: np.ndarray) -> None:
    parts = split.random_quarter(interactions, everything, seed=1)
    assert not (parts.train & parts.test).any()
    assert (parts.train | parts.test).all()
    number = np.bincount(interactions.users)
    held = np.bincount(interactions.users[parts.test], minlength=len(number))
    assert (held == number - np.round(0.75 * number)).all()
    assert (split.random_quarter(interactions, everything, seed=1).test == parts.test).all()
    assert (split.random_quarter(interactions, everything, seed=2).test != parts.test).any()


def test_a_cut_in_time_knows_nothing_of_later(interactions: Interactions) -> None:
    parts = split.by_time(interactions, 0.8)
    assert interactions.times[parts.train].max() < interactions.times[parts.test].min()
    assert set(interactions.users[parts.test]) <= set(interactions.users[parts.train])


def test_the_sample_has_the_sins_of_real_services(interactions: Interactions) -> None:
    number = np.sort(np.bincount(interactions.items))[::-1]
    assert number[: len(number) // 10].sum() > 0.3 * number.sum(), "a few films that everybody watches"
    history = np.bincount(interactions.users)
    assert (history < 5).sum() > 50, "viewers who have just joined"
    assert history.max() > 10 * np.median(history)
    first = np.full(interactions.shape[1], np.inf)
    np.minimum.at(first, interactions.items, interactions.times)
    start, end = interactions.times.min(), interactions.times.max()
    assert (first > start + 0.25 * (end - start)).sum() > 20, "films that come out late"


def test_the_same_seed_draws_the_same_sample(drawn: Path, tmp_path: Path) -> None:
    from recommender.data import sample

    sample.draw(tmp_path, 7)
    assert (tmp_path / "events.csv").read_bytes() == (drawn / "events.csv").read_bytes()
    sample.draw(tmp_path, 8)
    assert (tmp_path / "events.csv").read_bytes() != (drawn / "events.csv").read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "user,item,time\nu,i,1000000100\n",
        "\ufeffuserId;movieId;rating;timestamp\nu;i;5;1000000100\n",
        "time\tuser_id\titem_id\n2001-09-09T01:48:20\tu\ti\n",
        "User,Item,Date\r\nu,i,2001-09-09 01:48:20+00:00\r\n\r\n",
    ],
    ids=["plain", "movielens style", "tabs and dates", "windows"],
)
def test_columns_are_found_by_their_names(text: str, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    found = table.read(tmp_path / "mine.csv").interactions
    assert (found.user_ids, found.catalogue, found.times.tolist()) == (["u"], [Item("i", "i")], [1000000100])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "holds no event"),
        (HEAD, "holds no event"),
        ("who,what,when\na,b,1\n", "has no column 'user'"),
        (HEAD + "u,i,1000000100\nu,i\n", "line 3: 2 cells"),
        (HEAD + "u,,100\n", "line 2: the user or the item is empty"),
        (HEAD + "u,i,yesterday\n", "line 2: 'yesterday' is neither"),
        (HEAD + "u,i,1700000000000\n", "in milliseconds"),
        (HEAD + "u,i,nan\n", "neither seconds"),
        (HEAD + 'u,"i,100\n', "holds no event|1 cells|cells"),
    ],
)
def test_what_cannot_be_read_is_refused_by_line(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadDataError, match=problem):
        table.read(tmp_path)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_bytes(b"user,item,time\n\xff\xfe,i,1\n")
    with pytest.raises(BadDataError, match="not UTF-8"):
        table.read(tmp_path)


def test_watching_again_counts_once() -> None:
    found = collect(["u", "u", "u"], ["i", "j", "i"], np.array([3, 2, 1]), {})
    assert [(found.catalogue[item].id, time) for item, time in zip(found.items, found.times, strict=True)] == [
        ("i", 1),
        ("j", 2),
    ]


def test_too_little_is_refused(tmp_path: Path, config: Config) -> None:
    (tmp_path / "events.csv").write_text(HEAD + "".join(f"u{n % 9},i{n},{10**9 + n}\n" for n in range(90)))
    with pytest.raises(BadDataError, match="only 9 users"):
        prepare.prepare(prepare.Request(str(tmp_path)), config)


PAIRS = [(user, item) for user in range(60) for item in range(40)]
ROWS = "".join(f"{user}\t{item}\t{1 + (user + item) % 5}\t{item}\n" for user, item in PAIRS).encode()
FILMS = b"1|Am\xe9lie (2001)|01-Jan-2001||http://x|" + b"|".join([b"0"] * 5 + [b"1"] + [b"0"] * 13) + b"\n"
SMALL = Collection("ml-100k", "u.data", "u.item", "\t", 2400, ratings_md5=hashlib.md5(ROWS).hexdigest())


def _archive(ratings: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("ml-100k/u.data", ratings)
        archive.writestr("ml-100k/u.item", FILMS)
    return file.getvalue()


def test_movielens_is_read_with_its_titles() -> None:
    found = movielens._read(_archive(ROWS), SMALL).interactions
    assert found.shape == (60, 40)
    assert Item("1", "Amélie (2001)", "Comedy") in found.catalogue


@pytest.mark.parametrize(
    ("ratings", "problem"),
    [
        (ROWS[:-20], "line 2399: not user|2,39. rows instead of 2,400|2,398 rows"),
        (ROWS.replace(b"7\t7\t5\t7\n", b"", 1), "2,399 rows instead of 2,400"),
        (b"# rated in 1998\n" + ROWS, "line 1: not user, item, rating and time: '# rated"),
        (ROWS.replace(b"7\t7\t5\t7\n", b"7\t7\t4\t7\n", 1), "checksum"),
    ],
    ids=["truncated", "a row missing", "a comment", "a rating changed"],
)
def test_movielens_is_refused_where_it_is_not_what_was_published(ratings: bytes, problem: str) -> None:
    with pytest.raises(BadDataError, match=problem):
        movielens._read(_archive(ratings), SMALL)


def test_tastes_of_real_data_are_estimated(interactions: Interactions) -> None:
    """What somebody watched fits their estimated taste better than what they did not."""
    found = world.estimated(interactions, seed=1)
    watched = interactions.matrix(np.ones(len(interactions.users), dtype=bool)).toarray() > 0
    affinity = found.tastes @ found.places
    assert affinity[watched].mean() > affinity[~watched].mean() + 0.1
    assert found.newcomers.shape[1] == found.tastes.shape[1] == len(found.places)


def test_ties_are_broken_by_chance_the_same_chance_for_a_seed() -> None:
    """No order of items is more right: the newest event is not always the one with the highest id."""
    users, items = zip(*[(f"u{user}", f"i{item}") for user in range(200) for item in range(5)], strict=True)
    times = np.array([10**9] * 1000)
    orders = [collect(users, items, times, {}, seed).items.reshape(200, 5)[:, -1] for seed in (1, 1, 2)]
    assert (orders[0] == orders[1]).all()
    assert (orders[0] != orders[2]).any()
    assert np.bincount(orders[0], minlength=5).min() > 20
    backwards = collect(users[::-1], items[::-1], times, {}, 1)
    assert (backwards.items == collect(users, items, times, {}, 1).items).all()
    assert backwards.tied.all()
    assert not collect(users, items, 10**9 + np.arange(1000), {}).tied.any()


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("20240531", "2024-05-31"),
        ("2024-05-31", "2024-05-31"),
        ("1717113600", "2024-05-31"),
        ("2024-05-31T12:00:00Z", "2024-05-31"),
    ],
)
def test_a_time_is_what_its_writer_meant(time: str, day: str) -> None:
    assert str(datetime.fromtimestamp(table._seconds(time, "events.csv", 2), UTC).date()) == day


@pytest.mark.parametrize("time", ["2024", "7", "-1", "1717113600000", "nan", "inf", "20241340", "31.05.2024"])
def test_a_time_that_may_mean_anything_is_refused(time: str) -> None:
    with pytest.raises(BadDataError, match="line 2"):
        table._seconds(time, "events.csv", 2)


@pytest.mark.parametrize(
    ("noun", "nouns"), [("film", "films"), ("book", "books"), ("dish", "dishes"), ("toy", "toys"), ("berry", "berries")]
)
def test_nouns(noun: str, nouns: str) -> None:
    assert prepare._plural(noun) == nouns
