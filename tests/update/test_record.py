"""The record is a machine's own file: never in conflict, and read as if anybody had written it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from portfolio import record
from tests.update.conftest import (
    Bench,
    Living,
    Whereabouts,
    assert_merged,
    assert_refused,
    better,
    mine,
)

REFORMATTED: dict[str, Callable[[str], str]] = {
    "by a formatter": lambda text: json.dumps(json.loads(text), indent=4, sort_keys=True),
    "on one line": lambda text: json.dumps(json.loads(text)),
    "with Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "with a note in it": lambda text: json.dumps({**json.loads(text), "note": "mine"}),
}


@pytest.mark.parametrize("how", REFORMATTED)
def test_the_record_is_never_in_conflict(bench: Bench, living: Living, whereabouts: Whereabouts, how: str) -> None:
    living.write(record.NAME, REFORMATTED[how](living.read(record.NAME)))
    mine(living)
    better(bench)
    project = whereabouts(living)
    assert_merged(project, project.update())
    assert project.update().json["outcome"] == "nothing to do"


HOSTILE: dict[str, dict[str, Any]] = {
    "a number for an answer's text": {"answers": {"title": 1.5}},
    "a list for an answer": {"answers": {"title": ["x"]}},
    "nothing for an answer": {"answers": {"title": None}},
    "a number for a file": {"files": {"README.md": 3}},
    "a list for a file": {"files": {"README.md": [[]]}},
    "a file outside": {"files": {"../x": "0" * 40}},
    "a file of git's": {"files": {".git/config": "0" * 40}},
    "a file of Windows'": {"files": {"C:\\x": "0" * 40}},
    "an absolute file": {"files": {"/etc/passwd": "0" * 40}},
    "numbers for words": {"readme": {"Limitations": [1]}},
    "a text for words": {"readme": {"Limitations": "abc"}},
    "a number for a version": {"version": 2},
    "an option for a version": {"version": "--all"},
    "a huge version": {"version": "9" * 5000},
    "a list for a template": {"template": []},
    "a number for a profile": {"profile": 3},
    "another schema": {"schema": 2},
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_record_is_refused_in_two_lines(bench: Bench, living: Living, case: str) -> None:
    better(bench)
    living.write(record.NAME, json.dumps({**json.loads(living.read(record.NAME)), **HOSTILE[case]}))
    living.commit()
    assert_refused(living.update(), "is damaged")


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "[" * 100_000, '{"a":' * 50_000, "\0", '{"schema": 1e999}', '"\\ud800"']
)
def test_no_record_at_all_is_refused_in_two_lines(bench: Bench, living: Living, text: str) -> None:
    better(bench)
    living.write(record.NAME, text)
    living.commit()
    assert_refused(living.update(), "is damaged")


def test_an_answer_in_the_record_that_is_no_valid_one(bench: Bench, living: Living) -> None:
    living.replace(record.NAME, '"year": 2', '"year": 99999999992')
    living.commit()
    better(bench)
    assert_refused(living.update(), ".portfolio.json", "year", "not a whole number")
