"""Starts the service as it is served, asks it for five seconds, and writes down how long the answers took.

Run as: python -m recommender loadtest
"""

import json

import numpy as np

from recommender import data
from recommender.asking import Questions, measure
from recommender.config import Config

USERS = 200  # whose histories are asked with, one after another


def loadtest(config: Config) -> str:
    """Measure, add to reports/metrics.json, and say the result in one line for each concurrency."""
    interactions, _ = data.load()
    ids = np.array([item.id for item in interactions.catalogue])
    starts = np.searchsorted(interactions.users, np.arange(interactions.shape[0] + 1))
    some = np.random.default_rng(config.seed).permutation(interactions.shape[0])[:USERS]
    bodies = []
    for user in some:
        history = ids[interactions.items[starts[user] : starts[user + 1]]][-1000:].tolist()
        asked = {"user": f"load-{user}", "history": history, "length": config.length}
        bodies.append(json.dumps(asked).encode())
    return measure(Questions("/recommendations", {"Content-Type": "application/json"}, bodies), config)
