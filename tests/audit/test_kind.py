"""Kinds are told by what a repository holds; languages that are not known are not English; one README among several."""

from __future__ import annotations

from pathlib import Path

import pytest

from portfolio.audit import topics
from portfolio.audit.engine import audit
from portfolio.audit.project import open_project
from portfolio.readme.words import words
from tests.audit.audited import Tree, audited, build

PACKAGE = '{"dependencies": {"react": "19"}}'
KINDS: dict[str, tuple[str, Tree]] = {
    "a chatbot with packages": ("llm", {
        "README.md": "# Ask the manuals\n\nA chatbot that answers from PDFs by embeddings and a prompt.\n",
        "requirements.txt": "langchain\nchromadb\n", "app.py": "import langchain\n"}),
    "a chatbot by its words": ("llm", {
        "README.md": "# RAG over manuals\n\nRetrieval-augmented generation with an LLM, FAISS and reranking.\n"}),
    "a recommender that mentions embeddings": ("recommender", {
        "README.md": "# Movie recommender\n\nCollaborative filtering on MovieLens with embeddings, nDCG at 10.\n",
        "train.py": "import torch\n"}),
    "an image that was pushed": ("tabular", {
        "README.md": "# Churn\n\nA classifier predicts churn. The Docker image is pushed by CI, and an image runs.\n",
        "train.py": "import sklearn\n"}),
    "a front end": ("front-end", {
        "README.md": "# Weather\n\nShows a forecast for every city.\n", "package.json": PACKAGE, "src/App.jsx": ""}),
    "a page of a person": ("profile", {
        "README.md": "# Hi there 👋\n\nI'm a data scientist who works on machine learning and forecasting.\n"}),
    "statistics of a person": ("profile", {
        "README.md": "### Ada\n\n![s](https://github-readme-stats.vercel.app/api?username=ada)\n", "s.py": ""}),
    "a list": ("list", {"README.md": "# Forecasting\n\n" + "".join(
        f"- [paper {n}](https://example.net/{n}) on machine learning\n" for n in range(9))}),
    "a library": ("library", {
        "README.md": "# frostlib\n\nPredicts frost.\n\n```\npip install frostlib\n```\n",
        "pyproject.toml": "[project]\nname = 'frostlib'\n", "frostlib/__init__.py": "import sklearn\n"}),
    "a collection": ("collection", {
        "README.md": "# Machine learning projects\n\nThree projects of a course.\n",
        **{f"{name}/{file}": "# X\n" for name in ("churn", "frost", "mail") for file in ("README.md", "train.py")}}),
    "notebooks": ("notebook", {
        "README.md": "# Houses\n\nPredicts prices by regression.\n", "a.ipynb": "{}"}),
    "code that imports it": ("tabular", {"README.md": "# Wine\n\nWhich wine is it?\n", "x.py": "import sklearn\n"}),
    "a library that is called as its page is": ("library", {
        "README.md": "# FrostLib\n\nMachine learning.\n\n```\n$ pip install -U FrostLib\n```\n", "frost/a.py": ""}),
    "a library by its first sentence": ("library", {
        "README.md": "# Payment graphs\n\nA package for forecasting on graphs, by machine learning.\n",
        "pyproject.toml": "[project]\nname = 'paygraph'\n", "paygraph/a.py": "import torch\n"}),
    "a portfolio in another language": ("collection", {
        "README.md": "# Portafolio de Ada\n\nTres proyectos de machine learning.\n",
        **{f"{name}/{file}": "# X\n" for name in ("churn", "frost", "mail") for file in ("README.md", "train.py")}}),
    "a table model with a package for pictures": ("tabular", {
        "README.md": "# Churn\n\nPredicts who leaves, by machine learning.\n", "a.py": "",
        "requirements.txt": "torch\ntorchvision\n"}),
    "a list that calls itself a collection": ("list", {"README.md": "# Awesome frost\n\nA collection of papers.\n\n"
        + "".join(f"- [paper {n}](https://example.net/{n}) on machine learning\n" for n in range(9))}),
    "two loose words in a long page": ("tabular", {
        "README.md": "# Prices\n\n" + "".join(f"The column {n} holds values of house {n}.\n\n" for n in range(20))
        + "A regression model, which helps with demand and forecasting by machine learning.\n"}),
    "a subject in the title, done by a service": ("nlp", {
        "README.md": "# News sentiment analysis\n\nReads the news.\n", "requirements.txt": "anthropic\n", "a.py": ""}),
    "software": ("not-ml", {"README.md": "# Notes\n\nKeeps notes in a file.\n", "notes.py": "import json\n"}),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "tree"), KINDS.values(), ids=KINDS)
