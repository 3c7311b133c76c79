"""Starts the service as it is served, asks it for five seconds, and writes down how long the answers took.

Run as: python -m forecast_dashboard loadtest
"""

import json
import math

from forecast_dashboard import trained
from forecast_dashboard.asking import Questions, measure
from forecast_dashboard.config import Config
from forecast_dashboard.series import DAY
from forecast_dashboard.tomorrow import after_the_data, bounds


def loadtest(config: Config) -> str:
    """Measure, add to reports/metrics.json, and say the result in one line for each concurrency."""
    model = trained.load()
    bodies = []
    for number, area in enumerate(model.card.areas * 8):
        asked: dict[str, object] = {"area": area}
        if model.newest.temperature is not None:  # days that are colder and warmer
            first, last = bounds(after_the_data(model, area, None, False).day, model.card.zone)
            moments = range(0, last - first, model.newest.step)
            asked["temperature"] = [round(number - 5 - 4 * math.cos(2 * math.pi * each / DAY), 1) for each in moments]
        bodies.append(json.dumps(asked).encode())
    return measure(Questions("/forecast", {"Content-Type": "application/json"}, bodies), config)
