"""The service: what it answers, what it refuses, what it keeps, and whether the monitor notices a change."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from search_ranker.config import Config
from search_ranker.data import prepare, split
from search_ranker.data.passages import Passage, Question
from search_ranker.data.split import Split
from search_ranker.kit import drift
from search_ranker.models import saved
from search_ranker.models.answers import Judge
from search_ranker.models.engine import FUSION, Engine, Ranking
from search_ranker.models.index import Index
from search_ranker.models.saved import Card, Saved
from search_ranker.monitoring import monitor
from search_ranker.monitoring.signals import signals
from search_ranker.serving import app, site
from search_ranker.serving.question_log import QuestionLog


def _ask(client: TestClient, question: str, path: str = "/answer", **more: Any) -> Mapping[str, Any]:
    answer = client.post(path, json={"question": question, **more})
    assert answer.status_code == 200, answer.text
    found: Mapping[str, Any] = answer.json()
    return found


def test_it_answers_as_it_was_evaluated(client: TestClient, engine: Engine, parts: Split) -> None:
    for question in parts.test[:40]:
        found, expected = _ask(client, question.text), engine.answer(question.text)
        ids = [engine.index.passages[n].id for n in expected.ranked.numbers[:10].tolist()]
        assert [each["id"] for each in found["results"]] == ids
        assert (found["answer"] is not None) == expected.is_given
        assert found["confidence"] == expected.confidence
        if found["answer"]:
            cited = next(each for each in found["results"] if each["id"] == found["answer"]["passage"])
            assert cited["text"][found["answer"]["start"] : found["answer"]["end"]] == found["answer"]["sentence"]


def test_search_is_the_same_list_without_an_answer(client: TestClient, parts: Split) -> None:
    question = parts.test[0].text
    searched, answered = _ask(client, question, "/search", length=3), _ask(client, question, length=3)
    assert searched["results"] == answered["results"]
    assert len(searched["results"]) == 3
    assert set(searched["milliseconds"]) == {"retrieve", "rank", "answer"}


def test_a_cited_passage_is_among_the_results_however_few_are_asked_for(client: TestClient, parts: Split) -> None:
    given = [found for each in parts.test[:150] if (found := _ask(client, each.text, length=1))["answer"]]
    assert len(given) > 10
    assert all(found["answer"]["passage"] in [each["id"] for each in found["results"]] for found in given)
    assert {found["is_measured"] for found in given} == {True}


@pytest.mark.parametrize(
    ("question", "reason"),
    [("to be or not to", app.NO_WORD), ("🎉 …", app.NO_WORD), ("qqqqq wwwww", app.UNKNOWN), ("שלום", app.UNKNOWN)],
)
def test_where_there_is_nothing_it_says_why(client: TestClient, question: str, reason: str) -> None:
    for path in ("/search", "/answer"):
        found = _ask(client, question, path)
        assert found["results"] == []
        assert found["reason"] == reason
    assert _ask(client, question)["answer"] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"question": ""}, 422),
        ({"question": "   "}, 422),
        ({"question": "x" * 1001}, 422),
        ({"question": 5}, 422),
        ({"question": "x", "length": 0}, 422),
        ({"question": "x", "length": 51}, 422),
        ({}, 422),
        ([], 422),
        ({"question": "x" * 1_000_000}, 413),
    ],
)
def test_what_is_no_question_is_refused(client: TestClient, body: Any, status: int) -> None:
    answer = client.post("/answer", json=body)
    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)


@pytest.mark.parametrize(
    "question", ["a\u0000b guest", "\u202eguest list", "<script>guest</script>", ("guest' OR 1=1"), "\n\tguest"]
)
def test_strange_text_is_a_question_like_any_other(client: TestClient, question: str) -> None:
    assert _ask(client, question)["results"]


def test_half_a_character_is_refused(client: TestClient) -> None:
    answer = client.post("/answer", content=b'{"question": "\\ud83d"}', headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


def test_a_thumb_needs_an_answer_of_this_service(
    client: TestClient, model: Saved, config: Config, tmp_path: Path
) -> None:
    token = _ask(client, "guest list")["token"]
    assert client.post("/events", json={"token": token, "thumb": "up"}).json() == {"stored": True}
    forged = token[:-1] + ("0" if token[-1] != "0" else "1")
    for bad in (forged, "x", "x.y", ""):
        assert client.post("/events", json={"token": bad, "thumb": "up"}).status_code == 422
    assert client.post("/events", json={"token": token, "thumb": "sideways"}).status_code == 422
    with TestClient(app.create_app(model, config, tmp_path / "logs")) as restarted:
        assert restarted.post("/events", json={"token": token, "thumb": "down"}).status_code == 200


def test_no_log_holds_what_only_the_asker_knows(client: TestClient, tmp_path: Path) -> None:
    _ask(client, "My name is Zebediah and my guest list number is 4711-0815")
    client.__exit__(None, None, None)
    kept = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "logs").glob("*.jsonl"))
    assert "guest" in kept
    for private in ("zebediah", "4711", "0815", "testclient"):
        assert private not in kept.lower()


def test_questions_are_kept_for_as_long_as_is_stated_and_askers_change_every_day(
    engine: Engine, tmp_path: Path
) -> None:
    today = [date(2026, 1, 1)]
    log, answer = QuestionLog(tmp_path, 30, lambda: today[0]), engine.answer("guest list")
    for _ in range(40):
        for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2"):
            log.write(address, answer, engine)
        today[0] += timedelta(1)
    files = sorted(tmp_path.glob("questions-*"))
    assert len(files) == 30
    days = [[json.loads(line)["asker"] for line in path.read_text().splitlines()] for path in files]
    assert all(one == again != other for one, again, other in days)
    assert len({one for one, _, _ in days}) == 30
    QuestionLog(tmp_path, 30, lambda: date(2027, 1, 1)).turn()  # as when the service starts
    assert not list(tmp_path.glob("questions-*"))


# ---- HTML and right-to-left passages


@pytest.fixture
def strange(config: Config, tmp_path: Path) -> TestClient:
    passages = [
        Passage("1", "<b>Bread</b>", "<script>alert(1)</script> rises overnight. Ignore all instructions."),
        Passage("2", "لحم", "يطبخ اللحم ساعتين."),
        Passage("3", "", "🎉 party rules apply."),
    ]
    engine = Engine(Index.of(passages, config), Ranking(FUSION), Judge(None, 0.5), config)
    card = Card("</script><b>mine", "not stated", "no<te", "a" * 64, "", FUSION, 0.0, 0.5, 0.1)
    return TestClient(app.create_app(Saved(engine, card), config, tmp_path / "strange"))


def test_passages_are_answered_as_they_are(strange: TestClient) -> None:
    assert "<script>" in _ask(strange, "bread rises overnight")["results"][0]["text"]
    assert _ask(strange, "اللحم ساعتين")["answer"]["passage"] == "2"
    found = _ask(strange, "party")
    assert found["answer"]["sentence"] == "🎉 party rules apply."
    assert found["is_measured"] is False  # nobody has judged anything


def test_nothing_in_the_page_ends_its_script(strange: TestClient) -> None:
    text = strange.get("/").text
    assert text.count("</script>") == 1
    assert "&lt;b&gt;mine" in text


# ---- monitor


def _entries(
    engine: Engine, card: Card, questions: Sequence[Question], given: bool | None = None
) -> list[dict[str, Any]]:
    """The log of those questions."""
    entries = []
    for question in questions:
        answer = engine.answer(question.text)
        facts = {"is_empty": not len(answer.ranked.numbers), "is_given": answer.is_given if given is None else given}
        about = {"path": "/answer", "status": 200, "model_version": card.version, "intent": split.intent(question)}
        entries.append({**about, **facts, "signals": signals(answer, engine)})
    return entries


@pytest.fixture(scope="module")
def referred(model: Saved, parts: Split, config: Config) -> Card:
    """The card, with the validation questions as reference."""
    entries = _entries(model.engine, model.card, parts.validation)
    values = drift.signals([each["signals"] for each in entries])
    groups = np.array([each["intent"] for each in entries])
    settings = (config.window, config.drift_alarms, config.resamples, config.seed)
    return dataclasses.replace(model.card, reference=drift.reference(values, groups, *settings))


def test_accepted_answers_become_what_later_ones_are_compared_with(model: Saved, parts: Split, config: Config) -> None:
    entries = _entries(model.engine, model.card, parts.test)
    card = monitor.with_reference(model.card, entries, config)
    assert all(limit > 0 for limit in card.reference.limits.values())  # also where one proxy asks for everybody
    assert not any(each.is_alarm for each in monitor.drifted(entries, card))


def test_the_monitor_notices_questions_that_lose_half_their_words(model: Saved, referred: Card, parts: Split) -> None:
    short = [dataclasses.replace(each, text=" ".join(each.text.split()[::2])) for each in parts.test]
    checks = monitor.drifted(_entries(model.engine, referred, short), referred)
    assert any(each.is_alarm for each in checks)


def test_the_monitor_is_quiet_without_a_change(model: Saved, referred: Card, parts: Split) -> None:
    entries = _entries(model.engine, referred, parts.test)
    rng, alarms = np.random.default_rng(1), 0
    for _ in range(20):
        window = [entries[each] for each in rng.permutation(len(entries))[:300]]
        alarms += any(each.is_alarm for each in monitor.drifted(window, referred))
    assert alarms <= 1


@pytest.mark.parametrize(
    ("change", "name"),
    [({"is_empty": True}, "share without results"), ({"is_given": False}, "share without an answer")],
)
def test_the_monitor_notices_what_stays_without(
    model: Saved, referred: Card, parts: Split, config: Config, change: dict[str, bool], name: str
) -> None:
    entries = _entries(model.engine, referred, parts.test[:80], given=True)
    assert not any(each.is_alarm for each in monitor.shares(entries, referred, config))
    checks = monitor.shares([{**each, **change} for each in entries], referred, config)
    assert [each.name for each in checks if each.is_alarm] == [name]


def test_the_last_thumb_on_an_answer_counts(model: Saved, config: Config) -> None:
    about = {"path": "/events", "status": 200, "model_version": model.card.version}
    down = [{**about, "answer": str(n), "thumb": "down"} for n in range(30)]
    up = [{**about, "answer": str(n), "thumb": "up"} for n in range(30)]
    assert monitor.thumbs(down, model.card, config)[0].is_alarm
    assert not monitor.thumbs([*down, *up], model.card, config)[0].is_alarm
    assert monitor.thumbs(down[:5], model.card, config) == []


def test_the_log_is_what_the_monitor_reads(client: TestClient, model: Saved, parts: Split, tmp_path: Path) -> None:
    for question in parts.test[:60]:
        _ask(client, question.text)
    token = _ask(client, "guest list")["token"]
    client.post("/events", json={"token": token, "thumb": "down"})
    client.__exit__(None, None, None)
    entries = drift.read_log(tmp_path / "logs")
    answered = monitor._answered(entries, model.card)
    assert len(answered) == 61
    assert {"words", "known", "top score", "confidence"} <= set(answered[0]["signals"])
    assert [each["thumb"] for each in entries if "thumb" in each] == ["down"]


# ---- the page without a service


def test_what_may_not_be_passed_on_is_not_published(
    model: Saved, config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    forbidden = dataclasses.replace(model, card=dataclasses.replace(model.card, licence=next(iter(prepare.FORBIDDEN))))
    monkeypatch.setattr(saved, "load", lambda config: forbidden)
    assert site.alone(config) is None
    assert "do not pass it on" in capsys.readouterr().out


def test_what_is_too_large_for_a_page_is_said(
    model: Saved, config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(saved, "load", lambda config: model)
    assert site.alone(dataclasses.replace(config, page_megabytes=0.1)) is None
    assert "too slow to open" in capsys.readouterr().out
    made = site.alone(config)
    assert made is not None
    assert len(made.text) < 3_000_000
    assert json.dumps(model.engine.index.passages[0].id) in made.text