def test_a_kind_is_told_by_what_is_there(tmp_path: Path, kind: str, tree: Tree) -> None:
    assert audited(tmp_path / "one", tree).profile == kind
    assert audited(tmp_path / "movie-image-forecast-projects", tree).profile == kind, "whatever its folder is called"


def test_a_collection_s_projects_are_looked_at_one_by_one(tmp_path: Path) -> None:
    found = audited(tmp_path, KINDS["a collection"][1])
    assert [member.path for member in found.members] == ["project/churn", "project/frost", "project/mail"]
    assert all(member.findings for member in found.members)


def test_too_few_rules_give_no_score(tmp_path: Path) -> None:
    assert audited(tmp_path, KINDS["a page of a person"][1]).score is None


TEXTS = {
    "en": "This project predicts the price of a house from its size and the street in which it stands, for buyers.",
    "es": "Este proyecto predice el precio de una casa con los datos de la ciudad y de las calles en que se vende.",
    "unknown": "Detta projekt förutspår priset på bostäder med maskininlärning och data från hela det förra året.",
    "unknown ": "פרויקט זה חוזה את מחירי הדירות בתל אביב באמצעות למידת מכונה ונתונים שאספנו במשך שנה",
    "unknown  ": "Tama ennustaa hintoja vuoden datalla kun ostaja etsii kotia tai pankki tekee uuden arvion ja ehdot.",
    "zh": "这个项目用机器学习来预测城市里房子的价格，数据来自公开的网站，我们收集了一年。",
    "en ": "Train a CNN. Input: images. Output: label. Loss: cross entropy. Metrics: accuracy, precision, recall, F1.",
}


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_a_language_that_is_not_known_is_not_english(language: str, text: str) -> None:
    assert topics.language(words(text)) == language.strip()


PAGE = "# Frost\n\n## Data\n\nHourly.\n"
READMES: list[tuple[list[str], str]] = [
    (["README.md", "README_zh.md"], "README.md"),
    (["README_EN.md", "README_zh.md"], "README_EN.md"),
    (["README.es.md", "README.en.md"], "README.en.md"),
    (["readme.org"], "readme.org"),
    (["README.adoc"], "README.adoc"),
    (["docs/README.md", "README.rst"], "README.rst"),
    (["README", "README.md"], "README.md"),
]


@pytest.mark.parametrize(("names", "chosen"), READMES)
def test_one_of_several_readmes_is_the_readme(tmp_path: Path, names: list[str], chosen: str) -> None:
    build(tmp_path, dict.fromkeys(names, PAGE))
    assert audit(open_project(tmp_path), "project").readme == chosen


MARKUPS = {
    "README.org": "#+TITLE: Frost\n\n* Data\n\nSee [[https://zenodo.org/record/1][the record]].\n\n#+begin_src sh\n"
    "python a.py\n#+end_src\n\n| Model | F1 |\n|-------+----|\n| one | 0.6 |\n| two | 0.8 |\n\n[[file:plot.png]]\n",
    "README.adoc": "= Frost\n\n== Data\n\nSee https://zenodo.org/record/1[the record].\n\n[source,sh]\n----\n"
    "python a.py\n----\n\n|===\n|Model |F1\n\n|linear |0.6\n|trees |0.8\n|===\n\nimage::plot.png[A plot]\n",
}


@pytest.mark.parametrize("name", MARKUPS)
def test_other_markups_are_read(tmp_path: Path, name: str) -> None:
    readme = open_project(build(tmp_path, {name: MARKUPS[name]})).readme
    assert [section.title for section in readme.sections if section.title] == ["Frost", "Data"]
    assert [link.target for link in readme.links] == ["https://zenodo.org/record/1"]
    assert [code.text for code in readme.code] == ["python a.py\n"]
    assert [image.target for image in readme.images] == ["plot.png"]
    assert readme.tables[0].header == ("Model", "F1")
    assert len(readme.tables[0].rows) == 2
