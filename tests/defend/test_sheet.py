"""DEFENSE.md: what is written behind a question stays, whatever is asked later; blanks and copies are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from portfolio.audit import defense
from portfolio.audit.defense import State
from portfolio.audit.engine import audit
from portfolio.audit.project import open_project
from portfolio.defend import sheet
from portfolio.defend.asked import Asked
from portfolio.defend.question import Question
from tests.audit.audited import states
from tests.conftest import Run
from tests.recorded import METRICS, MODEL, record

MINE = "I tried both on my own photographs, and the split by plant lost eleven points that I could not explain away."


def page(*names: str, before: str = sheet.HEAD) -> str:
    """The page with those questions."""
    asked = Asked("a project", "", tuple(Question(name, f"Why {name}?", "1", "a.py", 1) for name in names))
    return sheet.renewed(before, asked)


def answered(text: str, name: str, answer: str = MINE) -> str:
    """The page with an answer behind that question."""
    mark = f"<!-- /report:question-{name} -->\n"
    assert mark in text
    return text.replace(mark, f"{mark}\n{answer}\n")


def test_the_same_questions_change_nothing() -> None:
    text = answered(page("one", "two"), "one")
    assert page("one", "two", before=text) == text.rstrip("\n") + "\n"


KEPT = {
    "it is asked again": ("one", "two"),
    "it is asked no longer": ("two",),
    "nothing is asked as before": ("three",),
}


@pytest.mark.parametrize("names", KEPT.values(), ids=KEPT)
def test_an_answer_stays(names: tuple[str, ...]) -> None:
    again = page(*names, before=f"# My own title\n{answered(page('one', 'two'), 'one')}\nA note of mine.\n")
    assert again.count(MINE) == 1
    assert again.count("Why one?") == 1
    assert ("No longer asked" in again) == ("one" not in names)
    assert "My own title" in again
    assert "A note of mine." in again


def test_an_unanswered_question_goes_when_it_is_asked_no_longer() -> None:
    again = page("two", before=page("one", "two"))
    assert "Why one?" not in again
    assert again.count("Why two?") == 1


TYPED = {
    "at its end": ("`a.py:1`\n", f"`a.py:1`\n\n{MINE}\n"),
    "with the mark written otherwise": ("`a.py:1`\n<!-- /report:question-one -->",
                                        f"`a.py:1`\n{MINE}\n<!--/report:question-one-->"),
    "in the middle": ("**Look at**: `a.py:1`\n", f"{MINE}\n**Look at**: `a.py:1`\n"),
    "instead of our lines": ("**It rests on**: 1  \n**Look at**: `a.py:1`\n", f"{MINE}\n"),
}  # fmt: skip


@pytest.mark.parametrize(("ours", "typed"), TYPED.values(), ids=TYPED)
def test_an_answer_typed_into_the_block_is_moved_behind_it(ours: str, typed: str) -> None:
    text = page("one")
    assert ours in text
    again = page("one", before=text.replace(ours, typed))
    assert again.count(MINE) == 1
    assert again.index("/report:question-one") < again.index(MINE)
    assert again.count("Why one?") == 1
    assert page("one", before=again) == again


STATES = {
    "nothing": ("", State.blank),
    "a word": ("later", State.blank),
    "a hidden note": (f"<!-- {MINE} -->", State.blank),
    "my words": (MINE, State.answered),
    "a docstring": ("", None),
    "the question": ("Split photograph by photograph, “no augmentation” reaches a Macro F1 of 0.950. Why is that not "
                     "your result?", State.copied),
    "the README": ("A network that cannot beat it is not worth its cost. Groups stay together, at the price of test "
                   "cases.", State.copied),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "state"), STATES.values(), ids=STATES)
def test_blanks_and_copies_are_no_answers(ran: Path, portfolio: Run, answer: str, state: State | None) -> None:
    if state is None:  # a sentence of the code as it is today
        text = (ran / "src/image_api/data/split.py").read_text(encoding="utf-8")
        answer, state = text.split('"""')[-2], State.copied
    portfolio("defend", str(ran), "--write")
    path = ran / "DEFENSE.md"
    path.write_text(answered(path.read_text(encoding="utf-8"), "split", answer), encoding="utf-8")
    found = {each.question: each.state for each in defense.answers(open_project(ran))}
    assert found.pop("split") is state
    assert set(found.values()) == {State.blank}


def test_one_answer_to_two_questions_answers_neither(ran: Path, portfolio: Run) -> None:
    portfolio("defend", str(ran), "--write")
    path = ran / "DEFENSE.md"
    text = answered(answered(path.read_text(encoding="utf-8"), "split"), "interval")
    path.write_text(text, encoding="utf-8")
    found = {each.question: each.state for each in defense.answers(open_project(ran))}
    assert (found["split"], found["interval"]) == (State.copied, State.copied)


def test_the_audit_counts_them(ran: Path, portfolio: Run) -> None:
    assert states(audit(open_project(ran), "leaves"))["OWN908"] == "n/a"
    portfolio("defend", str(ran), "--write")
    path = ran / "DEFENSE.md"
    number = len(defense.answers(open_project(ran)))
    path.write_text(answered(path.read_text(encoding="utf-8"), "split"), encoding="utf-8")
    found = next(each for each in audit(open_project(ran), "leaves").results if each.rule.code == "OWN908")
    assert found.is_finding
    assert found.message.startswith(f"{number} questions in DEFENSE.md: {number - 1} blank (`real-photographs`, ")


def test_another_run_keeps_what_was_answered(ran: Path, portfolio: Run) -> None:
    portfolio("defend", str(ran), "--write")
    path = ran / "DEFENSE.md"
    path.write_text(answered(path.read_text(encoding="utf-8"), "split"), encoding="utf-8")
    record(ran, results=[{**MODEL, "value": 0.7777}, *METRICS["results"][1:]])
    done = portfolio("defend", str(ran), "--write", "--format", "json")
    assert done.json["new"] == 0
    text = path.read_text(encoding="utf-8")
    assert "0.778" in text
    assert "0.812" not in text
    assert text.count(MINE) == 1


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"caf\xe9"])
def test_a_page_that_is_not_utf_8_is_left_alone(ran: Path, portfolio: Run, content: bytes) -> None:
    (ran / "DEFENSE.md").write_bytes(content)
    done = portfolio("defend", str(ran), "--write")
    assert done.code == 1
    assert "is not UTF-8" in done.err
    assert (ran / "DEFENSE.md").read_bytes() == content


def test_a_page_that_is_a_folder_is_an_error(ran: Path, portfolio: Run) -> None:
    (ran / "DEFENSE.md").mkdir()
    done = portfolio("defend", str(ran), "--write")
    assert done.code == 1
    assert "cannot be written" in done.err
    assert not list(ran.glob(".DEFENSE*"))
