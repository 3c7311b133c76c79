"""The service is what the README says: it answers whole days, refuses with a reason, and remembers what followed."""

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from forecast_dashboard.config import Config
from forecast_dashboard.data.features import View, measured
from forecast_dashboard.models.saved import Trained
from forecast_dashboard.monitoring import monitor
from forecast_dashboard.serving import site
from forecast_dashboard.serving.app import KEY, create_app


def _asked(client: TestClient, **body: object) -> dict[str, Any]:
    answer = client.post("/forecast", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_day_is_answered_interval_by_interval(client: TestClient, model: Trained) -> None:
    found = _asked(client, area="Harbor")
    assert (found["day"], len(found["intervals"])) == ("2024-01-17", 24)
    assert found["model"] == "mean of boosting and ridge without weather"
    assert found["model_version"] == model.card.version
    assert [each["clock"] for each in found["intervals"][:2]] == ["00:00", "01:00"]
    for each in found["intervals"]:
        assert each["low"] <= each["point"] <= each["high"]
        assert 100 < each["point"] < 2000


def test_a_weather_forecast_is_used(client: TestClient) -> None:
    mild, hot = (_asked(client, area="Old Town", temperature=[degrees] * 24) for degrees in (15.0, 30.0))
    assert mild["model"] == hot["model"] == "mean of boosting and ridge with a weather forecast"
    assert [each["point"] for each in mild["intervals"]] != [each["point"] for each in hot["intervals"]]


def test_its_own_history_gives_the_same_answer(client: TestClient, model: Trained) -> None:
    newest = model.newest
    place = newest.areas.index("Hills")
    felt = measured(View(newest))[place].tolist()
    history = {"values": newest.demand[place].tolist(), "temperature": felt, "holiday": newest.holiday[place].tolist()}
    given = {"day": "2024-01-17", "history": history, "temperature": [3.0] * 24}
    own, stored = _asked(client, area="Hills", **given), _asked(client, area="Hills", temperature=[3.0] * 24)
    assert own["intervals"] == stored["intervals"]


def test_the_day_on_which_clocks_go_forward_has_23_hours(client: TestClient, model: Trained) -> None:
    history = {"values": (600 + 50 * np.sin(np.arange(30 * 24) / 24 * 2 * math.pi)).tolist()}
    found = _asked(client, area="Harbor", day="2024-03-31", history=history)
    assert [each["clock"] for each in found["intervals"]][:3] == ["00:00", "01:00", "03:00"]
    assert len(found["intervals"]) == 23


LONG = [500.0] * 24 * 30


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "area: Field required"),
        ({"area": "Nowhere"}, "there is no area 'Nowhere': there are Harbor, Old Town, Hills"),
        ({"area": "Harbor", "temperature": [5.0] * 23}, "2024-01-17 has 24 intervals, and 23 temperatures were given"),
        ({"area": "Harbor", "temperature": [99.0] * 24}, "temperature.0"),
        ({"area": "Harbor", "day": "2024-05-01"}, "needs its history"),
        ({"area": "Harbor", "history": {"values": LONG}}, "say which day begins"),
        ({"area": "Harbor", "day": "soon", "history": {"values": LONG}}, "day: "),
        (
            {"area": "Harbor", "day": "2024-05-01", "history": {"values": [5.0] * 24}},
            "24 values of history are too few",
        ),
        (
            {"area": "Harbor", "day": "2024-05-01", "history": {"values": [None] * 720}},
            "no value of the history is known",
        ),
        ({"area": "Harbor", "day": "2024-05-01", "history": {"values": [None, *LONG]}}, "begin with a missing value"),
        (
            {"area": "Harbor", "day": "2024-05-01", "history": {"values": LONG, "temperature": [1.0]}},
            "history.temperature: 1 given for 720 values",
        ),
    ],
)
def test_what_has_no_answer_is_refused_with_the_reason(client: TestClient, body: dict[str, object], told: str) -> None:
    answer = client.post("/forecast", json=body)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_what_is_no_json_or_too_much_is_refused(client: TestClient, config: Config) -> None:
    assert client.post("/forecast", content=b"{", headers={"Content-Type": "application/json"}).status_code == 400
    assert client.post("/forecast", content=b"NaN", headers={"Content-Type": "application/json"}).status_code == 422
    assert client.post("/forecast", content=b" " * (config.max_request_bytes + 1)).status_code == 413
    off_grid = {"area": "Hills", "observations": [{"time": "2024-01-01T00:20:00Z", "value": 5}]}
    assert client.post("/actuals", json=off_grid).status_code == 422
    assert client.post("/actuals", json={**off_grid, "area": "Nowhere"}).status_code == 422
    without_zone = {"area": "Hills", "observations": [{"time": "2024-01-01T00:00:00", "value": 5}]}
    assert client.post("/actuals", json=without_zone).status_code == 422


