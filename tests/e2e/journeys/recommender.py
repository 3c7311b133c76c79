"""What only `recommender` can know."""

from __future__ import annotations

import io
import json
import random
import shlex
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.conftest import outside
from tests.e2e.conftest import Project, free_port, served
from tests.e2e.journeys import Facts, Measured, OnThePage, Published, World
from tests.e2e.mirror import Mirror

ZIP = "/files.grouplens.org/datasets/movielens/ml-100k.zip"


def rows(measured: Measured, split: str) -> dict[str, dict[str, Any]]:
    """nDCG of each ranking under one protocol."""
    found = [row for row in measured["results"] if row["split"] == split and row["metric"] == "ndcg_at_10"]
    return {row["model"]: row for row in found}


def gains(measured: Measured, split: str) -> list[float]:
    """Lower ends of the differences under one protocol."""
    return [row["ci95"][0] for row in measured["comparisons"] if row["split"] == split]


def band(project: Project) -> None:
    """Hard enough that what is popular is far from perfect; the gains are real, and the careless claim is not."""
    measured = project.metrics
    found = rows(measured, "next item")
    assert 0.04 <= found["most popular"]["value"] <= 0.16
    assert 0.15 <= found["EASE"]["value"] <= 0.35
    assert found["EASE, among 100 films drawn at random"]["value"] >= found["EASE"]["value"] + 0.1
    for split in ("next item", "random 25%", "after a cut in time"):
        assert min(gains(measured, split)) > 0


ONE_SEED = """
import dataclasses
import math
import tempfile
from pathlib import Path
from fastapi.testclient import TestClient
from recommender.config import Config
from recommender.data import sample, table, world
from recommender.experiment import population
from recommender.experiment.population import Truth
from recommender.models import saved
from recommender.models.recommend import Recommender
from recommender.serving.app import create_app

MODEL = saved.load()
FEW = 12  # visitors with the shortest and with the longest past

def one(seed):
    config = Config(seed=seed)
    with tempfile.TemporaryDirectory() as name:
        sample.draw(Path(name), seed)
        interactions = table.read(Path(name)).interactions
        truth = world.load(Path(name)).aligned(interactions)
    visitors = sorted(population.invite(interactions, truth, config).visitors, key=lambda each: len(each.history))
    everything = MODEL.ids
    few = [*visitors[:FEW], *visitors[-FEW:]]
    among = dataclasses.replace(population.invite(interactions, truth, config), visitors=few)
    expected = Truth(among, Recommender(MODEL, config.exploration, config.candidates), config.length)
    assert all(math.isfinite(expected.clicks_per_visitor(name)) for name, _ in config.variants)
    assert all(0 <= expected.first_is_opened(name, config.variants[0][0]) <= 1 for name in (*MODEL.weights, "uniform"))
    with tempfile.TemporaryDirectory() as logs, TestClient(create_app(MODEL, config, Path(logs))) as client:
        for number, history in enumerate([*(each.history for each in few), everything, everything[1:]]):
            asked = {"user": str(number), "history": history[-1000:], "length": config.length}
            answer = client.post("/recommendations", json=asked)
            assert answer.status_code == 200, answer.text
            found = answer.json()
            left = len(set(everything) - set(history))
            assert len(found["items"]) == min(config.length, left)
            assert bool(found["reason"]) == (not left)
            event = {"type": "exposure", "token": found["token"]}
            assert client.post("/events", json={"events": [event]}).json()["new"] == len(found["items"])
"""


def choose_the_last_film(page: Page) -> None:
    page.get_by_text("Nothing is chosen yet").wait_for()
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id === 'search'"):
            break
    page.keyboard.type(page.evaluate("items[items.length - 1].title").lower())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def publish(mirror: Mirror) -> None:
    """The collection as its archive."""
    mirror.files[ZIP] = _archive(lambda ratings: ratings)


def _archive(change: Callable[[bytes], bytes]) -> bytes:
    folder = Path(outside("PORTFOLIO_DATA")) / "ml-100k"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob("u.*")):
            content = path.read_bytes()
            archive.writestr(f"ml-100k/{path.name}", change(content) if path.name == "u.data" else content)
    return file.getvalue()


def _with_ratings(change: Callable[[bytes], bytes]) -> Callable[[Mirror], None]:
    def spoil(mirror: Mirror) -> None:
        mirror.files[ZIP] = _archive(change)

    return spoil


