"""What the service is asked by `ask` and by the load test, and what a visitor does on the page for its picture."""

from typing import Any

import numpy as np

from recommender.config import Config
from recommender.kit.questions import Question, as_json
from recommender.models import saved

USERS = 200  # whose histories are asked with, one after another
FILMS = 30  # in each history
CHOSEN = 3  # items, for the picture


def questions() -> list[Question]:
    """Lists for made-up histories of items that are popular, so that they resemble real ones; the first is short."""
    config, model = Config(), saved.load()
    rng = np.random.default_rng(config.seed)
    chances = model.popular / model.popular.sum()
    number = min(FILMS, int((model.popular > 0).sum()))
    histories = [rng.choice(model.ids, size=number, replace=False, p=chances).tolist() for _ in range(USERS)]
    asked = [{"user": f"user-{i}", "history": each, "length": config.length} for i, each in enumerate(histories)]
    example = {"user": "anna", "history": histories[0][:2]}
    return [as_json("/recommendations", example, example=True), *(as_json("/recommendations", each) for each in asked)]


def visit(page: Any) -> None:
    """Choose a few of the offered items, not the most popular ones, and wait for both rankings."""
    for _ in range(CHOSEN):
        page.locator("#choices button[aria-pressed=false]").nth(7).click()
    page.get_by_text(f"for {CHOSEN} chosen").wait_for()
