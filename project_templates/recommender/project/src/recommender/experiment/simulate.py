"""Sends a made-up population to the service as it is served, and writes down the truth that its logs should tell.

Run as: python -m recommender simulate

The weeks of the experiment pass in a minute: each list is put on the experiment's own clock afterwards.
"""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import numpy as np

from recommender.config import PROJECT, SIMULATED, Config
from recommender.data import prepare, world
from recommender.experiment import abtest, events, population, tokens
from recommender.experiment.assignment import Experiment
from recommender.experiment.population import Population, Truth, Visitor
from recommender.kit import results
from recommender.kit.intervals import stream
from recommender.kit.load_test import running_service
from recommender.kit.progress import progress
from recommender.kit.questions import UnansweredError, as_json, connection, send
from recommender.models import saved
from recommender.models.recommend import Recommender
from recommender.models.saved import POPULAR
from recommender.monitoring import monitor

PEOPLE = 4  # who ask at the same time
SENT_AGAIN = 0.03  # share of events whose answer gets lost on the way, so that they are sent twice


def simulate(config: Config) -> str:
    """Run the whole experiment against a fresh log, and say in a line what happened."""
    interactions, _ = prepare.load()
    model, experiment = saved.load(), Experiment.of(config)
    recommender = Recommender(model, experiment.exploration, experiment.candidates)
    everybody = population.invite(interactions, world.load(PROJECT.data), config)
    shutil.rmtree(SIMULATED, ignore_errors=True)
    SIMULATED.mkdir(parents=True)
    begun = time.time() - 7 * abtest.DAY * config.weeks
    with running_service(PROJECT, SIMULATED) as port:
        days = _visit(port, everybody, {name: number for number, name in enumerate(model.ids)}, config)
    events.put_on_clock(SIMULATED, {name: begun + abtest.DAY * day for name, day in days.items()})
    truth = _truth(Truth(everybody, recommender, config.length), config)
    (SIMULATED / abtest.TRUTH).write_text(json.dumps(truth), encoding="utf-8")
    accepted = monitor.accept(SIMULATED, config)
    visits = sum(len(each.days) for each in everybody.visitors)
    document = results.read(PROJECT.metrics)
    document["simulation"] = {
        "visitors": len(everybody.visitors),
        "visits": visits,
        "weeks": config.weeks,
        "watched_lists": accepted,
    }
    results.write(PROJECT.metrics, document)
    return f"{len(everybody.visitors):,} simulated visitors came {visits:,} times in {config.weeks} weeks of their own"


def _visit(port: int, everybody: Population, numbers: dict[str, int], config: Config) -> dict[str, float]:
    """All visits, from a few connections; returns the day of each list that was rendered, by its id.

    What a visitor does depends on the seed alone, not on who asks first.
    """
    problems: list[str] = []
    days: dict[str, float] = {}
    visits = _in_order(everybody)
    waiting = iter(visits)
    lock, arrived = threading.Lock(), iter(progress(visits, "visiting"))

    def next_one() -> tuple[float, int, int] | None:
        with lock:
            next(arrived, None)
            return next(waiting, None) if not problems else None

    def come() -> None:
        try:
            with connection(port) as client:
                while due := next_one():
                    day, number, visit = due
                    rng = stream(config.seed, f"visit {visit} of {number}")
                    visitor = everybody.visitors[number]
                    if shown := _one(client, everybody, visitor, visit, numbers, rng, config.length):
                        days[shown] = day
        except (OSError, UnansweredError) as error:
            problems.append(str(error))

    people = [threading.Thread(target=come) for _ in range(PEOPLE)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    next(arrived, None)
    if problems:
        raise UnansweredError(f"the simulation broke off: {problems[0]}")
    return days


def _in_order(everybody: Population) -> list[tuple[float, int, int]]:
    """(day, number of the visitor, number of the visit) of all visits, as the days go by."""
    return sorted(
        (day, number, visit)
        for number, visitor in enumerate(everybody.visitors)
        for visit, day in enumerate(visitor.days.tolist())
    )


def _one(
    client: HTTPConnection,
    everybody: Population,
    visitor: Visitor,
    visit: int,
    numbers: dict[str, int],
    rng: np.random.Generator,
    length: int,
) -> str | None:
    """One visit: a list; if it is rendered, that and what is opened are sent back, now and then twice. Returns the
    list's id, if it was rendered."""
    asked = {"user": visitor.name, "history": visitor.history[-1000:], "length": length, "visit": f"visit {visit}"}
    answer = _ask(client, "/recommendations", asked)
    items = [each["item"] for each in answer["items"]]
    charm = everybody.charm(visitor, visit, answer["variant"])
    wanted = everybody.clicks(visitor, np.array([numbers[each] for each in items], dtype=int), charm)
    is_opened = rng.random(length)[: len(items)] < wanted
    is_sent_again = rng.random() < SENT_AGAIN
    if visit >= visitor.rendered:  # left before there was anything to see
        return None
    token = answer["token"]
    happened: list[dict[str, str]] = [{"type": "exposure", "token": token}]
    happened += [
        {"type": "click", "token": token, "item": item, "event_id": str(place)}
        for place, (item, opened) in enumerate(zip(items, is_opened, strict=True))
        if opened
    ]
    for _ in range(1 + is_sent_again):
        _ask(client, "/events", {"events": happened})
    return str(tokens.read(token)["list"])


def _ask(client: HTTPConnection, path: str, body: dict[str, Any]) -> Any:
    status, content = send(client, as_json(path, body))
    if status != 200:
        raise UnansweredError(f"{path} answered {status}: {content[:200].decode(errors='replace')}")
    return json.loads(content)


def _truth(truth: Truth, config: Config) -> dict[str, Any]:
    """What nobody knows of real visitors."""
    names = [name for name, _ in config.variants]
    return {
        "clicks_per_visitor": {name: truth.clicks_per_visitor(name) for name in names},
        "lasting": {name: truth.clicks_per_visitor(name, has_worn_off=True) for name in names},
        "first_is_opened": {name: truth.first_is_opened(name, names[0]) for name in _policies(truth)},
    }


def _policies(truth: Truth) -> Iterator[str]:
    yield from truth.recommender.trained.weights
    yield from (POPULAR, "uniform")
