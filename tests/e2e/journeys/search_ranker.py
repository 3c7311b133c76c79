"""What only `search-ranker` can know."""

from __future__ import annotations

import csv
import io
import random
import shlex
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.conftest import outside
from tests.e2e.conftest import Project
from tests.e2e.journeys import Facts, Measured, OnThePage, Published, World
from tests.e2e.mirror import Mirror

CRANFIELD = "/ir.dcs.gla.ac.uk/resources/test_collections/cran/cran.tar.gz"
SCIFACT = "/public.ukp.informatik.tu-darmstadt.de/thakur/BEIR/datasets/scifact.zip"


def values(measured: Measured, metric: str) -> dict[str, float]:
    """One measure of every ranking, or of every way to answer."""
    return {row["model"]: row["value"] for row in measured["results"] if row["metric"] == metric}


def band(project: Project) -> None:
    """BM25 is far from perfect, the learned order is really better, and answers are rarely wrong or invented."""
    measured = project.metrics
    ndcg = values(measured, "ndcg_at_10")
    assert 0.5 <= ndcg["BM25"] <= 0.7
    assert measured["chosen"] == "LambdaMART"
    assert 0.6 <= ndcg["LambdaMART"] <= 0.82
    assert ndcg["candidates in random order"] < 0.2
    assert measured["ceiling"]["oracle"]["value"] > ndcg["LambdaMART"] + 0.1
    assert all(each["ci95"][0] > 0 for each in measured["comparisons"])
    assert all(each["p_holm"] < 0.01 for each in measured["duels"])
    answered = values(measured, "answered")["sentence above the threshold"]
    assert answered == 0 or answered >= 0.15
    assert values(measured, "wrong_answers").get("sentence above the threshold", 0) <= 0.2
    assert values(measured, "answered_unanswerable")["sentence above the threshold"] <= 0.15
    assert 0.5 <= measured["support"]["recall"]["value"] < 1  # one exchanged word is hard to see
    assert measured["support"]["precision"]["value"] >= 0.9


ONE_SEED = """
import numpy as np
from search_ranker.config import Config
from search_ranker.data import sample, split
from search_ranker.models import lessons
from search_ranker.models.answers import Judge
from search_ranker.models.engine import FUSION, LAMBDAMART, Engine, Ranking
from search_ranker.models.index import Index

def one(seed):
    config = Config(seed=seed, trees=5, judge_trees=5, dimensions=16)
    collection = sample.draw(seed)
    assert len(collection.passages) >= 1_400
    index = Index.of(collection.passages, config)
    parts = split.by_question(collection.questions, config)
    trees = lessons.grown(lessons.lessons(parts.train[:60], index, config), config)
    for ranking in (Ranking(LAMBDAMART, trees=trees), Ranking(FUSION)):
        engine = Engine(index, ranking, Judge(None, config.least_coverage), config)
        for question in [*parts.test[:20], *parts.test[-20:]]:
            answer = engine.answer(question.text)
            assert np.isfinite(answer.ranked.scores).all() and 0 <= answer.confidence <= 1
            assert answer.sentence is None or answer.sentence.text in index.passages[answer.sentence.passage].whole
"""


def ask_the_example(page: Page) -> None:
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id === 'question'"):
            break
    page.keyboard.type(page.evaluate("example"))
    page.keyboard.press("Enter")


# ---- published collections


def _as_tar(change: Callable[[str, bytes], bytes]) -> bytes:
    folder, file = Path(outside("PORTFOLIO_DATA")) / "cranfield", io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name in ("cran.all.1400", "cran.qry", "cranqrel"):
            content = change(name, (folder / name).read_bytes())
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def publish_cranfield(mirror: Mirror) -> None:
    """The collection as its archive."""
    mirror.files[CRANFIELD] = _as_tar(lambda _, content: content)


def _with(name: str, change: Callable[[bytes], bytes]) -> Callable[[Mirror], None]:
    def spoil(mirror: Mirror) -> None:
        mirror.files[CRANFIELD] = _as_tar(lambda each, content: change(content) if each == name else content)

    return spoil


