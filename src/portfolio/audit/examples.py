"""An example to begin with, in the project's own terms: its kind, its measure, its model; blanks for what only its
author knows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portfolio.audit.kind import FORECAST, IMAGE, LLM, NLP, RECOMMENDER, TABULAR
from portfolio.terminal import visible

if TYPE_CHECKING:
    from portfolio.audit.project import Project

LONGEST = 40_000  # characters of a README that are searched for its measure and its model
MEASURE = re.compile(
    r"\b(?:(?:macro|micro|weighted)[ -]f1|f1(?:[ -]score)?|(?:roc[ -])?auc|accuracy|precision|recall|rmse|mae|s?mape"
    r"|mase|r2|ndcg|mrr|hit[ -]rate|m?iou|log[ -]loss|bleu|rouge|perplexity|faithfulness)\b|\br²"
)
OF_AMOUNTS = re.compile(r"rmse|mae|mape|mase|r2|r²", re.I)  # measures of how far a number is off
MODEL = re.compile(
    r"\b(?:xgboost|lightgbm|catboost|random forest|gradient boosting|logistic regression|linear regression|svm"
    r"|naive bayes|decision tree|mlp|cnn|lstm|gru|resnet-?\d{0,3}|efficientnet\w{0,5}|mobilenet\w{0,5}|vgg-?\d{0,2}"
    r"|densenet\d{0,3}|unet|yolo\w{0,4}|vit|(?:distil|ro)?bert\w{0,3}|prophet|s?arimax?|svd|als|matrix factorization"
    r"|collaborative filtering|gpt-?[\w.]{0,4}|llama[\w.-]{0,8}|mistral|gemini)\b"
)


@dataclass(frozen=True)
class Subject:
    """What an example speaks of."""

    cases: str  # what is predicted for, in the plural
    baseline: str  # the simplest rival that a reader of this kind expects
    measure: str
    model: str
    worst: str  # a part of the cases where such models are often wrong


USUAL = {
    IMAGE: Subject("images", "always the most frequent class", "macro F1", "the network", "dark or blurred images"),
    TABULAR: Subject("rows", "always the most frequent class", "F1", "the model", "the rarest group"),
    FORECAST: Subject("days", "the same day of last week", "MASE", "the model", "holidays"),
    RECOMMENDER: Subject("users", "most popular", "nDCG@10", "the ranking", "users with few events"),
    NLP: Subject("texts", "TF-IDF and logistic regression", "macro F1", "the model", "the shortest texts"),
    LLM: Subject("questions", "keyword search (BM25)", "recall@5", "the pipeline", "questions that nothing answers"),
}
EXAMPLES = {
    "EVL401": "| Model | {measure} |\n| :-- | --: |\n| {baseline} (baseline) | … |\n| {model} | … |",
    "MOD301": "| {baseline} (baseline) | {measure} … |\n| {model} | {measure} … |",
    "EVL404": "{measure} … (95% interval … to …, by a bootstrap over the test {cases}).",
    "EVL405": "We judge by {measure}, because …, and what it hides is ….",
    "EVL406": "It is worst for {worst}: {measure} … there, against … over all test {cases}.",
    "EVL407": "{model} instead of {baseline}: {measure} … better, at … times the cost of a prediction.",
    "MOD303": "| {model} with … | {measure} … |\n| {model} without … | {measure} … |",
    "DAT201": "The {cases} come from [NAME](ADDRESS), fetched on ….",
    "DAT202": "License of the {cases}: …, by [its terms](ADDRESS).",
    "DAT203": "… {cases} with … fields: …; … of them for training, … for testing.",
    "RFL701": "It has only seen {cases} of …. For {worst}, it …, so it should not be used to ….",
    "RFL702": "1. Try … for {worst}, where {measure} is … today: it is better if ….",
    "COM607": "![{measure} of every model](figures/results.png)",
}


def subject(project: Project) -> Subject:
    """What the project is about, by its kind and by the first measure and model that its README names."""
    usual, text = USUAL.get(project.profile, USUAL[TABULAR]), project.readme_text[:LONGEST]
    measure, model = _named(MEASURE, text), _named(MODEL, text)
    if usual is USUAL[TABULAR] and OF_AMOUNTS.fullmatch(measure):
        usual = replace(usual, baseline="always the mean", worst="the largest values")
    return replace(usual, measure=measure or usual.measure, model=model or usual.model)


def _named(pattern: re.Pattern[str], text: str) -> str:
    """The first of its names in a text, as it is written there; empty where there is none."""
    lower = text.lower()  # a search that ignores case takes three times as long
    found = pattern.search(lower)
    return visible(text[found.start() : found.end()] if len(lower) == len(text) else found[0]) if found else ""


def example(code: str, about: Subject) -> str:
    """What a finding's author may begin with; empty where the kind of project makes no difference."""
    return EXAMPLES.get(code, "").format_map(vars(about))
