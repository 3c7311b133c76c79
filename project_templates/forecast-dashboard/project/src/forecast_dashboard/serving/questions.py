"""What the service is asked by `ask` and by the load test."""

import math

from forecast_dashboard.data.series import DAY
from forecast_dashboard.kit.questions import Question, as_json
from forecast_dashboard.models import saved
from forecast_dashboard.serving.tomorrow import after_the_data, bounds

WEATHERS = 8  # for each area


def questions() -> list[Question]:
    """Tomorrow in each area, on colder and warmer days."""
    model = saved.load()
    asked = []
    for number, area in enumerate(model.card.areas * WEATHERS):
        question: dict[str, object] = {"area": area}
        if model.newest.temperature is not None:
            first, last = bounds(after_the_data(model, area, None, False).day, model.card.zone)
            moments = range(0, last - first, model.newest.step)
            question["temperature"] = [round(number - 5 - 4 * math.cos(2 * math.pi * t / DAY), 1) for t in moments]
        asked.append(as_json("/forecast", question))
    return [as_json("/forecast", {"area": model.card.areas[0]}, example=True), *asked]