def _cut_short(mirror: Mirror) -> None:
    mirror.files[CRANFIELD] = mirror.files[CRANFIELD][:-20_000]


def cranfield(_: Project, __: Path, mirror: Mirror) -> str:
    publish_cranfield(mirror)
    return f"--data cranfield --mirror {mirror.address}"


def check_cranfield(project: Project, said: str) -> None:
    """BM25 as published; nothing of the collection is quoted or put on a page, since nobody allows that."""
    assert "cranfield: 1,398 passages, 225 questions, 225 of them with an answer" in said
    assert "2 empty passages were left out" in said
    measured = project.metrics
    assert abs(measured["published"]["value"] - 0.352) <= 0.01
    assert "agrees with it" in (project.folder / "docs/evaluation.md").read_text(encoding="utf-8")
    assert "do not pass it on" in project.do("site")
    assert not (project.folder / "reports/site/index.html").exists()
    for page in ("README.md", "docs/evaluation.md", "docs/serving.md", "MODEL_CARD.md"):
        assert "aeroelastic" not in (project.folder / page).read_text(encoding="utf-8").lower()


def scifact(_: Project, __: Path, mirror: Mirror) -> str:
    folder, file = Path(outside("PORTFOLIO_DATA")) / "scifact", io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv", "qrels/train.tsv"):
            archive.writestr(f"scifact/{name}", (folder / name).read_bytes())
    mirror.files[SCIFACT] = file.getvalue()
    return f"--data scifact --mirror {mirror.address}"


def check_scifact(project: Project, said: str) -> None:
    """BM25 as published, on the 300 questions of its own test file."""
    assert "scifact: 5,183 passages, 1,109 questions, 1,109 of them with an answer" in said
    published = project.metrics["published"]
    assert published["n"] == 300
    assert abs(published["value"] - 0.671) <= 0.01
    assert project.metrics["data"]["licence"].startswith("claims CC BY 4.0")


# ---- other worlds


def squad(_: Project, __: Path, ___: Mirror) -> str:
    return f"--data {shlex.quote(outside('PORTFOLIO_DATA') + '/squad2/dev-v2.0.json')} --noun encyclopedia"


def check_squad(project: Project, said: str) -> None:
    """Answers in words that people marked, and more questions without an answer than with one."""
    assert "93 passages, 725 questions, 314 of them with an answer" in said
    measured = project.metrics
    assert measured["data"]["quoted"] == 314
    assert values(measured, "ndcg_at_10")["BM25"] > 0.8
    ways = values(measured, "answered_unanswerable")
    assert ways["sentence above the threshold"] <= 0.1 < 0.9 < ways["first sentence of the first passage"]
    text = (project.folder / "README.md").read_text(encoding="utf-8")
    assert "Encyclopedia search with cited answers: 93 passages" in text
    if not values(measured, "answered")["sentence above the threshold"]:
        assert "**no answers, only passages**" in text
        assert "None is given here: " in " ".join(text.split())


DISHES = ("soup", "stew", "tart", "pie", "salad", "risotto", "curry", "omelette", "gratin", "dumplings")
BASES = ("lentil", "leek", "beetroot", "mushroom", "salmon", "chickpea", "spinach", "pumpkin", "cabbage", "almond")
ASKS = {
    "minutes": ("How long does {dish} bake?", "The {dish} bakes for {value} minutes."),
    "grams": ("How much flour goes into {dish}?", "Weigh {value} grams of flour for the {dish}."),
}


