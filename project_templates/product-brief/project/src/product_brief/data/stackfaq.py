"""StackFAQ: questions about web applications with their answers, and how others put the same question (Karan 2018).

Its paraphrases are an evaluation set that people wrote. Nothing in it is unanswerable, so the thread of every third
question is taken away for its own paraphrases: then the assistant has to notice that nothing answers them.
"""

import hashlib
import json
from pathlib import Path

from product_brief.data.articles import NOTHING, Article, BadDataError, Case
from product_brief.data.licenses import STACKFAQ as LICENCE
from product_brief.kit import download

NAME = "stackfaq"
URL = "https://raw.githubusercontent.com/ML-Recipes/BERT-FAQ/0a927298f3487b371bc9c3b4b48fd0003d327bde/data/StackFAQ/stackExchange-FAQ.json"
SHA256 = "0ae2af4f8edae91f2dd37c557e2468d412b21d63f534ddc461118434f066f075"
THREADS, PARAPHRASES = 125, 1_249
WRITTEN, TAKEN = "paraphrase", "paraphrase, its thread taken away"
EVERY = 3


def fetch(folder: Path, mirror: str | None) -> tuple[list[Article], list[Case]]:
    """(threads, paraphrases)."""
    print(f"fetching StackFAQ; license: {LICENCE}")
    path = folder / "stackExchange-FAQ.json"
    download.fetch(
        [download.Wanted(URL, path, lambda content: hashlib.sha256(content).hexdigest() == SHA256)], "file", mirror
    )
    articles, cases = list[Article](), dict[str, Case]()
    for number, thread in enumerate(json.loads(path.read_text(encoding="utf-8"))["root"]["qapair"], start=1):
        answers = thread["answer"] if isinstance(thread["answer"], list) else [thread["answer"]]
        article = Article(f"thread-{number:03}", " ".join(thread["question"].split()), "\n".join(filter(None, answers)))
        articles.append(article)
        is_taken = number % EVERY == 0
        for said in filter(None, thread["rephr"]):
            question = " ".join(said.split())
            if question not in ("", "*"):
                gone = Case(question, NOTHING, TAKEN, article.id)
                cases[question.casefold()] = gone if is_taken else Case(question, article.id, WRITTEN)
    if len(articles) != THREADS:
        raise BadDataError(f"StackFAQ has {len(articles)} threads instead of {THREADS}")
    return articles, list(cases.values())
