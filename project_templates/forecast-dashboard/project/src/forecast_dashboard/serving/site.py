"""The results as one page in one file: served at `/`, and written to reports/site/ for any static host."""

import json
import re
import sys
from pathlib import Path
from typing import Any

from forecast_dashboard.config import AGGREGATES, SITE, Config
from forecast_dashboard.data.features import Weather
from forecast_dashboard.kit import page as pages
from forecast_dashboard.kit.page import Page
from forecast_dashboard.kit.project import ExplainedError
from forecast_dashboard.models.saved import Trained
from forecast_dashboard.serving import tomorrow

PAGE = Path(__file__).with_name("page.html")
OF_HEADERS_ONLY = re.compile(r"; frame-ancestors [^;]*")  # which a page cannot say of itself


def page(config: Config, model: Trained | None) -> Page:
    """The page; with a model, it also asks the service for tomorrow."""
    shown: dict[str, Any] = {"areas": []}  # nothing was evaluated yet
    if AGGREGATES.is_file():
        shown = json.loads(AGGREGATES.read_text(encoding="utf-8"))
    if model:
        shown["live"] = _live(model)
    data = json.dumps(shown, ensure_ascii=False).replace("<", "\\u003c")  # no name ends the script it stands in
    return pages.render(PAGE, {"title": config.title}, {"data": data})


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


def write(config: Config, only_check: bool = False) -> int:
    """Write reports/site/index.html; with `only_check`, write nothing and return 1 if it differs."""
    if not AGGREGATES.is_file():
        raise ExplainedError("there is nothing to show yet: run `python -m forecast_dashboard evaluate`")
    text, policy = page(config, None)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{OF_HEADERS_ONLY.sub("", policy)}">'
    text = text.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n{meta}', 1)
    if only_check:
        if SITE.is_file() and SITE.read_text(encoding="utf-8") == text:
            return 0
        print(f"{SITE.name} is not what was measured; run `python -m forecast_dashboard site`", file=sys.stderr)
        return 1
    SITE.parent.mkdir(parents=True, exist_ok=True)
    SITE.write_text(text, encoding="utf-8", newline="\n")
    return 0