def recipes(_: Project, folder: Path, __: Mirror) -> str:
    """A hundred recipes in Markdown, one a file, with what two cooks asked; some asked for what nobody wrote down."""
    chance, place = random.Random(7), folder / "my recipes"
    place.mkdir()
    rows: list[tuple[Any, ...]] = [("question", "passage", "grade", "answer", "kind")]
    for base in BASES:
        for dish in (f"{base} {each}" for each in DISHES):
            name = f"{dish.replace(' ', '-')}.md"
            lines = [f"# {dish.capitalize()}", "", "Grandmother wrote this down. Wash your hands first.", ""]
            for unit, (asked, says) in ASKS.items():
                value = chance.randrange(10, 900, 5)
                lines.append(says.format(dish=dish, value=value))
                if chance.random() < 0.7:
                    rows.append((asked.format(dish=dish), name, 1, f"{value} {unit}", unit))
            (place / name).write_text("\n".join(lines), encoding="utf-8")
            if chance.random() < 0.3:
                rows.append((f"Who invented {dish}?", "", "", "", "nobody wrote it down"))
    with (place / "questions.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return f"--data {shlex.quote(str(place))} --noun cookbook"


def check_recipes(project: Project, said: str) -> None:
    assert "my recipes: 100 passages" in said
    text = (project.folder / "README.md").read_text(encoding="utf-8")
    assert "Cookbook search with cited answers: 100 passages" in text
    assert "**my recipes**" in text
    assert values(project.metrics, "ndcg_at_10")["BM25"] > 0.5
    assert project.metrics["data"]["unanswerable"] > 10


def help_pages(_: Project, __: Path, ___: Mirror) -> str:
    return f"--data {shlex.quote(outside('PORTFOLIO_DATA') + '/usajobs-help')}"


def check_help_pages(project: Project, said: str) -> None:
    """Nobody has judged anything: all of it works, and no score is claimed."""
    assert "0 questions: no score will be claimed" in said
    assert project.metrics["results"] == []
    for page in ("README.md", "MODEL_CARD.md", "docs/evaluation.md"):
        text = (project.folder / page).read_text(encoding="utf-8")
        assert "nDCG@10 of" not in text
        assert "Not measured" in text
    assert "No score is claimed" in (project.folder / "README.md").read_text(encoding="utf-8")


OF_THE_SAMPLE = ("drawn by code", "plan or device", "sample.py", "Help center")
FACTS = Facts(
    mistakes={
        "data --data no/such/folder": "no file or folder of that name",
        "data --data pyproject.toml": "a folder of Markdown, a .csv or a .json file",
        "train": "no passages yet",
        "evaluate": "no passages yet",
        "llm --url http://127.0.0.1:9 --model x": "no passages yet",
        "report": "metrics.json is not there yet",
        "serve": "no trained model yet",
        "monitor": "no trained model yet",
        "loadtest": "metrics.json is not there yet",
    },
    band=band,
    page=OnThePage(ask_the_example, "#results li", "**/answer", "The service cannot be reached"),
    one_seed=ONE_SEED,
    published=Published(
        options="--data cranfield",
        publish=publish_cranfield,
        licence="do not pass it on",
        spoiled={
            "cut short": (_cut_short, "not the file that was published"),
            "half of the judgements": (
                _with("cranqrel", lambda content: content[: len(content) // 2]),
                "judgements instead of 1,400, 225 and 1,837",
            ),
            "a passage is missing": (
                _with("cran.all.1400", lambda content: content[: content.index(b".I 1400")]),
                "1,399 passages",
            ),
            "another judgement": (
                _with("cranqrel", lambda content: content.replace(b"1 184 2", b"1 185 2", 1)),
                "checksum",
            ),
        },
    ),
    worlds=(
        World("cranfield", cranfield, check_cranfield, gone=OF_THE_SAMPLE),
        World(
            "scifact", scifact, check_scifact, verbs=("data", "train", "evaluate", "report"), gone=("drawn by code",)
        ),
        World("squad", squad, check_squad, verbs=("data", "train", "evaluate", "site", "report"), gone=OF_THE_SAMPLE),
        World("recipes", recipes, check_recipes, nowhere=("help center", "workspace", "invoice", "calendar")),
        World("help pages", help_pages, check_help_pages, gone=OF_THE_SAMPLE),
    ),
)