def _actual(found: dict[str, Any], wrong: float) -> list[dict[str, object]]:
    return [{"time": each["time"], "value": each["point"] + wrong} for each in found["intervals"]]


def test_the_log_joins_the_forecast_that_counts_and_actual_values(
    client: TestClient, model: Trained, tmp_path: Path
) -> None:
    _asked(client, area="Hills", holiday=True)  # what if it were one
    found = _asked(client, area="Hills", counts=True)
    _asked(client, area="Hills", counts=True, holiday=True)  # too late: the first of a day counts
    actual = _actual(found, 1)
    actual[3]["value"] = 1e5
    assert client.post("/actuals", json={"area": "Hills", "observations": actual}).json() == {"observations": 24}
    entries = [json.loads(line) for line in (tmp_path / "logs/service.jsonl").read_text().splitlines()]
    card = dataclasses.replace(model.card, weekly={"scale": [1.0, 1.0, 2.0]})
    judged = monitor.judge(entries, card)
    assert len(judged) == 24
    assert [each.is_covered for each in judged].count(False) >= 1
    assert judged[0].scaled_error == pytest.approx(0.5, abs=0.01)
    assert entries[0]["observed_until"] == entries[0]["issue"]


def test_intervals_widen_when_a_day_was_missed_and_a_restart_does_not_forget(
    client: TestClient, model: Trained, config: Config, tmp_path: Path
) -> None:
    def width(asked: TestClient) -> float:
        found = _asked(asked, area="Hills")["intervals"]
        return float(sum(each["high"] - each["low"] for each in found))

    before, other = width(client), _asked(client, area="Harbor")["intervals"]
    found = _asked(client, area="Hills", counts=True)
    assert client.post("/actuals", json={"area": "Hills", "observations": _actual(found, 400)}).status_code == 200
    missed = width(client)
    assert missed > 1.02 * before
    assert _asked(client, area="Harbor")["intervals"] == other
    with TestClient(create_app(model, config, tmp_path / "logs")) as again:
        assert width(again) == missed


def test_only_who_has_the_key_says_what_counts(
    model: Trained, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "a secret")
    right = {"Authorization": "Bearer a secret"}
    observed = {"area": "Hills", "observations": [{"time": "2024-01-17T00:00:00Z", "value": 5}]}
    with TestClient(create_app(model, config, tmp_path / "logs")) as client:
        for path, body in (("/actuals", observed), ("/forecast", {"area": "Hills", "counts": True})):
            assert client.post(path, json=body).status_code == 401
            assert client.post(path, json=body, headers={"Authorization": "Bearer another"}).status_code == 401
            assert client.post(path, json=body, headers=right).status_code == 200
        assert client.post("/forecast", json={"area": "Hills"}).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "1970-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_beyond_the_calendar_is_refused(client: TestClient, day: str) -> None:
    answer = client.post("/forecast", json={"area": "Harbor", "day": day, "history": {"values": LONG}})
    assert (answer.status_code, "day: " in answer.json()["detail"]) == (422, True)


def test_the_future_can_neither_be_observed_nor_count(client: TestClient) -> None:
    observed = {"area": "Hills", "observations": [{"time": "2199-01-01T00:00:00Z", "value": 5}]}
    assert "has not come yet" in client.post("/actuals", json=observed).json()["detail"]
    far = {"area": "Harbor", "day": "2199-01-01", "history": {"values": LONG}, "counts": True}
    assert "can count" in client.post("/forecast", json=far).json()["detail"]


def test_it_says_how_it_is(client: TestClient, model: Trained) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready", "model_version": model.card.version}
    version = client.get("/version").json()
    assert (version["areas"], version["zone"]) == (["Harbor", "Old Town", "Hills"], "Europe/Berlin")
    _asked(client, area="Harbor")
    assert 'predictions_total{label="none"} 1.0' in client.get("/metrics").text
    assert client.get("/openapi.json").json()["paths"]["/forecast"]["post"]["requestBody"]


def test_a_request_id_comes_back(client: TestClient) -> None:
    answer = client.post("/forecast", json={"area": "Harbor"}, headers={"X-Request-ID": "mine-1"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "mine-1"


def test_the_page_is_one_file_that_may_run_nothing_else(client: TestClient, model: Trained, config: Config) -> None:
    answer = client.get("/")
    assert "Demand &lt;tested&gt;" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert '"day": "2024-01-17"' in answer.text
    static, _ = site.page(config, None)
    assert '"live":' not in static