def _without_a_row(ratings: bytes) -> bytes:
    lines = ratings.splitlines(keepends=True)
    return b"".join(lines[:500] + lines[501:])


def _cut_short(mirror: Mirror) -> None:
    mirror.files[ZIP] = mirror.files[ZIP][:-2000]


def movielens(_: Project, __: Path, mirror: Mirror) -> str:
    publish(mirror)
    return f"--data ml-100k --mirror {mirror.address}"


def check_movielens(project: Project, said: str) -> None:
    assert "ml-100k: 100,000 events of 943 users and 1,682 items" in said
    measured = project.metrics
    assert measured["data"]["synthetic"] is False
    found = rows(measured, "random 25%")
    assert 0.474 <= found["EASE"]["value"] <= 0.508
    assert found["most popular"]["value"] < found["item-kNN"]["value"] < found["EASE"]["value"]
    assert min(gains(measured, "random 25%")) > 0
    assert measured["data"]["survivors"] < 200
    assert "the license of the data forbids to pass them on" in project.do("site")
    assert not (project.folder / "reports/site/index.html").exists()
    assert not rows(measured, "after a cut in time")
    assert "**ml-100k**" in (project.folder / "README.md").read_text(encoding="utf-8")
    port = free_port()
    with served(project.serve(port), project.folder, port) as address:
        assert "Star Wars (1977)" in urllib.request.urlopen(f"{address}/items", timeout=10).read().decode()
    search = json.loads((project.folder / "reports/runs/3-EASE.json").read_text(encoding="utf-8"))
    assert search["seconds"] / search["tried"] <= 5.0


def shop(_: Project, folder: Path, __: Mirror) -> str:
    """Purchases as a shop exports them: semicolons, headers of its own, days instead of seconds, so many ties."""
    chance = random.Random(7)
    shelves = [[f"{shelf}-{number:02}" for number in range(20)] for shelf in ("bread", "fruit", "soap", "tea", "wine")]
    lines = ["customer_id;product_id;date"]
    for customer in range(400):
        liked = chance.sample(shelves, 2)
        bought = {chance.choice(chance.choice(liked)) for _ in range(chance.randint(3, 14))}
        for product in sorted(bought):
            lines.append(f"c{customer};{product};2024-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}")
    (folder / "my shop.csv").write_text("\n".join(lines))
    return f"--data {shlex.quote(str(folder / 'my shop.csv'))} --noun product"


def check_shop(project: Project, _: str) -> None:
    text = (project.folder / "README.md").read_text(encoding="utf-8")
    assert "A product recommender with an A/B test" in text
    assert "**my shop**" in text
    assert "100 products" in text
    assert "simulated visitors" in text.partition("## Try it")[0]


FACTS = Facts(
    mistakes={
        "data --data no/such/file.csv": "no file or folder of that name",
        "train": "no events yet",
        "evaluate": "no events yet",
        "simulate": "no events yet",
        "abtest": "no events.sqlite",
        "ope": "no events.sqlite",
        "ope --data open-bandit --folder .": "there is no bts/men/men.csv",
        "export": "no events.sqlite",
        "report": "metrics.json is not there yet",
        "serve": "no trained model yet",
        "monitor": "no trained model yet",
        "loadtest": "metrics.json is not there yet",
    },
    band=band,
    page=OnThePage(choose_the_last_film, "text=for 1 chosen", "**/preview", "The service cannot be reached"),
    one_seed=ONE_SEED,
    published=Published(
        options="--data ml-100k",
        publish=publish,
        licence="no redistribution",
        spoiled={
            "cut short": (_cut_short, "not the file that was published"),
            "half of the ratings": (
                _with_ratings(lambda ratings: ratings[: len(ratings) // 2]),
                "rows instead of 100,000|not user, item, rating and time",
            ),
            "a row is missing": (_with_ratings(_without_a_row), "99,999 rows instead of 100,000"),
            "a comment": (
                _with_ratings(lambda ratings: b"# rated in 1998\n" + ratings),
                "line 1: not user, item, rating and time",
            ),
            "another rating": (_with_ratings(lambda ratings: ratings.replace(b"\t3\t", b"\t4\t", 1)), "checksum"),
        },
    ),
    worlds=(
        World("ml-100k", movielens, check_movielens, gone=("drawn by code", "viewers", "niches", "sample.py")),
        World("shop", shop, check_shop, nowhere=("film", "watch", "viewer", "movie ", "movies", "cinema")),
    ),
)
