"""The service: what it answers, what it refuses, what it stores, and whether the monitor notices."""

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from product_brief.config import Config
from product_brief.data.articles import Case
from product_brief.kit import drift
from product_brief.kit.project import ExplainedError
from product_brief.models import saved
from product_brief.models.assistant import ABSTAIN, REFUSE, SILENT, SUGGEST, Assistant
from product_brief.models.saved import Saved
from product_brief.models.text import words
from product_brief.monitoring import monitor
from product_brief.monitoring.signals import signals
from product_brief.serving import app, site
from product_brief.usage.events import ASSISTANT, LIST, OWN, Event, EventLog, files


def _ask(client: TestClient, question: str, **headers: str) -> Mapping[str, Any]:
    answer = client.post("/ask", json={"question": question}, headers=headers)
    assert answer.status_code == 200, answer.text
    found: Mapping[str, Any] = answer.json()
    return found


def _stored(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in files(folder / "logs/events") for line in path.read_text().splitlines()]


def _with(assistant: Assistant, tested: list[Case], action: str) -> str:
    return next(case.question for case in tested if assistant.ask(case.question).action == action)


def test_it_answers_as_it_was_evaluated(client: TestClient, assistant: Assistant, tested: list[Case]) -> None:
    for case in tested[:80]:
        found, expected = _ask(client, case.question), assistant.answer(case)
        assert found["action"] == expected.action
        assert found["confidence"] == expected.confidence
        assert (found["article"] or {}).get("id") == (expected.article.id if expected.article else None)


def test_an_article_is_suggested(client: TestClient, assistant: Assistant, tested: list[Case]) -> None:
    found = _ask(client, _with(assistant, tested, SUGGEST))
    assert found["article"]["title"]
    assert found["article"]["excerpt"]
    assert found["article"]["updated"]
    assert found["why"] == app.WHY[SUGGEST]


def test_it_abstains_where_nothing_answers(client: TestClient, assistant: Assistant, tested: list[Case]) -> None:
    found = _ask(client, _with(assistant, tested, ABSTAIN))
    assert found["article"] is None
    assert "ask a person" in found["why"]
    assert _ask(client, "zzzz qqqq")["unknown"] == ["zzzz", "qqqq"]


def test_what_must_not_be_answered_is_refused(client: TestClient) -> None:
    found = _ask(client, "what is the PASSWORD of my colleague for the mailbox")
    assert found["action"] == REFUSE
    assert found["article"] is None
    assert found["listed"] == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/ask", {"question": ""}, 422),
        ("/ask", {"question": " \n"}, 422),
        ("/ask", {"question": "x" * 501}, 422),
        ("/ask", {"question": 7}, 422),
        ("/ask", {}, 422),
        ("/ask", [], 422),
        ("/events", {"event": "solved", "question": "a" * 32}, 403),
        ("/events", {"event": "bought", "question": "a" * 32}, 422),
        ("/events", {"event": "solved", "question": "../x"}, 422),
        ("/consent", {"agrees": "perhaps"}, 422),
    ],
)
def test_bad_requests_get_a_reason(client: TestClient, path: str, body: object, status: int) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == status
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "question", ["\x00\x1b[31m", "<script>alert(1)</script>", "'; DROP TABLE", "﷽" * 400, "a\u0301" * 90]
)
def test_odd_questions_are_answered(client: TestClient, question: str) -> None:
    assert _ask(client, question)["action"] in app.ACTIONS


def test_events_are_stored_with_consent_only(
    client: TestClient, tmp_path: Path, assistant: Assistant, tested: list[Case]
) -> None:
    question = _with(assistant, tested, SUGGEST)
    _ask(client, question)
    assert _stored(tmp_path) == []
    assert client.get("/consent").json() == {"user": None}
    user = client.post("/consent", json={"agrees": True}).json()["user"]
    found = _ask(client, question)
    answer = client.post("/events", json={"event": "not_solved", "question": found["question"]})
    assert answer.json() == {"stored": True}
    entries = _stored(tmp_path)
    assert entries[0]["event"] == "consented"
    assert entries[-1]["event"] == "not_solved"
    assert {each["user"] for each in entries} == {user}
    assert question not in json.dumps(entries), "the question is stored nowhere"
    log = (tmp_path / "logs/service.jsonl").read_text(encoding="utf-8")
    assert question not in log
    assert user not in log, "the log of requests does not know who asked"
    client.post("/consent", json={"agrees": False})
    _ask(client, question)
    assert [each["event"] for each in _stored(tmp_path)] == ["forgotten"], "who withdraws is deleted"


