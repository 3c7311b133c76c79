"""The results as one page in one file: served at `/`, and written to reports/site/ for any static host."""

import json
from pathlib import Path
from typing import Any

from forecast_dashboard.config import AGGREGATES, PROJECT, Config
from forecast_dashboard.data.features import Weather
from forecast_dashboard.kit import page as pages
from forecast_dashboard.kit import results
from forecast_dashboard.kit.page import Page
from forecast_dashboard.kit.project import ExplainedError
from forecast_dashboard.models.saved import Trained
from forecast_dashboard.serving import tomorrow

PAGE = Path(__file__).with_name("page.html")


def page(config: Config, model: Trained | None) -> Page:
    """The page; with a model, it also asks the service for tomorrow."""
    shown: dict[str, Any] = {"areas": []}  # nothing was evaluated yet
    if AGGREGATES.is_file():
        shown = json.loads(AGGREGATES.read_text(encoding="utf-8"))
    if model:
        shown["live"] = _live(model)
    return pages.render(PAGE, {"title": config.title}, {"data": pages.as_data(shown)})


def _live(model: Trained) -> dict[str, Any]:
    """What the page has to know to ask for tomorrow."""
    question = tomorrow.after_the_data(model, model.card.areas[0], None, False)
    first, last = tomorrow.bounds(question.day, model.card.zone)
    return {
        "unit": model.card.unit,
        "areas": model.card.areas,
        "day": str(question.day),
        "intervals": (last - first) // model.newest.step,
        "has_weather": Weather.forecast.name in model.teams,
    }


def alone(config: Config) -> Page | None:
    """The page that needs no service; None where the license of the data forbids to publish the values it shows."""
    if not AGGREGATES.is_file():
        raise ExplainedError("there is nothing to show yet: run `python -m forecast_dashboard evaluate`")
    from forecast_dashboard.data.victoria import LICENCE  # here, since the service has nothing to fetch with

    if results.read(PROJECT.metrics)["data"]["licence"] == LICENCE:
        print(f"no page is written: the license of the data forbids to pass them on ({LICENCE})")
        return None
    return page(config, None)
