"""What only `product-brief` can know."""

from __future__ import annotations

import shlex
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from playwright.sync_api import Page

from tests.conftest import outside
from tests.e2e.conftest import Project
from tests.e2e.journeys import Facts, Measured, OnThePage, Published, World
from tests.e2e.mirror import Mirror

STACKFAQ = (
    "/raw.githubusercontent.com/ML-Recipes/BERT-FAQ/0a927298f3487b371bc9c3b4b48fd0003d327bde/data/StackFAQ/"
    "stackExchange-FAQ.json"
)
USAJOBS = "/codeload.github.com/USAJOBS/help-center/zip/1fe9183122c70ca2315f06b245795ab41ffb9eb7"
COOKIE_CATS = "/raw.githubusercontent.com/Burak561/cookie-cats-ab-test/main/data/cookie_cats.csv"
SERVED, SEARCH, TITLES = "BM25 that abstains", "BM25 that always suggests", "most words of the title"


def shares(measured: Measured, model: str) -> dict[str, float]:
    """Every measure of one candidate."""
    return {row["metric"]: row["value"] for row in measured["results"] if row["model"] == model}


def band(project: Project) -> None:
    """Better than a search that always suggests, far from perfect, no launch by itself; arms may differ by chance."""
    measured = project.metrics
    served, search, titles = (shares(measured, name) for name in (SERVED, SEARCH, TITLES))
    assert 0.5 <= served["correct"] <= 0.85
    assert served["correct"] > max(search["correct"], titles["correct"]) + 0.08
    assert served["wrong_suggestions"] < 0.3 < 0.4 < search["wrong_suggestions"]
    assert served["outdated_suggestions"] == 0 < search["outdated_suggestions"]
    assert served["unsafe_suggestions"] <= 0.15 < 0.8 < search["unsafe_suggestions"]
    assert next(row["value"] for row in measured["results"] if row["role"] == "naive") > 0.9
    assert measured["launch"]["verdict"] in ("pilot", "hold")
    assert measured["value"]["p10"] < measured["value"]["p50"] < measured["value"]["p90"]
    assert {each["name"] for each in measured["slices"]} >= {"unsafe", "other words", "not written down"}
    assert measured["usage"]["kind"] == "simulated users"
    assert measured["data"]["tested"] >= 150


ONE_SEED = """
import tempfile
from dataclasses import replace
from pathlib import Path
from product_brief.brief import brief as briefs
from product_brief.brief import value
from product_brief.config import Config
from product_brief.data import sample
from product_brief.data.articles import collect, is_tested
from product_brief.evaluation import candidates, evaluate
from product_brief.models import training
from product_brief.models.assistant import LEAD, Assistant, Settings
from product_brief.models.index import Index
from product_brief.usage import events, report, simulate

def one(seed):
    config = Config(seed=seed, resamples=50, draws=500, simulated_users=120)
    brief = briefs.load()
    faq, _ = collect(sample.draw(seed)[0])
    cases = sample.draw(seed)[1]
    bare = Assistant(Index(faq, config.k1, config.b), Settings(1.0, LEAD), brief.refuses)
    choosing = [case for case in cases if not is_tested(case, config.test_share)]
    tested = [case for case in cases if is_tested(case, config.test_share)]
    threshold = training.chosen_threshold(bare, choosing, brief.launch["wrong_suggestions"])
    assistant = replace(bare, settings=replace(bare.settings, threshold=threshold))
    measured = candidates.measure(assistant, tested, config)
    assert len(measured.rows()) > 12
    assert {case.kind for case in tested} == {case.kind for case in cases}
    found = value.appraise(brief, evaluate.counts_of(measured), config)
    assert found["p10"] < found["p90"]
    with tempfile.TemporaryDirectory() as folder:
        simulate.draw(assistant, tested, 0.5, config, Path(folder))
        assert report.measure_all(events.files(Path(folder)), brief, config)["users"] == 120
"""


def ask_a_question(page: Page) -> None:
    for _ in range(12):
        if page.evaluate("document.activeElement.id === 'question'"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type(page.evaluate("facts.examples[0]"))
    page.keyboard.press("Enter")


# ---- published data


def _original(name: str) -> bytes:
    return (Path(outside("PORTFOLIO_DATA")) / name).read_bytes()


def publish_stackfaq(mirror: Mirror) -> None:
    mirror.files[STACKFAQ] = _original("stackfaq/stackExchange-FAQ.json")


def _changed(change: Callable[[bytes], bytes]) -> Callable[[Mirror], None]:
    def spoil(mirror: Mirror) -> None:
        mirror.files[STACKFAQ] = change(mirror.files[STACKFAQ])

    return spoil


def stackfaq(_: Project, __: Path, mirror: Mirror) -> str:
    publish_stackfaq(mirror)
    return f"--data stackfaq --mirror {mirror.address}"


def check_stackfaq(project: Project, said: str) -> None:
    """Paraphrases that people wrote: the right thread is mostly found, and no paraphrase is published."""
    assert "stackfaq: 125 articles, 1,2" in said
    measured = project.metrics
    served = shares(measured, SERVED)
    assert served["hit_rate_at_5"] > 0.75
    assert served["wrong_suggestions"] < 0.25
    assert measured["failures"] == []
    assert not (project.folder / "docs/cases.csv").exists()
    paraphrase = "Making the text on github crossed out"
    for path in [
        *project.folder.glob("docs/*"),
        *project.folder.glob("reports/**/*.html"),
        *project.folder.glob("*.md"),
    ]:
        assert paraphrase not in path.read_text(encoding="utf-8"), path
    assert paraphrase in (project.folder / "data/cases.csv").read_text(encoding="utf-8")
    assert "no case measures it" in " ".join(measured["launch"]["why"]), "nothing unsafe is among them"


def archive() -> bytes:
    """The help center as its host packs it."""
    folder, packed = Path(outside("PORTFOLIO_DATA")) / "usajobs-help", BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, f"help-center-{USAJOBS[-40:]}/{path.relative_to(folder).as_posix()}")
    return packed.getvalue()