def test_whoever_withdraws_can_be_deleted(client: TestClient, tmp_path: Path) -> None:
    client.post("/consent", json={"agrees": True})
    _ask(client, "how do I set up the mailbox")
    number = len(_stored(tmp_path))
    assert client.post("/forget").json() == {"deleted": number}
    assert [(each["event"], each["user"]) for each in _stored(tmp_path)] == [("forgotten", "")]
    assert client.get("/consent").json() == {"user": None}
    assert client.post("/forget").json() == {"deleted": 0}


def test_the_team_and_programs_are_told_apart(client: TestClient, tmp_path: Path) -> None:
    client.post("/consent", json={"agrees": True, "is_team": True})
    _ask(client, "how do I set up the mailbox")
    assert {each["traffic"] for each in _stored(tmp_path)} == {OWN}
    client.post("/forget")
    client.post("/consent", json={"agrees": True}, headers={"user-agent": "Googlebot/2.1"})
    _ask(client, "how do I set up the mailbox", **{"user-agent": "Googlebot/2.1"})
    assert {each["traffic"] for each in _stored(tmp_path) if each["user"]} == {"bot"}
    assert client.get("/measures").json() == {"usage": None}


def test_the_arm_of_a_user_never_changes(client: TestClient) -> None:
    users = [f"{number:032x}" for number in range(2_000)]
    arms = [app.arm_of(user, 0.5) for user in users]
    assert arms == [app.arm_of(user, 0.5) for user in users]
    assert 900 < arms.count(ASSISTANT) < 1_100


def test_who_gets_a_list_can_say_that_it_helped(client: TestClient, tmp_path: Path) -> None:
    for _ in range(60):
        client.cookies.clear()
        user = client.post("/consent", json={"agrees": True}).json()["user"]
        if app.arm_of(user, 0.5) == LIST:
            break
    found = _ask(client, "how do I set up the mailbox")
    assert (found["action"], found["article"], found["arm"]) == ("list", None, LIST)
    assert len(found["listed"]) > 1
    solved = client.post("/events", json={"event": "solved", "question": found["question"]})
    assert solved.status_code == 200
    assert [each["event"] for each in _stored(tmp_path) if each["user"] == user][-3:] == ["asked", "listed", "solved"]


def test_an_assistant_that_may_suggest_nothing_lists(served: Saved, config: Config, tmp_path: Path) -> None:
    settings = replace(served.assistant.settings, threshold=SILENT)
    silent = replace(served, assistant=replace(served.assistant, settings=settings))
    with TestClient(app.create_app(silent, config, tmp_path / "logs")) as client:
        found = _ask(client, "how do I set up the mailbox")
        assert (found["action"], found["article"], found["why"]) == ("list", None, app.SILENT_WHY)
        assert found["listed"]
        assert _ask(client, "the password of my colleague")["action"] == REFUSE


@pytest.mark.parametrize("cookie", ["../../etc/passwd", "a" * 32, "a" * 64, ""])
def test_a_cookie_that_is_not_ours_is_nobody(cookie: str, client: TestClient, tmp_path: Path) -> None:
    headers = {"cookie": f"{app.COOKIE}={cookie}"}
    assert client.post("/ask", json={"question": "how do I set up the mailbox"}, headers=headers).status_code == 200
    event = {"event": "solved", "question": "a" * 32}
    assert client.post("/events", json=event, headers=headers).status_code == 403
    assert _stored(tmp_path) == []


def test_whoever_agreed_is_known_after_a_restart(served: Saved, config: Config, tmp_path: Path) -> None:
    with TestClient(app.create_app(served, config, tmp_path / "logs")) as first:
        user = first.post("/consent", json={"agrees": True}).json()["user"]
        kept = dict(first.cookies)
    with TestClient(app.create_app(served, config, tmp_path / "logs"), cookies=kept) as second:
        assert second.get("/consent").json() == {"user": user}


def test_a_damaged_key_is_said(served: Saved, config: Config, tmp_path: Path) -> None:
    (tmp_path / app.KEY).write_bytes(b"")
    with pytest.raises(ExplainedError, match="is damaged: delete it"):
        app.create_app(served, config, tmp_path)


