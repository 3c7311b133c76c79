"""Events and what is made of them: who counts, who is forgotten, and numbers that are known."""

import json
import math
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from product_brief.brief.brief import Brief
from product_brief.config import Config
from product_brief.data.articles import Case
from product_brief.kit.project import ExplainedError
from product_brief.models.assistant import Assistant
from product_brief.usage import report, simulate
from product_brief.usage.events import ASSISTANT, BOT, LIST, OWN, PERSON, Event, EventLog, files, traffic_of
from product_brief.usage.measures import Usage, measure


def _user(number: int) -> str:
    return f"{number:032x}"


def _written(folder: Path, events: list[Event]) -> list[Path]:
    folder.mkdir(exist_ok=True)
    with (folder / "events-2026-06-01.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(event)) + "\n" for event in events)
    return files(folder)


def _asked(
    user: int, question: int, then: tuple[str, ...], at: str = "2026-06-01T10:00:00", **more: object
) -> list[Event]:
    names = ("asked", "suggested", *then)
    return [
        Event(name, _user(user), _user(question), at=f"{at[:-2]}{second:02}", **more)  # type: ignore[arg-type]
        for second, name in enumerate(names)
    ]


def _measured(folder: Path, config: Config) -> Usage:
    found = measure(files(folder), config)
    assert found is not None
    return found


def _value(found: Usage, name: str) -> float:
    return next(each.value for each in found.measures if each.name == name)


def test_shares_are_of_users_and_of_questions(tmp_path: Path, config: Config) -> None:
    """20 users ask one question each, and 8 of them get it solved; one more asks 30 and gets none."""
    for user in range(20):
        _written(tmp_path, _asked(user, 100 + user, ("opened", "solved") if user < 8 else ()))
    for question in range(30):
        _written(tmp_path, _asked(50, 500 + question, (), f"2026-06-01T{10 + question // 6:02}:{question % 6:02}:00"))
    found = _measured(tmp_path, config)
    assert found.users == 21
    assert _value(found, "task_success") == pytest.approx(8 / 50)
    assert _value(found, "activation") == pytest.approx(8 / 21)
    (success,) = (each for each in found.measures if each.name == "task_success")
    naive = 1.96 * math.sqrt(0.16 * 0.84 / 50)
    assert success.ci95[1] - success.value > naive, "one user with 30 questions is no 30 users"
    assert found.funnel == {"consented": 0, "asked": 21, "suggested": 21, "opened": 8, "solved": 8}


def test_what_does_not_count(tmp_path: Path, config: Config) -> None:
    """Programs by name, programs by speed, the team, the same event twice, another version, half a line."""
    people = [event for user in range(12) for event in _asked(user, 100 + user, ("opened",))]
    _written(tmp_path, people)
    _written(tmp_path, people[:5])
    _written(tmp_path, _asked(30, 300, (), traffic=BOT) + _asked(31, 301, (), traffic=OWN))
    _written(tmp_path, _asked(32, 302, (), version=2))
    fast = [Event("asked", _user(33), _user(900 + each), at=f"2026-06-01T11:00:{each // 3:02}") for each in range(150)]
    _written(tmp_path, fast)
    with (tmp_path / "events-2026-06-01.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"version": 1, "event": "asked", "us\n[]\nnull\n')
    found = _measured(tmp_path, config)
    assert found.users == 12
    assert found.left_out == {
        "of programs, by their name": 2,
        "of the team itself": 2,
        "the same event again": 5,
        "faster than a person": 150,
        "of another version": 2,
        "unreadable lines": 3,
    }
    assert found.events == len(people) + 5 + 2 + 2 + 2 + 150 + 3


def test_coming_back_is_counted_of_those_who_could(tmp_path: Path, config: Config) -> None:
    """15 users start on the first day, 5 of them come back on the third; 10 start on the last day."""
    for user in range(15):
        _written(tmp_path, _asked(user, 100 + user, ()))
        if user < 5:
            _written(tmp_path, _asked(user, 200 + user, (), "2026-06-03T10:00:00"))
    for user in range(40, 50):
        _written(tmp_path, _asked(user, 300 + user, (), "2026-06-09T10:00:00"))
    found = _measured(tmp_path, config)
    back = next(each for each in found.measures if each.name == "return_within_7_days")
    assert back.value == pytest.approx(1 / 3)
    assert back.users == 15
    days = {day: (share, users) for day, share, users in found.retention}
    assert days[0] == (1.0, 25)
    assert days[2][0] == pytest.approx(1 / 3)
    assert days[2][1] == 15
    assert max(days) == 8


def test_nobody_is_nothing(tmp_path: Path, config: Config) -> None:
    assert measure([], config) is None
    _written(tmp_path, _asked(1, 2, (), traffic=BOT))
    assert measure(files(tmp_path), config) is None


def test_few_users_get_no_shares(tmp_path: Path, config: Config) -> None:
    _written(tmp_path, _asked(1, 2, ("solved",)))
    assert _measured(tmp_path, config).measures == ()


@pytest.mark.parametrize(
    ("agent", "is_own", "traffic"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0", False, PERSON),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", False, BOT),
        ("python-httpx/0.28", False, BOT),
        ("HeadlessChrome/150", False, BOT),
        ("", False, BOT),
        ("Mozilla/5.0 Firefox/130.0", True, OWN),
    ],
)
def test_who_sends_an_event(agent: str, is_own: bool, traffic: str) -> None:
    assert traffic_of(agent, is_own) == traffic


def test_an_event_has_a_name_that_is_known() -> None:
    with pytest.raises(ValueError, match="none of"):
        Event("clicked", _user(1))


def test_whoever_asks_is_forgotten(tmp_path: Path) -> None:
    log = EventLog(tmp_path, 90)
    for user in (1, 2, 1):
        log.write(Event("asked", _user(user)))
    assert log.forget(_user(1)) == 2
    assert log.forget(_user(1)) == 0
    whole = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert _user(1) not in whole
    assert _user(2) in whole
    with pytest.raises(ExplainedError, match="is no id of a user"):
        log.forget("everybody")


def test_articles_that_were_marked_wrong_are_named(tmp_path: Path, config: Config) -> None:
    """By users: whoever marks one three times is one."""
    for user in range(12):
        marks = [
            Event("not_solved", _user(user), _user(500 + user), "fees", at=f"2026-06-01T10:0{n}:00") for n in range(3)
        ]
        _written(tmp_path, marks if user < 5 else [])
        _written(tmp_path, _asked(user, 100 + user, ()))
    _written(tmp_path, [Event("not_solved", _user(0), _user(900), "loans", at="2026-06-01T11:00:00")])
    assert _measured(tmp_path, config).marked == (("fees", 5), ("loans", 1))


def test_old_days_go(tmp_path: Path) -> None:
    for day in ("2026-01-01", "2026-05-31", "2026-06-01"):
        (tmp_path / f"events-{day}.jsonl").write_text("{}\n", encoding="utf-8")
    log = EventLog(tmp_path, 30, now=lambda: datetime(2026, 6, 30, tzinfo=UTC))
    assert log.expire() == 1
    assert [path.name for path in files(tmp_path)] == ["events-2026-05-31.jsonl", "events-2026-06-01.jsonl"]


def test_a_line_that_a_crash_cut_short_spoils_no_other(tmp_path: Path, config: Config) -> None:
    log = EventLog(tmp_path, 90)
    log.write(Event("asked", _user(1)))
    (path,) = files(tmp_path)
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    log.write(Event("asked", _user(2)))
    found = measure(files(tmp_path), config)
    assert found is not None
    assert (found.users, found.left_out["unreadable lines"]) == (1, 1)


# ---- simulated users, and the trial


@pytest.fixture
def simulated(assistant: Assistant, tested: list[Case], config: Config, tmp_path: Path) -> Usage:
    simulate.draw(assistant, tested, config, tmp_path)
    return _measured(tmp_path, config)


def test_simulated_users_are_called_simulated(simulated: Usage, config: Config) -> None:
    assert simulated.is_simulated
    assert simulated.users == config.simulated_users
    assert simulated.left_out["of programs, by their name"] > 0
    assert simulated.left_out["faster than a person"] > 0
    assert {each.name for each in simulated.measures} == {
        "activation", "task_success", "wrong_suggestions", "handed_over", "return_within_7_days"
    }  # fmt: skip


def test_unequal_arms_end_the_trial(tmp_path: Path, brief: Brief, config: Config) -> None:
    for user in range(400):
        arm = LIST if user < 100 else ASSISTANT
        _written(tmp_path, _asked(user, 1_000 + user, ("opened", "solved") if user % 2 else (), arm=arm))
    found = report.trial(_measured(tmp_path, config), brief, config)
    assert found["is_broken"]
    assert "difference" not in found


def test_equal_arms_get_a_difference(tmp_path: Path, brief: Brief, config: Config) -> None:
    """Half of the questions are solved with the assistant, a quarter with the list."""
    for user in range(400):
        arm, solved = (LIST, user % 8 < 2) if user % 2 else (ASSISTANT, user % 4 < 2)
        _written(tmp_path, _asked(user, 1_000 + user, ("opened", "solved") if solved else (), arm=arm))
    found = report.trial(_measured(tmp_path, config), brief, config)
    assert not found["is_broken"]
    assert found["difference"] == pytest.approx(0.25)
    assert found["ci95"][0] < 0.25 < found["ci95"][1]
    assert not found["has_enough"]


def test_the_plan_is_the_one_of_the_textbook(brief: Brief, config: Config) -> None:
    """30% against 22%, 80% power: (1.96 + .8416)² · 2 · (.3 · .7 + .22 · .78) / .08² / 2 = 468 in each arm."""
    assert report.plan(brief, config) == {"needed": 468, "weeks": 8}
