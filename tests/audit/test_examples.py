"""Examples speak of the project that is audited, never of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from portfolio.audit import examples
from portfolio.audit.engine import audit
from portfolio.audit.project import open_project
from portfolio.audit.rules import RULES
from portfolio.terminal import visible

KINDS = {
    "houses": (
        "# House prices\n\nWe predict the price of a flat with LightGBM. The RMSE is 41,200.\n",
        "lightgbm\npandas\n",
        ("RMSE", "LightGBM", "always the mean", "the largest values"),
    ),
    "customers": (
        "# Customer churn\n\nWe predict with XGBoost which customers leave. The ROC AUC is 0.83.\n",
        "xgboost\npandas\n",
        ("ROC AUC", "XGBoost", "always the most frequent class"),
    ),
    "scans": (
        "# Brain scans\n\nA ResNet50 tells tumors on brain images apart. Its accuracy is 0.93.\n",
        "torch\ntorchvision\n",
        ("accuracy", "ResNet50", "images"),
    ),
    "demand": (
        "# Demand forecast\n\nWe forecast the hourly demand of the next day with Prophet. MAPE 4.1%.\n",
        "prophet\n",
        ("MAPE", "Prophet", "the same day of last week"),
    ),
    "books": (
        "# Book recommender\n\nA recommender system of books by ALS, with nDCG 0.2.\n",
        "implicit\n",
        ("nDCG", "ALS", "most popular"),
    ),
    "reviews": (
        "# Sentiment of reviews\n\nSentiment analysis of reviews with DistilBERT. Macro F1 is 0.9.\n",
        "transformers\n",
        ("Macro F1", "DistilBERT", "texts"),
    ),
    "questions": (
        "# Ask the handbook\n\nA RAG chatbot answers questions about the handbook with Mistral.\n",
        "langchain\nchromadb\n",
        ("Mistral", "keyword search (BM25)", "questions"),
    ),
}
OF_OTHERS = ("leaf", "leaves", "healthy", "plant", "film")


@pytest.mark.parametrize("name", KINDS)
def test_an_example_is_of_the_project_itself(name: str, tmp_path: Path) -> None:
    page, requirements, words = KINDS[name]
    (tmp_path / "README.md").write_text(page, encoding="utf-8")
    (tmp_path / "requirements.txt").write_text(requirements, encoding="utf-8")
    (tmp_path / "run.py").write_text("import pandas\n", encoding="utf-8")
    found = [each.example for each in audit(open_project(tmp_path), name).findings if each.example]
    assert len(found) >= 6
    assert not [word for word in OF_OTHERS if any(word in each for each in found)]
    assert not [word for word in words if not any(word in each for each in found)]


def test_every_example_is_of_a_rule_and_has_blanks() -> None:
    assert examples.EXAMPLES.keys() <= {rule.code for rule in RULES}
    for about in examples.USUAL.values():
        for code in examples.EXAMPLES:
            assert "{" not in examples.example(code, about)


def test_what_a_readme_says_cannot_steer_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# x\n\nOur model is gpt-\x1b4 and {measure}.\n", encoding="utf-8")
    about = examples.subject(open_project(tmp_path))
    assert visible(about.model) == about.model