def test_an_answer_does_not_wait_for_a_disk(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post("/consent", json={"agrees": True})

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(EventLog, "write", full)
    assert _ask(client, "how do I set up the mailbox")["action"] in app.ACTIONS


def test_writers_and_a_deletion_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    logs = [EventLog(tmp_path, 90) for _ in range(2)]  # as two processes have them
    gone, stays = "a" * 32, "b" * 32

    def write(log: EventLog) -> None:
        for user in (gone, stays) * 60:
            log.write(Event("asked", user))

    threads = [threading.Thread(target=write, args=(log,)) for log in logs]
    for thread in threads:
        thread.start()
    deleted = logs[0].forget(gone)
    for thread in threads:
        thread.join()
    deleted += logs[1].forget(gone)
    assert deleted == 120
    lines = [line for path in files(tmp_path) for line in path.read_text(encoding="utf-8").splitlines()]
    users = [json.loads(line)["user"] for line in lines]
    assert users.count(stays) == 120
    assert set(users) <= {stays, ""}


# ---- the page


def test_the_page_holds_no_markup_of_the_brief(served: Saved, config: Config) -> None:
    evil = "</script><script>alert(1)</script>"
    card = replace(served.card, brief={"feature": evil, "points": [], "checks": [], "swings": []}, source=evil)
    page = app.shown(config, replace(served, card=card), "null")
    assert page.text.count("<script>") == 1
    assert "FAQ &lt;tested&gt;" in page.text


def test_the_page_in_one_file_asks_no_other_host(
    served: Saved, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved, "load", lambda _: served)
    page = site.alone(config)
    assert page is not None
    assert "http://" not in page.text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page.text
    assert served.assistant.faq.articles[0].title in page.text


# ---- the monitor


@pytest.fixture
def watched(served: Saved, tested: list[Case], config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of as many answers as a window has, like those of the evaluation."""
    asked = [signals(case.question, served.assistant.answer(case), words(case.question)) for case in tested]
    settings = (config.window, config.drift_alarms, config.drift_resamples, config.seed)
    reference = drift.reference(drift.signals(asked), np.arange(len(asked)), *settings)
    kept = replace(served, card=replace(served.card, reference=reference))
    monkeypatch.setattr(saved, "load", lambda _: kept)
    rng = np.random.default_rng(3)
    _log(tmp_path, kept, [asked[each] for each in rng.integers(len(asked), size=config.window)])
    return tmp_path


def _log(folder: Path, model: Saved, noted: list[dict[str, float]]) -> None:
    lines = [
        json.dumps({"path": "/ask", "status": 200, "model_version": model.card.version, "signals": each})
        for each in noted
    ]
    (folder / "service.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_monitor_is_quiet_without_a_change(watched: Path, config: Config) -> None:
    found = monitor.monitor(watched, config)
    assert not [each.name for each in found.checks if each.is_alarm]
    assert found.answers == config.window


def test_the_monitor_notices_other_questions(watched: Path, served: Saved, config: Config, tested: list[Case]) -> None:
    """Half of them about something that no article knows."""
    strange = [f"{case.question} quokka wombat" if number % 2 else case.question for number, case in enumerate(tested)]
    noted = [signals(each, served.assistant.ask(each), words(each)) for each in strange[: config.window]]
    _log(watched, served, noted)
    alarms = [each.name for each in monitor.monitor(watched, config).checks if each.is_alarm]
    assert "drift of unknown words" in alarms


@pytest.mark.parametrize(("solved", "is_killed"), [(0.02, True), (0.14, False), (0.6, False)])
def test_the_kill_criterion_needs_users_and_certainty(
    watched: Path, solved: float, is_killed: bool, config: Config
) -> None:
    log = EventLog(watched / "events", 90)
    for number in range(260):
        user, question = f"{number:032x}", f"{number + 1_000:032x}"
        for name in ("consented", "asked", "suggested", *(("opened", "solved") if number < solved * 260 else ())):
            _write(log, Event(name, user, question))
    found = monitor.monitor(watched, config)
    assert (monitor.KILLED in [each.name for each in found.checks if each.is_alarm]) is is_killed
    assert ("KILL CRITERION MET" in found.summary) is is_killed


def _write(log: EventLog, event: Event) -> None:
    log.folder.mkdir(parents=True, exist_ok=True)
    with (log.folder / "events-2026-06-01.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({**asdict(event), "at": "2026-06-01T10:00:00"}) + "\n")


def test_too_few_users_kill_nothing(watched: Path, config: Config) -> None:
    log = EventLog(watched / "events", 90)
    for number in range(100):
        _write(log, Event("consented", f"{number:032x}"))
        _write(log, Event("asked", f"{number:032x}", f"{number + 1_000:032x}"))
    found = monitor.monitor(watched, config)
    assert monitor.KILLED not in [each.name for each in found.checks]


def test_no_log_is_said(tmp_path: Path, served: Saved, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "load", lambda _: served)
    with pytest.raises(ExplainedError, match="there is no folder"):
        monitor.monitor(tmp_path / "none", config)
