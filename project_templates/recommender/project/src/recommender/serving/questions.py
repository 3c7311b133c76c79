"""What the service is asked by `ask` and by the load test."""

import numpy as np

from recommender.config import Config
from recommender.kit.questions import Question, as_json
from recommender.models import saved

USERS = 200  # whose histories are asked with, one after another
FILMS = 30  # in each history


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
