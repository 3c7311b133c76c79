"""The service: what it says of a customer, what it refuses, what it logs, and an alarm when something changes."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from churn_study.config import Config
from churn_study.decision import offers
from churn_study.kit import drift
from churn_study.models import saved
from churn_study.models.saved import Saved
from churn_study.monitoring import monitor
from churn_study.monitoring.monitor import Known
from churn_study.serving import app

Customer = dict[str, Any]


@pytest.fixture
def customer(served: Saved) -> Customer:
    return dict(served.card.examples[0])


def _score(client: TestClient, customer: Customer, **more: Any) -> Customer:
    answer = client.post("/score", json={"customer": customer, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_customer_is_scored_as_the_model_does(client: TestClient, served: Saved, customer: Customer) -> None:
    answer = _score(client, customer)
    assert answer["risk"] == pytest.approx(served.model.risks([customer])[0], abs=1e-4)
    assert answer["model_version"] == served.card.version
    assert answer["unit"] == "dollars"


def test_the_offer_goes_to_whom_it_helps(client: TestClient, customer: Customer) -> None:
    alike = {**customer, "hours_to_solve": None, "tickets": "none", "price": 49.0}
    monthly, yearly = (_score(client, {**alike, "contract": each}) for each in ("monthly", "yearly"))
    assert (monthly["action"], yearly["action"]) == ("offer", "no offer")
    assert monthly["gain"] > 0 > monthly["effect"]
    assert yearly["why"] == offers.HARMS


def test_a_customer_unlike_all_others_gets_no_advice(client: TestClient, customer: Customer) -> None:
    answer = _score(client, {**customer, "price": 900.0, "plan": "enterprise"})
    assert answer["action"] == "not known"
    assert answer["strange"] == ["plan", "price"]
    assert answer["gain"] is None


def test_without_an_experiment_there_is_no_advice(
    served: Saved, config: Config, customer: Customer, tmp_path: Path
) -> None:
    without = replace(served, card=replace(served.card, costs={}, cells=[], overall=None))
    with TestClient(app.create_app(without, config, tmp_path)) as client:
        answer = _score(client, customer)
    assert (answer["action"], answer["why"]) == ("not known", offers.NO_EFFECT)


def test_one_in_ten_is_held_back_and_always_the_same(served: Saved) -> None:
    customer = {**served.model.encoder.typical, "contract": "monthly", "tickets": "none", "price": 49.0}
    actions = [offers.decide(served.card, customer, [], f"C{k}", 0.1).action for k in range(3_000)]
    assert 0.08 < actions.count(offers.HOLD_BACK) / 3_000 < 0.12
    assert actions == [offers.decide(served.card, customer, [], f"C{k}", 0.1).action for k in range(3_000)]
    assert offers.decide(served.card, customer, [], "", 1.0).action == offers.OFFER


REFUSED: dict[str, tuple[Any, str]] = {
    "a column is missing": (lambda c: c.pop("plan"), "'plan' is missing"),
    "a column too many": (lambda c: c.update(shoe=44), "'shoe' is not one of the study's"),
    "a word for a number": (lambda c: c.update(price="dear"), "'price' is not a number"),
    "a number for a word": (lambda c: c.update(plan=3), "'plan' is not a word"),
    "nothing for a word": (lambda c: c.update(plan=None), "'plan' is not a word"),
    "a list": (lambda c: c.update(price=[1]), "price"),
    "too large a number": (lambda c: c.update(price=1e300), "price"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_customer_is_refused(case: str, client: TestClient, customer: Customer) -> None:
    change, message = REFUSED[case]
    change(customer)
    answer = client.post("/score", json={"customer": customer})
    assert answer.status_code == 422
    assert message in answer.json()["detail"]


def test_outcomes_are_taken_by_the_token_of_an_answer(client: TestClient, customer: Customer, tmp_path: Path) -> None:
    token = _score(client, customer, id="secret name")["token"]
    assert client.post("/outcomes", json={"token": token, "churned": True}).json() == {"stored": True}
    assert client.post("/outcomes", json={"token": token[:-1] + "x", "churned": True}).status_code == 422
    log = (tmp_path / "logs/service.jsonl").read_text(encoding="utf-8")
    assert '"churned": true' in log
    assert "secret name" not in log


def test_the_page_shows_memo_and_form(client: TestClient) -> None:
    page = client.get("/").text
    assert "Study &lt;tested&gt;" in page
    assert "<tested>" not in page
    assert '"name": "price"' in page


# ---- the monitor


@pytest.fixture
def watched(served: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "load", lambda: served)


def _asked(client: TestClient, customers: list[Customer]) -> None:
    for customer in customers:
        _score(client, customer)


def _alarms(folder: Path, config: Config) -> list[str]:
    return [each.name for each in monitor.monitor(folder, config).checks if each.is_alarm]


def test_the_monitor_is_quiet_without_a_change(served: Saved, config: Config) -> None:
    """Twenty windows of test customers that the limits do not come from."""
    rows = served.card.examples
    values = drift.signals([monitor_signals(each, served) for each in rows])
    rng, alarms = np.random.default_rng(1), 0
    for _ in range(20):
        drawn = rng.choice(len(rows), config.window)
        checks = drift.checks({name: each[drawn] for name, each in values.items()}, served.card.reference)
        alarms += any(each.is_alarm for each in checks)
    assert alarms <= 1


def monitor_signals(customer: Customer, served: Saved) -> dict[str, float]:
    from churn_study.monitoring.signals import signals

    return signals(customer, served.model)


def test_customers_who_use_it_a_third_less_raise_an_alarm(
    watched: None, client: TestClient, served: Saved, config: Config, tmp_path: Path
) -> None:
    fewer = [{**each, "sessions": round(0.67 * float(each["sessions"] or 0))} for each in served.card.examples[:300]]
    _asked(client, fewer)
    assert "drift of sessions" in _alarms(tmp_path / "logs", config)


def _known(action: str, rate: float, number: int = 1_000, effect: float = -0.06) -> list[Known]:
    left = np.random.default_rng(2).permutation(number) < rate * number
    return [Known(0.15, action, effect, bool(each)) for each in left]


@pytest.mark.parametrize(("offered", "is_alarm"), [(0.09, False), (0.15, True)])
def test_an_offer_that_falls_short_raises_an_alarm(offered: float, is_alarm: bool, config: Config) -> None:
    known = [*_known(offers.OFFER, offered, 3_000), *_known(offers.HOLD_BACK, 0.15)]
    (check,) = monitor.kept_its_promise(known, config)
    assert check.is_alarm == is_alarm


@pytest.mark.parametrize(("rate", "is_alarm"), [(0.16, False), (0.25, True)])
def test_more_churn_than_was_said_raises_an_alarm(rate: float, is_alarm: bool, config: Config) -> None:
    (check,) = monitor.calibrated(_known(offers.NONE, rate), config)
    assert check.is_alarm == is_alarm
    assert monitor.calibrated(_known(offers.OFFER, rate), config) == []


def test_outcomes_of_the_log_are_those_that_were_sent(
    watched: None, client: TestClient, served: Saved, config: Config, tmp_path: Path
) -> None:
    for number, customer in enumerate(served.card.examples[:150]):
        token = _score(client, customer)["token"]
        client.post("/outcomes", json={"token": token, "churned": number % 2 == 0})
    found = monitor.monitor(tmp_path / "logs", config)
    assert "150 outcomes" in found.summary
    assert re.search(r"150 of the newest answers", found.summary)
