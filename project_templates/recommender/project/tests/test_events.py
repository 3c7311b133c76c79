"""Where events go: one address, one key, each event once, and nothing that was acknowledged is lost."""

import dataclasses
import sqlite3
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
import sqlalchemy as sa

from recommender.config import EVENTS_KEY, EVENTS_URL, SIMULATED, Config
from recommender.experiment import events, tokens
from recommender.experiment.assignment import Experiment
from recommender.experiment.events import Click, Store
from recommender.kit.project import ExplainedError


def test_a_running_experiment_is_not_changed(store: Store, config: Config) -> None:
    store.start(Experiment.of(config), "key", 2.0)
    with pytest.raises(ExplainedError, match="started with other settings"):
        store.start(Experiment.of(dataclasses.replace(config, exploration=0.2)), "key", 2.0)
    with pytest.raises(ExplainedError, match="started with another key"):
        store.start(Experiment.of(config), "another key", 2.0)
    another = dataclasses.replace(config, exploration=0.2, experiment="another")
    store.start(Experiment.of(another), "another key", 2.0)


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ("", "sqlite:///logs/events.sqlite"),
        ("sqlite:////srv/events.sqlite", "sqlite:////srv/events.sqlite"),
        ("postgresql://anna:secret@db:5433/events", "postgresql+psycopg://anna:***@db:5433/events"),
        ("postgres://anna:secret@db/events?sslmode=require", "postgresql+psycopg://anna:***@db/events?sslmode=require"),
    ],
)
def test_events_go_to_one_address(given: str, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EVENTS_URL, given)
    assert str(events.source(Path("logs"))) == source
    assert events.source(SIMULATED).drivername == "sqlite", "what is made up stays beside its own log"


@pytest.mark.parametrize("given", ["secret", "mysql://anna:secret@db/events", "postgresql://anna:secret@db:x/events"])
def test_an_address_that_is_none_is_refused_without_its_password(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EVENTS_URL, given)
    with pytest.raises(ExplainedError, match="EVENTS_URL has to be like") as refused:
        events.source(Path("logs"))
    assert "secret" not in str(refused.value)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(ExplainedError, match=r"//anna:\*\*\*@127\.0\.0\.1:9/events cannot be written") as refused:
        Store(sa.make_url("postgresql+psycopg://anna:secret@127.0.0.1:9/events"))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "problem"), [("ab" * 32, ""), ("ab" * 31, "64 hexadecimal"), ("key", "64 hexadecimal")]
)
def test_replicas_share_the_key_that_they_are_given(
    given: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EVENTS_KEY, given)
    with pytest.raises(ExplainedError, match=problem) if problem else nullcontext():
        assert tokens.load_key(tmp_path) == bytes.fromhex(given)
    assert not list(tmp_path.iterdir())


def test_events_are_counted_once_and_all_or_none(store: Store, tmp_path: Path) -> None:
    click = Click("l", "i", 1, 1.0, "v", "e")
    assert store.add([click, click]) == 1
    assert store.add([dataclasses.replace(click, list_id="of somebody else")]) == 1, "the same event id"
    assert store.add([dataclasses.replace(click, item_id="k")]) == 1, "another item, and the same event id"
    assert store.add([dataclasses.replace(click, event_id="other")]) == 0, "one item of one list, however it is called"
    broken = dataclasses.replace(click, event_id="new", item_id=None)  # type: ignore[arg-type]
    with pytest.raises(sa.exc.IntegrityError):
        store.add([dataclasses.replace(click, event_id="before", item_id="j"), broken])
    rows = sqlite3.connect(tmp_path / events.NAME).execute("SELECT COUNT(*) FROM clicks").fetchone()
    assert rows == (3,)


KILLED = """
import sys
from pathlib import Path
from recommender.experiment import events
from recommender.experiment.events import Click, Store

store = Store(events.file_in(Path(sys.argv[1])))
for number in range(10_000):
    store.add([Click(f"{number}", "i", 1, 1.0, "v", f"{number}")])
    print(number, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(store: Store, tmp_path: Path) -> None:
    writing = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert writing.stdout
    acknowledged = [int(next(writing.stdout)) for _ in range(50)]
    writing.kill()
    acknowledged += [int(line) for line in writing.communicate()[0].split("\n")[:-1]]
    with events.reading(events.file_in(tmp_path)) as connection:
        written = set(connection.scalars(sa.text("SELECT event_id FROM clicks")))
    assert {str(each) for each in acknowledged} <= written