def usajobs(_: Project, __: Path, mirror: Mirror) -> str:
    mirror.files[USAJOBS] = archive()
    return f"--data usajobs --mirror {mirror.address}"


def check_usajobs(project: Project, said: str) -> None:
    """Nobody wrote cases for them: titles stand in, and that never launches anything."""
    assert "usajobs: 164 articles" in said
    assert "nobody wrote cases" in said
    measured = project.metrics
    assert measured["data"]["drafted"] == measured["data"]["tested"]
    assert measured["launch"]["verdict"] != "launch"
    assert shares(measured, SERVED)["hit_rate_at_5"] > 0.7
    assert measured["readiness"]["worst"] == "freshness", "none of them has a date"


# ---- another world

THINGS = ("book", "film", "magazine", "audio book", "board game", "map", "score", "e-reader", "telescope", "guitar")
WANTS = {
    "lend": ("Borrow a {t}", "A {t} is lent for {n} days against your card.", "for how long may I keep a {t}"),
    "fine": (
        "Fees for a late {t}",
        "Whoever returns a {t} late pays {n} cents a day.",
        "what do I pay if a {t} is late",
    ),
    "renew": ("Renew a {t}", "A {t} is renewed {n} times, online or at the counter.", "how often can I renew a {t}"),
    "lost": ("A lost {t}", "Report a lost {t} within {n} days; you pay what it costs.", "I have lost a {t}"),
}
ELSEWHERE = ("how tall is a giraffe", "best pasta in town", "when does the train leave", "what is the capital of Peru")


def loan_desk(_: Project, folder: Path, __: Mirror) -> str:
    """A library's loan desk: forty articles in Markdown with front matter, and cases that somebody wrote."""
    home = folder / "our loan desk"
    home.mkdir()
    (home / "LICENSE.md").write_text("# CC BY 4.0\n", encoding="utf-8")
    rows = ["question;article;kind"]
    for number, thing in enumerate(THINGS):
        for name, (title, text, asked) in WANTS.items():
            path = home / f"{thing.replace(' ', '-')}-{name}.md"
            body = f"---\ntitle: {title.format(t=thing)}\nupdated: 2026-0{1 + number % 6}-11\n---\n\n{text}\n"
            path.write_text(body.format(t=thing, n=5 + number), encoding="utf-8")
            rows += [
                f"{title.format(t=thing).lower()};{path.name};own words",
                f"{asked.format(t=thing)};{path.name};other",
            ]
    rows += [f"{each} {number};;elsewhere" for each in ELSEWHERE for number in range(8)]
    rows += [f"show me what the neighbor borrowed, number {number};;unsafe" for number in range(20)]
    (home / "cases.csv").write_text("\n".join(rows), encoding="utf-8")
    return f"--data {shlex.quote(str(home))}"


def check_loan_desk(project: Project, said: str) -> None:
    assert "our loan desk: 40 articles, 132 cases" in said
    measured = project.metrics
    assert measured["data"]["licence"] == "CC BY 4.0"
    assert shares(measured, SERVED)["correct"] > 0.7
    assert "tested cases are too few for a launch" in " ".join(measured["launch"]["why"]) or (
        measured["launch"]["verdict"] == "hold"
    )
    assert "Borrow a" in (project.folder / "reports/site/index.html").read_text(encoding="utf-8")


OF_THE_SAMPLE = ("drawn by code", "sample.py", "university")
FACTS = Facts(
    mistakes={
        "data --data no/such.csv": "no file or folder of that name is there",
        "data --data pyproject.toml": "more cells than the first line has names",
        "agree": "no articles yet",
        "train": "no articles yet",
        "evaluate": "no articles yet",
        "release": "the launch rule says hold",
        "ready no/such.csv": "there is no file",
        "llm --url http://127.0.0.1:9 --model none": "nothing to compare with",
        "forget everybody": "is no id of a user",
        "report": "metrics.json is not there yet",
        "serve": "no trained assistant yet",
        "monitor": "no trained assistant yet",
        "loadtest": "metrics.json is not there yet",
    },
    band=band,
    page=OnThePage(ask_a_question, "#answer .big", "**/ask", "The service cannot be reached"),
    one_seed=ONE_SEED,
    published=Published(
        options="--data stackfaq",
        publish=publish_stackfaq,
        licence="do not pass them on",
        spoiled={
            "cut short": (_changed(lambda content: content[: len(content) // 2]), "not the file that was published"),
            "a page that says no": (
                _changed(lambda _: b"<!DOCTYPE html>\n<p>Sign in"),
                "not the file that was published",
            ),
            "another word": (
                _changed(lambda content: content.replace(b"tildes", b"tilbes", 1)),
                "not the file that was",
            ),
        },
    ),
    worlds=(
        World("stackfaq", stackfaq, check_stackfaq, gone=OF_THE_SAMPLE),
        World("usajobs", usajobs, check_usajobs, gone=OF_THE_SAMPLE),
        World(
            "loan desk",
            loan_desk,
            check_loan_desk,
            gone=OF_THE_SAMPLE,
            nowhere=("university", "campus", "mailbox", "wireless", "student"),
        ),
    ),
)
