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
    names = ("consented", "asked", "suggested", *then)
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
    assert found.funnel == {"consented": 21, "asked": 21, "suggested": 21, "opened": 8, "solved": 8}


def test_what_does_not_count(tmp_path: Path, config: Config) -> None:
    """Programs by name, programs by speed, the team, the same event twice, another version, half a line."""
    people = [event for user in range(12) for event in _asked(user, 100 + user, ("opened",))]
    _written(tmp_path, people)
    _written(tmp_path, people[:5])
    _written(tmp_path, _asked(30, 300, (), traffic=BOT) + _asked(31, 301, (), traffic=OWN))
    _written(tmp_path, _asked(32, 302, (), version=2) * 2)
    _written(tmp_path, _asked(34, 304, ("solved",))[1:])
    fast = [Event("consented", _user(33), at="2026-06-01T11:00:29")]
    for each in range(150):  # across a full minute
        fast.append(
            Event("asked", _user(33), _user(900 + each), at=f"2026-06-01T11:0{each // 75}:{(30 + each // 3) % 60:02}")
        )
    _written(tmp_path, fast)
    with (tmp_path / "events-2026-06-01.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"version": 1, "event": "asked", "us\n[]\nnull\n')
    found = _measured(tmp_path, config)
    assert found.users == 12
    assert found.left_out == {
        "of programs, by their name": 3,
        "of the team itself": 3,
        "the same event again": 5,
        "faster than a person, or without consent": 151 + 3,
        "of another version": 6,
        "unreadable lines": 3,
    }
    assert found.events == len(people) + 5 + 3 + 3 + 6 + 151 + 3 + 3


def test_coming_back_is_counted_of_those_who_could(tmp_path: Path, config: Config) -> None:
    """15 users start on the first day, 5 of them come back two days later; 10 start on the last day."""
    for user in range(15):
        _written(tmp_path, _asked(user, 100 + user, ()))
        if user < 5:
            _written(tmp_path, _asked(user, 200 + user, (), "2026-06-03T11:00:00")[1:])
    for user in range(40, 50):
        _written(tmp_path, _asked(user, 300 + user, (), "2026-06-09T11:00:00"))
    found = _measured(tmp_path, config)
    back = next(each for each in found.measures if each.name == "return_within_7_days")
    assert back.value == pytest.approx(1 / 3)
    assert back.users == 15
    days = {day: (share, users) for day, share, users in found.retention}
    assert days[0] == (1.0, 25)
    assert days[2][0] == pytest.approx(1 / 3)
    assert days[2][1] == 15
    assert max(days) == 7


def test_midnight_is_no_other_day(tmp_path: Path, config: Config) -> None:
    """Ten seconds after twelve at night, somewhere in the middle of an evening elsewhere."""
    for user in range(20):
        name, question = _user(user), _user(100 + user)
        late = [Event(each, name, question, at="2026-06-01T23:59:50") for each in ("consented", "asked", "suggested")]
        _written(tmp_path, [*late, Event("opened", name, question, "a", at="2026-06-02T00:00:05")])
        _written(tmp_path, [Event("asked", name, _user(300 + user), at="2026-06-20T10:00:00")])
    found = _measured(tmp_path, config)
    assert _value(found, "activation") == 1.0
    assert _value(found, "return_within_7_days") == 0.0


def test_nothing_is_solved_that_the_same_user_has_not_asked(tmp_path: Path, config: Config) -> None:
    """Made-up questions, those of somebody else, and a first answer from before somebody agreed."""
    for user in range(15):
        _written(tmp_path, _asked(user, 100 + user, ()))
        forged = [
            Event("solved", _user(user), _user(5_000 + user * 50 + n), at="2026-06-01T12:00:00") for n in range(30)
        ]
        _written(
            tmp_path, [*forged, Event("solved", _user(user), _user(100 + (user + 1) % 15), at="2026-06-01T12:01:00")]
        )
    found = _measured(tmp_path, config)
    assert _value(found, "task_success") == 0.0
    assert all(0 <= each.ci95[0] <= each.value <= each.ci95[1] <= 1 for each in found.measures)


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
    days = [datetime(2026, 6, 30, tzinfo=UTC)]
    log = EventLog(tmp_path, 30, now=lambda: days[-1])
    assert log.expire() == 1
    assert [path.name for path in files(tmp_path)] == ["events-2026-05-31.jsonl", "events-2026-06-01.jsonl"]
    log.write(Event("asked", _user(1)))
    days.append(datetime(2026, 7, 1, 8, tzinfo=UTC))
    log.write(Event("asked", _user(1)))
    assert "events-2026-05-31.jsonl" not in [path.name for path in files(tmp_path)], (
        "a service that runs for weeks, too"
    )


def test_a_deletion_that_was_killed_leaves_nothing(tmp_path: Path) -> None:
    log = EventLog(tmp_path, 90)
    log.write(Event("asked", _user(1)))
    half = tmp_path / ".abc.new"
    half.write_text(_user(2), encoding="utf-8")
    log.forget(_user(1))
    assert not half.exists()


def test_a_strange_separator_in_a_name_hides_nobody(tmp_path: Path) -> None:
    log = EventLog(tmp_path, 90)
    log.write(Event("opened", _user(1), article="a\u2028b\x0bc"))
    log.write(Event("opened", _user(2), article="a\u2028b"))
    assert log.forget(_user(1)) == 1
    (path,) = files(tmp_path)
    assert path.read_text(encoding="utf-8").count("opened") == 1


def test_a_line_that_a_crash_cut_short_spoils_no_other(tmp_path: Path, config: Config) -> None:
    log = EventLog(tmp_path, 90)
    log.write(Event("consented", _user(2)))
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
    simulate.draw(assistant, tested, 0.5, config, tmp_path)
    return _measured(tmp_path, config)


def test_simulated_users_are_called_simulated(simulated: Usage, config: Config) -> None:
    assert simulated.is_simulated
    assert simulated.users == config.simulated_users
    assert simulated.left_out["of programs, by their name"] > 0
    assert simulated.left_out["faster than a person, or without consent"] > 0
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
    """30% against 38%, 80% power: (1.96 + .8416)² · (.3 · .7 + .38 · .62) / .08² = 547 in each arm."""
    assert report.plan(brief, config) == {"needed": 547, "weeks": 10}
